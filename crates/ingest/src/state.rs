//! The state of a trace as a file, so that a later trace goes on from it.
//!
//! # Shape
//!
//! A line that says what the file is and which version of the program wrote it; a line with the SHA-256 of all that
//! follows; then the state, in the Postcard wire format (version 1). It is for this program alone: whatever a person
//! wants to read stands in the tables. Written aside and renamed, as a snapshot is.

use crate::error::Error;
use crate::open::{FileSpec, hex_of, open_raw};
use crate::snapshot::Target;
use dyetrace_core::trace::TraceState;
use sha2::{Digest, Sha256};
use std::io::{Read, Write};

const KIND: &str = "dyetrace state";
/// Raised whenever the form of a state changes, or what it means.
const FORM: u32 = 5;

/// What lies where a state is kept.
#[derive(Debug)]
pub enum StateFile {
    /// Nothing yet.
    Absent,
    /// A state.
    Found(Box<TraceState>),
    /// One of another version of the program, with the reason why it is of no use.
    Other(String),
}

fn head() -> String {
    format!("{KIND} {FORM} {}\n", env!("CARGO_PKG_VERSION"))
}

/// Reads a state.
///
/// # Errors
/// An [`Error`] where the file cannot be read, is no state, or is damaged.
pub fn read_state(file: &FileSpec) -> Result<StateFile, Error> {
    if !file.path.exists() && !file.path.is_symlink() {
        return Ok(StateFile::Absent);
    }
    let mut bytes = Vec::new();
    let cannot = |error| Error::io(&file.name, "cannot be read", error);
    let mut opened = open_raw(file)?;
    // What is no state is told by its beginning, however long it is.
    (&opened).take(KIND.len() as u64).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes != KIND.as_bytes() {
        let error = Error::file(&file.name, "is no state of a trace");
        return Err(error.with_hint("name a new file: the first trace makes it"));
    }
    opened.read_to_end(&mut bytes).map_err(cannot)?;
    let line = |bytes: &[u8]| bytes.iter().position(|&byte| byte == b'\n').map(|end| end + 1);
    let damaged = || {
        let error = Error::file(&file.name, "is the state of a trace, but damaged or cut off");
        error.with_hint("delete it: the next trace starts over and makes it again")
    };
    let first = line(&bytes).ok_or_else(damaged)?;
    if bytes[..first] != *head().as_bytes() {
        return Ok(StateFile::Other("the state is one of another version of this program".to_owned()));
    }
    let second = first + line(&bytes[first..]).ok_or_else(damaged)?;
    let content = &bytes[second..];
    if bytes[first..second] != *seal(content).as_bytes() {
        return Err(damaged());
    }
    let state = postcard::from_bytes(content).map_err(|_| damaged())?;
    Ok(StateFile::Found(Box::new(state)))
}

/// Writes a state in place of what is there.
///
/// # Errors
/// An [`Error`] where it cannot be written: what was there is then as it was.
///
/// # Panics
/// Never: a state is numbers and lists.
pub fn write_state(goal: &FileSpec, state: &TraceState) -> Result<(), Error> {
    let target = Target::begin(goal)?;
    let content = postcard::to_stdvec(state).expect("a state is numbers and lists");
    let written = [head().as_bytes(), seal(&content).as_bytes(), &content[..]]
        .into_iter()
        .try_for_each(|part| (&*target.file).write_all(part));
    written.map_err(|error| target.error(error))?;
    target.finish().map(|_| ())
}

fn seal(content: &[u8]) -> String {
    hex_of(&Sha256::digest(content)) + "\n"
}

#[cfg(test)]
mod tests {
    use super::{StateFile, read_state, write_state};
    use crate::open::FileSpec;
    use dyetrace_core::ledger::{Covers, Kind, Row, RowPlace, Source};
    use dyetrace_core::trace::{AddressSeed, Seed, Since, Theft, TraceOptions, TraceState, resume};
    use dyetrace_core::{Address, Amount, Labels, LedgerBuilder};

    fn state() -> TraceState {
        let mut builder = LedgerBuilder::default();
        builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
        let chain = builder.chain("ethereum");
        let [thief, shop] = [[1; 20], [2; 20]].map(Address::from_evm);
        let row = Row {
            chain,
            block: Some(1),
            time: None,
            transaction_index: Some(0),
            event_index: None,
            transaction_hash: None,
            from: Some(thief),
            to: shop,
            contract: None,
            value: Amount::from(u128::MAX).plus(Amount::from(7)),
            fee: None,
            kind: Kind::External,
        };
        builder.push(RowPlace { source: 0, line: 2 }, row).unwrap();
        let seed = AddressSeed { chain: None, address: thief, since: Since::Start, asset: None };
        let thefts = [Theft { id: "T".to_owned(), seeds: vec![Seed::Address(seed)] }];
        let ledger = builder.finish().unwrap();
        resume(&ledger, &Labels::default(), &thefts, &TraceOptions::default(), None).unwrap().state
    }

    #[test]
    fn what_was_written_is_read_and_any_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = FileSpec::typed(folder.path().join("a.state"));
        assert!(matches!(read_state(&file).unwrap(), StateFile::Absent));
        let state = state();
        write_state(&file, &state).unwrap();
        let StateFile::Found(found) = read_state(&file).unwrap() else { panic!("it is there") };
        assert_eq!(*found, state);
        let whole = std::fs::read(&file.path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&file.path, &bytes).unwrap();
            assert!(!matches!(read_state(&file), Ok(StateFile::Found(_) | StateFile::Absent)), "byte {at}");
            std::fs::write(&file.path, &whole[..at]).unwrap();
            assert!(!matches!(read_state(&file), Ok(StateFile::Found(_) | StateFile::Absent)), "cut at {at}");
        }
        std::fs::write(&file.path, "name,amount\nAda,12\n").unwrap();
        let error = read_state(&file).unwrap_err().to_string();
        assert!(error.contains("is no state of a trace"), "{error}");
    }
}
