//! Replay: the exact apportionment over everything that taint can reach.
//!
//! Every transfer and fee that touches a reached purse, from the purse's beginning, in position order, once
//! for each asked rule. Parts that cannot touch each other run in parallel, and so do the rules of one part;
//! results are put together in a fixed order, so that they do not depend on threads.
//!
//! [`part`] cuts, [`book`] keeps what all rules agree on and makes the [`event`]s, [`walk`] runs a rule over them,
//! [`facts`] checks and describes what it found, [`tables`] sets the rules side by side. Events go through all of
//! these a chunk at a time, so that a trace holds its result, the state of its purses and little else.

mod book;
mod event;
mod facts;
mod kept;
mod marks;
mod numbers;
mod part;
mod tables;
mod tally;
mod ties;
mod walk;

use super::outcome::{Grade, Stop};
use super::reach::Bits;
use super::seed::Seeds;
use super::view::{Node, View};
use super::{Class, Rule};
use crate::ledger::PurseId;
use crate::rules::lots::{Fifo, Lifo};
use crate::rules::poison::Poison;
use crate::rules::shares::{Libr, Prorata, TaintFirst};
use crate::rules::{Tag, Units};
use book::{Books, Watches};
use event::{Chunk, Event};
use facts::Facts;
use hashbrown::HashMap;
use kept::keep;
pub(super) use kept::{Earlier, Kept, KeptNode, NodeName};
use marks::Marks;
use part::{OUTSIDE, Part, Parts};
use rayon::prelude::*;
pub(super) use tables::PartTables;
use tables::Rest;
pub use tally::Cut;
use tally::Tally;
pub(super) use tally::{TallyRow, way};
pub(super) use ties::Ties;
use walk::Found;

/// What a replay works on.
pub(super) struct Job<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) seeds: &'a Seeds,
    /// Why each node is a sink, if it is.
    pub(super) sinks: &'a [Option<Stop>],
    pub(super) rules: &'a [Rule],
    /// All classes that may occur, sorted; tag `k + 1` is class `k`.
    pub(super) classes: &'a [Class],
    /// The reach: one entry a node.
    pub(super) from: &'a [u64],
    pub(super) ties: &'a Ties,
    /// What to go on from, if anything.
    pub(super) earlier: Option<&'a Earlier<'a>>,
    /// Whether another replay is to go on from this one.
    pub(super) keeps: bool,
    /// Whether all that is found is listed; else only the tally is made, if one is asked for.
    pub(super) lists: bool,
    /// What to tally under the run's rule, if anything.
    pub(super) tally: Option<Asked<'a>>,
}

/// What a tally is about.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The purses.
    pub(super) purses: &'a Bits,
    /// Whether origins are entities, not thefts.
    pub(super) of_entities: bool,
}

/// What a replay finds: one table a part, and what was found earlier. What each rule keeps of the nodes, if asked.
pub(super) struct Replayed {
    pub(super) tables: Vec<PartTables>,
    /// One list a rule, sorted by node.
    pub(super) nodes: Vec<Vec<KeptNode>>,
}

/// Replays everything reached.
pub(super) fn replay(job: &Job<'_>) -> Replayed {
    let mut parts = Parts::cut(job.view, job.from, &job.ties.assets);
    parts.tags = job.tags();
    let busy: Vec<&Part> = parts.parts.iter().filter(|part| !part.rows.is_empty()).collect();
    let found: Vec<(PartTables, Vec<Vec<KeptNode>>)> = busy
        .par_iter()
        .map(|part| {
            // A balance is at most the sum of all values.
            if part.total.to_u128().is_some_and(|total| total <= u128::MAX / 2) {
                job.replay_part::<u128>(&parts, part)
            } else {
                job.replay_part::<crate::amount::Wide>(&parts, part)
            }
        })
        .collect();
    let mut replayed = Replayed { tables: Vec::new(), nodes: vec![Vec::new(); job.rules.len()] };
    replayed.tables.extend(job.earlier.map(Earlier::tables));
    for (tables, nodes) in found {
        replayed.tables.push(tables);
        replayed.nodes.iter_mut().zip(nodes).for_each(|(all, nodes)| all.extend(nodes));
    }
    replayed.nodes.iter_mut().for_each(|nodes| nodes.sort_by_key(|kept| kept.node));
    replayed
}

/// A chunk on its way, and what each rule found in it.
struct Step<U> {
    chunk: Chunk<U>,
    found: Vec<Found<U>>,
}

impl<U> Step<U> {
    fn new(rules: usize) -> Self {
        Self { chunk: Chunk::new(), found: (0..rules).map(|_| Found::new()).collect() }
    }
}

/// A rule on its way, and the facts about what it finds.
struct Runner<'a, U> {
    rule: Box<dyn walk::Rule<U> + 'a>,
    facts: Facts<'a, U>,
    tally: Option<Tally<U>>,
}

impl Job<'_> {
    fn replay_part<U: Units>(&self, parts: &Parts, part: &Part) -> (PartTables, Vec<Vec<KeptNode>>) {
        let Self { view, seeds, ties, .. } = *self;
        let purses = view.ledger.purses();
        let is_sink = Marks::of(part.nodes.iter().map(|&node| self.sinks[node as usize].is_some()));
        let is_seed = Marks::of(part.nodes.iter().map(|&node| seeds.has(PurseId(node))));
        let watches = Watches::find(parts, part, ties);
        let is_pool = |&node: &Node| view.is_pool(node) && self.sinks[node as usize].is_none();
        let keeps = part.nodes.iter().map(|node| self.sinks[*node as usize].is_some() || is_pool(node));
        let keeps = Marks::of(keeps);
        let pools = Marks::of(part.nodes.iter().map(is_pool));
        let is_pool = (!view.pools.is_empty()).then_some(&pools);
        let (watched, is_seed) = (&watches, &is_seed);
        let booking = book::Plan { view, seeds, ties, parts, part, watches: watched, is_seed, is_pool };
        let mut books = Books::open(&booking);

        let tag_of = |theft: u32, event: &Event<U>| {
            let node = if event.from == OUTSIDE { event.to } else { event.from };
            let asset = purses.asset(view.purse(part.nodes[node as usize]));
            *parts.tags.get(&Class { theft, asset }).expect("seeds make the classes")
        };
        let theft_of = |tag: Tag| self.classes[tag as usize - 1].theft;
        let has_begun = |node: u32, tag: Tag, place: u64| {
            seeds.has_begun(PurseId(part.nodes[node as usize]), theft_of(tag), place)
        };
        let plan = walk::Plan {
            nodes: part.nodes.len(),
            watches: &watches.list,
            is_sink: &is_sink,
            keeps: &keeps,
            tag_of: &tag_of,
            theft_of: &theft_of,
        };
        let start = |rule: &Rule| {
            let facts = Facts::new(part.nodes.len(), rule.is_exact(), is_seed, &has_begun);
            let rule = match rule {
                Rule::Fifo => walk::start::<Fifo<U>, U>(&plan),
                Rule::Lifo => walk::start::<Lifo<U>, U>(&plan),
                Rule::Prorata => walk::start::<Prorata<U>, U>(&plan),
                Rule::Libr => walk::start::<Libr<U>, U>(&plan),
                Rule::TaintFirst => walk::start::<TaintFirst<U>, U>(&plan),
                Rule::Poison => walk::start::<Poison, U>(&plan),
            };
            Runner { rule, facts, tally: None }
        };
        let mut runners: Vec<Runner<'_, U>> = self.rules.par_iter().map(start).collect();
        if let Some(Asked { purses, of_entities }) = self.tally {
            let asked = part.nodes.iter().map(|&node| purses.get(view.purse(node).0) == 1);
            runners[0].tally = Some(Tally::new(Marks::of(asked), of_entities));
        }
        if let Some(earlier) = self.earlier {
            books.catch_up(earlier.end);
            runners
                .par_iter_mut()
                .enumerate()
                .for_each(|(rule, runner)| earlier.restore(view, part, rule, runner));
        }
        let mut tables = PartTables::new(runners.len());
        let purse = |node: u32| view.purse(part.nodes[node as usize]);
        self.run(&mut books, &mut runners, &mut tables, purse);
        let kept = runners.iter().filter(|_| self.keeps).map(|runner| keep(view, part, &books, runner));
        let kept = kept.collect();
        if let Some(tally) = runners[0].tally.take() {
            (tables.tally, tables.cut) = tally.finish(part, &runners[0], &books, self.sinks, purse);
        }
        if !self.lists {
            // The law is checked all the same.
            runners.iter_mut().for_each(|runner| runner.check(&books, part));
            return (tables, kept);
        }
        add_holdings(&books, &mut runners, &mut tables, part, purse);
        let ended =
            part.nodes.iter().zip(0..).filter_map(|(&node, local)| Some((view.deals.ended(node)?, local)));
        let rests = |local: u32| runners.iter().any(|runner| runner.rule.holds_taint(local));
        tables.ended = ended.filter(|&(_, local)| rests(local)).map(|(ended, _)| ended).collect();
        tables.gaps = books.gaps();
        (tables, kept)
    }

    /// Takes all chunks through books, rules and tables. While the rules go over one, the next is booked and the
    /// last one's findings are put into the tables.
    fn run<U: Units>(
        &self,
        books: &mut Books<'_, U>,
        runners: &mut [Runner<'_, U>],
        tables: &mut PartTables,
        purse: impl Fn(u32) -> PurseId + Sync,
    ) {
        let [mut next, mut here, mut last] = [(); 3].map(|()| Step::<U>::new(runners.len()));
        books.next_chunk(&mut next.chunk);
        while !next.chunk.events.is_empty() || !here.chunk.events.is_empty() {
            // What was next is here, what was here is last, and the last is done with.
            std::mem::swap(&mut here, &mut last);
            std::mem::swap(&mut next, &mut here);
            let (chunk, purse) = (&here.chunk, &purse);
            let (next, last) = (&mut next.chunk, &mut last);
            let (books, tables) = (&mut *books, &mut *tables);
            rayon::scope(|scope| {
                for (runner, found) in runners.iter_mut().zip(&mut here.found) {
                    scope.spawn(move |_| {
                        runner.rule.walk(chunk, found);
                        runner.facts.gather(chunk, found);
                        if let Some(tally) = &mut runner.tally {
                            tally.add(chunk, found, &runner.facts, purse);
                        }
                    });
                }
                scope.spawn(move |_| books.next_chunk(next));
                if self.lists {
                    scope.spawn(move |_| tables.add(&last.chunk, &mut last.found, purse));
                }
            });
        }
    }

    /// The tag of each class: entities make a class for every asset that one of them pays, and tag millions of transfers.
    fn tags(&self) -> HashMap<Class, Tag> {
        self.classes.iter().copied().zip(1..).collect()
    }
}

impl<U: Units> Runner<'_, U> {
    /// What rests in each purse, and its grade, in the order of the purses: those with no taint are left out. Checks
    /// that nothing else is left. `purses` are the nodes of each purse.
    fn rests<'n>(&mut self, books: &Books<'_, U>, purses: impl Iterator<Item = &'n [u32]>) -> Rests<U> {
        let mut all = Rests { ends: Vec::new(), rests: Vec::new() };
        let (mut parts, mut of_purse) = (Vec::new(), Vec::new());
        for (purse, nodes) in (0..).zip(purses) {
            let mut grade = Grade::Fact;
            for &node in nodes {
                parts.clear();
                let weakest = self.rule.rests_at(node, books.held(node), &mut parts);
                for &part in &parts {
                    // A grade belongs to the purse, whatever the class.
                    grade = weakest.max(grade);
                    let fact = self.facts.settle(node, part.tag, part.units);
                    add_rest(&mut of_purse, Rest { part, fact });
                }
            }
            if !of_purse.is_empty() {
                all.rests.append(&mut of_purse);
                all.ends.push((purse, grade, all.rests.len()));
            }
        }
        self.facts.check();
        all
    }
}

impl<U: Units> Runner<'_, U> {
    /// Checks that what came to each node and did not leave it rests there, without keeping what that is.
    fn check(&mut self, books: &Books<'_, U>, part: &Part) {
        let mut rests = Vec::new();
        for node in (0..).take(part.nodes.len()) {
            rests.clear();
            self.rule.rests_at(node, books.held(node), &mut rests);
            for rest in &rests {
                self.facts.settle(node, rest.tag, rest.units);
            }
        }
        self.facts.check();
    }
}

/// What rests in the purses of a part under one rule.
struct Rests<U> {
    /// Of each purse with taint: its number, its grade, and where its rests end.
    ends: Vec<(u32, Grade, usize)>,
    /// Purse by purse, each sorted by tag.
    rests: Vec<Rest<U>>,
}

/// Adds what rests in each purse, passing purses under the purse they belong to.
fn add_holdings<U: Units>(
    books: &Books<'_, U>,
    runners: &mut [Runner<'_, U>],
    tables: &mut PartTables,
    part: &Part,
    purse: impl Fn(u32) -> PurseId + Sync,
) {
    let mut nodes: Vec<u32> = (0..).take(part.nodes.len()).collect();
    // In order already where no purse is a passing one.
    nodes.sort_by_key(|&node| purse(node));
    let purses = || nodes.chunk_by(|&one, &other| purse(one) == purse(other));
    let all: Vec<Rests<U>> = runners.par_iter_mut().map(|runner| runner.rests(books, purses())).collect();
    let mut next = vec![(0, 0); all.len()];
    let mut grades = vec![Grade::Fact; all.len()];
    let mut of_purse: Vec<&[Rest<U>]> = vec![&[]; all.len()];
    for (number, nodes) in (0..).zip(purses()) {
        for (rule, (at, start)) in next.iter_mut().enumerate() {
            of_purse[rule] = &[];
            if let Some(&(_, grade, end)) = all[rule].ends.get(*at).filter(|end| end.0 == number) {
                (of_purse[rule], grades[rule]) = (&all[rule].rests[*start..end], grade);
                (*at, *start) = (*at + 1, end);
            }
        }
        // The purse's own node comes first, and is booked.
        tables.add_holdings(purse(nodes[0]), books.balance_and_gross(nodes[0]), &of_purse, &grades);
    }
}

/// Adds to a list that has one rest a class, sorted by tag.
fn add_rest<U: Units>(list: &mut Vec<Rest<U>>, Rest { part, fact }: Rest<U>) {
    match list.binary_search_by_key(&part.tag, |held| held.part.tag) {
        Ok(at) => {
            let held = &mut list[at];
            held.part.units = held.part.units.plus(part.units);
            held.part.claim = held.part.claim.plus(part.claim);
            held.fact = held.fact.join(fact);
        }
        Err(at) => list.insert(at, Rest { part, fact }),
    }
}
