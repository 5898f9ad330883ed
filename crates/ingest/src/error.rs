//! What is said when something cannot be read.
//!
//! An error has two parts: the message (place, what was seen, what was expected) and, where there is one, a
//! hint. The place is as the user named it: file, line (counted from 1, the physical line on which the row
//! begins), column (as the header spells it).
//!
//! ```text
//! transfers.csv, line 1042, column `value`: `12.5` has a fraction, but this column holds whole base units
//!
//! hint: …
//! ```

use crate::reject::Reject;
use std::fmt;
use std::io;

/// Why something was not read.
#[derive(Debug)]
pub struct Error(Box<Kind>);

#[derive(Debug)]
enum Kind {
    /// A row of a file.
    Row { reject: Reject, hint: Option<String> },
    /// A file as a whole.
    File { file: String, what: String, hint: Option<String>, source: Option<io::Error> },
    /// Something that was typed.
    Typed { what: String, hint: Option<String> },
}

const UNFIT: &str = "the rows need all others to be read first";

impl Error {
    pub(crate) fn row(file: &str, line: u64, fault: Fault) -> Self {
        let hint = fault.hint.clone();
        Self(Box::new(Kind::Row { reject: fault.at(file, line), hint }))
    }

    pub(crate) fn file(file: &str, what: impl Into<String>) -> Self {
        let (file, what) = (file.to_owned(), what.into());
        Self(Box::new(Kind::File { file, what, hint: None, source: None }))
    }

    pub(crate) fn io(file: &str, what: impl Into<String>, error: io::Error) -> Self {
        let (file, what) = (file.to_owned(), what.into());
        Self(Box::new(Kind::File { file, what, hint: None, source: Some(error) }))
    }

    pub(crate) fn typed(what: impl Into<String>) -> Self {
        Self(Box::new(Kind::Typed { what: what.into(), hint: None }))
    }

    /// Said to the way of writing that wants rows in order, where they are not; nobody else sees it.
    pub(crate) fn unfit() -> Self {
        Self::typed(UNFIT)
    }

    /// Whether this is that.
    pub(crate) fn is_unfit(&self) -> bool {
        matches!(&*self.0, Kind::Typed { what, .. } if what == UNFIT)
    }

    pub(crate) fn with_hint(mut self, text: impl Into<String>) -> Self {
        let (Kind::Row { hint, .. } | Kind::File { hint, .. } | Kind::Typed { hint, .. }) = &mut *self.0;
        *hint = Some(text.into());
        self
    }

    /// Puts something typed into the place of a file where it stands: a case file.
    pub(crate) fn into_row(self, file: &str, line: u64) -> Self {
        match *self.0 {
            Kind::Typed { what, hint } => {
                let fault = Fault { column: String::new(), seen: String::new(), reason: what, hint };
                Self::row(file, line, fault)
            }
            kind => Self(Box::new(kind)),
        }
    }

    /// Whether a single row is at fault, so that `--skip-bad-rows` could go on.
    #[must_use]
    pub fn is_row(&self) -> bool {
        matches!(*self.0, Kind::Row { .. })
    }

    /// The row at fault and what is wrong with it, if it is a row.
    #[must_use]
    pub fn as_reject(&self) -> Option<&Reject> {
        match &*self.0 {
            Kind::Row { reject, .. } => Some(reject),
            _ => None,
        }
    }

    /// The file at fault, as the user named it, if it is a file or a row of one.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        match &*self.0 {
            Kind::Row { reject, .. } => Some(&reject.file),
            Kind::File { file, .. } => Some(file),
            Kind::Typed { .. } => None,
        }
    }

    /// The place, what was seen and what was expected; without the hint.
    #[must_use]
    pub fn message(&self) -> String {
        match &*self.0 {
            Kind::Row { reject, .. } => reject.to_string(),
            Kind::File { file, what, source: None, .. } => format!("{file}: {what}"),
            Kind::File { file, what, source: Some(source), .. } => format!("{file}: {what}: {source}"),
            Kind::Typed { what, .. } => what.clone(),
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        let (Kind::Row { hint, .. } | Kind::File { hint, .. } | Kind::Typed { hint, .. }) = &*self.0;
        hint.as_deref()
    }
}

/// The message, then, after an empty line, the hint.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        self.hint().map_or(Ok(()), |hint| write!(f, "\n\nhint: {hint}"))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::File { source: Some(source), .. } => Some(source),
            _ => None,
        }
    }
}

/// What is wrong with a row, before its place is known.
#[derive(Debug)]
pub(crate) struct Fault {
    column: String,
    seen: String,
    reason: String,
    hint: Option<String>,
}

impl Fault {
    /// A fault of one field. The reason goes on after the text seen: `12.5` *has a fraction*.
    pub(crate) fn of_field(column: &str, seen: impl AsRef<[u8]>, reason: impl fmt::Display) -> Self {
        let (column, seen) = (cut(column.as_bytes()), cut(seen.as_ref()));
        Self { column, seen, reason: reason.to_string(), hint: None }
    }

    /// A fault of the row as a whole.
    pub(crate) fn of_row(reason: impl Into<String>) -> Self {
        Self { column: String::new(), seen: String::new(), reason: reason.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The fault at its place, without the hint.
    pub(crate) fn at(self, file: &str, line: u64) -> Reject {
        let Self { column, seen, reason, hint: _ } = self;
        Reject { file: file.to_owned(), line, column, seen, reason }
    }
}

/// The most characters of a foreign text that a message shows.
const MOST_SHOWN: usize = 80;

/// Makes a foreign text fit to be shown: at most 80 characters, control and direction characters escaped.
pub(crate) fn cut(text: &[u8]) -> String {
    // 80 characters have at most 320 bytes; what is longer need not be decoded to be cut.
    let head = &text[..text.len().min(4 * MOST_SHOWN + 4)];
    let decoded = String::from_utf8_lossy(head);
    let mut shown = String::new();
    for (count, character) in decoded.chars().enumerate() {
        if count == MOST_SHOWN {
            shown.push('…');
            break;
        }
        if character.is_control() || is_invisible(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Characters that change how the text around them is shown.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_foreign_text_is_cut_and_escaped() {
        assert_eq!(cut(b"12.5"), "12.5");
        assert_eq!(cut(b"a\nb\x1b[31m"), "a\\nb\\u{1b}[31m");
        assert_eq!(cut("abc\u{202e}def".as_bytes()), "abc\\u{202e}def");
        assert_eq!(cut(&[b'x'; 5000]).chars().count(), 81);
    }
}
