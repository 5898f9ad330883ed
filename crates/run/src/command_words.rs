//! The words of a command as a manifest keeps them: files without the folders of this machine, and neither the number of
//! threads nor where the result went.

use crate::plan::{TypedCase, TypedReading};
use dyetrace_ingest::FileSpec;
use dyetrace_ingest::labels::is_label_name;
use std::path::{Path, PathBuf};

/// The words so far. Options stand in the order in which they are added.
pub(crate) struct CommandWords(Vec<String>);

impl CommandWords {
    /// `dyetrace COMMAND`, and the case file if there is one.
    pub(crate) fn of(command: &str, case: &TypedCase) -> Self {
        let mut words = vec!["dyetrace".to_owned(), command.to_owned()];
        words.extend(case.case.iter().map(|path| name(path)));
        Self(words)
    }

    /// Transfers, labels and decisions of a case.
    pub(crate) fn case(&mut self, case: &TypedCase) {
        self.files("transfers", &case.transfers);
        self.files_after_mark("labels", &case.labels, is_label_name);
        self.files("decisions", case.decisions.as_slice());
    }

    /// How files are read, but for [`Self::flag`]s.
    pub(crate) fn reading(&mut self, reading: &TypedReading) {
        self.option("chain", reading.chain.as_slice());
        self.option("map", &reading.maps);
        self.files("tokens", &reading.tokens);
    }

    /// An option, once for each of its values.
    pub(crate) fn option<T: ToString>(&mut self, option: &str, values: &[T]) {
        for value in values {
            self.0.extend([format!("--{option}"), value.to_string()]);
        }
    }

    /// An option that takes files.
    pub(crate) fn files(&mut self, option: &str, files: &[PathBuf]) {
        let names: Vec<String> = files.iter().map(|path| name(path)).collect();
        self.option(option, &names);
    }

    /// One that takes `FILE` or `MARK=FILE`. A path may hold `=` too: a mark is what `is_mark` says.
    pub(crate) fn files_after_mark(
        &mut self,
        option: &str,
        texts: &[String],
        is_mark: impl Fn(&str) -> bool,
    ) {
        let name = |text: &String| match text.split_once('=').filter(|(mark, _)| is_mark(mark)) {
            Some((mark, path)) => format!("{mark}={}", name(Path::new(path))),
            None => name(Path::new(text)),
        };
        let names: Vec<String> = texts.iter().map(name).collect();
        self.option(option, &names);
    }

    /// An option without a value, where it was given.
    pub(crate) fn flag(&mut self, option: &str, given: bool) {
        if given {
            self.0.push(format!("--{option}"));
        }
    }

    /// All of them.
    pub(crate) fn finish(self) -> Vec<String> {
        self.0
    }
}

fn name(path: &Path) -> String {
    FileSpec::typed(path).output_name()
}
