//! The parts' tables put in the order of the files, and the laws checked on what stands there.

use super::outcome::{ClassId, Flows, Holdings, Postings, ShareColumns, Stop, Trace};
use super::replay::PartTables;
use super::stop::Stops;
use super::view::View;
use crate::amount::Amount;
use crate::ledger::PurseId;
use hashbrown::HashSet;

/// Puts the parts' tables in the order of the files.
pub(super) fn assemble(
    view: &View<'_>,
    stops: &Stops,
    sinks: &[Option<Stop>],
    tables: Vec<PartTables>,
    trace: &mut Trace,
) {
    let rules = trace.rules.len();
    let ledger = view.ledger;
    let later = if view.has_end() { rows_after_end(view) } else { HashSet::new() };
    trace.flows = Flows { shares: ShareColumns::new(rules), ..Flows::default() };
    trace.postings = Postings { shares: ShareColumns::new(rules), ..Postings::default() };
    trace.holdings = Holdings { shares: ShareColumns::new(rules), ..Holdings::default() };
    let in_order = |keys: &dyn Fn(&PartTables) -> usize| -> Vec<(usize, usize)> {
        tables
            .iter()
            .enumerate()
            .flat_map(|(part, table)| (0..keys(table)).map(move |row| (part, row)))
            .collect()
    };

    let mut flows = in_order(&|table| table.flows.0.len());
    flows.sort_unstable_by_key(|&(part, row)| tables[part].flows.0[row]);
    for (part, row) in flows {
        let (keys, grades, shares) = &tables[part].flows;
        trace.flows.place.push(keys[row].0);
        trace.flows.class.push(keys[row].1);
        trace.flows.grade.push(grades[row]);
        trace.flows.shares.push_from(shares, row);
    }
    let mut posts = in_order(&|table| table.posts.0.len());
    posts.sort_unstable_by_key(|&(part, row)| tables[part].posts.0[row]);
    for (part, row) in posts {
        let (keys, shares) = &tables[part].posts;
        let (place, _, kind, class, purse) = keys[row];
        trace.postings.kind.push(kind);
        trace.postings.place.push(place);
        trace.postings.purse.push(purse);
        trace.postings.class.push(class);
        trace.postings.shares.push_from(shares, row);
    }
    let mut rests = in_order(&|table| table.rests.0.len());
    let assets: Vec<String> = ledger.assets().iter().map(|(asset, _)| ledger.asset_name(asset)).collect();
    rests.sort_unstable_by(|&one, &other| {
        let key = |(part, row): (usize, usize)| {
            let (class, purse) = tables[part].rests.0[row];
            let (account, asset) = (ledger.purses().account(purse), ledger.purses().asset(purse));
            let address = ledger.accounts().address_bytes(account);
            (class, ledger.purse_chain(purse), address, &assets[asset.index()])
        };
        key(one).cmp(&key(other))
    });
    for (part, row) in rests {
        let (keys, facts, shares) = &tables[part].rests;
        let (class, purse) = keys[row];
        let holdings = &mut trace.holdings;
        holdings.class.push(class);
        holdings.purse.push(purse);
        holdings.stop.push(stop_of(view, stops, sinks, &later, purse));
        holdings.balance.push(tables[part].books[row].0);
        holdings.gross_received.push(tables[part].books[row].1);
        holdings.first_taint.push(facts[row].first);
        holdings.last_taint.push(facts[row].last);
        holdings.deposits.push(facts[row].deposits);
        holdings.hops.push(facts[row].hops);
        holdings.grade.push(facts[row].grade);
        holdings.shares.push_from(shares, row);
    }
    for table in tables {
        trace.left_clean.extend(table.left_clean);
        trace.gaps.extend(table.gaps);
    }
    trace.left_clean.sort_unstable_by_key(|row| row.place);
    trace.gaps.sort_unstable_by_key(|gap| gap.purse);
}

/// Why a trace goes no further than a purse, or where the taint rests.
fn stop_of(
    view: &View<'_>,
    stops: &Stops,
    sinks: &[Option<Stop>],
    later: &HashSet<PurseId>,
    purse: PurseId,
) -> Option<Stop> {
    let ledger = view.ledger;
    let account = ledger.purses().account(purse);
    let native = ledger.assets().get(ledger.purses().asset(purse)).is_native();
    let sink = sinks[purse.index()].or(stops.of_account[account.index()]);
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
    /// Drops classes in which nothing entered, and numbers the others anew.
    pub(super) fn keep_used_classes(&mut self) {
        let mut used = vec![false; self.classes.len()];
        self.postings.class.iter().for_each(|class| used[class.index()] = true);
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
    pub(super) fn check_laws(&self) {
        for (rule, _) in self.rules.iter().enumerate().filter(|(_, rule)| rule.is_exact()) {
            let mut sums = vec![[Amount::ZERO; 4]; self.classes.len()];
            for (row, class) in self.postings.class.iter().enumerate() {
                let share = self.postings.shares.get(row, rule);
                let side = if self.postings.kind[row].enters() { 0 } else { 2 };
                let sum = &mut sums[class.index()];
                sum[side] = sum[side].plus(share.units);
                sum[side + 1] = sum[side + 1].plus(share.claim);
            }
            for (row, class) in self.holdings.class.iter().enumerate() {
                let share = self.holdings.shares.get(row, rule);
                let sum = &mut sums[class.index()];
                sum[2] = sum[2].plus(share.units);
                sum[3] = sum[3].plus(share.claim);
            }
            for [units_in, claims_in, units_out, claims_out] in sums {
                assert!(units_in == units_out && claims_in == claims_out, "what entered is what was found");
            }
        }
    }
}
