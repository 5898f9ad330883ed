//! The parts' tables put in the order of the files, and the laws checked on what stands there.

use super::outcome::{
    ClassId, ConvertedLeg, Flows, Holdings, PostingKind, Postings, ShareColumns, Stop, Trace,
};
use super::replay::PartTables;
use super::stop::Stops;
use super::sum::AmountSum;
use super::view::View;
use crate::label::Category;
use crate::ledger::{Ledger, PurseId};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// Puts the parts' tables in the order of the files.
pub(super) fn assemble(
    view: &View<'_>,
    stops: &Stops,
    sinks: &[Option<Stop>],
    mut tables: Vec<PartTables>,
    trace: &mut Trace,
) {
    let mut ended: HashMap<PurseId, Stop> = HashMap::new();
    for table in &mut tables {
        trace.left_clean.append(&mut table.left_clean);
        trace.gaps.append(&mut table.gaps);
        for (purse, stop) in table.ended.drain(..) {
            let known = ended.entry(purse).or_insert(stop);
            *known = stop.min(*known);
        }
    }
    trace.left_clean.sort_unstable_by_key(|row| row.place);
    trace.gaps.sort_unstable_by_key(|gap| gap.purse);
    let rules = trace.rules.len();
    trace.flows =
        merge_flows(tables.iter_mut().map(|table| std::mem::take(&mut table.flows)).collect(), rules);
    trace.postings =
        merge_postings(tables.iter_mut().map(|table| std::mem::take(&mut table.postings)).collect(), rules);
    let holdings = join_holdings(tables.into_iter().map(|table| table.holdings).collect(), rules);
    let order = order_of_holdings(view.ledger, &holdings);
    trace.holdings = reorder_holdings(&holdings, &order);
    let later = if view.has_end() { rows_after_end(view) } else { HashSet::new() };
    let stop = |purse: &PurseId| stop_of(view, stops, (sinks, &ended), &later, *purse);
    trace.holdings.stop = trace.holdings.purse.iter().map(stop).collect();
}

/// Merges the flows of parts, each by place. A transfer is of one part, so that a place is in one of them.
fn merge_flows(mut parts: Vec<Flows>, rules: usize) -> Flows {
    parts.retain(|part| !part.place.is_empty());
    if parts.len() == 1 {
        return parts.pop().expect("one is left");
    }
    let mut all = Flows { shares: ShareColumns::new(rules), ..Flows::default() };
    in_turn(parts.iter().map(|part| &part.place[..]), |part, row| {
        let part = &parts[part];
        all.place.push(part.place[row]);
        all.class.push(part.class[row]);
        all.grade.push(part.grade[row]);
        all.shares.push_from(&part.shares, row);
    });
    all
}

/// Merges the postings of parts, each in the order of the files. A fee and the transfer at its place may be of
/// two parts; the fee comes first.
fn merge_postings(mut parts: Vec<Postings>, rules: usize) -> Postings {
    parts.retain(|part| !part.place.is_empty());
    if parts.len() == 1 {
        return parts.pop().expect("one is left");
    }
    let key = |(place, kind): (&u64, &PostingKind)| (*place, *kind != PostingKind::Fee);
    let keys: Vec<Vec<(u64, bool)>> =
        parts.iter().map(|part| part.place.iter().zip(&part.kind).map(key).collect()).collect();
    let mut all = Postings { shares: ShareColumns::new(rules), ..Postings::default() };
    let mut legs = vec![0; parts.len()];
    in_turn(keys.iter().map(|keys| &keys[..]), |part, row| {
        let (part, leg) = (&parts[part], &mut legs[part]);
        if part.kind[row].is_converted() {
            all.legs.push(ConvertedLeg { posting: all.kind.len() as u64, ..part.legs[*leg] });
            *leg += 1;
        }
        all.kind.push(part.kind[row]);
        all.place.push(part.place[row]);
        all.purse.push(part.purse[row]);
        all.class.push(part.class[row]);
        all.shares.push_from(&part.shares, row);
    });
    all
}

/// Goes over all rows of some lists by their keys. Each list is sorted, and no key is in two of them.
fn in_turn<'a, K: Ord + Copy + 'a>(
    lists: impl Iterator<Item = &'a [K]> + Clone,
    mut visit: impl FnMut(usize, usize),
) {
    let runs = |(list, keys): (usize, &'a [K])| {
        keys.chunk_by(|a, b| a == b).map(move |run| (run[0], list, run.len()))
    };
    let mut runs: Vec<(K, usize, usize)> = lists.clone().enumerate().flat_map(runs).collect();
    // Each list is a run that is sorted already.
    runs.sort();
    let mut next = vec![0; lists.count()];
    for (_, list, length) in runs {
        (next[list]..next[list] + length).for_each(|row| visit(list, row));
        next[list] += length;
    }
}

/// Holdings of all parts, one after the other.
fn join_holdings(mut parts: Vec<Holdings>, rules: usize) -> Holdings {
    if parts.len() == 1 {
        return parts.pop().expect("there is one");
    }
    let mut all = Holdings { shares: ShareColumns::new(rules), ..Holdings::default() };
    for part in &mut parts {
        (0..part.purse.len()).for_each(|row| all.shares.push_from(&part.shares, row));
        all.class.append(&mut part.class);
        all.purse.append(&mut part.purse);
        all.balance.append(&mut part.balance);
        all.gross_received.append(&mut part.gross_received);
        all.first_taint.append(&mut part.first_taint);
        all.last_taint.append(&mut part.last_taint);
        all.deposits.append(&mut part.deposits);
        all.hops.append(&mut part.hops);
        all.grade.append(&mut part.grade);
    }
    all
}

/// The rows by class, then chain, address and asset, each by its text.
fn order_of_holdings(ledger: &Ledger, holdings: &Holdings) -> Vec<u64> {
    let (purses, accounts) = (ledger.purses(), ledger.accounts());
    let chains = ranks(ledger.chains().map(|(_, name)| name.to_owned()));
    let assets = ranks(ledger.assets().iter().map(|(asset, _)| ledger.asset_name(asset)));
    let address = |row: u64| accounts.address_bytes(purses.account(holdings.purse[index(row)]));
    let asset = |row: u64| assets[purses.asset(holdings.purse[index(row)]).index()];
    // Class, chain and the first bytes of the address decide nearly always: they are two integers.
    let packed = |row: u64| {
        let class = u128::from(holdings.class[index(row)].0);
        let account = purses.account(holdings.purse[index(row)]);
        let chain = u128::from(chains[usize::from(accounts.chain(account).0)]);
        let (mut head, bytes) = ([0; 24], accounts.address_bytes(account));
        let length = bytes.len().min(head.len());
        head[..length].copy_from_slice(&bytes[..length]);
        let [high, middle, low] =
            [0, 8, 16].map(|at| u128::from(u64::from_be_bytes(std::array::from_fn(|byte| head[at + byte]))));
        ([class << 96 | chain << 64 | high, middle << 64 | low], row)
    };
    let mut order: Vec<([u128; 2], u64)> =
        (0..holdings.purse.len() as u64).into_par_iter().map(packed).collect();
    order.par_sort_unstable_by(|(one, row), (other, other_row)| {
        one.cmp(other)
            .then_with(|| (address(*row), asset(*row)).cmp(&(address(*other_row), asset(*other_row))))
    });
    order.into_iter().map(|(_, row)| row).collect()
}

/// The place of each name among all of them, sorted.
fn ranks(names: impl Iterator<Item = String>) -> Vec<u32> {
    let names: Vec<String> = names.collect();
    let mut order: Vec<u32> = (0..).take(names.len()).collect();
    order.sort_unstable_by_key(|&name| &names[name as usize]);
    let mut ranks = vec![0; names.len()];
    for (rank, name) in (0..).zip(order) {
        ranks[name as usize] = rank;
    }
    ranks
}

fn index(row: u64) -> usize {
    usize::try_from(row).expect("rows are in memory")
}

/// The rows in another order, still without stops.
fn reorder_holdings(holdings: &Holdings, order: &[u64]) -> Holdings {
    fn reorder<T: Copy>(column: &[T], order: &[u64]) -> Vec<T> {
        order.iter().map(|&row| column[index(row)]).collect()
    }
    Holdings {
        class: reorder(&holdings.class, order),
        purse: reorder(&holdings.purse, order),
        stop: Vec::new(),
        balance: reorder(&holdings.balance, order),
        gross_received: reorder(&holdings.gross_received, order),
        first_taint: reorder(&holdings.first_taint, order),
        last_taint: reorder(&holdings.last_taint, order),
        deposits: reorder(&holdings.deposits, order),
        hops: reorder(&holdings.hops, order),
        grade: reorder(&holdings.grade, order),
        shares: holdings.shares.to_reordered(order),
    }
}

/// Why a trace goes no further than a purse, or where the taint rests.
fn stop_of(
    view: &View<'_>,
    stops: &Stops,
    (sinks, ended): (&[Option<Stop>], &HashMap<PurseId, Stop>),
    later: &HashSet<PurseId>,
    purse: PurseId,
) -> Option<Stop> {
    let ledger = view.ledger;
    let account = ledger.purses().account(purse);
    let native = ledger.assets().get(ledger.purses().asset(purse)).is_native();
    let sink = sinks[purse.index()].or(stops.of_account[account.index()]);
    let sink = sink.or_else(|| view.pools.has(account).then_some(Stop::Label(Category::Mixer)));
    let sink = sink.or_else(|| ended.get(&purse).copied());
    let horizon = later.contains(&purse).then_some(Stop::Horizon);
    sink.or(horizon).or_else(|| (!ledger.is_covered(account, native)).then_some(Stop::Edge))
}

/// The purses that a row after the end names, or that pay a fee there.
fn rows_after_end(view: &View<'_>) -> HashSet<PurseId> {
    let ledger = view.ledger;
    let columns = ledger.columns();
    let places = (0..ledger.transfer_count()).filter(|&place| view.is_after_end(place));
    let named = places.flat_map(|place| [columns.from[place], columns.to[place]]);
    let fees = ledger
        .fees()
        .iter()
        .filter(|fee| view.is_after_end(usize::try_from(fee.place).expect("the ledger is in memory")));
    named.chain(fees.map(|fee| fee.payer)).collect()
}

impl Trace {
    /// Drops what is not used, and checks the laws.
    ///
    /// # Panics
    /// If one does not hold: a bug.
    pub(super) fn finish(&mut self) {
        self.keep_used_classes();
        self.check_laws();
    }

    /// Drops classes in which nothing entered, and numbers the others anew.
    fn keep_used_classes(&mut self) {
        let mut used = vec![false; self.classes.len()];
        self.postings.class.iter().for_each(|class| used[class.index()] = true);
        if used.iter().all(|used| *used) {
            return;
        }
        let mut number = Vec::with_capacity(used.len());
        let mut next = 0;
        for &used in &used {
            number.push(ClassId(next));
            next += u32::from(used);
        }
        let mut kept = used.iter();
        self.classes.retain(|_| *kept.next().expect("one mark a class"));
        for column in [&mut self.flows.class, &mut self.postings.class, &mut self.holdings.class] {
            column.iter_mut().for_each(|class| *class = number[class.index()]);
        }
    }

    /// Per class and exact rule: what entered is what rests and what left, in units and in claims.
    fn check_laws(&self) {
        for (rule, _) in self.rules.iter().enumerate().filter(|(_, rule)| rule.is_exact()) {
            let mut sums = vec![[AmountSum::default(); 4]; self.classes.len()];
            for (row, class) in self.postings.class.iter().enumerate() {
                let [units_in, claims_in, units_out, claims_out] = &mut sums[class.index()];
                let (units, claims) = if self.postings.kind[row].enters() {
                    (units_in, claims_in)
                } else {
                    (units_out, claims_out)
                };
                self.postings.shares.add_to(row, rule, units, claims);
            }
            for (row, class) in self.holdings.class.iter().enumerate() {
                let [_, _, units_out, claims_out] = &mut sums[class.index()];
                self.holdings.shares.add_to(row, rule, units_out, claims_out);
            }
            for sums in sums {
                let [units_in, claims_in, units_out, claims_out] = sums.map(AmountSum::total);
                assert!(units_in == units_out && claims_in == claims_out, "what entered is what was found");
            }
        }
    }
}
