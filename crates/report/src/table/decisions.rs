//! `decisions.csv`: a row is a decision of an analyst that the trace rests on, in the order of the log. A head alone
//! where there are none.
//!
//! `detail` is the JSON of the line, `hash` the SHA-256 of the whole line: from a row and the hash of the one before it
//! the line follows, byte for byte.

use crate::cell::Table;
use crate::report::Report;
use crate::sheet::Target;
use std::io;

pub(crate) const COLUMNS: [&str; 8] = ["number", "when", "who", "kind", "subject", "detail", "why", "hash"];

pub(crate) fn write(report: &Report<'_>, to: impl Target) -> io::Result<()> {
    let mut table = Table::new(to, COLUMNS)?;
    for (decision, hash) in report.input.facts.decisions.iter().flat_map(|decisions| &decisions.rows) {
        table.number(decision.number);
        table.text(&decision.when);
        table.text(&decision.who);
        table.text(decision.kind.as_str());
        table.text(&decision.subject);
        table.text(&serde_json::to_string(&decision.detail).expect("details are texts and numbers"));
        table.text(&decision.why);
        table.text(hash);
        table.end()?;
    }
    table.finish()
}
