//! A check of label files: how many labels from whom, of what, and which contradict each other.

mod json;
mod text;

use super::words::count;
use anyhow::Result;
use dyetrace_core::{Labels, Ledger};
use dyetrace_ingest::labels::{ByCategory, is_label_file, list_label_files};
use dyetrace_ingest::{Error, FileSpec, InputFact, InputSpec, LabelReading, LabelSpec, read_labels};

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
}
