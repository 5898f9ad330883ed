//! A snapshot among the inputs: what is read is added to it.
//!
//! What comes out is what reading all files at once gives. Where that cannot be had, since a file says something
//! about rows that were settled when the snapshot was made, it is refused: those files have to be read together.

use crate::error::Error;
use crate::facts::InputFact;
use crate::input::InputSpec;
use crate::read::Reading;
use crate::schema::{Dialect, Form};
use crate::snapshot::{Snapshot, is_snapshot_file, open};
use crate::survey::{Planned, Survey};

/// What the reading of a snapshot's files settled, for the reading of more of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// One entry a source: the name of its file.
    pub(crate) names: Vec<String>,
    /// Chains with native amounts, whether these are dollars, and the file that said so first.
    pub(crate) units: Vec<(String, bool, String)>,
}

/// Parts the inputs into the snapshot to add to, if there is one, and the files.
pub(crate) fn split(inputs: &[InputSpec]) -> Result<(Option<Snapshot>, &[InputSpec]), Error> {
    let mut snapshots = inputs.iter().filter(|input| is_snapshot_file(&input.file));
    let Some(snapshot) = snapshots.next() else { return Ok((None, inputs)) };
    if let Some(second) = snapshots.next() {
        let what = "is a second snapshot, and two cannot be put together";
        return Err(Error::file(&second.file.name, what).with_hint("ingest its files into the first one"));
    }
    let InputSpec { file, dialect, chain, covers, map, inexact } = snapshot;
    if dialect.is_some() || chain.is_some() || covers.is_some() || !map.is_empty() || *inexact {
        let what =
            "is a snapshot: dialect, chain, coverage, names and exactness were settled when it was made";
        return Err(Error::file(&file.name, what).with_hint("say them when its files are ingested"));
    }
    if inputs.first() != Some(snapshot) {
        let what = "is a snapshot, and files are added to it: it has to be named before them";
        return Err(Error::file(&file.name, what).with_hint("name it first"));
    }
    Ok((Some(open(file)?), &inputs[1..]))
}

/// Refuses files that say something about rows of the snapshot, or the other way round.
pub(crate) fn check(known: &Reading, planned: &[Planned<'_>], survey: &Survey) -> Result<(), Error> {
    let old: Vec<(&InputFact, &Dialect)> =
        known.facts.iter().filter_map(|fact| Some((fact, Dialect::named(&fact.dialect)?))).collect();
    let old_file = |wanted: &dyn Fn(&Dialect) -> bool| {
        old.iter()
            .find(|(fact, dialect)| fact.rows + fact.rejects > 0 && wanted(dialect))
            .map(|(fact, _)| fact.name.as_str())
    };
    let lacks_times = known.ledger.columns().blocks.runs().any(|(_, time)| time.is_none());
    for planned in planned {
        let Some(rows) = planned.rows() else { continue };
        let dialect = rows.dialect;
        let reason = match dialect.form {
            Form::Blocks if lacks_times => {
                Some("gives times to transfers of the snapshot that have none".to_owned())
            }
            Form::Tokens | Form::EtherscanTokentx => old_file(&|it| it.form == Form::EtherscanExportErc20)
                .map(|name| format!("may tell other decimals of tokens in `{name}`")),
            Form::Receipts => old_file(&|it| it.needs_failure)
                .map(|name| format!("may tell fees and failures of transactions in `{name}`")),
            _ => None,
        };
        let failures = || {
            let needs = dialect.needs_failure && !rows.tells_failure;
            let told = old_file(&|it| !it.tells_failure.is_empty()).filter(|_| needs);
            let tells = old_file(&|it| it.needs_failure).filter(|_| rows.tells_failure);
            told.or(tells)
                .map(|name| format!("may tell of a failure that `{name}` does not know, or the reverse"))
        };
        let numbers = || {
            let other = |it: &Dialect| it.native_numbers.is_some() && survey.numbers_differ(it);
            let name = old_file(&other).filter(|_| dialect.native_numbers.is_some());
            name.map(|name| format!("numbers native events otherwise than `{name}`"))
        };
        // Where nothing else orders rows of a transaction, the order of reading does.
        let order = || {
            let is_before = |fact: &InputFact, dialect: &Dialect| {
                dialect.form.is_internal_alone() && fact.rows > 0 && fact.chains.contains(&planned.chain)
            };
            let waits = !dialect.form.is_joined() && !survey.comes_last(planned);
            let name = old.iter().find(|(fact, dialect)| waits && is_before(fact, dialect));
            name.map(|(fact, _)| {
                format!("has to be read before `{}`, for the order of their rows", fact.name)
            })
        };
        if let Some(reason) = reason.or_else(failures).or_else(numbers).or_else(order) {
            let error =
                Error::file(&planned.file.name, format!("cannot be added to the snapshot: it {reason}"));
            return Err(error.with_hint("ingest all files at once into a new snapshot"));
        }
    }
    Ok(())
}
