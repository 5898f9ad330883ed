//! Labels: outside knowledge about accounts, from files of several forms.
//!
//! The form is recognised by what the file holds: JSON begins with `[` or `{`, a CSV has a header with an
//! address column, and a list has one address a line. A label's text is data: it is never taken for markup or
//! a path. How its words become a category stands in one table (see [`Words`]). A bad label always ends the
//! reading: a label that is left out may be the one that stops a trace.

mod csv;
mod json;
mod list;
mod words;

pub(crate) use words::rows_of;
pub use words::{Meaning, Words};

use crate::error::{Error, Fault, cut};
use crate::facts::InputFact;
use crate::open::{Digested, FileSpec, Progress, list_files, open};
use dyetrace_core::{Address, AddressKind, Category, Label};

/// How sure a list is that everybody may look up: names as an explorer or a data set displays them.
pub const DEFAULT_CONFIDENCE: u8 = 50;

/// How sure a label is that states no confidence: GraphSense's level for `unknown`.
pub const UNKNOWN_CONFIDENCE: u8 = 5;

/// A file or folder of labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSpec {
    /// The file or folder.
    pub file: FileSpec,
    /// The NAME of `--labels NAME=FILE`: what a list of bare addresses says, and the source of its labels.
    pub name: Option<String>,
}

/// All labels that were read.
#[derive(Clone, Debug, Default)]
pub struct LabelReading {
    /// The labels, in the order in which they stand.
    pub labels: Vec<Label>,
    /// The files, in the order in which they were read; `dialect` is the form of the label file.
    pub facts: Vec<InputFact>,
}

/// Reads labels. `progress` is told how many bytes were read, as they lie on disk.
///
/// # Errors
/// An [`Error`] for a file that cannot be read and for the first bad label.
pub fn read_labels(specs: &[LabelSpec], progress: Progress<'_>) -> Result<LabelReading, Error> {
    let mut reading = LabelReading::default();
    for spec in specs {
        for file in list_files(&spec.file)? {
            let before = reading.facts.iter().map(|fact| fact.size).sum();
            let spec = LabelSpec { file, name: spec.name.clone() };
            read_file(&spec, before, progress, &mut reading)?;
        }
    }
    Ok(reading)
}

fn read_file(
    spec: &LabelSpec,
    before: u64,
    progress: Progress<'_>,
    reading: &mut LabelReading,
) -> Result<(), Error> {
    let opened = open(&spec.file, before, progress)?;
    let count = reading.labels.len();
    let (form, digested) = match form_of(&opened.head) {
        Form::Json => ("label-json", json::read(spec, opened, &mut reading.labels)?),
        Form::List => ("address-list", list::read(spec, opened, &mut reading.labels)?),
        Form::Csv => csv::read(spec, opened, &mut reading.labels)?,
    };
    let rows = reading.labels.len() - count;
    // A table with a header and no rows says so itself; a list or object without entries is a mistake.
    if rows == 0 && form != csv::OWN {
        return Err(Error::file(&spec.file.name, "the file holds no label"));
    }
    let Digested { sha256, size } = digested;
    let (name, dialect, rows) = (spec.file.output_name(), form.to_owned(), rows as u64);
    reading.facts.push(InputFact { name, dialect, sha256, size, rows, ..InputFact::default() });
    Ok(())
}

enum Form {
    Json,
    Csv,
    List,
}

/// Recognises the form by the beginning of the text.
fn form_of(head: &[u8]) -> Form {
    let head = head.trim_ascii_start();
    if head.starts_with(b"{") || head.starts_with(b"[") {
        return Form::Json;
    }
    let mut lines = head.split(|&byte| byte == b'\n' || byte == b'\r').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#")).unwrap_or_default();
    let is_header = first.contains(&b',') || first.eq_ignore_ascii_case(b"address");
    if is_header { Form::Csv } else { Form::List }
}

/// Parses the address of a label. Where the chain is not known to write other addresses than EVM ones, the
/// text decides.
fn parse_address(text: &str, chain: Option<&str>) -> Result<Address, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    if !text.is_empty() && !text.bytes().all(allowed) {
        return Err("is not an address: letters and digits were expected".to_owned());
    }
    let evm_chain = chain.is_none_or(|chain| AddressKind::of_chain(chain) == AddressKind::Evm);
    let parsed = if evm_chain {
        Address::parse_any(text.as_bytes())
    } else {
        Address::parse(AddressKind::Text, text.as_bytes())
    };
    parsed.map_err(|error| error.to_string())
}

/// The label that a list gives an address: what the list's name means.
struct ListLabel {
    text: String,
    meaning: Meaning,
    source: String,
}

impl ListLabel {
    fn of(spec: &LabelSpec) -> Self {
        let text = words::list_name(spec.name.as_deref(), &spec.file);
        let meaning = Words::built_in().of_list(&text);
        Self { text, meaning, source: source_of(spec) }
    }

    fn of_address(&self, text: &str) -> Result<Label, Fault> {
        let address = parse_address(text, None).map_err(|reason| Fault::of_field("", text, reason))?;
        Ok(Label {
            address,
            chain: None,
            text: self.text.clone(),
            category: self.meaning.category,
            entity: self.meaning.entity.clone(),
            source: self.source.clone(),
            as_of: String::new(),
            confidence: DEFAULT_CONFIDENCE,
        })
    }
}

/// The source of labels that name none: the NAME that was typed, else the file's name.
fn source_of(spec: &LabelSpec) -> String {
    spec.name.clone().unwrap_or_else(|| spec.file.short_name())
}

/// Parses a category.
pub(crate) fn parse_category(word: &str) -> Result<Category, String> {
    word.to_lowercase().parse().map_err(|()| {
        let known = Category::ALL.map(Category::as_str).join(", ");
        format!("is no category: one of {known} was expected")
    })
}

/// Parses `--labels [NAME=]FILE`.
///
/// # Errors
/// An [`Error`] where the name or the file is empty.
pub fn parse_labels(text: &str) -> Result<LabelSpec, Error> {
    let (name, file) = match text.split_once('=') {
        // A path may hold `=` too: what stands before it is a name only if it is one word.
        Some((name, file)) if !name.contains(['/', '.', '\\']) => (Some(name.to_owned()), file),
        _ => (None, text),
    };
    if file.is_empty() || name.as_deref() == Some("") {
        let what =
            format!("`{}` names no label file: `FILE` or `NAME=FILE` was expected", cut(text.as_bytes()));
        return Err(Error::typed(what));
    }
    Ok(LabelSpec { file: FileSpec::typed(file), name })
}
