//! A check of label files: how many labels from whom, of what, and which contradict each other.

use super::text::Lines;
use super::words::{count, number_of};
use anyhow::Result;
use dyetrace_core::{Label, Labels, Ledger};
use dyetrace_ingest::labels::{ByCategory, is_label_file, list_label_files};
use dyetrace_ingest::{
    Error, FileSpec, InputFact, InputSpec, LabelReading, LabelSpec, LabelSurvey, read_labels,
};
use dyetrace_report::display::plain;
use serde_json::{Map, Value, json};

/// How many sources, chains and contradictions the text shows; all are counted, and the JSON has them all.
const SHOWN: usize = 12;

/// The most letters of a foreign text in a line.
const MOST_LETTERS: usize = 60;

/// The label files among what was typed, and the rest.
pub(super) struct Split {
    pub(super) labels: Vec<FileSpec>,
    pub(super) passed_over: Vec<String>,
    pub(super) rest: Vec<InputSpec>,
}

impl Split {
    /// Tells label files from others by what they hold. A folder without any label file is left as it is.
    pub(super) fn of(inputs: Vec<InputSpec>) -> Self {
        let mut split = Self { labels: Vec::new(), passed_over: Vec::new(), rest: Vec::new() };
        for input in inputs {
            let listed = list_label_files(&input.file).unwrap_or_default();
            let (labels, others): (Vec<_>, Vec<_>) = listed.files.into_iter().partition(is_label_file);
            if labels.is_empty() || !input.map.is_empty() {
                split.rest.push(input);
                continue;
            }
            split.labels.extend(labels);
            split.passed_over.extend(listed.passed_over);
            split.rest.extend(others.into_iter().map(|file| InputSpec { file, ..input.clone() }));
        }
        split
    }
}

/// What label files hold.
pub(super) struct LabelCheck {
    reading: LabelReading,
    passed_over: Vec<String>,
    /// Files that are refused.
    bad: Vec<Error>,
}

impl LabelCheck {
    /// Reads them; a bad one is told, and the others are read without it.
    ///
    /// # Errors
    /// What is wrong with the first, where none can be read.
    pub(super) fn of(files: &[FileSpec], passed_over: Vec<String>) -> Result<Self, Error> {
        let spec = |file: &FileSpec| LabelSpec { file: file.clone(), name: None };
        let mut specs: Vec<LabelSpec> = files.iter().map(spec).collect();
        let mut bad = Vec::new();
        let reading = match read_labels(&specs, &|_| {}) {
            Ok(reading) => reading,
            Err(_) => {
                specs.retain(|spec| match read_labels(std::slice::from_ref(spec), &|_| {}) {
                    Ok(_) => true,
                    Err(error) => {
                        bad.push(error);
                        false
                    }
                });
                if specs.is_empty() {
                    return Err(bad.swap_remove(0));
                }
                read_labels(&specs, &|_| {})?
            }
        };
        Ok(Self { reading, passed_over, bad })
    }

    pub(super) fn is_complete(&self) -> bool {
        self.bad.is_empty()
    }

    /// Each file with its labels.
    fn files(&self) -> impl Iterator<Item = (&InputFact, ByCategory)> {
        let mut rest = self.reading.labels.as_slice();
        self.reading.facts.iter().map(move |fact| {
            let (its, others) =
                rest.split_at(usize::try_from(fact.rows).unwrap_or(usize::MAX).min(rest.len()));
            rest = others;
            (fact, its.iter().collect())
        })
    }

    /// For a person. The ledger is what stands beside the labels.
    pub(super) fn text(&self, ledger: Option<&Ledger>) -> String {
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
        for left in &self.reading.left_out {
            lines.wrap(
                "  left out      ",
                &format!("{}, the first: {}", number_of(left.count), left.first[0]),
            );
        }
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

    /// How many accounts of a ledger have a label, and how many there are.
    fn named(&self, ledger: &Ledger) -> (u64, u64) {
        let labels = Labels::bind(ledger, self.reading.labels.clone());
        (labels.accounts().count() as u64, ledger.accounts().len() as u64)
    }

    fn verdict(&self) -> String {
        match self.bad.len() as u64 {
            0 => "good labels for a trace".to_owned(),
            bad => format!(
                "{}: a trace would stop at the first",
                count(bad, "bad label file", "bad label files")
            ),
        }
    }

    /// For a script.
    pub(super) fn json(&self, ledger: Option<&Ledger>) -> Value {
        let survey = LabelSurvey::of(&self.reading);
        let left_out = self.reading.left_out.iter().map(|it| {
            let first = it
                .first
                .iter()
                .map(|it| json!({ "file": it.file, "line": it.line, "column": it.column, "seen": it.seen }));
            json!({ "reason": it.reason, "count": it.count, "first": first.collect::<Vec<_>>() })
        });
        let files = self.files().map(|(fact, counts)| {
            json!({
                "name": fact.name, "form": fact.dialect, "labels": fact.rows, "left_out": fact.left_out,
                "bytes": fact.size, "sha256": fact.sha256, "categories": by_category(&counts),
                "fields_not_read": fact.passed_over, "notes": fact.notes,
            })
        });
        let bad = self.bad.iter().map(|error| {
            let place = error.as_reject();
            json!({
                "file": place.map(|it| &it.file), "line": place.map(|it| it.line), "column": place.map(|it| &it.column),
                "seen": place.map(|it| &it.seen), "message": error.message(), "hint": error.hint(),
            })
        });
        let sources = survey.sources.iter();
        let sources = sources.map(|(name, counts)| json!({ "source": name, "labels": counts.all(), "categories": by_category(counts) }));
        let chains = survey.chains.iter().map(|(name, count)| json!({ "chain": name, "labels": count }));
        let contradictions = survey.contradictions.iter();
        let contradictions = contradictions
            .map(|pair| json!({ "address": pair[0].address.to_string(), "labels": pair.map(label) }));
        json!({
            "files": files.collect::<Vec<_>>(),
            "passed_over": self.passed_over,
            "labels": survey.categories.all(),
            "addresses": survey.addresses,
            "addresses_with_several": survey.with_several,
            "accounts_named": ledger.map(|ledger| self.named(ledger).0),
            "categories": by_category(&survey.categories),
            "sources": sources.collect::<Vec<_>>(),
            "chains": chains.collect::<Vec<_>>(),
            "left_out": left_out.collect::<Vec<_>>(),
            "contradictions": contradictions.collect::<Vec<_>>(),
            "bad_files": bad.collect::<Vec<_>>(),
            "verdict_in_words": self.verdict(),
        })
    }
}

fn by_category(counts: &ByCategory) -> Map<String, Value> {
    counts.some().map(|(category, count)| (category.to_string(), count.into())).collect()
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

fn label(label: &Label) -> Value {
    json!({
        "label": label.text, "category": label.category.as_str(), "entity": label.entity, "chain": label.chain,
        "source": label.source, "as_of": label.as_of, "confidence": label.confidence,
    })
}
