//! Deposit accounts: found by their sweeps, over the whole ledger.
//!
//! - `hub` is one exchange: two thirds of the accounts pay it or are its deposit accounts, and every transfer is
//!   looked at closely. `power_law` has sixteen exchanges among the busiest accounts, as on a chain: most of those
//!   who pay one pay several, and most transfers cost one look.
//! - `plain` is the same question in one pass after the other, on one thread, with maps: the whole-address test
//!   alone, with none of the evidence. It shares no code with the detection, and its accounts are the answer that
//!   every iteration is held against.

use criterion::{Criterion, SamplingMode, Throughput};
use dyetrace_benches::{Case, Shape, Size, note, pool, timed};
use dyetrace_core::attribution::deposits::{DepositGrade, DepositOptions, Deposits, find_deposits};
use dyetrace_core::{AccountId, Category, Label, Labels, Ledger};
use hashbrown::{HashMap, HashSet};
use std::cell::LazyCell;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

/// How many exchanges a ledger as on a chain has.
const EXCHANGES: usize = 16;

/// Labels so many of the accounts that are paid most often as wallets of an exchange each.
fn label_busiest(ledger: &Ledger, exchanges: usize) -> Labels {
    let mut paid = vec![0_u64; ledger.accounts().len()];
    for &to in &ledger.columns().to {
        paid[ledger.purses().account(to).index()] += 1;
    }
    let mut busiest: Vec<AccountId> = (0..).map(AccountId).take(paid.len()).collect();
    busiest.sort_by_key(|account| (Reverse(paid[account.index()]), *account));
    let label = |account: &AccountId| Label {
        address: ledger.accounts().address(*account),
        chain: None,
        text: "wallet".to_owned(),
        category: Category::Exchange,
        entity: format!("Exchange {}", account.0),
        source: "bench".to_owned(),
        as_of: String::new(),
        confidence: 50,
    };
    Labels::bind(ledger, busiest.iter().take(exchanges).map(label).collect())
}

/// The accounts that pass the whole-address test, by account.
fn plain(ledger: &Ledger, labels: &Labels) -> BTreeSet<AccountId> {
    let columns = ledger.columns();
    let holder = |purse| (!ledger.is_void(purse)).then(|| ledger.purses().account(purse));
    let wallets: HashSet<AccountId> = labels.accounts().collect();
    let moves = || (0..ledger.transfer_count()).filter(|&place| ledger.moves(place));
    let ends = |place: usize| (holder(columns.from[place]), holder(columns.to[place]));
    let mut seen: HashMap<AccountId, Seen> = HashMap::new();
    for place in moves() {
        if let (Some(from), Some(to)) = ends(place)
            && wallets.contains(&to)
            && !wallets.contains(&from)
        {
            seen.entry(from).or_default();
        }
    }
    for place in moves() {
        let (from, to) = ends(place);
        if let Some(seen) = from.and_then(|from| seen.get_mut(&from)) {
            seen.transfers += 1;
            *seen.receivers.entry(to).or_default() += 1;
        }
        if let Some(seen) = to.and_then(|to| seen.get_mut(&to)) {
            seen.transfers += 1;
            seen.senders.extend(from);
        }
    }
    let passes = |seen: &Seen| -> bool {
        let paid: Vec<AccountId> = seen.receivers.keys().flatten().copied().collect();
        let mut exchanges = paid.iter().filter(|to| wallets.contains(*to));
        let (Some(exchange), None) = (exchanges.next(), exchanges.next()) else { return false };
        let senders = seen.senders.iter().filter(|from| *from != exchange).count();
        let mut most: Vec<(u64, bool)> =
            seen.receivers.iter().map(|(to, count)| (*count, *to == Some(*exchange))).collect();
        most.sort_unstable();
        let swept: u64 = most.iter().rev().take(3).map(|it| if it.1 { it.0 } else { 0 }).sum();
        let all: u64 = seen.receivers.values().sum();
        seen.transfers < 1_000 && (1..=50).contains(&senders) && swept > 0 && swept * 100 >= all * 80
    };
    let passing: BTreeSet<AccountId> =
        seen.iter().filter(|(_, seen)| passes(seen)).map(|(account, _)| *account).collect();
    let pays_one = |account: &AccountId| {
        let mut receivers = seen[account].receivers.keys().flatten();
        receivers.any(|to| passing.contains(to))
    };
    passing.iter().filter(|account| !pays_one(account)).copied().collect()
}

/// What the plain way knows of an account that pays an exchange.
#[derive(Default)]
struct Seen {
    transfers: u64,
    senders: HashSet<AccountId>,
    receivers: HashMap<Option<AccountId>, u64>,
}

fn accounts(found: &Deposits) -> BTreeSet<AccountId> {
    found.of_grade(DepositGrade::Inferred).map(|it| it.account).collect()
}

fn measure(criterion: &mut Criterion, shape: Shape, size: Size, exchanges: usize) {
    let name = shape.case(size);
    let case = LazyCell::new(|| {
        let case = Case::build(shape, size);
        let labels = label_busiest(&case.ledger, exchanges);
        (case.ledger, labels)
    });
    let expected = LazyCell::new(|| {
        let expected = plain(&case.0, &case.1);
        note(&format!("deposits/{name}: {} of {} accounts", expected.len(), case.0.accounts().len()));
        assert!(!expected.is_empty());
        expected
    });
    let mut group = criterion.benchmark_group(format!("deposits/{name}"));
    group.throughput(Throughput::Elements(size.transfers() as u64)).sampling_mode(SamplingMode::Flat);
    for (engine, threads) in [("one_thread", pool(1)), ("two_threads", pool(2))] {
        group.bench_function(engine, |bencher| {
            let ((ledger, labels), expected) = (&*case, &*expected);
            let find = || find_deposits(ledger, labels, &[], &DepositOptions::default());
            let check = |found: &Deposits| assert_eq!(accounts(found), *expected);
            bencher.iter_custom(|times| threads.install(|| timed(times, find, check)));
        });
    }
    group.bench_function("plain", |bencher| {
        let ((ledger, labels), expected) = (&*case, &*expected);
        let check = |found: &BTreeSet<AccountId>| assert_eq!(found, expected);
        bencher.iter_custom(|times| timed(times, || plain(ledger, labels), check));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for size in Size::asked() {
        measure(&mut criterion, Shape::PowerLaw, size, EXCHANGES);
        measure(&mut criterion, Shape::Hub, size, 1);
    }
    criterion.final_summary();
}
