//! Legs: the rows of `flows.csv` from an account to itself, by which money goes on in an exchange or over a link.
//!
//! A leg's sign stands in `postings.csv`, which has the same legs in the same order. What was given and what was got belong
//! together: of each theft and stolen asset they meet in a node of their own, the *crossing*. By what was given a claim
//! comes to it, and by what was got the same claim leaves it, in another unit.
//!
//! What waits for a link waits apart from all else that came to the account: so the source of a link, and nothing else,
//! leads to its crossing. `links.csv` says which transfer that is.

use super::network::{Position, position_of};
use super::purse::{Crossing, Leg, Link};
use crate::error::Error;
use crate::written::Fault;
use crate::written::rows::Rows;
use crate::written::source::Source;
use hashbrown::HashMap;
use std::ops::Range;

/// Where links stand.
const LINKS: &str = "links.csv";
/// In place of the account of a crossing.
const NOBODY: u32 = u32::MAX;

/// The words of `links.csv` that tell one end of a link, but for the receiver.
const ENDS: [[&str; 6]; 2] = [
    ["source_chain", "source_timestamp", "source_transaction", "source_event", "into_address", "asset"],
    [
        "destination_chain",
        "destination_timestamp",
        "destination_transaction",
        "destination_event",
        "to_address",
        "destination_asset",
    ],
];

/// No move, no link.
const NONE: u32 = u32::MAX;

/// One leg.
#[derive(Debug)]
struct OneLeg {
    /// The row of `flows.csv`.
    row: usize,
    /// Its place in the file.
    place: u64,
    purse: u32,
    account: u32,
    /// Which of the transfers of a purse that was asked about it is.
    moved: u32,
    /// The link that it is part of.
    link: u32,
    /// Legs that stand side by side at one account, in one transaction, have the same number.
    spot: u32,
    gives: bool,
    /// More of it, where there may be links.
    told: Option<Box<Told>>,
}

/// What tells the link that a leg is part of.
#[derive(Debug, Default)]
struct Told {
    /// Where it is, as [`ENDS`] has it.
    end: String,
    value: String,
    at: Position,
    transaction: String,
}

/// The source of a link: which transfer into a purse waits for it.
#[derive(Debug)]
struct Waiting {
    at: Position,
    transaction: String,
    from: String,
    value: String,
}

/// All legs of a result.
#[derive(Debug, Default)]
pub(super) struct Legs {
    /// By their places.
    all: Vec<OneLeg>,
    /// How many have their sign.
    paired: usize,
    /// Where the last one of them is.
    spot: (u32, Position, String),
    has_links: bool,
    links: Vec<Link>,
    waiting: HashMap<u32, Vec<Waiting>>,
}

impl Legs {
    pub(super) fn of(source: &Source) -> Self {
        let mut listed = source.manifest["outputs"].as_array().into_iter().flatten();
        Self { has_links: listed.any(|output| output["name"] == LINKS), ..Self::default() }
    }

    /// Adds a row from an account to itself.
    pub(super) fn add(
        &mut self,
        rows: &Rows,
        columns: [usize; 6],
        value: usize,
        (row, place): (usize, u64),
        [purse, account]: [u32; 2],
    ) {
        let told = self.has_links.then(|| {
            let (end, value) = (end_words(rows, columns), rows.text(value).to_owned());
            Box::new(Told { end, value, ..Told::default() })
        });
        let (moved, link, spot, gives) = (NONE, NONE, 0, false);
        self.all.push(OneLeg { row, place, purse, account, moved, link, spot, gives, told });
    }

    /// Says of the last leg which of its purse's transfers it is.
    pub(super) fn is_move(&mut self, number: usize) {
        if let Some(leg) = self.all.last_mut() {
            leg.moved = u32::try_from(number).expect("fewer than 2^32 transfers of a purse");
        }
    }

    /// Takes the sign of the next leg from its row of `postings.csv`. Returns which of its purse's transfers it is.
    pub(super) fn pair(
        &mut self,
        rows: &Rows,
        position: [usize; 3],
        hash: usize,
        purse: u32,
        gives: bool,
    ) -> Result<Option<usize>, Fault> {
        let at = position_of(rows, position)?;
        let before = self.paired.checked_sub(1).map(|before| self.all[before].spot);
        let leg = self.all.get_mut(self.paired).filter(|leg| leg.purse == purse);
        let leg = leg.ok_or_else(|| rows.fault("flows.csv does not have this leg where it belongs"))?;
        let (account, last, transaction) = &mut self.spot;
        let is_beside = (*account, *last, &**transaction) == (leg.account, at, rows.text(hash));
        if !is_beside {
            (*account, *last) = (leg.account, at);
            rows.text(hash).clone_into(transaction);
        }
        leg.spot = before.map_or(0, |before| before + u32::from(!is_beside));
        leg.gives = gives;
        if let Some(told) = &mut leg.told {
            told.at = at;
            rows.text(hash).clone_into(&mut told.transaction);
        }
        self.paired += 1;
        Ok((leg.moved != NONE).then_some(leg.moved as usize))
    }

    /// Puts the legs of each exchange and link together, and tells the flows so: what was given leads to the crossing, what
    /// was got comes from it.
    pub(super) fn join(
        &mut self,
        source: &Source,
        flows: &mut [[u32; 2]],
        purses: &mut Vec<[u32; 3]>,
    ) -> Result<(), Error> {
        if self.paired < self.all.len() {
            return Err(source.damaged("postings.csv lacks a leg of an exchange that flows.csv has"));
        }
        let is_asked = self.has_links && !self.all.is_empty();
        let followed = if is_asked { Followed::read(source)? } else { Followed::default() };
        let mut start = 0;
        for number in 0_u32.. {
            let rest = &self.all[start..];
            let Some(first) = rest.first() else { break };
            let given = rest.iter().take_while(|leg| leg.gives && leg.spot == first.spot).count();
            let got = rest[given..].iter().take_while(|leg| !leg.gives).count();
            if given == 0 {
                return Err(source.damaged("postings.csv has something got for which nothing was given"));
            }
            let both = start..start + given + got;
            if !self.name(both.clone(), given, &followed) {
                return Err(source.damaged("links.csv does not have a link that postings.csv has"));
            }
            let mut nodes: HashMap<u32, u32> = HashMap::new();
            for leg in &self.all[both.clone()] {
                let class = purses[leg.purse as usize][0];
                let node = *nodes.entry(class).or_insert_with(|| {
                    purses.push([class, NOBODY, number]);
                    u32::try_from(purses.len() - 1).expect("fewer than 2^32 purses in a table")
                });
                flows[leg.row] = if leg.gives { [leg.purse, node] } else { [node, leg.purse] };
            }
            start = both.end;
        }
        Ok(())
    }

    /// Says of legs what link they are part of, if they are, and what waited for it. False if they are neither that nor an
    /// exchange.
    fn name(&mut self, both: Range<usize>, given: usize, followed: &Followed) -> bool {
        let legs = &mut self.all[both];
        let (first, last) = (&legs[0], &legs[legs.len() - 1]);
        let Some((link, [from, value])) = followed.find(first, last) else {
            // Whatever was got was got right there.
            let spot = first.spot;
            return legs.iter().all(|leg| leg.spot == spot);
        };
        for leg in &legs[..given] {
            let Some(told) = &leg.told else { continue };
            let (at, transaction) = (told.at, told.transaction.clone());
            let (from, value) = (from.clone(), value.clone());
            self.waiting.entry(leg.purse).or_default().push(Waiting { at, transaction, from, value });
        }
        let number = u32::try_from(self.links.len()).expect("fewer links than rows");
        legs.iter_mut().for_each(|leg| leg.link = number);
        self.links.push(link.clone());
        true
    }

    fn at(&self, place: u64) -> Option<&OneLeg> {
        let number = self.all.binary_search_by_key(&place, |leg| leg.place).ok()?;
        Some(&self.all[number])
    }

    /// The side of a crossing that a row is, by its place in `flows.csv`; `None` if it is a transfer.
    pub(super) fn side(&self, place: u64) -> Option<Leg> {
        let leg = self.at(place)?;
        let link = self.links.get(leg.link as usize);
        let crossing = link.map_or(Crossing::Exchange, |link| Crossing::Link(link.clone()));
        Some(Leg { gives: leg.gives, crossing })
    }

    /// Whether a row is what a link took.
    pub(super) fn is_linked(&self, place: u64) -> bool {
        !self.links.is_empty() && self.at(place).is_some_and(|leg| leg.gives && leg.link != NONE)
    }

    /// Whether what stands there waits for a link, or left what waits; a transfer is told by its sender and value, too.
    pub(super) fn waits(
        &self,
        purse: u32,
        (transaction, at): (&str, Position),
        transfer: Option<[&str; 2]>,
    ) -> bool {
        let waiting = self.waiting.get(&purse).map_or(&[][..], |waiting| waiting);
        waiting.iter().any(|it| {
            it.at == at
                && it.transaction == transaction
                && transfer.is_none_or(|[from, value]| (from, value) == (&*it.from, &*it.value))
        })
    }
}

/// The links that were followed, by their ends, each with sender and value of its source.
#[derive(Debug, Default)]
struct Followed {
    of: HashMap<String, (Link, [String; 2])>,
}

impl Followed {
    fn read(source: &Source) -> Result<Self, Error> {
        source.check(LINKS)?;
        let mut rows = source.rows(LINKS)?;
        let mut links = Self::default();
        let mut read = || -> Result<(), Fault> {
            let [before, after] = [rows.columns(ENDS[0])?, rows.columns(ENDS[1])?];
            let [fate, brings] = rows.columns(["fate", "destination_value"])?;
            let of_source = rows.columns(["from_address", "value"])?;
            let cells =
                rows.columns(["method", "band", "link_confidence", "grade", "candidates", "told_by"])?;
            while rows.next()? {
                if rows.text(fate) != "followed" {
                    continue;
                }
                let [method, band, confidence, grade, candidates, told_by] = rows.texts(cells);
                let link = Link { method, band, confidence, grade, candidates, told_by };
                let ends = [end_words(&rows, before), end_words(&rows, after)];
                let key = key(&ends[0], &ends[1], rows.text(brings));
                links.of.entry(key).or_insert_with(|| (link, rows.texts(of_source)));
            }
            Ok(())
        };
        read().map_err(|fault| source.fault(&fault))?;
        Ok(links)
    }

    /// The link of which these are the first leg and the last.
    fn find(&self, first: &OneLeg, last: &OneLeg) -> Option<&(Link, [String; 2])> {
        let (first, last) = first.told.as_ref().zip(last.told.as_ref())?;
        self.of.get(&key(&first.end, &last.end, &last.value))
    }
}

fn end_words(rows: &Rows, columns: [usize; 6]) -> String {
    columns.map(|column| rows.text(column)).join("\0")
}

fn key(before: &str, after: &str, brings: &str) -> String {
    [before, after, brings].join("\0")
}
