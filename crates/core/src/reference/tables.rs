//! Outcomes by rule become the rows of a trace.

use super::money::Key;
use super::replay::PostingKey;
use super::{Known, Run};
use crate::amount::Amount;
use crate::label::Category;
use crate::ledger::PurseId;
use crate::trace::{
    Class, ClassId, ConvertedLeg, Flows, Gap, Grade, Holdings, Postings, Share, ShareColumns, Stop, Trace,
};
use std::collections::{BTreeMap, BTreeSet};

/// What purses sort by in a report.
pub(super) fn purse_text(known: &Known<'_>, purse: PurseId) -> (String, String, String) {
    let ledger = known.ledger;
    let asset = ledger.asset_name(ledger.purses().asset(purse));
    (ledger.purse_chain(purse).to_owned(), ledger.purse_address(purse).to_string(), asset)
}

/// The number of a class.
pub(super) fn class_id(classes: &BTreeSet<Key>, class: Key) -> ClassId {
    let rank = classes.iter().position(|it| *it == class).expect("what is tainted was stolen");
    ClassId(u32::try_from(rank).expect("fewer than 2^32 classes"))
}

/// Fills all tables but `order_spread`.
pub(super) fn fill(run: &Run<'_>, classes: &BTreeSet<Key>) -> Trace {
    let known = run.known;
    let numbered_theft = |theft: usize| u32::try_from(theft).expect("fewer than 2^32 thefts");
    let numbered = |key: &Key| Class { theft: numbered_theft(key.theft), asset: key.asset };
    let reached: BTreeSet<PurseId> =
        run.reaches.iter().flat_map(|reach| reach.keys().map(|node| node.purse())).collect();
    let accounts: BTreeSet<_> = reached.iter().map(|&purse| known.ledger.purses().account(purse)).collect();
    let balances = Balances::sum(run);
    Trace {
        rules: run.rules.clone(),
        thefts: known.thefts.iter().map(|(name, _)| name.clone()).collect(),
        classes: classes.iter().map(numbered).collect(),
        flows: flows(run, classes),
        postings: postings(run, classes),
        holdings: holdings(run, classes, &balances),
        gaps: balances.gaps.into_values().filter(|gap| reached.contains(&gap.purse)).collect(),
        left_clean: run.outcomes[0].left_clean.clone(),
        set_aside: run.seeds.set_aside.iter().map(|&(theft, purse)| (numbered_theft(theft), purse)).collect(),
        unlinked: run.stops.links.faults.clone(),
        order_spread: Vec::new(),
        reached_accounts: accounts.len() as u64,
        reached_purses: reached.len() as u64,
        transfers_after_end: (known.ledger.transfer_count() - known.places().count()) as u64,
    }
}

/// The rows of all rules together: for each row one entry a rule.
fn together<K: Ord + Copy, V: Copy>(
    run: &Run<'_>,
    rows: impl Fn(&super::Outcome) -> &BTreeMap<K, V>,
) -> BTreeMap<K, Vec<Option<V>>> {
    let keys: BTreeSet<K> = run.outcomes.iter().flat_map(|outcome| rows(outcome).keys().copied()).collect();
    let row = |key| run.outcomes.iter().map(|outcome| rows(outcome).get(&key).copied()).collect();
    keys.into_iter().map(|key| (key, row(key))).collect()
}

/// The first asked rule that knows a row: it tells what stands beside the amounts.
fn telling<V: Copy>(row: &[Option<V>]) -> V {
    row.iter().flatten().copied().next().expect("a row is there because of some rule")
}

fn flows(run: &Run<'_>, classes: &BTreeSet<Key>) -> Flows {
    let mut flows = Flows { shares: ShareColumns::new(run.rules.len()), ..Flows::default() };
    for ((place, class), row) in together(run, |outcome| &outcome.flows) {
        flows.place.push(place as u64);
        flows.class.push(class_id(classes, class));
        flows.grade.push(telling(&row).1);
        let shares: Vec<Share> = row.iter().map(|cell| cell.map_or(Share::default(), |it| it.0)).collect();
        flows.shares.push(&shares);
    }
    flows
}

fn postings(run: &Run<'_>, classes: &BTreeSet<Key>) -> Postings {
    let mut postings = Postings { shares: ShareColumns::new(run.rules.len()), ..Postings::default() };
    for (key, row) in together(run, |outcome| &outcome.postings) {
        let (place, _, kind, class): PostingKey = key;
        if kind.is_converted() {
            let (posting, (_, _, value, grade)) = (postings.kind.len() as u64, telling(&row));
            postings.legs.push(ConvertedLeg { posting, value, grade });
        }
        postings.kind.push(kind);
        postings.place.push(place as u64);
        postings.purse.push(telling(&row).0);
        postings.class.push(class_id(classes, class));
        let shares: Vec<Share> = row.iter().map(|cell| cell.map_or(Share::default(), |it| it.1)).collect();
        postings.shares.push(&shares);
    }
    postings
}

fn holdings(run: &Run<'_>, classes: &BTreeSet<Key>, balances: &Balances) -> Holdings {
    let mut holdings = Holdings { shares: ShareColumns::new(run.rules.len()), ..Holdings::default() };
    let mut rows: Vec<_> = together(run, |outcome| &outcome.holdings).into_iter().collect();
    rows.sort_by_key(|((class, purse), _)| (*class, purse_text(run.known, *purse)));
    for ((class, purse), row) in rows {
        let told = telling(&row);
        holdings.class.push(class_id(classes, class));
        holdings.purse.push(purse);
        let ended = run.outcomes.iter().flat_map(|outcome| &outcome.ended);
        let ended = ended.filter(|ended| ended.0 == purse).map(|ended| ended.1).min();
        let stop = match run.stops.of(run.known, purse) {
            None | Some(Stop::Horizon | Stop::Edge) if ended.is_some() => ended,
            stop => stop,
        };
        let is_detected = stop == Some(Stop::Label(Category::ExchangeDeposit))
            && run.stops.detected.contains(&run.known.ledger.purses().account(purse));
        holdings.stop.push(stop);
        holdings.balance.push(balances.balance.get(&purse).copied().unwrap_or_default());
        holdings.gross_received.push(balances.received.get(&purse).copied().unwrap_or_default());
        holdings.first_taint.push(told.arrivals.first as u64);
        holdings.last_taint.push(told.arrivals.last as u64);
        holdings.deposits.push(told.arrivals.deposits);
        holdings.hops.push(told.arrivals.hops);
        holdings.grade.push(if is_detected { Grade::Inferred } else { told.grade });
        let cells = row.iter().map(|cell| cell.map_or(Share::default(), |it| it.share));
        holdings.shares.push(&cells.collect::<Vec<Share>>());
    }
    holdings
}

/// What the data say of purses, whatever the rule. A spend beyond the balance leaves 0.
#[derive(Default)]
struct Balances {
    balance: BTreeMap<PurseId, Amount>,
    received: BTreeMap<PurseId, Amount>,
    gaps: BTreeMap<PurseId, Gap>,
}

impl Balances {
    fn sum(run: &Run<'_>) -> Self {
        let ledger = run.known.ledger;
        let columns = ledger.columns();
        let mut sums = Self::default();
        for purse in ledger.purses().iter() {
            sums.balance.insert(purse, run.stops.outstanding(run.known, purse));
        }
        for place in run.known.places() {
            for fee in ledger.fees().iter().filter(|fee| fee.place == place as u64) {
                sums.spend(fee.payer, fee.amount, place, false);
            }
            if !ledger.moves(place) {
                continue;
            }
            let deals = &run.stops.deals;
            let (from, to, value) = (columns.from[place], columns.to[place], columns.value.get(place));
            let unseen = |purse| run.seeds.deciding(purse, place).is_some();
            if !ledger.is_void(from) && !deals.given.contains(&place) {
                sums.spend(from, value, place, unseen(from));
            }
            if !ledger.is_void(to) && !deals.got.contains(&place) {
                sums.receive(to, value);
            }
            for deal in deals.all.iter().filter(|deal| deal.place == place) {
                deal.gives
                    .iter()
                    .for_each(|&(purse, amount)| sums.spend(purse, amount, place, unseen(purse)));
                deal.gets.iter().for_each(|&(purse, amount, _)| sums.receive(purse, amount));
            }
            let crossings = run.stops.links.crossings.iter().filter(|it| it.place == place);
            crossings.for_each(|it| sums.receive(it.to, it.value));
        }
        sums
    }

    fn receive(&mut self, purse: PurseId, amount: Amount) {
        for sum in [&mut self.balance, &mut self.received] {
            let sum = sum.entry(purse).or_default();
            *sum = sum.plus(amount);
        }
    }

    fn spend(&mut self, purse: PurseId, amount: Amount, place: usize, unseen: bool) {
        let balance = self.balance.entry(purse).or_default();
        if let Some(left) = balance.minus(amount) {
            *balance = left;
            return;
        }
        let missing = amount.minus(*balance).expect("the balance is less");
        *balance = Amount::ZERO;
        if !unseen {
            let gap = Gap { purse, count: 0, amount: Amount::ZERO, first: place as u64 };
            let gap = self.gaps.entry(purse).or_insert(gap);
            gap.count += 1;
            gap.amount = gap.amount.plus(missing);
        }
    }
}
