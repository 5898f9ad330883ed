//! What may make a trace wrong or incomplete.

use super::gaps::Gaps;
use super::{Check, PLACES, RunsBack};
use crate::facts::{EMPTY, InputFact, PageLimit};
use crate::joined::NO_TIME;
use crate::reject::Warning;
use crate::schema::Form;
use dyetrace_core::ledger::Ambiguity;

/// A file and a line in it, counted from 1.
pub(crate) type Place = (String, u64);

/// Something that may make a trace wrong or incomplete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Files that may have been cut at a limit, in the order in which they were read.
    Cut {
        /// The limit.
        limit: PageLimit,
        /// The files.
        files: Vec<String>,
    },
    /// Files that hold no row.
    NoRows {
        /// The files.
        files: Vec<String>,
    },
    /// Stretches of blocks without a row, where files hold whole blocks.
    Gaps {
        /// The chain, or the file where it is one of blocks.
        of: String,
        /// The dialect of its files.
        dialect: &'static str,
        /// The stretches.
        gaps: Gaps,
    },
    /// Times that jump back from one block to a later one.
    TimesRunBack {
        /// How many rows are earlier than a block before them.
        rows: u64,
        /// The first.
        first: Option<RunsBack>,
    },
    /// Transfers without a time.
    NoTimes {
        /// The chain.
        chain: String,
        /// How many transfers have none.
        transfers: u64,
        /// How many transfers the chain has.
        of: u64,
    },
    /// Rows that repeat another row of their file: kept, as real.
    Repeats {
        /// How many.
        rows: u64,
        /// How many different rows they repeat.
        transfers: u64,
        /// The first few, each with the row that it repeats.
        first: Vec<[Place; 2]>,
    },
    /// Transfers of unknown mutual order that touch one purse.
    Order(Ambiguity),
    /// Native coins move, and no fee is stated.
    NoFees,
    /// Files in which a failed transaction looks like the rest.
    FailuresUntold {
        /// The files.
        files: Vec<String>,
    },
    /// Files of transactions, while none tells what contracts moved inside them.
    NoInternal {
        /// The files.
        files: Vec<String>,
    },
    /// Files that hold delegate calls with amounts that they do not move.
    CountedTwice {
        /// The files.
        files: Vec<String>,
    },
    /// No file holds anybody's whole history.
    NobodyWhole,
    /// Rows read with a doubt, such as an address whose checksum is wrong.
    Rows(Warning),
}

impl Doubt {
    /// One word for a script.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Cut { .. } => "cut",
            Self::NoRows { .. } => "no_rows",
            Self::Gaps { .. } => "gaps",
            Self::TimesRunBack { .. } => "times_run_back",
            Self::NoTimes { .. } => "no_times",
            Self::Repeats { .. } => "repeats",
            Self::Order(_) => "order",
            Self::NoFees => "no_fees",
            Self::FailuresUntold { .. } => "failures_untold",
            Self::NoInternal { .. } => "no_internal",
            Self::CountedTwice { .. } => "counted_twice",
            Self::NobodyWhole => "nobody_whole",
            Self::Rows(_) => "rows",
        }
    }

    /// The files that it is about, where it is about whole files.
    #[must_use]
    pub fn files(&self) -> &[String] {
        match self {
            Self::Cut { files, .. }
            | Self::NoRows { files }
            | Self::FailuresUntold { files }
            | Self::NoInternal { files }
            | Self::CountedTwice { files } => files,
            _ => &[],
        }
    }
}

/// All doubts, in a fixed order: first what may be missing, then what may be wrong.
pub(super) fn doubts(check: &Check<'_>) -> Vec<Doubt> {
    let reading = check.reading;
    let (ledger, facts) = (&reading.ledger, &reading.facts);
    let mut all = cuts(facts);
    let no_rows = |fact: &&InputFact| {
        fact.dialect == EMPTY || fact.all_rows() == 0 && fact.dialect().is_some_and(|it| !it.form.is_joined())
    };
    all.extend(files(facts, no_rows).map(|files| Doubt::NoRows { files }));
    for chain in &check.chains {
        for (dialect, gaps) in chain.gaps.iter().filter(|(_, gaps)| gaps.count > 0) {
            all.push(Doubt::Gaps { of: chain.chain.clone(), dialect, gaps: gaps.clone() });
        }
    }
    for fact in facts.iter().filter(|fact| fact.gaps.count > 0) {
        if let Some(dialect) = fact.dialect() {
            all.push(Doubt::Gaps { of: fact.name.clone(), dialect: dialect.name, gaps: fact.gaps.clone() });
        }
    }
    // Where files of blocks lack some, the places are known: see below.
    let lacking = reading.warnings.iter().find(|warning| warning.reason == NO_TIME);
    let untimed: u64 = check.chains.iter().map(|chain| chain.untimed_transfers).sum();
    let is_said = lacking.is_some_and(|warning| warning.count == untimed);
    for chain in check.chains.iter().filter(|chain| chain.untimed_transfers > 0 && !is_said) {
        let (transfers, of) = (chain.untimed_transfers, chain.transfers);
        all.push(Doubt::NoTimes { chain: chain.chain.clone(), transfers, of });
    }
    let notes = ledger.notes();
    if notes.time_runs_back > 0 {
        let first = check.chains.iter().find_map(|chain| chain.runs_back.clone());
        all.push(Doubt::TimesRunBack { rows: notes.time_runs_back, first });
    }
    if notes.repeated_in_file > 0 {
        let first = ledger.first_repeats(PLACES).into_iter();
        let first = first.map(|it| [reading.place(it.place), reading.place(it.of)]).collect();
        let (rows, transfers) = (notes.repeated_in_file, notes.repeated_transfers);
        all.push(Doubt::Repeats { rows, transfers, first });
    }
    if notes.order_ambiguous {
        all.push(Doubt::Order(check.order));
    }
    if check.fees.stated == 0 && check.moves_native() {
        all.push(Doubt::NoFees);
    }
    let untold = check.failures.untold.clone();
    all.extend((!untold.is_empty()).then_some(Doubt::FailuresUntold { files: untold }));
    if !facts.iter().filter_map(InputFact::dialect).any(|it| it.form.tells_internal()) {
        let is_alone = |fact: &&InputFact| fact.dialect().is_some_and(|it| it.form.is_of_transactions());
        all.extend(files(facts, is_alone).map(|files| Doubt::NoInternal { files }));
    }
    let twice = |fact: &&InputFact| {
        fact.rows > 0 && fact.dialect().is_some_and(|it| it.form == Form::CryoNativeTransfers)
    };
    all.extend(files(facts, twice).map(|files| Doubt::CountedTwice { files }));
    if ledger.transfer_count() > 0 && check.history.native.whole + check.history.tokens.whole == 0 {
        all.push(Doubt::NobodyWhole);
    }
    let cut: Vec<String> = facts.iter().filter_map(|fact| fact.page_limit()?.reason()).collect();
    let others = reading.warnings.iter().filter(|warning| !cut.contains(&warning.reason));
    all.extend(others.cloned().map(Doubt::Rows));
    all
}

/// The files at each limit.
fn cuts(facts: &[InputFact]) -> Vec<Doubt> {
    let mut limits: Vec<(PageLimit, Vec<String>)> = Vec::new();
    for fact in facts {
        let Some(limit) = fact.page_limit() else { continue };
        match limits.iter_mut().find(|(known, _)| *known == limit) {
            Some((_, files)) => files.push(fact.name.clone()),
            None => limits.push((limit, vec![fact.name.clone()])),
        }
    }
    limits.into_iter().map(|(limit, files)| Doubt::Cut { limit, files }).collect()
}

/// The names of some files, if there are any.
fn files(facts: &[InputFact], wanted: impl Fn(&&InputFact) -> bool) -> Option<Vec<String>> {
    let names: Vec<String> = facts.iter().filter(wanted).map(|fact| fact.name.clone()).collect();
    (!names.is_empty()).then_some(names)
}
