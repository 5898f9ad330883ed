//! One rule over the whole ledger.

mod exchange;

pub(super) use exchange::exchange;

use super::Known;
use super::money::{Key, Money, add};
use super::seeds::{Begin, Seeds};
use super::stops::{Node, Stops};
use crate::amount::Amount;
use crate::ledger::PurseId;
use crate::trace::{Grade, LeftClean, LeftCleanRow, PostingKind, Rule, Share, Stop};
use std::collections::{BTreeMap, BTreeSet};

/// How a class came to a purse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrivals {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) deposits: u64,
    pub(super) hops: u32,
}

/// What rests in a purse at the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resting {
    pub(super) share: Share,
    pub(super) arrivals: Arrivals,
    pub(super) grade: Grade,
}

/// Place; 0 for the transaction's fee, 1 for the transfer, more for the legs of deals; kind; class.
pub(super) type PostingKey = (usize, usize, PostingKind, Key);

/// Purse and amounts; of an exchange also all that was given or got, and the grade.
pub(super) type Posting = (PurseId, Share, Amount, Grade);

/// What one rule gives.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) flows: BTreeMap<(usize, Key), (Share, Grade)>,
    pub(super) postings: BTreeMap<PostingKey, Posting>,
    pub(super) holdings: BTreeMap<(Key, PurseId), Resting>,
    pub(super) left_clean: Vec<LeftCleanRow>,
    /// Purses at which a branch ended, and why.
    pub(super) ended: BTreeSet<(PurseId, Stop)>,
}

/// A purse during the replay.
pub(super) struct Purse {
    money: Money,
    /// Taint that arrived, where the purse is a sink.
    pub(super) kept: BTreeMap<Key, Share>,
    pub(super) arrivals: BTreeMap<Key, Arrivals>,
    /// The weakest grade among tainted transfers in since the purse was last free of taint.
    pub(super) grade: Grade,
    /// A spend has taken part of a mixed balance, and the balance has not been 0 since.
    blurred: bool,
}

impl Purse {
    pub(super) fn arrived(&mut self, class: Key, place: usize, deposits: u64, hops: u32) {
        let arrivals =
            self.arrivals.entry(class).or_insert(Arrivals { first: place, last: place, deposits: 0, hops });
        arrivals.last = place;
        arrivals.deposits += deposits;
        arrivals.hops = arrivals.hops.min(hops);
    }
}

/// What a spend takes out of a purse.
struct Spent {
    money: Money,
    /// The weakest grade on the way, this hop included.
    grade: Grade,
}

/// A replay under way.
pub(super) struct Replay<'a> {
    known: &'a Known<'a>,
    seeds: &'a Seeds,
    stops: &'a Stops,
    pub(super) rule: Rule,
    purses: BTreeMap<Node, Purse>,
    /// Purses that sent in a transaction and held taint before it.
    tainted_before: BTreeSet<(u32, PurseId)>,
    outcome: Outcome,
}

impl<'a> Replay<'a> {
    /// Replays the whole ledger by one rule.
    pub(super) fn run(known: &'a Known<'a>, seeds: &'a Seeds, stops: &'a Stops, rule: Rule) -> Outcome {
        let (purses, tainted_before) = (BTreeMap::new(), BTreeSet::new());
        let outcome = Outcome::default();
        let mut replay = Self { known, seeds, stops, rule, purses, tainted_before, outcome };
        let mut begun = BTreeSet::new();
        for place in known.places() {
            let transaction = known.ledger.columns().transaction[place];
            if begun.insert(transaction) {
                replay.note_taint_before(transaction);
            }
            for fee in known.ledger.fees().iter().filter(|fee| fee.place == place as u64) {
                replay.pay_fee(place, fee.payer, fee.amount);
            }
            if known.ledger.moves(place) {
                replay.transfer(place);
            }
            let mut step = 2;
            for deal in stops.deals.all.iter().filter(|deal| deal.place == place) {
                replay.deal(deal, &mut step);
            }
            for crossing in stops.links.crossings.iter().filter(|it| it.place == place) {
                replay.cross(crossing);
            }
        }
        replay.rest();
        replay.outcome
    }

    pub(super) fn purse(&mut self, node: Node) -> &mut Purse {
        let rule = self.rule_at(node);
        let outstanding = match node {
            Node::Purse(purse) => self.stops.outstanding(self.known, purse),
            Node::Passing(..) | Node::Ended(..) | Node::Transit(..) => Amount::ZERO,
        };
        let nothing = outstanding.is_zero();
        self.purses.entry(node).or_insert_with(|| Purse {
            money: if nothing { Money::none(rule) } else { Money::new(rule, None, outstanding) },
            kept: BTreeMap::new(),
            arrivals: BTreeMap::new(),
            grade: Grade::Fact,
            blurred: false,
        })
    }

    /// The rule by which a purse pays: a pool's by shares, whatever is asked, but for poison.
    fn rule_at(&self, node: Node) -> Rule {
        if self.pays_out(node) { Rule::Prorata } else { self.rule }
    }

    /// Whether a purse is a pool's whose payments carry its share of taint.
    fn pays_out(&self, node: Node) -> bool {
        self.rule.is_exact() && self.stops.is_pool(self.known, node)
    }

    fn note_taint_before(&mut self, transaction: u32) {
        let columns = self.known.ledger.columns();
        for place in self.known.places() {
            let from = columns.from[place];
            if columns.transaction[place] == transaction
                && self.known.ledger.moves(place)
                && self.purses.get(&Node::Purse(from)).is_some_and(|purse| !purse.money.taint().is_empty())
            {
                self.tainted_before.insert((transaction, from));
            }
        }
    }

    fn post(
        &mut self,
        place: usize,
        event: usize,
        kind: PostingKind,
        purse: PurseId,
        class: Key,
        share: Share,
    ) {
        self.post_leg((place, event, kind, class), (purse, share, Amount::ZERO, Grade::Fact));
    }

    pub(super) fn post_leg(&mut self, key: PostingKey, posting: Posting) {
        if !posting.1.units.is_zero() {
            let before = self.outcome.postings.insert(key, posting);
            assert!(before.is_none(), "an event posts a kind and class once");
        }
    }

    fn pay_fee(&mut self, place: usize, payer: PurseId, amount: Amount) {
        let node = Node::Purse(payer);
        if self.stops.is_sink(self.known, node) {
            return;
        }
        let tied = self.has_tied_transfer(node, place);
        let spent = self.spend(node, amount, (place, 0), None, tied);
        for (class, share) in spent.money.taint() {
            self.post(place, 0, PostingKind::Fee, payer, class, share);
        }
    }

    /// Takes money out of a followed purse. What it lacks is a gap, clean or (at a seed) unseen inflow.
    fn spend(
        &mut self,
        node: Node,
        amount: Amount,
        (place, step): (usize, usize),
        unseen: Option<Key>,
        tied: bool,
    ) -> Spent {
        let (rule, asked, pays_out) = (self.rule_at(node), self.rule, self.pays_out(node));
        let purse = self.purse(node);
        let missing = amount.minus(purse.money.units()).filter(|missing| !missing.is_zero());
        if let Some(missing) = missing {
            purse.money.put(Money::new(rule, unseen, missing));
            if let Some(class) = unseen {
                purse.arrived(class, place, 0, 0);
            }
        }
        let clean_gap = missing.is_some() && unseen.is_none();
        let classes = purse.money.class_count();
        let whole = purse.money.units() == amount;
        let taint = purse.money.taint();
        let thefts: BTreeSet<usize> = taint.keys().map(|class| class.theft).collect();
        let one_theft = purse.money.clean().is_zero() && thefts.len() == 1;
        let fact = (one_theft || whole) && !clean_gap && !tied && !purse.blurred;
        let hop = match (fact, pays_out && !taint.is_empty()) {
            (_, true) => Grade::Inferred,
            (true, _) => Grade::Fact,
            (false, _) => Grade::Presumed,
        };
        let mut money = purse.money.take(rule, amount);
        let grade = hop.max(purse.grade);
        if pays_out {
            money = Money::of_parts(asked, money.clean(), &money.taint());
            // What is left is what is expected to be.
            purse.grade = grade;
        }
        purse.blurred = !whole && (purse.blurred || classes > 1);
        if purse.money.taint().is_empty() {
            purse.grade = Grade::Fact;
        }
        if let (Some(units), Some(class)) = (missing, unseen) {
            let share = Share { units, claim: units };
            self.post(place, step, PostingKind::Unseen, node.purse(), class, share);
        }
        Spent { money, grade }
    }

    /// Whether the purse has another transfer whose order to this one the input does not tell.
    fn has_tied_transfer(&self, node: Node, place: usize) -> bool {
        let columns = self.known.ledger.columns();
        self.known.ledger.tie_group(place).any(|other| {
            let mut ends = [columns.from[other], columns.to[other]].into_iter();
            other != place
                && self.known.ledger.moves(other)
                && ends.any(|purse| self.stops.node(self.known, purse, other) == Some(node))
        })
    }

    fn transfer(&mut self, place: usize) {
        let columns = self.known.ledger.columns();
        let (from, to, value) = (columns.from[place], columns.to[place], columns.value.get(place));
        let sender = self.stops.leaves(self.known, place);
        let sender = sender.filter(|&node| !self.stops.is_sink(self.known, node));
        let mut spent = match sender {
            None => Spent { money: Money::new(self.rule, None, value), grade: Grade::Fact },
            Some(node) => {
                let seed = match node {
                    Node::Purse(purse) => self.seeds.deciding(purse, place),
                    Node::Passing(..) | Node::Ended(..) | Node::Transit(..) => None,
                };
                let unseen = seed.map(|seed| self.key(seed.theft, from));
                let tied = self.has_tied_transfer(node, place);
                self.spend(node, value, (place, 1), unseen, tied)
            }
        };
        let taint = spent.money.taint();
        let receiver = self.stops.enters(self.known, place);
        let lost = match receiver {
            None => Some(PostingKind::Burn),
            Some(_) if self.known.is_dust(place) => Some(PostingKind::Dust),
            Some(_) => None,
        };
        if let Some(kind) = lost {
            for (class, share) in taint {
                self.post(place, 1, kind, from, class, share);
            }
            spent.money = Money::new(self.rule, None, value);
        } else if let (Some(sender), Some(receiver)) = (sender, receiver) {
            for (class, share) in taint {
                self.outcome.flows.insert((place, class), (share, spent.grade));
                let so_far = self.purse(sender).arrivals[&class].hops;
                let hops = if self.has_begun(sender, class, place) { 1 } else { so_far + 1 };
                let hops = if self.has_begun(receiver, class, place) { 0 } else { hops };
                let purse = self.purse(receiver);
                purse.arrived(class, place, 1, hops);
                purse.grade = purse.grade.max(spent.grade);
            }
        }
        if let Some(Node::Ended(..) | Node::Transit(..)) = receiver {
            // Taint ends here; what is left of the transfer is clean, and comes by the deal if it is part of one.
            let purse = self.purse(receiver.expect("it is one"));
            for (class, share) in spent.money.taint() {
                add(purse.kept.entry(class).or_default(), share);
            }
            if !self.stops.deals.got.contains(&place) && !self.known.ledger.is_void(to) {
                let clean = Money::new(self.rule, None, value);
                self.arrive((place, 1), Node::Purse(to), clean);
            }
        } else if let Some(receiver) = receiver {
            self.arrive((place, 1), receiver, spent.money);
        }
    }

    /// Whether a purse is a seed of the class's theft that has begun.
    pub(super) fn has_begun(&self, node: Node, class: Key, place: usize) -> bool {
        let Node::Purse(purse) = node else { return false };
        let begins = self.seeds.begins.get(&purse).map_or(&[][..], |begins| begins);
        let named = |tag: &super::seeds::Tag| tag.theft == class.theft && !tag.most.is_zero();
        let mut named = self.seeds.tags.iter().filter(|(_, tag)| named(tag));
        begins.iter().any(|begin| begin.theft == class.theft && begin.place <= place)
            || named.any(|(&at, _)| at <= place && self.known.ledger.columns().to[at] == purse)
    }

    fn key(&self, theft: usize, purse: PurseId) -> Key {
        self.known.key(theft, self.known.ledger.purses().asset(purse))
    }

    /// Lets seeds take clean money, then puts the money into the receiver.
    pub(super) fn arrive(&mut self, (place, step): (usize, usize), receiver: Node, mut money: Money) {
        let to = receiver.purse();
        if let Some(tag) = self.seeds.tags.get(&place) {
            let class = self.key(tag.theft, to);
            let stolen = money.steal(class, tag.most);
            self.receive((place, step), receiver, class, stolen);
        }
        // A transaction seed wins over an address seed.
        let seed = match receiver {
            Node::Purse(purse) if !self.seeds.tags.contains_key(&place) => self.seeds.deciding(purse, place),
            _ => None,
        };
        if let Some(Begin { theft, .. }) = seed {
            if let Some(reason) = self.left_clean((place, step), to, theft) {
                let amount = money.clean();
                if !amount.is_zero() {
                    let theft = u32::try_from(theft).expect("fewer than 2^32 thefts");
                    let row = LeftCleanRow { place: place as u64, theft, reason, amount };
                    self.outcome.left_clean.push(row);
                }
            } else {
                let class = self.key(theft, to);
                let stolen = money.steal(class, money.units());
                self.receive((place, step), receiver, class, stolen);
            }
        }
        if self.stops.is_sink(self.known, receiver) {
            let purse = self.purse(receiver);
            for (class, share) in money.taint() {
                add(purse.kept.entry(class).or_default(), share);
            }
        } else {
            let money = if self.pays_out(receiver) {
                Money::of_parts(Rule::Prorata, money.clean(), &money.taint())
            } else {
                money
            };
            self.purse(receiver).money.put(money);
        }
    }

    fn receive(&mut self, (place, step): (usize, usize), receiver: Node, class: Key, stolen: Share) {
        if stolen.units.is_zero() {
            return;
        }
        self.post(place, step, PostingKind::Received, receiver.purse(), class, stolen);
        self.purse(receiver).arrived(class, place, 0, 0);
    }

    /// Why an address seed leaves clean money clean, if it does.
    fn left_clean(&self, (place, step): (usize, usize), to: PurseId, theft: usize) -> Option<LeftClean> {
        let ledger = self.known.ledger;
        let columns = ledger.columns();
        let from = columns.from[place];
        let transaction = columns.transaction[place];
        let account = ledger.purses().account(to);
        let converts = self.tainted_before.iter().any(|&(of, purse)| {
            of == transaction && purse != to && ledger.purses().account(purse) == account
        });
        if converts {
            return Some(LeftClean::OwnConversion);
        }
        // What a deal brings comes from no one account.
        if let Some(node) = self.stops.node(self.known, from, place).filter(|_| step == 1) {
            let is_stop =
                self.stops.leaves(self.known, place).is_some() && self.stops.is_sink(self.known, node);
            let account = ledger.purses().account(from);
            let theirs = self.purses.iter().filter(|(at, _)| ledger.purses().account(at.purse()) == account);
            let mut resting = theirs.filter_map(|(&at, purse)| match at {
                Node::Ended(..) | Node::Transit(..) => Some(purse.kept.clone()),
                _ if !is_stop => None,
                _ if self.stops.is_sink(self.known, at) => Some(purse.kept.clone()),
                Node::Passing(..) => Some(purse.money.taint()),
                Node::Purse(_) => None,
            });
            if resting.any(|taint| taint.keys().any(|class| class.theft == theft)) {
                return Some(LeftClean::Returned);
            }
        }
        None
    }

    /// Collects what rests in the purses, under the purses of the ledger.
    fn rest(&mut self) {
        for (&node, purse) in &self.purses {
            let sink = self.stops.is_sink(self.known, node);
            if let Node::Ended(purse_of, stop) = node
                && !purse.kept.is_empty()
            {
                self.outcome.ended.insert((purse_of, stop));
            }
            let taint = if sink { purse.kept.clone() } else { purse.money.taint() };
            for (class, share) in taint {
                let mut arrivals = purse.arrivals[&class];
                if self.has_begun(node, class, usize::MAX) {
                    arrivals.hops = 0;
                }
                let new = Resting { share, arrivals, grade: purse.grade };
                let resting = self.outcome.holdings.entry((class, node.purse()));
                resting
                    .and_modify(|old| {
                        add(&mut old.share, new.share);
                        old.arrivals = Arrivals {
                            first: old.arrivals.first.min(arrivals.first),
                            last: old.arrivals.last.max(arrivals.last),
                            deposits: old.arrivals.deposits + arrivals.deposits,
                            hops: old.arrivals.hops.min(arrivals.hops),
                        };
                        old.grade = old.grade.max(new.grade);
                    })
                    .or_insert(new);
            }
        }
        // A grade belongs to the purse: what stays of a transaction that passed through weakens all of it.
        let mut weakest: BTreeMap<PurseId, Grade> = BTreeMap::new();
        for ((_, purse), resting) in &self.outcome.holdings {
            let grade = weakest.entry(*purse).or_insert(resting.grade);
            *grade = resting.grade.max(*grade);
        }
        for ((_, purse), resting) in &mut self.outcome.holdings {
            resting.grade = weakest[purse];
        }
    }
}
