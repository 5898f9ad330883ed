//! Mixers of a case: notes and exits of its transfers and event files → leads, groups and clusters.

use crate::bounds::{CENTURY, DECOYS, within};
use crate::command_words::CommandWords;
use crate::error::Error;
use crate::facts::{file_facts, now, reject};
use crate::inputs::usual_options;
use crate::links::confirmed_exits;
use crate::plan::{TypedCase, TypedReading, lay_case};
use crate::pools::{Pools, look_at_pools, sure_deposits};
use crate::ready::Ready;
use crate::traced::CaseFiles;
use crate::watch::Watch;
use dyetrace_core::attribution::deposits::find_deposits;
use dyetrace_core::links::mixers::{
    Band, CommonEnds, DepositorCluster, ExitGroup, GroupOptions, LeadOptions, MixerTable, PoolHistory, Ties,
    common_ends, depositor_clusters, exit_groups,
};
use dyetrace_core::trace::{Trace, TraceOptions, seed_accounts, trace};
use dyetrace_core::{AccountId, Address, Labels};
use dyetrace_ingest::case::MixerMode;
use dyetrace_ingest::pool_events::{parse_known_exit, parse_pool, parse_pool_events};
use dyetrace_ingest::{Case, Reading, Reject};
use dyetrace_report::{FileFacts, MixerFacts, MixerReport, TheftNotes, theft_notes};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is asked of mixers, as it was typed; none is that of the case file, or the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedMixers {
    /// What the case is made of.
    pub case: TypedCase,
    /// How files are read.
    pub reading: TypedReading,
    /// Leave bad rows out.
    pub skip_bad_rows: bool,
    /// `POOL=FILE`: event files.
    pub pool_events: Vec<String>,
    /// `POOL=NOTES`: how many notes lay in a pool before its event files begin.
    pub outstanding: Vec<String>,
    /// Addresses that are known to have drawn for the thief.
    pub known_exits: Vec<String>,
    /// Notes of one depositor further apart than this stand by themselves, in seconds.
    pub voucher_gap: Option<i64>,
    /// How long after the last note an early exit comes, in seconds.
    pub window: Option<i64>,
    /// How long after it a late one comes, in seconds.
    pub late_window: Option<i64>,
    /// In how many pools a profile must agree.
    pub profile_pools: Option<usize>,
    /// How many notes a profile must have.
    pub profile_notes: Option<usize>,
    /// How many windows of chance are looked at for each real one.
    pub decoys: Option<u32>,
    /// From how many finds on these data decide what a rule is worth.
    pub least_leads: Option<u64>,
    /// An account in so many transfers, or more, is nobody's counterparty.
    pub hub_transfers: Option<u64>,
    /// An account in so many transfers, or more, is nobody's funder.
    pub funder_transfers: Option<u64>,
    /// How near to each other two exits of a group are, in seconds.
    pub group_window: Option<i64>,
    /// How often two recipients of a group must draw so near.
    pub group_joins: Option<u64>,
    /// And in which part of the exits of whoever has more, in percent.
    pub group_share: Option<u32>,
    /// How many recipients a group has at least.
    pub group_members: Option<usize>,
}

/// An account in so many transfers is nobody's funder, unless told otherwise.
const FUNDER_TRANSFERS: u64 = 200;

impl TypedMixers {
    /// Reads the case file, if one is named, and lays over it what was typed.
    ///
    /// # Errors
    /// What cannot be read or understood, and numbers out of bounds; nothing is named that could be looked at, or something
    /// that nothing named could use.
    pub fn lay(&self) -> Result<Case, Error> {
        self.lead_options()?;
        self.group_options()?;
        let mut case = lay_case(&self.case, &self.reading)?;
        case.skip_bad_rows |= self.skip_bad_rows;
        for text in &self.pool_events {
            case.pool_events.push(parse_pool_events(text)?);
        }
        for text in &self.outstanding {
            let stated =
                text.split_once('=').and_then(|(pool, notes)| Some((pool, notes.parse::<u64>().ok()?)));
            let (pool, notes) = stated.ok_or_else(|| {
                Error::refused(
                    format!("`--outstanding`: `{text}` is no `POOL=NOTES`"),
                    "`ethereum:eth_100=1938`",
                )
            })?;
            let pool = parse_pool(pool)?;
            let mut files = case.pool_events.iter_mut().filter(|it| it.pool == pool).peekable();
            if files.peek().is_none() {
                return Err(Error::refused(
                    format!("`--outstanding`: `{text}` is of a pool of which no event file is named"),
                    "name its files with `--pool-events POOL=FILE`, or leave it out",
                ));
            }
            files.for_each(|it| it.outstanding = Some(notes));
        }
        for text in &self.known_exits {
            case.known_exits.push(parse_known_exit(text)?);
        }
        if case.inputs.is_empty() && case.pool_events.is_empty() {
            return Err(Error::refused(
                "nothing to look at",
                "name a case, `--transfers FILE`, or `--pool-events POOL=FILE`",
            ));
        }
        self.refuse_unused(&case)?;
        Ok(case)
    }

    /// Refuses what says something of transfers where only event files are named: nobody would look at it.
    fn refuse_unused(&self, case: &Case) -> Result<(), Error> {
        let reading = &self.reading;
        let unused = [
            ("--theft", !case.thefts.is_empty()),
            ("--labels", !case.labels.is_empty()),
            ("--decisions", case.decisions.is_some()),
            ("--tokens", !case.tokens.is_empty()),
            ("--chain", reading.chain.is_some()),
            ("--map", !reading.maps.is_empty()),
            ("--inexact", reading.inexact),
        ];
        match unused.iter().find(|(_, is_there)| *is_there) {
            Some((option, _)) if case.inputs.is_empty() => Err(Error::refused(
                format!("`{option}` says something of transfers, but only event files are named"),
                format!("name the transfers, too (`--transfers FILE`), or leave `{option}` out"),
            )),
            _ => Ok(()),
        }
    }

    fn lead_options(&self) -> Result<LeadOptions, Error> {
        within("voucher-gap", self.voucher_gap, 1..=CENTURY)?;
        within("window", self.window, 1..=CENTURY)?;
        within("late-window", self.late_window, 1..=CENTURY)?;
        within("decoys", self.decoys.map(i64::from), 1..=DECOYS)?;
        let usual = LeadOptions::default();
        Ok(LeadOptions {
            voucher_gap: self.voucher_gap.unwrap_or(usual.voucher_gap),
            window: self.window.unwrap_or(usual.window),
            late_window: self.late_window.unwrap_or(usual.late_window),
            profile_pools: self.profile_pools.unwrap_or(usual.profile_pools),
            profile_notes: self.profile_notes.unwrap_or(usual.profile_notes),
            weak_profile_notes: usual.weak_profile_notes,
            decoys: self.decoys.unwrap_or(usual.decoys),
            least_leads: self.least_leads.unwrap_or(usual.least_leads),
        })
    }

    fn group_options(&self) -> Result<GroupOptions, Error> {
        within("group-window", self.group_window, 1..=CENTURY)?;
        within("group-share", self.group_share, 0..=100)?;
        let usual = GroupOptions::default();
        Ok(GroupOptions {
            window: self.group_window.unwrap_or(usual.window),
            joins: self.group_joins.unwrap_or(usual.joins),
            share: self.group_share.map_or(usual.share, u64::from),
            members: self.group_members.unwrap_or(usual.members),
            shifts: usual.shifts,
        })
    }

    /// The command as it is kept in the manifest: options in a fixed order.
    fn command(&self) -> Vec<String> {
        let mut words = CommandWords::of("mixers", &self.case);
        words.case(&self.case);
        words.option("theft", &self.case.thefts);
        words.files_after_mark("pool-events", &self.pool_events, |_| true);
        words.option("outstanding", &self.outstanding);
        words.option("known-exit", &self.known_exits);
        words.option("voucher-gap", self.voucher_gap.as_slice());
        words.option("window", self.window.as_slice());
        words.option("late-window", self.late_window.as_slice());
        words.option("profile-pools", self.profile_pools.as_slice());
        words.option("profile-notes", self.profile_notes.as_slice());
        words.option("decoys", self.decoys.as_slice());
        words.option("least-leads", self.least_leads.as_slice());
        words.option("hub-transfers", self.hub_transfers.as_slice());
        words.option("funder-transfers", self.funder_transfers.as_slice());
        words.option("group-window", self.group_window.as_slice());
        words.option("group-joins", self.group_joins.as_slice());
        words.option("group-share", self.group_share.as_slice());
        words.option("group-members", self.group_members.as_slice());
        words.reading(&self.reading);
        words.flag("inexact", self.reading.inexact);
        words.flag("skip-bad-rows", self.skip_bad_rows);
        words.finish()
    }
}

/// What was found at mixers, with all that a report of it needs.
#[derive(Debug)]
pub struct FoundMixers {
    case: CaseAtMixers,
    pools: Pools,
    groups: Vec<ExitGroup>,
    common: Vec<CommonEnds>,
    clusters: Vec<DepositorCluster>,
    known: BTreeSet<Address>,
    lead_options: LeadOptions,
    group_options: GroupOptions,
    thefts: Vec<TheftNotes>,
    facts: MixerFacts,
}

/// What the transfers of a case tell, before anybody looks at its pools; nothing where only event files are named.
#[derive(Debug, Default)]
struct CaseAtMixers {
    reading: Arc<Reading>,
    labels: Labels,
    deposit_accounts: Vec<AccountId>,
    thefts: Option<Trace>,
    /// Exits that links of the case confirm.
    confirmed: Vec<Address>,
    files: Vec<FileFacts>,
}

impl CaseAtMixers {
    /// Reads labels, links and tables, and traces the thefts up to the pools.
    fn of(files: CaseFiles, case: &Case, watch: &dyn Watch) -> Result<Self, Error> {
        let case = Case { mixers: MixerMode::Stop, ..case.clone() };
        let Ready { reading, labels, tables, options, log, of_labels, deposits, links, .. } =
            files.ready(&case, watch)?;
        let ledger = &reading.ledger;
        let busy = watch.busy("tracing to the pools");
        let found = match deposits {
            Some((_, found)) => found,
            None => {
                let usual = usual_options(ledger, &tables);
                find_deposits(ledger, &labels, &seed_accounts(ledger, &case.thefts), &usual)
            }
        };
        let options = TraceOptions { compare: Vec::new(), ..options };
        let is_theft_named = !case.thefts.is_empty();
        let thefts = is_theft_named.then(|| trace(ledger, &labels, &case.thefts, &options)).transpose()?;
        let read = reading.facts.iter().chain(&of_labels.facts).chain(&tables.files);
        let files = read.chain(log.iter().map(|log| &log.fact)).map(file_facts).chain(links.files).collect();
        let confirmed = confirmed_exits(&links.stated, ledger, &MixerTable::known());
        busy.finish_and_clear();
        Ok(Self { deposit_accounts: sure_deposits(&found), thefts, confirmed, files, labels, reading })
    }
}

impl FoundMixers {
    /// Looks at the pools of a case as [`TypedMixers::lay`] made it; `files` are its transfers, read already, or none where they are
    /// still to be read. A run began at `started`, in Unix seconds.
    ///
    /// # Errors
    /// What the readers say of the first file that cannot be read, and what a trace refuses.
    pub fn look(
        files: Option<CaseFiles>,
        case: &Case,
        asked: &TypedMixers,
        started: i64,
        watch: &dyn Watch,
    ) -> Result<Self, Error> {
        let files = match files {
            None if !case.inputs.is_empty() => Some(CaseFiles::read(case, watch)?),
            files => files,
        };
        let at_mixers = match files {
            Some(files) => CaseAtMixers::of(files, case, watch)?,
            None => CaseAtMixers::default(),
        };
        let CaseAtMixers { reading, labels, deposit_accounts, .. } = &at_mixers;
        let ledger = &reading.ledger;
        let (lead_options, group_options) = (asked.lead_options()?, asked.group_options()?);

        let busy = watch.busy("looking at mixers");
        let hub_transfers = asked.hub_transfers.unwrap_or(case.options.hub_transfers);
        let pools = look_at_pools(case, ledger, labels, deposit_accounts, &lead_options, hub_transfers)?;
        let Pools { table, histories, links, .. } = &pools;
        let known: BTreeSet<Address> = case.known_exits.iter().chain(&at_mixers.confirmed).copied().collect();
        let mut groups = Vec::new();
        for history in histories {
            let chain = Ties::chain(table, history.pool);
            let counted = links.iter().filter(|it| it.band != Band::Weak && it.chain == chain);
            let anchors = known.iter().copied().chain(counted.map(|it| it.recipient)).collect();
            groups.extend(exit_groups(history, &anchors, &group_options));
        }
        let common = common_ends(ledger, table, &groups);
        let funder_transfers = asked.funder_transfers.unwrap_or(FUNDER_TRANSFERS);
        let clusters = depositor_clusters(ledger, labels, table, histories, funder_transfers);
        let notes = at_mixers.thefts.as_ref().map(|it| theft_notes(it, &case.thefts, histories));
        let thefts = notes.unwrap_or_default();
        busy.finish_and_clear();

        let files = at_mixers.files.iter().cloned().chain(pools.facts.iter().map(file_facts));
        let facts = MixerFacts {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            case: case.name.clone(),
            command: asked.command(),
            inputs: files.collect(),
            rejects: reading.rejects.iter().chain(&pools.rejects).map(reject).collect(),
            started,
            finished: now(),
        };
        let case = at_mixers;
        Ok(Self { case, pools, groups, common, clusters, known, lead_options, group_options, thefts, facts })
    }

    /// Everything that was found, to be written.
    #[must_use]
    pub fn report(&self) -> MixerReport<'_> {
        let CaseAtMixers { reading, labels, .. } = &self.case;
        let Pools { table, histories, shieldings, misfits, leads, links, .. } = &self.pools;
        MixerReport {
            ledger: &reading.ledger,
            labels,
            table,
            histories,
            shieldings,
            misfits,
            leads,
            links,
            groups: &self.groups,
            common: &self.common,
            clusters: &self.clusters,
            known: &self.known,
            thefts: &self.thefts,
            without_time: self.pools.without_time,
            beside_events: self.pools.beside_events,
            lead_options: &self.lead_options,
            group_options: &self.group_options,
            facts: &self.facts,
        }
    }

    /// Bad rows that were left out: of the transfers, then of event files, in the order in which they were met.
    pub fn rejects(&self) -> impl Iterator<Item = &Reject> {
        self.case.reading.rejects.iter().chain(&self.pools.rejects)
    }

    /// Known exits that drew from none of the pools.
    pub fn strangers(&self) -> impl Iterator<Item = &Address> {
        let drew =
            |history: &PoolHistory, who: &Address| history.exits.iter().any(|exit| exit.recipient == *who);
        self.known.iter().filter(move |who| !self.pools.histories.iter().any(|it| drew(it, who)))
    }
}
