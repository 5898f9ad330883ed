//! Ledgers in which accounts exchange one token for another, a chosen share of all rows.

use crate::case::Case;
use crate::input::{Input, SeedAt, Thief};
use crate::random::SplitMix;
use crate::row::{BLOCK_ROWS, address, block, time, transaction_hash};
use dyetrace_core::ledger::{Covers, Kind, Source, TxHash};
use dyetrace_core::{Amount, LedgerBuilder, Row, RowPlace};

/// Tokens, routers, and pools beside the accounts.
const TOKENS: u32 = 20;
const ROUTERS: u32 = 30;
const POOLS: u32 = 200;
/// A row in so many has an account of its own.
const ROWS_AN_ACCOUNT: u32 = 20;

/// One token transfer and its transaction's number.
struct Move {
    transaction: u64,
    event: u64,
    from: u32,
    to: u32,
    token: u32,
}

/// Builds a ledger of token transfers between random accounts, of which so many in 100 belong to swaps: three rows in one
/// transaction, over a router and from a pool. One account in `thief` is a seed of the one theft, from the first row on.
///
/// # Panics
/// On 2^32 transfers or more.
#[must_use]
pub fn exchanges(transfers: usize, swapped: u32, thief: u32) -> Case {
    let accounts = u32::try_from(transfers).expect("fewer than 2^32 transfers") / ROWS_AN_ACCOUNT;
    let mut builder = LedgerBuilder::new();
    let chain = builder.chain("ethereum");
    let source = builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
    let mut random = SplitMix::new(u64::from(swapped) + 7);
    let mut line = 1;
    let mut push = |random: &mut SplitMix, it: Move| {
        line += 1;
        let row = Row {
            chain,
            block: Some(block(it.transaction)),
            time: Some(time(it.transaction)),
            transaction_index: Some(it.transaction % BLOCK_ROWS),
            event_index: Some(it.event),
            transaction_hash: Some(TxHash::Bytes(transaction_hash(it.transaction))),
            from: Some(address(it.from)),
            to: address(it.to),
            contract: Some(address(accounts + ROUTERS + POOLS + it.token)),
            value: Amount::from(random.pareto(1 << 40) + 1),
            fee: None,
            kind: Kind::Token,
        };
        builder.push(RowPlace { source, line }, row).expect("no row states a fee");
    };
    let (mut rows, mut in_swaps, mut transaction) = (0, 0, 0);
    let mut first = None;
    while rows < transfers {
        let from = random.below(accounts);
        first.get_or_insert(from);
        if in_swaps * 100 < rows * swapped as usize {
            let (router, pool) = (accounts + random.below(ROUTERS), accounts + ROUTERS + random.below(POOLS));
            let given = random.below(TOKENS);
            let got = (given + 1 + random.below(TOKENS - 1)) % TOKENS;
            let legs = [(from, router, given), (router, pool, given), (pool, from, got)];
            for (event, (from, to, token)) in (0..).zip(legs) {
                push(&mut random, Move { transaction, event, from, to, token });
            }
            (rows, in_swaps) = (rows + legs.len(), in_swaps + legs.len());
        } else {
            let to = (from + 1 + random.below(accounts - 1)) % accounts;
            let token = random.below(TOKENS);
            push(&mut random, Move { transaction, event: 0, from, to, token });
            rows += 1;
        }
        transaction += 1;
    }
    let first = first.expect("there are rows");
    let seeds = (0..accounts).filter(|account| account % thief == first % thief);
    let seeds = seeds.map(SeedAt::Account).collect();
    let input = Input::new(accounts, Vec::new(), vec![Thief::new("T", seeds)]);
    let ledger = builder.finish().expect("every row has a block");
    Case { input: Input { name: format!("exchanges_{swapped}_{transfers}"), ..input }, ledger }
}
