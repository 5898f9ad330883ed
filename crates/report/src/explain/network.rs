//! Network: the flows that can lead to an account, and the postings on their way, as the tables have them.
//!
//! A node is a purse of one theft and stolen asset. At an account that stops the trace unless a transaction nets
//! there, each transaction has a node of its own: what it takes, it brought, and what rests there stays. So has what waits
//! for a link. Crossings are nodes, too (`legs.rs`).
//!
//! Amounts are claims, in units of the stolen asset: they are what does not change where an exchange or a link changes the
//! unit, and what `dyetrace verify` finds to add up in every purse.

use super::purse::{Explanation, Hop, Name, Origin, PurseStory, Route};
use super::survey::Survey;
use super::widest::{Way, Ways, widest};
use crate::error::Error;
use crate::rank::product;
use crate::written::Fault;
use crate::written::rows::Rows;
use crate::written::source::Source;
use dyetrace_core::{Amount, AmountColumn};
use hashbrown::{HashMap, HashSet};
use ruint::Uint;

/// For how many purses of an account routes are looked for.
const MOST_PURSES: usize = 20;

/// Where something stands on its chain: block, transaction, event. Equal where that is not told.
pub(super) type Position = [u64; 3];

/// No node: nothing of what is there is needed.
pub(super) const NOWHERE: u32 = u32::MAX;

/// A posting: the node that something entered or left.
#[derive(Debug)]
pub(super) struct Posting {
    pub(super) node: u32,
    pub(super) at: Position,
    pub(super) amount: Amount,
    pub(super) enters: bool,
    kind: String,
    transaction: String,
}

/// The flows that are needed, in order, and the postings.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// Sender and receiver of each flow.
    pub(super) ends: Vec<[u32; 2]>,
    pub(super) at: Vec<Position>,
    /// Claims.
    pub(super) amounts: AmountColumn,
    /// In the order of the table.
    pub(super) postings: Vec<Posting>,
    /// The purse of each node.
    pub(super) purses: Vec<u32>,
    /// Where each flow stands in the table.
    places: Vec<u64>,
    /// What entered in all.
    pub(super) entered: Amount,
    /// What came to a purse that was asked about without standing for any of the stolen asset, in units of its asset.
    without: HashMap<u32, Amount>,
    nodes: HashMap<(u32, String), u32>,
}

/// Adds to each story the routes by its rule.
pub(super) fn add_routes(
    source: &Source,
    survey: &Survey,
    most: usize,
    explanation: &mut Explanation,
) -> Result<(), Error> {
    if most == 0 {
        return Ok(());
    }
    if explanation.purses.len() > MOST_PURSES {
        let count = explanation.purses.len();
        explanation.notes.push(format!(
            "routes are shown for the first {MOST_PURSES} of {count} purses: name one with `--asset` or `--theft`"
        ));
    }
    let address = explanation.address.clone();
    let stories: Vec<&mut PurseStory> = explanation.purses.iter_mut().take(MOST_PURSES).collect();
    let mut by_rule: Vec<(usize, Vec<(u32, &mut PurseStory)>)> = Vec::new();
    for story in stories.into_iter().filter(|story| source.is_exact(story.rule)) {
        let words = [&story.theft, &story.stolen_asset, &story.chain, &address, &story.asset];
        let Some(purse) = survey.find(words.map(String::as_str)) else { continue };
        match by_rule.iter_mut().find(|(rule, _)| *rule == story.rule) {
            Some((_, stories)) => stories.push((purse, story)),
            None => by_rule.push((story.rule, vec![(purse, story)])),
        }
    }
    for (rule, stories) in by_rule {
        let targets: Vec<u32> = stories.iter().map(|(purse, _)| *purse).collect();
        let network = Network::read(source, survey, rule, &targets)?;
        for (purse, story) in stories {
            let Some(ways) = widest(&network, purse, most) else {
                return Err(source
                    .damaged("a purse passes on more than it has: flows.csv and postings.csv do not agree"));
            };
            network
                .tell(source, survey, (rule, purse), &ways, story)
                .map_err(|fault| source.fault(&fault))?;
        }
    }
    add_names(source, explanation)
}

impl Network {
    fn read(source: &Source, survey: &Survey, rule: usize, targets: &[u32]) -> Result<Self, Error> {
        let needed = needed(survey, targets);
        let mut network = Self::default();
        let flows = network.read_flows(source, survey, (rule, targets), &needed);
        flows.map_err(|fault| source.fault(&fault))?;
        let postings = network.read_postings(source, survey, rule, &needed);
        postings.map_err(|fault| source.fault(&fault))?;
        Ok(network)
    }

    fn read_flows(
        &mut self,
        source: &Source,
        survey: &Survey,
        (rule, targets): (usize, &[u32]),
        needed: &[bool],
    ) -> Result<(), Fault> {
        let mut rows = Rows::open(source.folder(), "flows.csv")?;
        let name = &source.rules[rule];
        let [column, units] = rows.columns([&format!("claim_{name}"), name])?;
        let position = rows.columns(POSITION)?;
        let [hash, from, value] = rows.columns(["transaction_hash", "from_address", "value"])?;
        for ends in &survey.flows {
            let place = rows.here();
            rows.next()?;
            if !ends.iter().any(|&purse| needed[purse as usize]) {
                continue;
            }
            let amount = rows.amount(column)?;
            if amount.is_zero() {
                if targets.contains(&ends[1]) {
                    let sum = self.without.entry(ends[1]).or_default();
                    *sum = sum.plus(rows.amount(units)?);
                }
                continue;
            }
            let (at, hash) = (position_of(&rows, position)?, rows.text(hash));
            let waits = [
                survey.legs.is_linked(place),
                survey.legs.waits(ends[1], (hash, at), Some([rows.text(from), rows.text(value)])),
            ];
            let nodes = [0, 1].map(|end| {
                if needed[ends[end] as usize] {
                    self.node(survey, ends[end], (hash, at), waits[end])
                } else {
                    NOWHERE
                }
            });
            self.ends.push(nodes);
            self.at.push(at);
            self.amounts.push(amount);
            self.places.push(place);
        }
        Ok(())
    }

    fn read_postings(
        &mut self,
        source: &Source,
        survey: &Survey,
        rule: usize,
        needed: &[bool],
    ) -> Result<(), Fault> {
        let mut rows = Rows::open(source.folder(), "postings.csv")?;
        let column = rows.column(&format!("claim_{}", source.rules[rule]))?;
        let position = rows.columns(POSITION)?;
        let key = rows.columns(["theft", "stolen_asset", "chain", "address", "asset"])?;
        let [kind, hash] = rows.columns(["kind", "transaction_hash"])?;
        while rows.next()? {
            let (leaves, amount) = rows.signed(column)?;
            // A crossing's legs are flows.
            if amount.is_zero() || rows.text(kind) == "converted" {
                continue;
            }
            let enters = !leaves;
            if enters {
                self.entered = self.entered.plus(amount);
            }
            let purse = survey.find(key.map(|column| rows.text(column)));
            let Some(purse) = purse.filter(|&purse| needed.get(purse as usize) == Some(&true)) else {
                continue;
            };
            let at = position_of(&rows, position)?;
            // What a link hands out of less than a unit is dust of what waited.
            let waits = rows.text(kind) == "dust" && survey.legs.waits(purse, (rows.text(hash), at), None);
            let node = self.node(survey, purse, (rows.text(hash), at), waits);
            let [kind, transaction] = rows.texts([kind, hash]);
            self.postings.push(Posting { node, at, amount, enters, kind, transaction });
        }
        Ok(())
    }

    /// The node of a purse in a transaction.
    fn node(&mut self, survey: &Survey, purse: u32, (hash, at): (&str, Position), waits: bool) -> u32 {
        let passes = survey.passing.contains(&purse);
        let transaction = match (waits, passes, hash.is_empty()) {
            (true, ..) => format!("{hash}/{}/{}/{}", at[0], at[1], at[2]),
            (_, false, _) => String::new(),
            (_, true, false) => hash.to_owned(),
            (_, true, true) => format!("{}/{}", at[0], at[1]),
        };
        let next = u32::try_from(self.purses.len()).expect("no more nodes than ends of flows");
        let purses = &mut self.purses;
        *self.nodes.entry((purse, transaction)).or_insert_with(|| {
            purses.push(purse);
            next
        })
    }

    /// Adds what was found to a story.
    fn tell(
        &self,
        source: &Source,
        survey: &Survey,
        (rule, purse): (usize, u32),
        ways: &Ways,
        story: &mut PurseStory,
    ) -> Result<(), Fault> {
        let mut rows = Rows::open(source.folder(), "flows.csv")?;
        let is_here = |node: u32| node != NOWHERE && self.purses[node as usize] == purse;
        let arrivals = (0..self.ends.len()).filter(|&flow| is_here(self.ends[flow][1]));
        story.claims.came = arrivals.map(|flow| self.amounts.get(flow)).sum();
        story.claims.without = self.without.get(&purse).copied().unwrap_or_default();
        // What routes took of the claim of each flow by which they came.
        let mut taken: HashMap<u32, Amount> = HashMap::new();
        for Way { amount: claim, flows, entered } in &ways.found {
            let origin = entered.map_or(Origin::Here, |posting| {
                let Posting { kind, transaction, .. } = &self.postings[posting as usize];
                Origin::Theft { kind: kind.clone(), transaction: transaction.clone() }
            });
            let hops =
                flows.iter().map(|&flow| survey.hop(source, &mut rows, self.places[flow as usize], rule));
            let hops = hops.collect::<Result<Vec<Hop>, _>>()?;
            let (Some(last), Some(by)) = (hops.last(), flows.last()) else { continue };
            let before = taken.entry(*by).or_default();
            let after = before.plus(*claim);
            let amount = part(last, after).minus(part(last, *before)).unwrap_or_default();
            *before = after;
            let grade = hops.iter().map(|hop| &hop.grade).max_by_key(|grade| weakness(grade));
            let grade = grade.cloned().unwrap_or_default();
            story.routes.push(Route { amount, claim: *claim, grade, origin, hops });
        }
        Ok(())
    }
}

/// The units of a hop that stand for a part of its claim, rounded down.
fn part(hop: &Hop, claim: Amount) -> Amount {
    if hop.claim.is_zero() {
        return Amount::ZERO;
    }
    let units = product(hop.taint, claim) / Uint::<640, 10>::from(hop.claim.to_wide());
    Amount::from_wide(units.to())
}

/// Which of two grades is the weaker one.
fn weakness(grade: &str) -> usize {
    ["FACT", "PRESUMED", "INFERRED"].iter().position(|known| *known == grade).unwrap_or(usize::MAX)
}

pub(super) const POSITION: [&str; 3] = ["block_number", "transaction_index", "event_index"];

/// In the order of a replay: no transaction's index comes last, no event's first.
pub(super) fn position_of(rows: &Rows, columns: [usize; 3]) -> Result<Position, Fault> {
    let [block, transaction, event] = columns;
    let number = |column: usize| {
        if rows.text(column).is_empty() { Ok(None) } else { rows.number(column).map(Some) }
    };
    let Some(block) = number(block)? else { return Ok([0; 3]) };
    let event = number(event)?.map_or(0, |event| event.saturating_add(1));
    Ok([block, number(transaction)?.unwrap_or(u64::MAX), event])
}

/// The purses from which, in time, something can get to the targets, and these; one entry a purse.
fn needed(survey: &Survey, targets: &[u32]) -> Vec<bool> {
    let mut needed = vec![false; survey.purses.len()];
    for &target in targets {
        needed[target as usize] = true;
    }
    for ends in survey.flows.iter().rev() {
        if needed[ends[1] as usize] {
            needed[ends[0] as usize] = true;
        }
    }
    needed
}

/// Adds the labels of the accounts on the routes, as `holdings.csv` has them.
fn add_names(source: &Source, explanation: &mut Explanation) -> Result<(), Error> {
    let hops = explanation.purses.iter().flat_map(|story| &story.routes).flat_map(|route| &route.hops);
    let wanted: HashSet<[String; 2]> = hops.flat_map(Hop::ends).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut names: HashMap<[String; 2], [String; 2]> = HashMap::new();
    let mut rows = source.rows("holdings.csv")?;
    let mut read = || -> Result<(), Fault> {
        let columns = rows.columns(["chain", "address", "label", "category"])?;
        while rows.next()? {
            if rows.text(columns[3]).is_empty() {
                continue;
            }
            let [chain, address, label, category] = rows.texts(columns);
            let account = [chain, address];
            if wanted.contains(&account) {
                names.insert(account, [label, category]);
            }
        }
        Ok(())
    };
    read().map_err(|fault| source.fault(&fault))?;
    for story in &mut explanation.purses {
        let hops = story.routes.iter().flat_map(|route| &route.hops);
        let mut theirs: Vec<[String; 2]> = hops.flat_map(Hop::ends).collect();
        theirs.sort();
        theirs.dedup();
        let named = theirs.into_iter().filter_map(|account| {
            let [label, category] = names.get(&account)?.clone();
            let [chain, address] = account;
            Some(Name { chain, address, label, category })
        });
        story.names = named.collect();
    }
    Ok(())
}

impl Hop {
    /// Chain and address of its ends.
    fn ends(&self) -> [[String; 2]; 2] {
        [&self.from, &self.to].map(|address| [self.chain.clone(), address.clone()])
    }
}
