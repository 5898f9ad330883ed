//! Tables: the rules' findings side by side, one row a key, one pair of columns a rule.

use super::super::ClassId;
use super::super::outcome::{
    ConvertedLeg, Flows, Gap, Grade, Holdings, LeftCleanRow, Postings, ShareColumns, Stop,
};
use super::event::Chunk;
use super::facts::Fact;
use super::tally::{Cut, TallyRow};
use super::walk::{Found, Post};
use crate::ledger::PurseId;
use crate::rules::{Part, Tag, Units};

/// What the replay of one part finds. A row stands here if any rule gives it an amount.
#[derive(Debug)]
pub(in super::super) struct PartTables {
    /// By place, then class.
    pub(in super::super) flows: Flows,
    /// In the order of the files.
    pub(in super::super) postings: Postings,
    /// In any order, and without stops.
    pub(in super::super) holdings: Holdings,
    pub(in super::super) gaps: Vec<Gap>,
    pub(in super::super) left_clean: Vec<LeftCleanRow>,
    /// Purses at which a branch ended, and why.
    pub(in super::super) ended: Vec<(PurseId, Stop)>,
    /// What came into the purses that were asked about.
    pub(in super::super) tally: Vec<TallyRow>,
    /// What limits cut off.
    pub(in super::super) cut: Cut,
}

/// What rests of one class in a purse under one rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<U> {
    pub(super) part: Part<U>,
    pub(super) fact: Fact,
}

impl PartTables {
    /// Tables without rows, for so many rules.
    pub(super) fn new(rules: usize) -> Self {
        Self {
            flows: Flows { shares: ShareColumns::new(rules), ..Flows::default() },
            postings: Postings { shares: ShareColumns::new(rules), ..Postings::default() },
            holdings: Holdings { shares: ShareColumns::new(rules), ..Holdings::default() },
            gaps: Vec::new(),
            left_clean: Vec::new(),
            ended: Vec::new(),
            tally: Vec::new(),
            cut: Cut::default(),
        }
    }

    /// Adds what the rules found in the next chunk. `purse` is the purse of a node.
    pub(super) fn add<U: Units>(
        &mut self,
        chunk: &Chunk<U>,
        found: &mut [Found<U>],
        purse: impl Fn(u32) -> PurseId,
    ) {
        self.add_flows(chunk, found);
        self.add_postings(chunk, found, purse);
        self.left_clean.extend(found[0].kept.iter().map(|it| LeftCleanRow {
            place: chunk.events[it.event as usize].place(),
            theft: it.theft,
            reason: it.reason,
            amount: it.units.to_amount(),
        }));
    }

    fn add_flows<U: Units>(&mut self, chunk: &Chunk<U>, found: &[Found<U>]) {
        let flows = &mut self.flows;
        let lists: Vec<_> = found.iter().map(|it| &it.flows[..]).collect();
        let key = |flow: &super::walk::Flow<U>| (flow.event, flow.tag);
        merge(&lists, key, |row| {
            let telling = row.iter().flatten().find(|flow| !flow.units.is_zero());
            let Some(telling) = telling else { return };
            flows.place.push(chunk.events[telling.event as usize].place());
            flows.class.push(class(telling.tag));
            flows.grade.push(telling.grade);
            for (rule, flow) in row.iter().enumerate() {
                let (units, claim) = flow.map_or((U::ZERO, U::ZERO), |flow| (flow.units, flow.claim));
                flows.shares.add(rule, units, claim);
            }
        });
    }

    fn add_postings<U: Units>(
        &mut self,
        chunk: &Chunk<U>,
        found: &mut [Found<U>],
        purse: impl Fn(u32) -> PurseId,
    ) {
        let postings = &mut self.postings;
        // An event's posts have different kinds or classes, and those of a kind are at one node.
        let key = |post: &Post<U>| (post.event, post.kind, post.tag);
        for list in found.iter_mut().map(|it| &mut it.posts) {
            if !list.is_sorted_by_key(key) {
                list.sort_unstable_by_key(key);
            }
        }
        let lists: Vec<_> = found.iter().map(|it| &it.posts[..]).collect();
        merge(&lists, key, |row| {
            let telling = row.iter().flatten().find(|post| !post.units.is_zero());
            let Some(telling) = telling else { return };
            let event = &chunk.events[telling.event as usize];
            if telling.kind.is_converted() {
                let (posting, value) = (postings.kind.len() as u64, event.value.to_amount());
                postings.legs.push(ConvertedLeg { posting, value, grade: telling.grade });
            }
            postings.kind.push(telling.kind);
            postings.place.push(event.place());
            postings.purse.push(purse(telling.node));
            postings.class.push(class(telling.tag));
            for (rule, post) in row.iter().enumerate() {
                let (units, claim) = post.map_or((U::ZERO, U::ZERO), |post| (post.units, post.claim));
                postings.shares.add(rule, units, claim);
            }
        });
    }

    /// Adds what rests in a purse. Each rule's list is sorted by tag; its grade is the purse's.
    pub(super) fn add_holdings<U: Units>(
        &mut self,
        purse: PurseId,
        (balance, gross): (U, U),
        rests: &[&[Rest<U>]],
        grades: &[Grade],
    ) {
        let holdings = &mut self.holdings;
        merge(
            rests,
            |rest| rest.part.tag,
            |row| {
                let mut ruled = row.iter().zip(grades);
                let telling = ruled
                    .find_map(|(rest, grade)| rest.filter(|it| !it.part.units.is_zero()).zip(Some(*grade)));
                let Some((Rest { part, fact }, grade)) = telling else { return };
                holdings.class.push(class(part.tag));
                holdings.purse.push(purse);
                holdings.balance.push(balance.to_amount());
                holdings.gross_received.push(gross.to_amount());
                holdings.first_taint.push(fact.first);
                holdings.last_taint.push(fact.last);
                holdings.deposits.push(fact.deposits);
                holdings.hops.push(fact.hops);
                holdings.grade.push(grade);
                for (rule, rest) in row.iter().enumerate() {
                    let (units, claim) = rest.map_or((U::ZERO, U::ZERO), |it| (it.part.units, it.part.claim));
                    holdings.shares.add(rule, units, claim);
                }
            },
        );
    }
}

const fn class(tag: Tag) -> ClassId {
    ClassId(tag - 1)
}

/// Goes over the rules' lists, each sorted by a key that rises strictly, by that key: hands on what each rule has
/// of it.
fn merge<'a, T, K: Ord>(lists: &[&'a [T]], key: impl Fn(&T) -> K, mut row: impl FnMut(&[Option<&'a T>])) {
    if let [list] = lists {
        return list.iter().for_each(|it| row(&[Some(it)]));
    }
    let mut lists: Vec<&[T]> = lists.to_vec();
    let mut found = vec![None; lists.len()];
    while let Some(next) = lists.iter().filter_map(|list| list.first()).map(&key).min() {
        for (list, found) in lists.iter_mut().zip(&mut found) {
            *found = None;
            if let Some((first, rest)) = list.split_first().filter(|(first, _)| key(first) == next) {
                (*found, *list) = (Some(first), rest);
            }
        }
        row(&found);
    }
}
