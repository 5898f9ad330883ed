//! What label files hold, for a person.

use super::super::text::Lines;
use super::super::words::{count, number_of};
use super::LabelCheck;
use dyetrace_core::{Label, Ledger};
use dyetrace_ingest::labels::ByCategory;
use dyetrace_ingest::{LabelSurvey, Warning};
use dyetrace_report::display::plain;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many sources, chains and contradictions the text shows; all are counted, and the JSON has them all.
const SHOWN: usize = 12;

/// The most letters of a foreign text in a line.
const MOST_LETTERS: usize = 60;

impl LabelCheck {
    /// For a person. The ledger is what stands beside the labels.
    pub(in crate::check) fn text(&self, ledger: Option<&Ledger>) -> String {
        let mut lines = Lines::default();
        for (fact, counts) in self.files() {
            let mut head = format!(
                "{}: {}, {}",
                plain(&fact.name, 200),
                fact.dialect,
                count(fact.rows, "label", "labels")
            );
            if fact.left_out > 0 {
                head.push_str(&format!(", {} left out", number_of(fact.left_out)));
            }
            lines.push(&head);
            if counts.all() > 0 {
                lines.wrap("  ", &in_words(&counts));
            }
            for note in &fact.notes {
                lines.wrap("  note: ", &plain(note, 300));
            }
            if !fact.passed_over.is_empty() {
                lines.wrap("  fields not read: ", &plain(&fact.passed_over.join(", "), 1000));
            }
        }
        for name in &self.passed_over {
            lines.push(&format!("{}: no label file by its name, passed over", plain(name, 200)));
        }
        self.in_all(&mut lines, ledger);
        for error in &self.bad {
            lines.push("");
            lines.wrap("bad file: ", &error.message());
            if let Some(hint) = error.hint() {
                lines.wrap("          ", hint);
            }
        }
        lines.push("");
        lines.push(&self.verdict());
        lines.into_text()
    }

    fn in_all(&self, lines: &mut Lines, ledger: Option<&Ledger>) {
        let survey = LabelSurvey::of(&self.reading);
        lines.push("");
        lines.push(&format!(
            "in all: {} of {}, {} of which have several",
            count(survey.categories.all(), "label", "labels"),
            count(survey.addresses, "address", "addresses"),
            number_of(survey.with_several)
        ));
        if let Some((named, of)) = ledger.map(|ledger| self.named(ledger)) {
            lines.push(&format!(
                "  they name {} of the {}",
                number_of(named),
                count(of, "account", "accounts")
            ));
        }
        lines.wrap("  by category   ", &in_words(&survey.categories));
        let sources = survey.sources.iter().map(|(name, counts)| (plain(name, MOST_LETTERS), counts.all()));
        lines.wrap("  by source     ", &most(sources));
        let chains =
            survey.chains.iter().map(|(name, count)| (name.unwrap_or("all chains").to_owned(), *count));
        lines.wrap("  by chain      ", &most(chains));
        self.left_out(lines);
        let contradictions = &survey.contradictions;
        if contradictions.is_empty() {
            return;
        }
        let addresses = count(contradictions.len() as u64, "address", "addresses");
        lines.push("");
        lines.push(&format!("labels that contradict each other: {addresses}"));
        for [strong, weak] in contradictions.iter().take(SHOWN) {
            lines.push(&format!("  {}", strong.address));
            lines.wrap("    ", &format!("{}; but {}", said(strong), said(weak)));
        }
        if contradictions.len() > SHOWN {
            lines.push(&format!(
                "  … and {} more: `--json` has them all",
                number_of((contradictions.len() - SHOWN) as u64)
            ));
        }
    }

    /// What was left out: by reason how many, then what stands there, the most frequent first.
    fn left_out(&self, lines: &mut Lines) {
        let left_out = &self.reading.left_out;
        if left_out.is_empty() {
            return;
        }
        let all = left_out.iter().map(|it| it.count).sum();
        lines.push("");
        lines.push(&format!("left out: {} of no account that is known here", count(all, "label", "labels")));
        for Warning { reason, count, first } in left_out {
            let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
            first.iter().for_each(|it| *seen.entry(&it.seen).or_default() += 1);
            let mut seen: Vec<_> = seen.into_iter().map(|(text, times)| (Reverse(times), text)).collect();
            seen.sort_unstable();
            let seen = seen
                .into_iter()
                .map(|(Reverse(times), text)| (format!("`{}`", plain(text, MOST_LETTERS)), times));
            let place = &first[0];
            let column = if place.column.is_empty() { "entry" } else { &place.column };
            lines.wrap("  ", &format!("{} of them: `{column}` {reason}", number_of(*count)));
            lines.wrap("    ", &most(seen));
            lines.wrap("    ", &format!("the first: {}, line {}", plain(&place.file, 200), place.line));
        }
    }
}

fn in_words(counts: &ByCategory) -> String {
    counts
        .some()
        .map(|(category, count)| format!("{category} {}", number_of(count)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The first few of many, which are sorted.
fn most(all: impl ExactSizeIterator<Item = (String, u64)>) -> String {
    let more = all.len().saturating_sub(SHOWN);
    let mut shown: Vec<String> =
        all.take(SHOWN).map(|(name, count)| format!("{name} {}", number_of(count))).collect();
    if more > 0 {
        shown.push(format!("and {} more", number_of(more as u64)));
    }
    shown.join(", ")
}

/// What one label says, and who says it.
fn said(label: &Label) -> String {
    let of = if label.entity.is_empty() {
        String::new()
    } else {
        format!(" of {}", plain(&label.entity, MOST_LETTERS))
    };
    let day = if label.as_of.is_empty() { String::new() } else { format!(", {}", label.as_of) };
    format!(
        "{}{of} (`{}`, {}{day}, confidence {})",
        label.category,
        plain(&label.text, MOST_LETTERS),
        plain(&label.source, MOST_LETTERS),
        label.confidence
    )
}
