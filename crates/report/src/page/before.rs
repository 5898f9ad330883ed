//! What a sender held before a tainted transfer: the figures that the run's rule divided.
//!
//! Added up anew, from the ledger for what was held and from flows and postings for what of it was stolen; nothing is
//! taken from the replay. Where money only passes through a contract, or the order is unknown, the figures need not
//! give what the trace found: then the page shows no formula.

use crate::report::Report;
use crate::table::at;
use dyetrace_core::trace::{PostingKind, Rule};
use dyetrace_core::{Amount, PurseId};
use hashbrown::HashMap;

/// What a purse held just before it sent something, after the transaction's fee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// All of it, with what it was short of.
    pub(super) held: Amount,
    /// What of it was stolen, of all thefts.
    pub(super) stolen: Amount,
    /// What it was short of: nothing shows it arriving.
    pub(super) short: Amount,
    /// What of the transfer is stolen, of all thefts.
    pub(super) taken: Amount,
    /// Whether the rule's formula gives just that.
    pub(super) fits: bool,
}

/// A purse under way.
#[derive(Clone, Copy, Debug, Default)]
struct Purse {
    held: Amount,
    stolen: Amount,
}

/// Returns what senders held before these flows, which are rows of the trace's flows in replay order. `None` where the
/// figures contradict each other, and throughout where the run's rule gives no amounts.
///
/// # Cost
/// One pass over the ledger, up to the last of these flows.
pub(super) fn before(report: &Report<'_>, shown: &[usize]) -> Vec<Option<Before>> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let rule = trace.rules.first().copied().filter(|rule| rule.is_exact());
    let (Some(rule), Some(&last)) = (rule, shown.last()) else { return vec![None; shown.len()] };
    let (columns, flows, postings) = (ledger.columns(), &trace.flows, &trace.postings);
    let mut purses: HashMap<PurseId, Purse> = HashMap::new();
    let mut is_sender = vec![false; ledger.purses().len()];
    for &flow in shown {
        let from = columns.from[at(flows.place[flow])];
        if from != PurseId::NONE && !ledger.is_void(from) {
            is_sender[from.index()] = true;
            purses.insert(from, Purse::default());
        }
    }
    let follows = |purse: PurseId| purse != PurseId::NONE && is_sender[purse.index()];
    let (mut posting, mut flow, mut fee, mut next) = (0, 0, 0, 0);
    let fees = ledger.fees();
    let mut found = Vec::with_capacity(shown.len());
    for place in 0..=flows.place[last] {
        let row = at(place);
        let (from, to) = (columns.from[row], columns.to[row]);
        let (posted, flown) = (posting, flow);
        while postings.place.get(posting).is_some_and(|&it| it <= place) {
            posting += 1;
        }
        while flows.place.get(flow).is_some_and(|&it| it <= place) {
            flow += 1;
        }
        let has_fee = fees.place.get(fee) == Some(&place);
        let payer = if has_fee { fees.payer[fee] } else { PurseId::NONE };
        if has_fee && follows(payer) {
            let purse = purses.get_mut(&payer).expect("a sender has its entry");
            purse.held = less(purse.held, fees.amount.get(fee));
        }
        fee += usize::from(has_fee);
        if !follows(from) && !follows(to) && !follows(payer) {
            continue;
        }
        let sum = |kind: PostingKind, purse: PurseId| -> Amount {
            let rows =
                (posted..posting).filter(|&it| postings.kind[it] == kind && postings.purse[it] == purse);
            rows.map(|it| postings.shares.get(it, 0).units).sum()
        };
        let carried: Amount = (flown..flow).map(|it| flows.shares.get(it, 0).units).sum();
        if let Some(purse) = purses.get_mut(&payer).filter(|_| has_fee) {
            purse.stolen = less(purse.stolen, sum(PostingKind::Fee, payer));
        }
        let value = columns.value.get(row);
        let moves = ledger.moves(row);
        if let Some(purse) = purses.get_mut(&from).filter(|_| moves) {
            let short = less(value, purse.held);
            purse.held = purse.held.plus(short);
            purse.stolen = purse.stolen.plus(sum(PostingKind::Unseen, from));
            let gone = sum(PostingKind::Burn, from).plus(sum(PostingKind::Dust, from));
            let taken = carried.plus(gone);
            let Purse { held, stolen } = *purse;
            while shown.get(next).is_some_and(|&it| flows.place[it] == place) {
                let fits = fits(rule, value, held, stolen, taken);
                let is_sound = stolen <= held && taken <= stolen;
                found.push(is_sound.then_some(Before { held, stolen, short, taken, fits }));
                next += 1;
            }
            purse.held = less(held, value);
            purse.stolen = less(stolen, taken);
        }
        if let Some(purse) = purses.get_mut(&to).filter(|_| moves) {
            purse.held = purse.held.plus(value);
            purse.stolen = purse.stolen.plus(carried).plus(sum(PostingKind::Received, to));
        }
        while shown.get(next).is_some_and(|&it| flows.place[it] == place) {
            found.push(None);
            next += 1;
        }
        for it in (posted..posting).filter(|&it| postings.kind[it].is_converted()) {
            if let Some(purse) = purses.get_mut(&postings.purse[it]) {
                let units = postings.shares.get(it, 0).units;
                let comes = postings.kind[it].enters();
                purse.stolen = if comes { purse.stolen.plus(units) } else { less(purse.stolen, units) };
            }
        }
    }
    found.resize(shown.len(), None);
    found
}

fn less(amount: Amount, by: Amount) -> Amount {
    amount.minus(by).unwrap_or_default()
}

/// Whether a rule's formula gives what was taken. Lots have none; what is rounded may be one unit more a theft.
fn fits(rule: Rule, value: Amount, held: Amount, stolen: Amount, taken: Amount) -> bool {
    match rule {
        Rule::Libr => taken == less(value, less(held, stolen)),
        Rule::TaintFirst => taken == value.min(stolen),
        Rule::Prorata => {
            // value · stolen / held, rounded down, or one more.
            let (whole, product) = (crate::rank::product(taken, held), crate::rank::product(value, stolen));
            let next = crate::rank::product(taken.plus(Amount::from(1)), held);
            let before = crate::rank::product(less(taken, Amount::from(1)), held);
            (whole <= product && product < next) || (before < product && product < whole)
        }
        Rule::Fifo | Rule::Lifo | Rule::Poison => false,
    }
}
