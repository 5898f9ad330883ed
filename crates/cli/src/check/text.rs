//! A check for a person: what each file is, what they hold together, what is in doubt, and the verdict last.
//!
//! Lines are kept below [`WIDTH`] characters, but for long names of files.

use super::words::{self, count, number_of};
use dyetrace_ingest::check::{AssetFact, ChainFact};
use dyetrace_ingest::time::format_time;
use dyetrace_ingest::{Check, InputFact, Reading};
use dyetrace_report::display::plain;

/// The longest line.
const WIDTH: usize = 116;

/// How many bad rows are shown; all are counted.
const BAD_ROWS: usize = 20;

/// How many assets are shown; all are counted.
const ASSETS: usize = 10;

/// The longest sum that is shown to the last digit.
const LONGEST_SUM: usize = 36;

/// Lines of a text.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn into_text(self) -> String {
        self.0
    }

    pub(super) fn push(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// Adds a paragraph, whose first line begins with `head` and the others with as many spaces.
    pub(super) fn wrap(&mut self, head: &str, text: &str) {
        let indent = head.chars().count();
        let mut line = head.to_owned();
        let mut length = indent;
        for word in text.split(' ') {
            let letters = word.chars().count();
            if length > indent && length + 1 + letters > WIDTH {
                self.push(&line);
                (line, length) = (" ".repeat(indent), indent);
            }
            if length > indent {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += letters;
        }
        self.push(&line);
    }
}

/// The whole text.
pub(super) fn of(check: &Check<'_>) -> String {
    let mut lines = Lines::default();
    if let Some(snapshot) = &check.reading.snapshot {
        lines.push(&format!("snapshot {}: {} bytes", plain(&snapshot.name, 80), number_of(snapshot.size)));
        lines.push(&format!("  seal {}", snapshot.seal));
        lines.push(&format!(
            "  every checksum agrees; made of {} below",
            count(snapshot.files as u64, "file", "files")
        ));
    }
    check.reading.facts.iter().for_each(|fact| file(&mut lines, fact));
    if check.reading.ledger.transfer_count() > 0 {
        together(&mut lines, check);
    }
    doubts(&mut lines, check);
    bad_rows(&mut lines, check);
    lines.push("");
    lines.push(&words::verdict(check));
    lines.0
}

/// What each file is.
pub(super) fn of_files(reading: &Reading) -> String {
    let mut lines = Lines::default();
    reading.facts.iter().for_each(|fact| file(&mut lines, fact));
    lines.0
}

fn file(lines: &mut Lines, fact: &InputFact) {
    let mut head = format!(
        "{}: {}, {}, {}",
        plain(&fact.name, 200),
        fact.dialect,
        count(fact.rows, "row", "rows"),
        count(fact.rejects, "bad row", "bad rows")
    );
    if fact.left_out > 0 {
        head.push_str(&format!(", {} left out", number_of(fact.left_out)));
    }
    lines.push(&head);
    if let Some(dialect) = fact.dialect() {
        lines.push(&format!("  {}", dialect.about));
    }
    let span = span(fact.first_block.zip(fact.last_block), fact.first_time.zip(fact.last_time));
    let span = [fact.chains.join(", "), span].into_iter().filter(|it| !it.is_empty());
    let span = span.collect::<Vec<_>>().join(": ");
    if !span.is_empty() {
        lines.wrap("  ", &span);
    }
    let sha256 = if fact.sha256.is_empty() { "not computed" } else { &fact.sha256 };
    lines.push(&format!("  {} bytes, sha256 {sha256}", number_of(fact.size)));
    for note in &fact.notes {
        lines.wrap("  note: ", note);
    }
    if !fact.passed_over.is_empty() {
        lines.wrap("  columns not read: ", &plain(&fact.passed_over.join(", "), 1000));
    }
}

/// Blocks and times, as far as there are any.
fn span(blocks: Option<(u64, u64)>, times: Option<(i64, i64)>) -> String {
    let blocks = blocks.map(|(first, last)| format!("blocks {first} to {last}"));
    let times = times.map(|(first, last)| format!("{} to {}", format_time(first), format_time(last)));
    [blocks, times].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What the files hold together.
fn together(lines: &mut Lines, check: &Check<'_>) {
    let ledger = &check.reading.ledger;
    let number = |number: usize, one, many| count(number as u64, one, many);
    lines.push("");
    lines.push(&format!(
        "in all: {}, {}, {}, {}",
        number(ledger.transfer_count(), "transfer", "transfers"),
        number(ledger.accounts().len(), "account", "accounts"),
        number(ledger.transactions().len(), "transaction", "transactions"),
        number(ledger.purses().len(), "purse", "purses")
    ));
    check.chains.iter().for_each(|fact| chain(lines, fact));
    lines.push("");
    assets(lines, &check.assets);
    lines.push("");
    for (head, text) in [
        ("order", words::order(&check.order)),
        ("times", words::times(check)),
        ("fees", words::fees(check)),
        ("failures", words::failures(check)),
        ("histories", words::history(check)),
        ("repeats", words::repeats(check)),
    ] {
        lines.wrap(&format!("  {head:<11}"), &text);
    }
}

fn chain(lines: &mut Lines, fact: &ChainFact) {
    let blocks = match fact.blocks {
        0 => String::new(),
        blocks => format!(" in {}", count(blocks, "block", "blocks")),
    };
    lines.push(&format!("  {}: {}{blocks}", fact.chain, count(fact.transfers, "transfer", "transfers")));
    let span = span(fact.block_span, fact.time_span);
    if !span.is_empty() {
        lines.push(&format!("    {span}"));
    }
    // Of whole blocks, what stands out is among the doubts; elsewhere silence is no fault.
    if let (true, Some(silence)) = (fact.gaps.is_empty(), fact.silence) {
        let (from, to) = (format_time(silence.from), format_time(silence.to));
        lines.push(&format!("    longest silence: {}, {from} to {to}", duration(silence.to - silence.from)));
    }
}

/// A duration in its two largest units.
fn duration(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let units = [
        (86_400, seconds / 86_400, "day", "days"),
        (3_600, seconds / 3_600 % 24, "hour", "hours"),
        (60, seconds / 60 % 60, "minute", "minutes"),
        (1, seconds % 60, "second", "seconds"),
    ];
    let first = units.iter().position(|unit| unit.1 > 0).unwrap_or(units.len() - 1);
    let shown = units.iter().skip(first).take(2).filter(|unit| unit.1 > 0);
    shown.map(|&(_, number, one, many)| count(number, one, many)).collect::<Vec<_>>().join(" ")
}

/// The assets with most transfers, in columns.
fn assets(lines: &mut Lines, assets: &[AssetFact]) {
    let shown = &assets[..assets.len().min(ASSETS)];
    let rows: Vec<[String; 3]> = shown
        .iter()
        .map(|it| [count(it.transfers, "transfer", "transfers"), sum(it), it.name.clone()])
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [transfers, sums] = [width(0), width(1)];
    for [count, sum, name] in &rows {
        lines.push(&format!("  {count:>transfers$}  {sum:>sums$}  {name}"));
    }
    if assets.len() > shown.len() {
        lines.push(&format!(
            "  and {} (all stand in --json)",
            count((assets.len() - shown.len()) as u64, "more asset", "more assets")
        ));
    }
}

/// A sum, without its last digits where they are too many.
fn sum(asset: &AssetFact) -> String {
    let text = words::sum(asset);
    if text.chars().count() <= LONGEST_SUM {
        return text;
    }
    let digits = asset.units.to_string().len();
    match &asset.token {
        Some((symbol, decimals)) => {
            let magnitude = (digits - 1).saturating_sub(usize::from(*decimals));
            format!("more than 10^{magnitude} {}", plain(symbol, 12))
        }
        None => format!("more than 10^{} base units", digits - 1),
    }
}

fn doubts(lines: &mut Lines, check: &Check<'_>) {
    if check.doubts.is_empty() {
        return;
    }
    lines.push("");
    lines.push("in doubt:");
    for (number, doubt) in (1..).zip(&check.doubts) {
        lines.wrap(&format!("  {number}. "), &words::doubt(doubt));
        for place in words::places_in_words(doubt) {
            lines.wrap("     - ", &place);
        }
    }
}

fn bad_rows(lines: &mut Lines, check: &Check<'_>) {
    let rejects = &check.reading.rejects;
    if rejects.is_empty() {
        return;
    }
    lines.push("");
    for reject in rejects.iter().take(BAD_ROWS) {
        lines.wrap("bad row: ", &reject.to_string());
    }
    if rejects.len() > BAD_ROWS {
        let more = (rejects.len() - BAD_ROWS) as u64;
        lines.push(&format!("… and {}", count(more, "more bad row", "more bad rows")));
    }
}
