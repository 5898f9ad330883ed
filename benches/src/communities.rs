//! A large ledger of communities that never pay each other, each over the whole time: a theft in one reaches most of
//! it and nothing else. So what is reached can be chosen, from 10^3 transfers on, in one ledger.

use crate::case::Case;
use crate::columns::to_ledger;
use crate::input::{Input, SeedAt, Thief};
use crate::row::InputRow;
use crate::shape::power_law::{Rows, seeds};
use dyetrace_core::Ledger;

/// Seeds of a theft.
const SEEDS: u32 = 10;

/// A community: a power law of its own.
struct Community {
    rows: Rows,
    transfers: usize,
    /// Its first account.
    first: u32,
}

/// Builds a ledger of communities with so many transfers and accounts each. There is a theft in each, named `0`,
/// `1`…
///
/// # Panics
/// On 2^32 transfers or more.
#[must_use]
pub fn communities(name: &str, sizes: &[(usize, u32)]) -> Case {
    let (ledger, pays, starts) = build(sizes);
    let thief = |(number, span): (usize, &[u32])| {
        let found = seeds(&pays[span[0] as usize..span[1] as usize], SEEDS);
        Thief::new(
            &number.to_string(),
            found.into_iter().map(|account| SeedAt::Account(span[0] + account)).collect(),
        )
    };
    let thieves = starts.windows(2).enumerate().map(thief).collect();
    case(name, &pays, thieves, ledger)
}

/// Builds a power law of so many transfers and accounts, with so many thefts of one account each.
///
/// # Panics
/// On 2^32 transfers or more.
#[must_use]
pub fn many_thefts(transfers: usize, accounts: u32, thefts: u32) -> Case {
    let (ledger, pays, _) = build(&[(transfers, accounts)]);
    // Their names are in order, as a run lists them.
    let thief = |(number, account)| Thief::new(&format!("{number:03}"), vec![SeedAt::Account(account)]);
    let thieves = (0..thefts).zip(seeds(&pays, thefts)).map(thief).collect();
    case(&format!("thefts_{transfers}"), &pays, thieves, ledger)
}

fn case(name: &str, pays: &[bool], thieves: Vec<Thief>, ledger: Ledger) -> Case {
    let accounts = u32::try_from(pays.len()).expect("fewer than 2^32 accounts");
    Case { input: Input { name: name.to_owned(), ..Input::new(accounts, Vec::new(), thieves) }, ledger }
}

/// Builds the ledger. Tells which accounts pay somebody, and where each community's begin.
fn build(sizes: &[(usize, u32)]) -> (Ledger, Vec<bool>, Vec<u32>) {
    let mut all = Vec::new();
    let mut first = 0;
    for (&(transfers, accounts), seed) in sizes.iter().zip(42..) {
        all.push(Community { rows: Rows::new(transfers, accounts, seed), transfers, first });
        first += accounts;
    }
    let mut pays = vec![false; first as usize];
    let starts: Vec<u32> = all.iter().map(|it| it.first).chain([first]).collect();
    let ledger = to_ledger(
        first,
        spread(all).inspect(|row| {
            row.from.into_iter().for_each(|from| pays[from as usize] = true);
        }),
    );
    (ledger, pays, starts)
}

/// All rows, each community's evenly over the whole.
fn spread(mut all: Vec<Community>) -> impl Iterator<Item = InputRow> {
    let total: usize = all.iter().map(|it| it.transfers).sum();
    let mut due = vec![0; all.len()];
    (0..total).map(move |_| {
        // Each gains by its size; who has most goes next and pays for it.
        due.iter_mut()
            .zip(&all)
            .for_each(|(due, it)| *due += i64::try_from(it.transfers).expect("below 2^32"));
        let next = (0..all.len()).max_by_key(|&at| (due[at], std::cmp::Reverse(at))).expect("there are some");
        due[next] -= i64::try_from(total).expect("below 2^32");
        let Community { rows, first, .. } = &mut all[next];
        let row = rows.next().expect("it has as many rows as it gets turns");
        InputRow { from: row.from.map(|from| *first + from), to: *first + row.to, ..row }
    })
}
