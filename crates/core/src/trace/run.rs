//! One run: seeds, stops, reach, replay, and what was found put in order.

use super::assemble::assemble;
use super::cone;
use super::deals::Deals;
use super::entity::Entity;
use super::error::TraceError;
use super::netting::Netting;
use super::options::{Rule, TraceOptions};
use super::order_spread::order_spread;
use super::outcome::{Class, Stop, Trace};
use super::pools::Pools;
use super::reach::{Arrivals, Bits, Question, ReachByTheft, masks};
use super::replay::{Asked, Cut, Job, Kept, KeptNode, Replayed, TallyRow, Ties, replay};
use super::resume::{Course, ReplayState, TraceState, check};
use super::seed::Seeds;
use super::sinks::sinks;
use super::stop::Stops;
use super::theft::Theft;
use super::view::View;
use crate::account::AccountId;
use crate::asset::AssetId;
use crate::label::Labels;
use crate::ledger::{FlowIndex, Ledger, PurseId, Seal};
use hashbrown::HashSet;

/// Traces thefts through a ledger.
///
/// # Errors
/// A seed that no row touches, or the zero address; two thefts that begin at once; a time against a ledger
/// without times. Each says what to do next.
///
/// # Panics
/// If a law does not hold: what was stolen is not what was found. That is a bug, and no figure may be printed.
///
/// # Cost
/// **O(n + m log m)** for n transfers of the ledger and m that touch a reached purse, times the asked rules.
pub fn trace(
    ledger: &Ledger,
    labels: &Labels,
    thefts: &[Theft],
    options: &TraceOptions,
) -> Result<Trace, TraceError> {
    let mut trace = trace_once(ledger, labels, thefts, options)?;
    if ledger.notes().order_ambiguous {
        let turned = options.with_ties_reversed(ledger);
        let reversed = trace_once(&ledger.with_ties_reversed(), labels, thefts, &turned)?;
        trace.order_spread = order_spread(ledger, &trace, &reversed);
    }
    Ok(trace)
}

/// A trace, and what a later one can go on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// The trace: the same as [`trace`] makes.
    pub trace: Trace,
    /// What is to be kept until the ledger has grown.
    pub state: TraceState,
    /// Whether it went on from an earlier one.
    pub course: Course,
}

/// Traces thefts through a ledger, from where an earlier trace of it ended, if it still holds.
///
/// # Errors
/// As [`trace`].
///
/// # Panics
/// As [`trace`].
///
/// # Cost
/// As [`trace`], but the rules only go over the transfers that are new. The state holds all that was found, and
/// what each purse held under each rule.
pub fn resume(
    ledger: &Ledger,
    labels: &Labels,
    thefts: &[Theft],
    options: &TraceOptions,
    earlier: Option<&TraceState>,
) -> Result<Resumed, TraceError> {
    let mut course = earlier.map_or(Course::Began, |state| match check(state, ledger) {
        Ok(()) => Course::WentOn(state.transfers()),
        Err(reason) => Course::StartedOver(reason),
    });
    let (mut trace, forward) = {
        let prepared = Prepared::new(ledger, labels, thefts, options)?;
        prepared.go_on(earlier.map(|state| (&state.forward, &state.seal)), &mut course)
    };
    let mut reversed = None;
    if ledger.notes().order_ambiguous {
        let options = options.with_ties_reversed(ledger);
        let ledger = ledger.with_ties_reversed();
        let prepared = Prepared::new(&ledger, labels, thefts, &options)?;
        let earlier = earlier.and_then(|state| state.reversed.as_ref().map(|it| (it, &state.seal)));
        let (other, state) = prepared.go_on(earlier, &mut course);
        trace.order_spread = order_spread(&ledger, &trace, &other);
        reversed = Some(state);
    }
    let state = TraceState { seal: ledger.seal(), forward, reversed };
    Ok(Resumed { trace, state, course })
}

fn trace_once(
    ledger: &Ledger,
    labels: &Labels,
    thefts: &[Theft],
    options: &TraceOptions,
) -> Result<Trace, TraceError> {
    let prepared = Prepared::new(ledger, labels, thefts, options)?;
    let reach = prepared.reach(None);
    Ok(prepared.replay(&reach))
}

/// Settles seeds, then stops, then what a transaction passes through: what comes before any step of a trace. Of the accounts
/// `asked` about, sorted, all exchanges are found.
pub(super) fn settle<'a>(
    ledger: &'a Ledger,
    labels: &Labels,
    thefts: &[Theft],
    options: &TraceOptions,
    asked: &[AccountId],
) -> Result<(View<'a>, Seeds, Stops), TraceError> {
    let mut view = View::new(ledger, options)?;
    view.asked = asked.to_vec();
    let seeds = Seeds::resolve(&view, thefts)?;
    view.pools = Pools::of(options, &seeds.accounts);
    let mut stops = Stops::decide(ledger, labels, &seeds.accounts, options);
    for pool in &view.pools.0 {
        stops.of_account[pool.account.index()] = None;
    }
    view.netting = Netting::find(ledger, &stops.netting_accounts(), |place| view.moves(place));
    view.deals = Deals::none(view.node_count());
    view.deals = Deals::find(&view, &stops.of_account, &seeds, options);
    Ok((view, seeds, stops))
}

/// The same for what entities send: their accounts stop, whatever other stops there are.
pub(super) fn settle_entities<'a>(
    ledger: &'a Ledger,
    labels: &Labels,
    entities: &[Entity],
    options: &TraceOptions,
    asked: &[AccountId],
) -> Result<(View<'a>, Seeds, Stops), TraceError> {
    let mut view = View::new(ledger, options)?;
    view.asked = asked.to_vec();
    let mut seeds = Seeds::of_entities(entities);
    let mut options = options.clone();
    options.cuts.extend(seeds.senders.keys().copied());
    options.cuts.sort_unstable();
    options.cuts.dedup();
    let stops = Stops::decide(ledger, labels, &seeds.accounts, &options);
    view.netting = Netting::find(ledger, &stops.netting_accounts(), |place| view.moves(place));
    view.deals = Deals::none(view.node_count());
    view.deals = Deals::find(&view, &stops.of_account, &seeds, &options);
    seeds.tag_entities(&view);
    Ok((view, seeds, stops))
}

/// A trace whose seeds and stops are settled, ready for its two steps.
///
/// [`trace`] runs them all; they stand apart so that each can be measured.
pub struct Prepared<'a> {
    pub(super) view: View<'a>,
    pub(super) seeds: Seeds,
    stops: Stops,
    /// Why each node is a sink, if it is.
    pub(super) sinks: Vec<Option<Stop>>,
    /// The nodes that are one.
    is_sink: Bits,
    pub(super) rules: Vec<Rule>,
}

impl std::fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prepared({:?} over {} transfers)", self.seeds.thefts, self.view.ledger.transfer_count())
    }
}

/// The purses that taint can get to in time order, whatever the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    pub(super) arrivals: Arrivals,
    /// How many purses are reached, seeds included.
    pub purses: u64,
}

/// What a tally found.
pub(super) struct Tallied {
    pub(super) rows: Vec<TallyRow>,
    pub(super) cut: Cut,
}

/// What is asked of a tally.
pub(super) struct Asking<'a> {
    /// The accounts, sorted.
    pub(super) accounts: &'a [AccountId],
    /// Whether only what can come to them is replayed.
    pub(super) within: bool,
    /// Whether transfers and postings are listed, too.
    pub(super) lists: bool,
    /// Whether origins are entities.
    pub(super) of_entities: bool,
}

/// The reach as a replay needs it.
pub(super) struct Tied {
    /// One entry a node.
    pub(super) from: Vec<u64>,
    pub(super) ties: Ties,
}

impl<'a> Prepared<'a> {
    /// Settles seeds and stops.
    ///
    /// # Errors
    /// As [`trace`].
    pub fn new(
        ledger: &'a Ledger,
        labels: &Labels,
        thefts: &[Theft],
        options: &TraceOptions,
    ) -> Result<Self, TraceError> {
        Self::asked_about(ledger, labels, thefts, options, &[])
    }

    /// Settles seeds and stops, to tally what came to some accounts, sorted.
    ///
    /// # Errors
    /// As [`trace`].
    pub(super) fn asked_about(
        ledger: &'a Ledger,
        labels: &Labels,
        thefts: &[Theft],
        options: &TraceOptions,
        asked: &[AccountId],
    ) -> Result<Self, TraceError> {
        Ok(Self::settled(settle(ledger, labels, thefts, options, asked)?, options))
    }

    /// Settles what entities send, and stops.
    ///
    /// # Errors
    /// As [`trace`], but that nobody need be named.
    pub(super) fn of_entities(
        ledger: &'a Ledger,
        labels: &Labels,
        entities: &[Entity],
        options: &TraceOptions,
        asked: &[AccountId],
    ) -> Result<Self, TraceError> {
        // Who is paid by an entity is one transfer away from it, and where its seeds begin.
        let max_hops = options.max_hops.map(|most| most.saturating_sub(1));
        let options = TraceOptions { max_hops, ..options.clone() };
        Ok(Self::settled(settle_entities(ledger, labels, entities, &options, asked)?, &options))
    }

    fn settled((view, seeds, stops): (View<'a>, Seeds, Stops), options: &TraceOptions) -> Self {
        let sinks = sinks(&view, &seeds, &stops, options);
        let is_sink = Bits::of(sinks.iter().map(Option::is_some));
        Self { view, seeds, stops, sinks, is_sink, rules: options.rules() }
    }

    /// Finds the purses that taint can get to: along the index if there is one and little is reached, else by one
    /// pass over the ledger. Whatever the way, the answer is the same.
    ///
    /// For one question no index should be made: that costs more than the pass.
    ///
    /// # Cost
    /// With an index **O(m + k log k)** for k purses reached and m transfers out of them, and at most two passes;
    /// without, one pass. The index has to be that of the ledger.
    #[must_use]
    pub fn reach<'i>(&self, index: impl Into<Option<&'i FlowIndex>>) -> Reach {
        self.reached(self.ask(|question| question.answer(index.into())))
    }

    /// Finds the same by one pass over the ledger, from the first seed on.
    ///
    /// # Cost
    /// **O(n)** for n transfers; two bits a purse.
    #[must_use]
    pub fn reach_by_scan(&self) -> Reach {
        self.reached(self.ask(|question| question.scan()))
    }

    /// Finds the same along the index, unless more than `most` transfers have to be followed.
    ///
    /// # Cost
    /// **O(m + k log k)** for k purses reached and m transfers out of them; 8 bytes a purse from some thousands on.
    #[must_use]
    pub fn reach_along(&self, index: &FlowIndex, most: u64) -> Option<Reach> {
        self.ask(|question| question.along(index, most)).map(|arrivals| self.reached(arrivals))
    }

    /// Finds, for up to 64 thefts at once, the purses that each of them can get to by itself.
    ///
    /// What stops one theft stops all: the stops are those of the whole run, where no theft's seed stops. A theft's
    /// reach is that of a run with the same stops and its seeds alone.
    ///
    /// # Errors
    /// More than 64 thefts.
    ///
    /// # Cost
    /// **O(n)** for n transfers, whatever the number of thefts; 8 bytes a purse.
    pub fn reach_by_theft(&self) -> Result<ReachByTheft, TraceError> {
        if self.seeds.thefts.len() > ReachByTheft::MOST {
            let message = format!("{} thefts are more than one pass takes", self.seeds.thefts.len());
            return Err(TraceError::new(message, "take 64 at a time"));
        }
        Ok(self.ask(masks))
    }

    /// Each purse that is reached, in order of its number, and the earliest place from which it can pass taint on.
    #[must_use]
    pub fn arrivals(&self, reach: &Reach) -> Vec<(PurseId, u64)> {
        let nodes = reach.arrivals.node.iter().map(|&node| self.view.purse(node));
        let mut arrivals: Vec<(PurseId, u64)> = nodes.zip(reach.arrivals.from.iter().copied()).collect();
        // Stable: the first of several passing purses is the earliest.
        arrivals.sort_by_key(|arrival| arrival.0);
        arrivals.dedup_by_key(|arrival| arrival.0);
        arrivals
    }

    fn ask<T>(&self, answer: impl FnOnce(&Question<'_>) -> T) -> T {
        answer(&Question::new(&self.view, &self.seeds, &self.is_sink))
    }

    /// How many accounts hold the purses that are reached.
    #[must_use]
    pub fn accounts(&self, reach: &Reach) -> u64 {
        let ledger = self.view.ledger;
        let nodes = reach.arrivals.node.iter();
        count(nodes.map(|&node| ledger.purses().account(self.view.purse(node)).0), ledger.accounts().len())
    }

    /// Counts what is reached.
    fn reached(&self, arrivals: Arrivals) -> Reach {
        let nodes = &arrivals.node;
        let purses = if self.view.node_count() == self.view.ledger.purses().len() {
            nodes.len() as u64
        } else {
            count(nodes.iter().map(|&node| self.view.purse(node).0), self.view.ledger.purses().len())
        };
        Reach { arrivals, purses }
    }

    /// Apportions exactly over what is reached, under every asked rule.
    ///
    /// # Panics
    /// If a law does not hold: a bug.
    #[must_use]
    pub fn replay(&self, reach: &Reach) -> Trace {
        let classes = classes(self.view.ledger, &self.seeds);
        let tied = self.tie(reach);
        let (mut trace, _, _) = self.assemble(reach, &self.job(&classes, &tied));
        trace.finish();
        trace
    }

    /// Apportions over what is reached, or over that part of it from which money can have come to the accounts that
    /// are asked about, and tallies what came to these. Of the part, the trace lists what is in it, and no law is checked
    /// over all.
    pub(super) fn tally(&self, reach: &Reach, asking: &Asking<'_>) -> (Trace, Tallied) {
        let classes = classes(self.view.ledger, &self.seeds);
        let mut tied = self.tie(reach);
        let mut cut = Cut::default();
        if asking.within {
            let kept = cone::within(&self.view, &self.is_sink, &tied.ties, &tied.from, asking.accounts);
            kept.behind.iter().for_each(|&node| cut.stop(self.sinks[node as usize]));
            tied.from = kept.from;
        }
        let purses = self.view.ledger.purses();
        let is_asked = |purse: PurseId| asking.accounts.binary_search(&purses.account(purse)).is_ok();
        let mut asked = Bits::new(purses.len());
        purses.iter().filter(|&purse| is_asked(purse)).for_each(|purse| asked.set(purse.0));
        let tally = Some(Asked { purses: &asked, of_entities: asking.of_entities });
        let (trace, _, mut tally) =
            self.assemble(reach, &Job { tally, lists: asking.lists, ..self.job(&classes, &tied) });
        tally.cut = tally.cut.and(cut);
        (trace, tally)
    }

    /// What routes need of it.
    pub(super) fn into_routes(self) -> (View<'a>, Seeds) {
        (self.view, self.seeds)
    }

    /// Finds the reach and apportions, from where an earlier replay ended if that is what the course says and
    /// it holds; else the course says why not. Returns what a later one can go on from.
    fn go_on(&self, earlier: Option<(&ReplayState, &Seal)>, course: &mut Course) -> (Trace, ReplayState) {
        let reach = self.reach(None);
        let tied = self.tie(&reach);
        let classes = classes(self.view.ledger, &self.seeds);
        let earlier = match (&course, earlier) {
            (Course::WentOn(_), Some((state, then))) => {
                let taken = state.take_up(self, &tied, &classes, then);
                taken.map_err(|reason| *course = Course::StartedOver(reason)).ok()
            }
            _ => None,
        };
        let job = Job { earlier: earlier.as_ref(), keeps: true, ..self.job(&classes, &tied) };
        let (mut trace, nodes, _) = self.assemble(&reach, &job);
        let (flows, postings) = (trace.flows.clone(), trace.postings.clone());
        let kept = Kept { flows, postings, left_clean: trace.left_clean.clone(), nodes };
        let state = ReplayState::new(self, &reach, &tied, &classes, kept);
        trace.finish();
        (trace, state)
    }

    /// Lays the reach out by node, and finds what ties assets together.
    fn tie(&self, reach: &Reach) -> Tied {
        let from = reach.arrivals.by_node(self.view.node_count());
        let ties = Ties::find(&self.view, &self.seeds, &self.sinks, &from);
        Tied { from, ties }
    }

    fn job<'j>(&'j self, classes: &'j [Class], Tied { from, ties }: &'j Tied) -> Job<'j> {
        let Self { view, seeds, sinks, rules, .. } = self;
        Job {
            view,
            seeds,
            sinks,
            rules,
            classes,
            from,
            ties,
            earlier: None,
            keeps: false,
            lists: true,
            tally: None,
        }
    }

    /// Replays and puts the tables in order, with all classes that could be. Also returns what each rule keeps, and the tally.
    fn assemble(&self, reach: &Reach, job: &Job<'_>) -> (Trace, Vec<Vec<KeptNode>>, Tallied) {
        let Self { view, seeds, stops, sinks, rules, .. } = self;
        let ledger = view.ledger;
        let Replayed { mut tables, nodes } = replay(job);
        let rows = tables.iter_mut().flat_map(|table| std::mem::take(&mut table.tally)).collect();
        let tally =
            Tallied { rows, cut: tables.iter().fold(Cut::default(), |cut, table| cut.and(table.cut)) };
        let (thefts, classes) = (seeds.thefts.clone(), job.classes.to_vec());
        let mut trace = Trace { rules: rules.clone(), thefts, classes, ..Trace::default() };
        trace.set_aside.clone_from(&seeds.set_aside);
        trace.unlinked.clone_from(&view.deals.unlinked);
        (trace.reached_purses, trace.reached_accounts) = (reach.purses, self.accounts(reach));
        if view.has_end() {
            let after = (0..ledger.transfer_count()).filter(|&place| view.is_after_end(place));
            trace.transfers_after_end = after.count() as u64;
        }
        assemble(view, stops, sinks, tables, &mut trace);
        stops.mark_inferred(ledger, &mut trace.holdings);
        (trace, nodes, tally)
    }
}

/// How many different numbers below `end` there are.
fn count(numbers: impl ExactSizeIterator<Item = u32>, end: usize) -> u64 {
    if numbers.len() < end / 64 {
        let mut numbers: Vec<u32> = numbers.collect();
        numbers.sort_unstable();
        numbers.dedup();
        return numbers.len() as u64;
    }
    let mut seen = Bits::new(end);
    numbers.for_each(|number| seen.set(number));
    seen.count()
}

/// All classes that seeds can make, sorted by the theft's name, then the asset's.
fn classes(ledger: &Ledger, seeds: &Seeds) -> Vec<Class> {
    let asset = |purse: PurseId| ledger.purses().asset(purse);
    let of_purses =
        seeds.purses.iter().flat_map(|(purse, begins)| begins.iter().map(|it| (it.theft, asset(*purse))));
    let of_tags = seeds.taggings.iter().map(|(place, it)| {
        let place = usize::try_from(*place).expect("the ledger is in memory");
        (it.theft, asset(ledger.columns().to[place]))
    });
    // Entities tag millions of transfers, of a few classes.
    let of_all: HashSet<(u32, AssetId)> = of_purses.chain(of_tags).collect();
    let mut classes: Vec<(u32, String, AssetId)> =
        of_all.into_iter().map(|(theft, asset)| (theft, ledger.asset_name(asset), asset)).collect();
    classes.sort_unstable();
    classes.into_iter().map(|(theft, _, asset)| Class { theft, asset }).collect()
}
