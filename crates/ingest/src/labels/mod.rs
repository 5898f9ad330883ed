//! Labels: outside knowledge about accounts, from files of several forms.
//!
//! The form is recognised by what the file holds: JSON begins with `[` or `{`, YAML with a key or `---`, a CSV has
//! a header with an address column, and a list has one address a line. A label's text is data: it is never taken for markup or
//! a path. How its words become a category stands in one table (see [`Words`]). A bad label always ends the
//! reading: a label that is left out may be the one that stops a trace.

mod csv;
mod gathered;
mod json;
mod list;
mod reserves;
mod survey;
mod tagpack;
mod words;

pub use survey::{ByCategory, LabelSurvey};
pub(crate) use words::rows_of;
pub use words::{Meaning, Words};

use crate::error::{Error, Fault, cut};
use crate::facts::InputFact;
use crate::open::{Digested, FileSpec, Opened, Progress, cannot_read, list_entries, open};
use crate::reject::Warning;
use dyetrace_core::{Address, AddressKind, Category, Label};
use gathered::{Gathered, OfFile};
use std::io::Read;

/// The largest label file in JSON or YAML: it is held in memory.
const LARGEST: u64 = 1 << 30;

/// How deep folders of labels may lie in each other.
const DEEPEST_FOLDER: usize = 16;

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
    /// What stands in the files and is no label of an account here, by reason, with the places of the first 1,000.
    pub left_out: Vec<Warning>,
    /// Files of the named folders that are none of labels by their names: licences and the like.
    pub passed_over: Vec<String>,
}

/// Reads labels. `progress` is told how many bytes were read, as they lie on disk.
///
/// # Errors
/// An [`Error`] for a file that cannot be read and for the first bad label.
pub fn read_labels(specs: &[LabelSpec], progress: Progress<'_>) -> Result<LabelReading, Error> {
    let mut gathered = Gathered::new();
    let mut facts: Vec<InputFact> = Vec::new();
    let mut passed_over = Vec::new();
    for spec in specs {
        let listed = list_label_files(&spec.file)?;
        passed_over.extend(listed.passed_over);
        for file in listed.files {
            let before = facts.iter().map(|fact| fact.size).sum();
            let spec = LabelSpec { file, name: spec.name.clone() };
            facts.push(read_file(&spec, before, progress, &mut gathered)?);
        }
    }
    let (labels, left_out) = gathered.finish();
    Ok(LabelReading { labels, facts, left_out, passed_over })
}

/// The label files that a path names.
#[derive(Debug, Default)]
pub struct LabelFiles {
    /// They, in the order in which they are read.
    pub files: Vec<FileSpec>,
    /// Names of what lies beside them and is none by its name.
    pub passed_over: Vec<String>,
}

/// Lists the label files that a path names: itself, or all files of a folder and of the folders in it, in the order
/// of their names by bytes.
///
/// # Errors
/// An [`Error`] where the path does not exist or cannot be listed, or the folder holds no file.
pub fn list_label_files(named: &FileSpec) -> Result<LabelFiles, Error> {
    let mut listed = LabelFiles::default();
    list_into(named, 0, &mut listed)?;
    if listed.files.is_empty() {
        return Err(Error::file(&named.name, "the folder holds no label file"));
    }
    Ok(listed)
}

fn list_into(named: &FileSpec, depth: usize, listed: &mut LabelFiles) -> Result<(), Error> {
    for entry in list_entries(named)? {
        if entry.path.is_dir() && entry != *named {
            if depth == DEEPEST_FOLDER {
                let what = format!(
                    "the folder lies more than {DEEPEST_FOLDER} folders deep: does a link lead in a circle?"
                );
                return Err(Error::file(&entry.name, what));
            }
            list_into(&entry, depth + 1, listed)?;
        } else if entry != *named && is_no_label_file(&entry.short_name()) {
            listed.passed_over.push(entry.output_name());
        } else {
            listed.files.push(entry);
        }
    }
    Ok(())
}

/// Whether a file of a folder is none of labels by its name.
fn is_no_label_file(name: &str) -> bool {
    let name = name.to_lowercase();
    let beginnings = ["license", "licence", "copying", "readme", "changelog", "."];
    beginnings.iter().any(|it| name.starts_with(it)) || name.ends_with(".md")
}

/// Whether a file holds labels, by its beginning: so that `check` knows what it was given.
///
/// A list is told by its first address; a table by its header. What cannot be opened or is read only once is none.
#[must_use]
pub fn is_label_file(file: &FileSpec) -> bool {
    if file.is_read_once() || !file.path.is_file() {
        return false;
    }
    let Ok(opened) = open(file, 0, &|_| {}) else { return false };
    let head = opened.head.trim_ascii_start();
    let mut lines = head.split(|&byte| byte == b'\n' || byte == b'\r').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"#")).unwrap_or_default();
    match form_of(head) {
        Form::Yaml | Form::Reserves => true,
        Form::Csv => csv::is_header(first),
        Form::Json => json::is_labels(head),
        Form::List => {
            let address = first.split(|&byte| byte == b'#').next().unwrap_or_default().trim_ascii();
            let text = std::str::from_utf8(address).unwrap_or_default();
            text.len() > 24
                && text.bytes().all(|it| it.is_ascii_alphanumeric())
                && parse_address(text, None).is_ok()
        }
    }
}

fn read_file(
    spec: &LabelSpec,
    before: u64,
    progress: Progress<'_>,
    gathered: &mut Gathered,
) -> Result<InputFact, Error> {
    let opened = open(&spec.file, before, progress)?;
    let count = gathered.labels.len();
    gathered.file = OfFile { name: spec.file.output_name(), ..OfFile::default() };
    let (form, digested) = match form_of(&opened.head) {
        Form::Json => ("label-json", json::read(spec, opened, &mut gathered.labels)?),
        Form::Yaml => tagpack::read(spec, opened, gathered)?,
        Form::List => ("address-list", list::read(spec, opened, &mut gathered.labels)?),
        Form::Reserves => reserves::read(spec, opened, gathered)?,
        Form::Csv => csv::read(spec, opened, &mut gathered.labels)?,
    };
    let rows = gathered.labels.len() - count;
    let OfFile { name, left_out, passed_over, notes } = std::mem::take(&mut gathered.file);
    // A table with a header and no rows says so itself; a list or object without entries is a mistake.
    if rows == 0 && left_out == 0 && !matches!(form, csv::OWN | tagpack::ACTORS) {
        return Err(Error::file(&spec.file.name, "the file holds no label"));
    }
    let Digested { sha256, size } = digested;
    let (dialect, rows) = (form.to_owned(), rows as u64);
    Ok(InputFact { name, dialect, sha256, size, rows, left_out, passed_over, notes, ..InputFact::default() })
}

/// Reads a file that is held in memory.
fn read_whole(name: &str, mut opened: Opened<'_>) -> Result<(Vec<u8>, Digested), Error> {
    let mut bytes = Vec::new();
    let mut limited = opened.text.by_ref().take(LARGEST + 1);
    limited.read_to_end(&mut bytes).map_err(|error| cannot_read(name, error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::file(name, format!("the text is larger than {LARGEST} bytes")));
    }
    Ok((bytes, opened.finish(name)?))
}

/// A file's text.
fn utf8<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, Error> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let from = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let seen = bytes[from..].split(|&byte| byte == b'\n').next().unwrap_or_default();
        Error::row(name, line, Fault::of_field("", seen, "is not UTF-8 text"))
    })
}

enum Form {
    Json,
    Yaml,
    Csv,
    Reserves,
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
    if tagpack::is_yaml(first) {
        return Form::Yaml;
    }
    if reserves::is_first_line(first) {
        return Form::Reserves;
    }
    let is_header = first.contains(&b',') || first.eq_ignore_ascii_case(b"address");
    if is_header { Form::Csv } else { Form::List }
}

/// Parses the address of a label. Where the chain is not known to write other addresses than EVM ones, the
/// text decides.
pub(crate) fn parse_address(text: &str, chain: Option<&str>) -> Result<Address, String> {
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

/// Whether what stands before `=` in `--labels` is a name: a path may hold `=` too, but a name is one word.
#[must_use]
pub fn is_label_name(text: &str) -> bool {
    !text.contains(['/', '.', '\\'])
}

/// Parses `--labels [NAME=]FILE`.
///
/// # Errors
/// An [`Error`] where the name or the file is empty.
pub fn parse_labels(text: &str) -> Result<LabelSpec, Error> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) if is_label_name(name) => (Some(name.to_owned()), file),
        _ => (None, text),
    };
    if file.is_empty() || name.as_deref() == Some("") {
        let what =
            format!("`{}` names no label file: `FILE` or `NAME=FILE` was expected", cut(text.as_bytes()));
        return Err(Error::typed(what));
    }
    Ok(LabelSpec { file: FileSpec::typed(file), name })
}
