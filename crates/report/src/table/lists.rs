//! `rejects.csv`: a row is an input row that was left out. `limitations.csv`: a row is something that is not
//! known. Both stand in the order in which they were met.

use crate::cell::Table;
use crate::input::Reject;
use crate::report::Report;
use crate::sheet::Target;
use std::io;

pub(crate) fn write_rejects(rejects: &[Reject], to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, ["file", "line", "column", "seen", "reason"])?;
    for reject in rejects {
        table.text(&reject.file);
        table.number(reject.line);
        table.text(&reject.column);
        table.text(&reject.seen);
        table.text(&reject.reason);
        table.end()?;
    }
    table.finish()
}

pub(crate) fn write_limitations(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, ["kind", "subject", "detail"])?;
    for limitation in report.limitations() {
        table.text(&limitation.kind);
        table.text(&limitation.subject);
        table.text(&limitation.detail);
        table.end()?;
    }
    table.finish()
}
