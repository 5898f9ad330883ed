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

/// One leg.
#[derive(Debug)]
struct OneLeg {
    /// The row of `flows.csv`, and its place in the file.
    row: usize,
    place: u64,
    purse: u32,
    account: u32,
    /// Which of the transfers of a purse that was asked about it is.
    moved: Option<usize>,
    /// Where it is, as [`ENDS`] has it.
    end: String,
    value: String,
    gives: bool,
    at: Position,
    transaction: String,
    crossing: usize,
}

impl OneLeg {
    fn is_beside(&self, other: &Self) -> bool {
        (self.account, self.at, &self.transaction) == (other.account, other.at, &other.transaction)
    }
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
    all: Vec<OneLeg>,
    /// How many have their sign.
    paired: usize,
    crossings: Vec<Crossing>,
    of_place: HashMap<u64, usize>,
    waiting: HashMap<u32, Vec<Waiting>>,
}

impl Legs {
    /// Adds a row from an account to itself.
    pub(super) fn add(&mut self, rows: &Rows, columns: [usize; 6], at: [u64; 2], ends: [u32; 2]) {
        let [row, place] = at;
        let [purse, account] = ends;
        let [chain, time, hash, event, address, asset] = columns;
        let end = end_words(rows, [chain, time, hash, event, address, asset]);
        let value = rows.column("value").map(|column| rows.text(column).to_owned()).unwrap_or_default();
        let row = usize::try_from(row).expect("the rows are in memory");
        let (moved, gives, at, transaction, crossing) = (None, false, [0; 3], String::new(), 0);
        self.all.push(OneLeg {
            row,
            place,
            purse,
            account,
            moved,
            end,
            value,
            gives,
            at,
            transaction,
            crossing,
        });
    }

    /// Says of the last leg which of its purse's transfers it is.
    pub(super) fn is_move(&mut self, number: usize) {
        if let Some(leg) = self.all.last_mut() {
            leg.moved = Some(number);
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
        let leg = self.all.get_mut(self.paired).filter(|leg| leg.purse == purse);
        let leg = leg.ok_or_else(|| rows.fault("flows.csv does not have this leg where it belongs"))?;
        leg.gives = gives;
        leg.at = position_of(rows, position)?;
        rows.text(hash).clone_into(&mut leg.transaction);
        self.paired += 1;
        Ok(leg.moved)
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
        let mut links = if self.all.is_empty() { Links::default() } else { Links::read(source)? };
        let mut start = 0;
        while start < self.all.len() {
            let rest = &self.all[start..];
            let given = rest.iter().take_while(|leg| leg.gives && leg.is_beside(&rest[0])).count();
            let got = rest[given..].iter().take_while(|leg| !leg.gives).count();
            if given == 0 {
                return Err(source.damaged("postings.csv has something got for which nothing was given"));
            }
            let both = start..start + given + got;
            let crossing = self.name(both.clone(), given, &mut links);
            let Some(crossing) = crossing else {
                return Err(source.damaged("links.csv does not have a link that postings.csv has"));
            };
            let mut nodes: HashMap<u32, u32> = HashMap::new();
            for leg in &mut self.all[both.clone()] {
                let class = purses[leg.purse as usize][0];
                let number = u32::try_from(self.crossings.len()).expect("fewer crossings than rows");
                let node = *nodes.entry(class).or_insert_with(|| {
                    purses.push([class, NOBODY, number]);
                    u32::try_from(purses.len() - 1).expect("fewer than 2^32 purses in a table")
                });
                flows[leg.row] = if leg.gives { [leg.purse, node] } else { [node, leg.purse] };
                leg.crossing = self.crossings.len();
            }
            self.crossings.push(crossing);
            start = both.end;
        }
        self.of_place = self.all.iter().enumerate().map(|(number, leg)| (leg.place, number)).collect();
        Ok(())
    }

    /// What a crossing is. Whatever waited for it, if it is a link, is noted.
    fn name(&mut self, both: std::ops::Range<usize>, given: usize, links: &mut Links) -> Option<Crossing> {
        let legs = &self.all[both];
        let (first, last) = (legs.first()?, legs.last()?);
        let Some((link, [from, value])) = links.take(first, last) else {
            // Nothing was got for it under any rule, or all of it right there.
            return legs[given..].iter().all(|leg| leg.is_beside(first)).then_some(Crossing::Exchange);
        };
        for leg in &legs[..given] {
            let (at, transaction) = (leg.at, leg.transaction.clone());
            let (from, value) = (from.clone(), value.clone());
            self.waiting.entry(leg.purse).or_default().push(Waiting { at, transaction, from, value });
        }
        Some(Crossing::Link(link))
    }

    /// The side of a crossing that a row is, by its place in `flows.csv`; `None` if it is a transfer.
    pub(super) fn side(&self, place: u64) -> Option<Leg> {
        let leg = &self.all[*self.of_place.get(&place)?];
        Some(Leg { gives: leg.gives, crossing: self.crossings[leg.crossing].clone() })
    }

    /// Whether a row is what a link took.
    pub(super) fn is_linked(&self, place: u64) -> bool {
        let leg = self.of_place.get(&place).map(|&number| &self.all[number]);
        leg.is_some_and(|leg| leg.gives && matches!(self.crossings[leg.crossing], Crossing::Link(_)))
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

/// The links that were followed, by their ends.
#[derive(Debug, Default)]
struct Links {
    of: HashMap<String, (Link, [String; 2])>,
}

impl Links {
    fn read(source: &Source) -> Result<Self, Error> {
        let mut listed = source.manifest["outputs"].as_array().into_iter().flatten();
        if !listed.any(|output| output["name"] == "links.csv") {
            return Ok(Self::default());
        }
        source.check("links.csv")?;
        let mut rows = source.rows("links.csv")?;
        let mut links = Self::default();
        let mut read = || -> Result<(), Fault> {
            let [before, after] = [rows.columns(ENDS[0])?, rows.columns(ENDS[1])?];
            let brings = rows.column("destination_value")?;
            let fate = rows.column("fate")?;
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

    /// The link of which these are the first leg and the last, with sender and value of its source.
    fn take(&mut self, first: &OneLeg, last: &OneLeg) -> Option<(Link, [String; 2])> {
        self.of.get(&key(&first.end, &last.end, &last.value)).cloned()
    }
}

fn end_words(rows: &Rows, columns: [usize; 6]) -> String {
    columns.map(|column| rows.text(column)).join("\0")
}

fn key(before: &str, after: &str, brings: &str) -> String {
    [before, after, brings].join("\0")
}
