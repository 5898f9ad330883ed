//! `dyetrace trace`: options → files → trace → report.

use crate::args::TraceArgs;
use crate::exit::Exit;
use crate::output::Output;
use anyhow::Result;
use dyetrace_report::check_out;
use dyetrace_run::CaseFiles;
use dyetrace_run::damage::blame_damage;
use dyetrace_run::facts::now;
use dyetrace_run::plan::Plan;

/// Runs the command.
pub(crate) fn run(args: &TraceArgs, output: &Output) -> Result<Exit> {
    let started = now();
    let plan = Plan::of(&args.typed(), args.out.as_deref())?;
    args.out.as_deref().map(check_out).transpose()?;
    let inputs = plan.case.inputs.iter().map(|input| &input.file);
    blame_damage(inputs, output, || run_plan(args, &plan, started, output))
}

fn run_plan(args: &TraceArgs, plan: &Plan, started: i64, output: &Output) -> Result<Exit> {
    let files = CaseFiles::read(&plan.case, output)?;
    let traced = files.trace(plan, args.resume.as_deref(), started, output)?;
    let report = traced.report()?;
    let written = args.out.as_ref().map(|out| report.write_parts(out, !args.no_graph)).transpose()?;
    traced.keep_state()?;
    let summary = report.summary(written.as_ref());
    if args.json {
        output.data(&format!("{:#}\n", summary.to_json()))?;
    } else {
        output.data(&summary.to_string())?;
    }
    Ok(if report.is_complete() { Exit::Complete } else { Exit::Incomplete })
}
