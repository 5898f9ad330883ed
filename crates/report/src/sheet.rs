//! Where the cells of a table go: into CSV, or into columns of whoever asks.
//!
//! A [`Target`] is told the names of the columns and gives a [`Sheet`], which takes the cells one by one. Whatever can be
//! written to is a target, and takes CSV.

use crate::cell::{is_formula, iso};
use crate::state::State;
use csv::{ByteRecord, Writer};
use dyetrace_core::Amount;
use dyetrace_core::trace::Rule;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

/// Takes the cells of a table, each row from left to right.
pub trait Sheet {
    /// Adds a text that is not ours; an empty one says nothing.
    fn text(&mut self, text: &str);
    /// Adds hex digits, or another text of ours that no spreadsheet runs.
    fn digits(&mut self, text: &str);
    /// Adds an empty cell.
    fn empty(&mut self);
    /// Adds a count, an index or the like.
    fn number(&mut self, number: u64);
    /// Adds an amount in base units, with its sign.
    fn amount(&mut self, amount: Amount, negative: bool);
    /// Adds a time, in Unix seconds.
    fn time(&mut self, seconds: i64);
    /// Ends the row.
    ///
    /// # Errors
    /// Where it cannot be taken.
    fn end(&mut self) -> io::Result<()>;
    /// Ends the table.
    ///
    /// # Errors
    /// Where it cannot be taken.
    fn finish(self) -> io::Result<()>;
}

/// Where a table can go.
pub trait Target {
    /// What takes its cells.
    type Sheet: Sheet;

    /// Starts a table with the names of its columns.
    ///
    /// # Errors
    /// Where it cannot be started.
    fn begin(self, columns: &[&str]) -> io::Result<Self::Sheet>;
}

impl<W: Write> Target for W {
    type Sheet = CsvSheet<W>;

    fn begin(self, columns: &[&str]) -> io::Result<CsvSheet<W>> {
        let mut sheet =
            CsvSheet { csv: Writer::from_writer(self), row: ByteRecord::new(), text: String::new() };
        columns.iter().for_each(|column| sheet.text(column));
        sheet.end()?;
        Ok(sheet)
    }
}

/// A table as CSV: texts that a spreadsheet would run are defused.
pub struct CsvSheet<W: Write> {
    csv: Writer<W>,
    row: ByteRecord,
    text: String,
}

impl<W: Write> fmt::Debug for CsvSheet<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvSheet").field("row", &self.row).finish_non_exhaustive()
    }
}

impl<W: Write> CsvSheet<W> {
    fn show(&mut self, what: impl fmt::Display) {
        self.text.clear();
        write!(self.text, "{what}").expect("a string takes any text");
        self.row.push_field(self.text.as_bytes());
    }
}

impl<W: Write> Sheet for CsvSheet<W> {
    fn text(&mut self, text: &str) {
        if is_formula(text) {
            self.show(format_args!("'{text}"));
        } else {
            self.row.push_field(text.as_bytes());
        }
    }

    fn digits(&mut self, text: &str) {
        self.row.push_field(text.as_bytes());
    }

    fn empty(&mut self) {
        self.row.push_field(b"");
    }

    fn number(&mut self, number: u64) {
        self.show(number);
    }

    fn amount(&mut self, amount: Amount, negative: bool) {
        if negative {
            self.show(format_args!("-{amount}"));
        } else {
            self.show(amount);
        }
    }

    fn time(&mut self, seconds: i64) {
        self.row.push_field(iso(seconds).as_bytes());
    }

    fn end(&mut self) -> io::Result<()> {
        let written = self.csv.write_byte_record(&self.row);
        self.row.clear();
        written.map_err(into_io)
    }

    fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// How the name of a column begins that holds what another one would hold if the order that the input does not tell is read the
/// other way.
pub(crate) const OTHER_ORDER: &str = "other_order_";

/// What the cells of a column are. An empty cell says that nothing is known, whatever the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words, addresses, hashes, dollars.
    Text,
    /// A count, an index, seconds.
    Number,
    /// Base units, with a sign where something leaves: any integer below 2^320.
    Amount,
    /// A time, in seconds.
    Time,
}

impl ColumnKind {
    /// What a column of a written table holds, by its name.
    #[must_use]
    pub fn of(column: &str) -> Self {
        const NUMBERS: &[&str] = &[
            "rank",
            "deposits",
            "hops",
            "block_number",
            "transaction_index",
            "event_index",
            "hop",
            "from_block",
            "delay",
            "candidates",
            "tested",
            "hits_after",
            "hits_before",
            "decimals",
            "line",
            "number",
            "confidence",
            "transfers_out",
            "sweeps",
            "matched",
            "forwarded",
            "median_delay",
            "median_delay_blocks",
            "senders",
            "all_transfers",
            "all_transfers_out",
            "all_sweeps",
            "hot_wallets",
            "gas_top_ups",
            "source_event",
            "destination_event",
            "direct_per_mille",
            "indirect_per_mille",
            "transfers",
            "notes",
            "notes_with_depositor",
            "exits",
            "unspent",
            "base_notes",
            "set_min",
            "set_median",
            "set_max",
            "recipients",
            "overdrawn",
            "first_block",
            "last_block",
            "searched",
            "not_searched_beyond_data",
            "not_searched_no_decoys",
            "decoys_per_target",
            "target_hits",
            "decoy_hits",
            "target_exits",
            "decoy_exits",
            "leads",
            "group",
            "anchors",
            "joined_by_anchors",
            "joined_by_shifted_anchors",
            "shifts",
            "steps",
            "joins",
            "candidates_in_group",
            "cluster",
            "depositors",
            "exits_since",
            "recipients_since",
            "candidate_exits",
        ];
        const TIMES: &[&str] = &[
            "block_timestamp",
            "first_taint",
            "last_taint",
            "swept_at",
            "deposited_at",
            "withdrawn_at",
            "price_time",
            "first_sweep",
            "last_sweep",
            "source_timestamp",
            "destination_timestamp",
            "first",
            "last",
            "first_time",
            "last_time",
            "first_note",
            "last_note",
            "first_exit",
            "last_exit",
        ];
        const AMOUNTS: &[&str] = &[
            "value",
            "balance",
            "amount_min",
            "amount_rule",
            "amount_max",
            "robust",
            "claim",
            "gross_received",
            "amount",
            "taint",
            "deposited",
            "tainted",
            "withdrawn",
            "stolen",
            "unseen_inflow",
            "fees",
            "burned",
            "total",
            "difference",
            "received",
            "swept",
            "destination_value",
            "direct",
            "indirect",
            "exchanged",
            "came",
            "stolen_here",
            "rests",
            "denomination",
            "drawn",
            "fee",
        ];
        // What it holds in the other order is what it holds.
        let column = column.strip_prefix(OTHER_ORDER).unwrap_or(column);
        let rule = column.strip_prefix("claim_").unwrap_or(column);
        if NUMBERS.contains(&column) {
            Self::Number
        } else if TIMES.contains(&column) {
            Self::Time
        } else if AMOUNTS.contains(&column)
            || Rule::ALL.iter().any(|it| it.as_str() == rule)
            || State::ALL.iter().any(|state| state.column() == column)
        {
            Self::Amount
        } else {
            Self::Text
        }
    }
}
