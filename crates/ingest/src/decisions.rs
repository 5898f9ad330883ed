//! The log of an analyst's decisions: `decisions.jsonl`, read, checked, and added to.
//!
//! A line is a [`Decision`] as JSON, with the keys in that order, no space between them, and LF at its end. Any other way
//! to write the same is refused: then the hash of a line follows from what it says, and the copy in a result can be
//! checked without the file. The chain tells a line that was changed, moved or removed; not the loss of the last ones:
//! against that, the manifest of each result names the head, which is the hash of the last line.

use crate::error::{Error, Fault, cut};
use crate::facts::InputFact;
use crate::labels::parse_category;
use crate::open::{FileSpec, cannot_read, hex_of, open_raw};
use crate::snapshot::Target;
use crate::time::parse_time;
use dyetrace_core::decision::{Decision, DecisionKind, Detail, NO_LINE};
use dyetrace_core::ledger::TxHash;
use sha2::{Digest, Sha256};
use std::io::{Read, Write};

/// The largest log.
const LARGEST: u64 = 64 << 20;
/// The most letters of who decided, and of an entity.
const LONGEST_NAME: usize = 200;
/// The most letters of why.
const LONGEST_WHY: usize = 20_000;

/// A log that was read, with every link of its chain checked.
#[derive(Clone, Debug, Default)]
pub struct DecisionLog {
    /// The decisions, in order.
    pub decisions: Vec<Decision>,
    /// The SHA-256 of each line, in hex.
    pub hashes: Vec<String>,
    /// What the file was.
    pub fact: InputFact,
}

impl DecisionLog {
    /// The hash of the last line; [`NO_LINE`] where there is none.
    #[must_use]
    pub fn head(&self) -> &str {
        self.hashes.last().map_or(NO_LINE, String::as_str)
    }
}

/// Reads a log.
///
/// # Errors
/// An [`Error`] with the line: it is none, says what no decision can say, or is not the one that followed the line before.
pub fn read_decisions(file: &FileSpec) -> Result<DecisionLog, Error> {
    let mut bytes = Vec::new();
    let opened = open_raw(file)?;
    opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| cannot_read(&file.name, error))?;
    parse(file, &bytes)
}

fn parse(file: &FileSpec, bytes: &[u8]) -> Result<DecisionLog, Error> {
    if bytes.len() as u64 > LARGEST {
        return Err(Error::file(
            &file.name,
            format!("is larger than {LARGEST} bytes, too large for a log of decisions"),
        ));
    }
    let mut log = DecisionLog::default();
    let mut number = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        number += 1;
        let refused = |what: String, hint: &str| {
            let fault = Fault::of_row(what);
            let fault = if hint.is_empty() { fault } else { fault.with_hint(hint) };
            Error::row(&file.name, number, fault)
        };
        let Some(line) = line.strip_suffix(b"\n") else {
            return Err(refused(
                "the line has no end: it was cut off".to_owned(),
                "take it from a copy; nothing was applied",
            ));
        };
        let decision: Decision = serde_json::from_slice(line).map_err(|error| {
            // Of the message only what is ours: the line itself stands in the file.
            let what = cut(error.to_string().as_bytes());
            refused(format!("is no decision: {what}"), "`dyetrace decide` writes such lines")
        })?;
        if decision.number != number {
            let what = format!(
                "is decision {}, but {number} was expected: a line is missing, moved or added",
                decision.number
            );
            return Err(refused(what, CHANGED));
        }
        if decision.before != log.head() {
            let what = "does not follow the line before it: one of the two was changed".to_owned();
            return Err(refused(what, CHANGED));
        }
        check(&decision).map_err(|what| refused(what, ""))?;
        if written(&decision).as_bytes() != line {
            let what =
                "is not written as `dyetrace decide` writes it: other spaces, order of keys or escapes"
                    .to_owned();
            return Err(refused(what, CHANGED));
        }
        log.hashes.push(hex_of(&Sha256::digest(line)));
        log.decisions.push(decision);
    }
    log.fact = InputFact {
        name: file.output_name(),
        dialect: "decisions".to_owned(),
        sha256: hex_of(&Sha256::digest(bytes)),
        size: bytes.len() as u64,
        rows: log.decisions.len() as u64,
        ..InputFact::default()
    };
    Ok(log)
}

const CHANGED: &str = "the log is only ever added to: compare it with a copy, or with the head in the manifest of an earlier result";

/// A decision as it stands in its line.
fn written(decision: &Decision) -> String {
    serde_json::to_string(decision).expect("a decision is texts and numbers")
}

/// What a decision says that it cannot say.
fn check(decision: &Decision) -> Result<(), String> {
    let Decision { when, who, kind, subject, detail, why, .. } = decision;
    let Detail { chain, category, entity, confidence, destination } = detail;
    let is_time =
        when.len() == 20 && when.ends_with('Z') && when.as_bytes()[10] == b'T' && parse_time(when).is_ok();
    if !is_time {
        return Err(format!("`when`: `{}` is not a time as 2022-06-23T11:06:00Z", cut(when.as_bytes())));
    }
    let word = |name: &str, text: &str, most: usize| {
        let fits =
            !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
        let wrong = || {
            format!(
                "`{name}`: 1 to {most} visible characters were expected, `{}` was seen",
                cut(text.as_bytes())
            )
        };
        if fits { Ok(()) } else { Err(wrong()) }
    };
    word("who", who, LONGEST_NAME)?;
    word("why", why, LONGEST_WHY)?;
    entity.as_ref().map_or(Ok(()), |entity| word("entity", entity, LONGEST_NAME))?;
    if chain.as_ref().is_some_and(|chain| !crate::dialect::is_chain_name(chain)) {
        return Err("`chain`: letters a to z, digits, `-` and `_` were expected".to_owned());
    }
    let is_label = *kind == DecisionKind::Label;
    let is_link = *kind == DecisionKind::Link;
    if (!is_label && (category.is_some() || entity.is_some() || confidence.is_some()))
        || (!is_link && destination.is_some())
        || (is_link && chain.is_some())
    {
        return Err(format!("a {kind} does not have all of these details"));
    }
    if is_label {
        let word = category.as_deref().unwrap_or_default();
        let parsed = parse_category(word);
        let known = parsed.map_err(|what| format!("`category`: `{}` {what}", cut(word.as_bytes())))?;
        if known.as_str() != word {
            return Err("`category`: lower case was expected".to_owned());
        }
    }
    if confidence.is_some_and(|confidence| confidence > 100) {
        return Err("`confidence`: a whole number from 0 to 100 was expected".to_owned());
    }
    if is_link {
        for (name, hash) in [("subject", Some(subject)), ("destination", destination.as_ref())] {
            let hash = hash.map_or("", String::as_str);
            if TxHash::parse(hash.as_bytes()).is_none() {
                return Err(format!("`{name}`: `{}` is no transaction hash", cut(hash.as_bytes())));
            }
        }
        if destination.as_ref() == Some(subject) {
            return Err("a link leads from one transaction to another, not to itself".to_owned());
        }
        return Ok(());
    }
    decision.address().map_err(|error| format!("`subject`: `{}` {error}", cut(subject.as_bytes())))?;
    Ok(())
}

/// Adds a decision to a log, which is made if it is not there. Number and chain are filled in.
///
/// The log is read and checked, written aside with the new line, brought to the disk and put in the old one's place:
/// whole, or not at all. One process writes at a time.
///
/// # Errors
/// An [`Error`] where the log does not hold, the decision says what none can say, or it cannot be written: what was
/// there is then as it was.
pub fn add_decision(goal: &FileSpec, decision: Decision) -> Result<(Decision, String), Error> {
    check(&decision).map_err(Error::typed)?;
    let target = Target::begin(goal)?;
    let mut bytes = Vec::new();
    let mut head = NO_LINE.to_owned();
    let mut number = 1;
    if goal.path.exists() {
        let opened = open_raw(goal)?;
        opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| cannot_read(&goal.name, error))?;
        let log = parse(goal, &bytes)?;
        head = log.head().to_owned();
        number = log.decisions.len() as u64 + 1;
    }
    let decision = Decision { number, before: head, ..decision };
    let line = written(&decision);
    let hash = hex_of(&Sha256::digest(&line));
    let parts = [&bytes[..], line.as_bytes(), b"\n"];
    let added = parts.into_iter().try_for_each(|part| (&*target.file).write_all(part));
    added.map_err(|error| target.error(error))?;
    target.finish()?;
    Ok((decision, hash))
}

#[cfg(test)]
mod tests {
    use super::{add_decision, read_decisions};
    use crate::open::FileSpec;
    use dyetrace_core::decision::{Decision, DecisionKind, Detail};
    use std::fs;

    fn cut(why: &str) -> Decision {
        Decision {
            number: 0,
            when: "2023-02-01T10:00:00Z".to_owned(),
            who: "A. Analyst".to_owned(),
            kind: DecisionKind::Cut,
            subject: "0x00000000000000000000000000000000000000aa".to_owned(),
            detail: Detail::default(),
            why: why.to_owned(),
            before: String::new(),
        }
    }

    #[test]
    fn any_changed_byte_and_any_missing_line_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = FileSpec::typed(folder.path().join("decisions.jsonl"));
        for why in ["a shop, which told us so", "=HYPERLINK(\"x\") <script> \u{202e} ü", "third"] {
            add_decision(&file, cut(why)).unwrap();
        }
        let whole = fs::read(&file.path).unwrap();
        let log = read_decisions(&file).unwrap();
        assert_eq!((log.decisions.len(), log.decisions[2].number), (3, 3));
        let last = whole.split_inclusive(|&byte| byte == b'\n').next_back().unwrap().len();
        for at in 0..whole.len() - last {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                fs::write(&file.path, &bytes).unwrap();
                assert!(read_decisions(&file).is_err(), "byte {at}, bit {bit}");
            }
        }
        // In the last line the head tells it, which earlier results name.
        for at in whole.len() - last..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&file.path, &bytes).unwrap();
            assert!(!read_decisions(&file).is_ok_and(|it| it.head() == log.head()), "byte {at}");
        }
        let lines: Vec<&[u8]> = whole.split_inclusive(|&byte| byte == b'\n').collect();
        for left_out in 0..2 {
            let others = lines.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, line)| *line);
            fs::write(&file.path, others.collect::<Vec<_>>().concat()).unwrap();
            let error = read_decisions(&file).unwrap_err().to_string();
            assert!(
                error.contains(&format!("line {}", left_out + 1)) && error.contains("is missing"),
                "{error}"
            );
        }
        for end in (0..whole.len()).filter(|end| *end > 0 && whole[end - 1] != b'\n') {
            fs::write(&file.path, &whole[..end]).unwrap();
            assert!(read_decisions(&file).unwrap_err().to_string().contains("was cut off"));
        }
    }

    #[test]
    fn what_no_decision_can_say_is_refused_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = FileSpec::typed(folder.path().join("decisions.jsonl"));
        let detail = |category: &str| Detail { category: Some(category.to_owned()), ..Detail::default() };
        let wrong = [
            Decision { who: String::new(), ..cut("x") },
            Decision { who: "a\u{1b}[31m".to_owned(), ..cut("x") },
            cut("  "),
            cut(&"x".repeat(20_001)),
            Decision { when: "yesterday".to_owned(), ..cut("x") },
            Decision { subject: "../../etc".repeat(20), ..cut("x") },
            Decision { subject: "0x12".to_owned(), ..cut("x") },
            Decision { detail: detail("exchange"), ..cut("x") },
            Decision { kind: DecisionKind::Label, ..cut("x") },
            Decision { kind: DecisionKind::Label, detail: detail("bank"), ..cut("x") },
            Decision { kind: DecisionKind::Link, ..cut("x") },
        ];
        for decision in wrong {
            assert!(add_decision(&file, decision.clone()).is_err(), "{decision:?}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn another_form_of_the_same_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = FileSpec::typed(folder.path().join("decisions.jsonl"));
        add_decision(&file, cut("x")).unwrap();
        let line = fs::read_to_string(&file.path).unwrap();
        for bent in [
            line.replace("\":\"", "\": \""),
            line.replace("Analyst", "\\u0041nalyst"),
            line.replace('\n', "\r\n"),
        ] {
            assert_ne!(bent, line);
            fs::write(&file.path, bent).unwrap();
            assert!(read_decisions(&file).is_err());
        }
    }
}
