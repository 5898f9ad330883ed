//! Random cases, made so that things collide: few accounts, few blocks, few amounts.

use crate::ledgers::{
    CHAINS, Case, Clock, Coin, LinkAt, Move, PoolAt, SHARES, SeedAt, Tx, VAULT, WRAPPED, WRAPPER, time_of,
};
use dyetrace_core::trace::{Rule, Since, StopRule, TraceOptions, Until};
use dyetrace_core::{AccountId, Amount, Category, PurseId};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

/// Accounts 1 to this; 0 is the zero address.
const ACCOUNTS: u8 = 6;
const BLOCKS: u64 = 6;

fn account() -> impl Strategy<Value = u8> {
    prop_oneof![30 => 1..=ACCOUNTS, 1 => Just(WRAPPER)]
}

/// Rarely the zero address.
fn anybody() -> impl Strategy<Value = u8> {
    prop_oneof![14 => account(), 1 => Just(0)]
}

fn coin() -> impl Strategy<Value = Coin> {
    prop_oneof![4 => Just(Coin::Native), 2 => Just(Coin::Token(0)), 1 => Just(Coin::Token(1)), 1 => Just(Coin::Token(SHARES)), 1 => Just(Coin::Token(WRAPPED))]
}

/// Mostly tiny; sometimes around 128 bits, or the largest there is.
fn amount() -> impl Strategy<Value = Amount> {
    let largest =
        Amount::parse(b"115792089237316195423570985008687907853269984665640564039457584007913129639935")
            .unwrap();
    let wide = Amount::from(u128::MAX).plus(Amount::from(2));
    prop_oneof![
        12 => (1_u128..=12).prop_map(Amount::from),
        4 => (1_u128..=1_000).prop_map(Amount::from),
        1 => Just(Amount::ZERO),
        1 => (u128::MAX - 3..=u128::MAX).prop_map(Amount::from),
        1 => Just(wide),
        1 => Just(largest),
    ]
}

fn one_move() -> impl Strategy<Value = Move> {
    let from = prop_oneof![20 => anybody().prop_map(Some), 1 => Just(None)];
    (from, anybody(), coin(), amount(), weighted(0.7, 0..4_u64)).prop_map(|(from, to, coin, value, event)| {
        let coin = if from.is_none() { Coin::Native } else { coin };
        Move { from, to, coin, value, event }
    })
}

/// The transfers of a transaction: anything, something passed on, or something exchanged.
fn moves() -> impl Strategy<Value = Vec<Move>> {
    let passed = (account(), account(), account(), coin(), amount(), any::<bool>(), of(0..2_u64)).prop_map(
        |(from, via, to, coin, value, forward, event)| {
            let there = Move { from: Some(from), to: via, coin, value, event };
            let on = Move { from: Some(via), to, coin, value, event: event.map(|event| event + 1) };
            if forward { vec![there, on] } else { vec![on, there] }
        },
    );
    let exchanged = (account(), account(), coin(), amount(), coin(), amount(), of(0..2_u64)).prop_map(
        |(from, via, coin, value, other, back, event)| {
            let there = Move { from: Some(from), to: via, coin, value, event };
            let coin = other;
            vec![there, Move { from: Some(via), to: from, coin, value: back, event: event.map(|it| it + 1) }]
        },
    );
    prop_oneof![12 => vec(one_move(), 1..4), 2 => passed, 2 => exchanged, 3 => routed(), 1 => wrapped(), 1 => vault()]
}

/// Something is paid into a vault that mints shares, or taken out for shares.
fn vault() -> impl Strategy<Value = Vec<Move>> {
    let shape = (any::<bool>(), any::<bool>());
    (account(), account(), coin(), 1_u128..60, 1_u128..40, shape).prop_map(
        |(actor, zap, coin, value, shares, (back, by_zap))| {
            let send = |from, to, coin, value| Move { from: Some(from), to, coin, value, event: None };
            let (value, shares, share) = (Amount::from(value), Amount::from(shares), Coin::Token(SHARES));
            let payer = if by_zap { zap } else { actor };
            let mut moves = if back {
                vec![send(actor, 0, share, shares), send(VAULT, payer, coin, value)]
            } else {
                vec![send(payer, VAULT, coin, value), send(0, actor, share, shares)]
            };
            if by_zap && !back {
                moves.insert(0, send(actor, zap, coin, value));
            }
            moves
        },
    )
}

/// An exchange over one or two pools: with a router or without, a fee on the way, a part that comes back, and any order.
fn routed() -> impl Strategy<Value = Vec<Move>> {
    let parties = (account(), account(), account(), account(), anybody());
    let coins = (coin(), coin(), coin());
    let amounts = (2_u128..60, 1_u128..40, 1_u128..90, 0_u128..4, 0_u128..4);
    let shape = (any::<bool>(), any::<bool>(), 0..4_u8, any::<Option<bool>>());
    let beside = weighted(0.4, (coin(), any::<bool>()));
    (parties, coins, amounts, shape, beside).prop_map(|(parties, coins, amounts, shape, beside)| {
        let (by_router, two, order, marked) = shape;
        let (actor, router, pool, other, taker) = parties;
        let (sold, middle, bought) = coins;
        let (sells, between, buys, fee, back) = amounts;
        let send = |from, to, coin, value| Move {
            from: Some(from),
            to,
            coin,
            value: Amount::from(value),
            event: None,
        };
        let mut moves = vec![send(actor, if by_router { router } else { pool }, sold, sells)];
        if by_router {
            moves.push(send(router, pool, sold, sells - sells.min(fee)));
            moves.push(send(router, taker, sold, sells.min(fee)));
        }
        let last = if two { other } else { pool };
        if two {
            moves.push(send(pool, other, middle, between));
        }
        moves.push(send(last, if by_router { router } else { actor }, bought, buys));
        if by_router {
            moves.push(send(router, actor, bought, buys));
        }
        moves.push(send(pool, actor, sold, back));
        if let Some((coin, given)) = beside {
            let (from, to) = if given { (actor, pool) } else { (pool, actor) };
            moves.push(send(from, to, coin, buys));
        }
        match order {
            0 => moves.reverse(),
            1 => moves.rotate_left(2),
            _ => {}
        }
        let index =
            |(at, it): (u64, Move)| Move { event: marked.map(|even| if even { at / 2 } else { at }), ..it };
        (0..).zip(moves).map(index).collect()
    })
}

/// The coin is wrapped or unwrapped, with the token's transfer or without, and goes on or not.
fn wrapped() -> impl Strategy<Value = Vec<Move>> {
    let shape = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (account(), account(), 1_u128..60, 1_u128..40, shape).prop_map(
        |(actor, pool, value, price, (back, shown, by_nobody, goes_on))| {
            let send = |from, to, coin, value| Move { from: Some(from), to, coin, value, event: None };
            let (value, price) = (Amount::from(value), Amount::from(price));
            let coin = Coin::Native;
            let token = Coin::Token(WRAPPED);
            let nobody = if by_nobody { 0 } else { WRAPPER };
            let mut moves = if back {
                vec![send(WRAPPER, actor, coin, value), send(actor, nobody, token, value)]
            } else {
                vec![send(actor, WRAPPER, coin, value), send(nobody, actor, token, value)]
            };
            moves.truncate(if shown { 2 } else { 1 });
            if goes_on && !back {
                moves.push(send(actor, pool, token, value));
                moves.push(send(pool, actor, Coin::Token(0), price));
            }
            moves
        },
    )
}

fn transaction() -> impl Strategy<Value = Tx> {
    let chain = prop_oneof![8 => Just(0), 1 => 1..CHAINS.len()];
    let fee = weighted(0.3, prop_oneof![4 => (1_u128..6).prop_map(Amount::from), 1 => amount()]);
    (chain, 0..BLOCKS, weighted(0.7, 0..4_u64), prop::bool::weighted(0.8), fee, moves())
        .prop_map(|(chain, block, index, hashed, fee, moves)| Tx { chain, block, index, hashed, fee, moves })
}

fn since() -> impl Strategy<Value = Since> {
    prop_oneof![
        3 => Just(Since::Start),
        1 => (0..BLOCKS).prop_map(Since::Block),
        1 => (0..BLOCKS).prop_map(|block| Since::Time(time_of(block))),
    ]
}

/// A seed before it is fitted to the transactions there are.
#[derive(Clone, Debug)]
struct RawSeed {
    /// A transaction at which it looks.
    at: Index,
    /// Names an end of that transaction's first transfer, unless it is wild.
    sender: bool,
    wild: bool,
    seed: SeedAt,
}

fn seed() -> impl Strategy<Value = RawSeed> {
    let chain = || weighted(0.1, 0..2_usize);
    let at_account = (account(), since(), chain(), weighted(0.2, coin()))
        .prop_map(|(account, since, chain, coin)| SeedAt::Account { account, since, chain, coin });
    let at_transaction = (weighted(0.5, account()), chain(), weighted(0.2, coin()))
        .prop_map(|(account, chain, coin)| SeedAt::Transaction { number: 0, account, chain, coin });
    let seed = prop_oneof![3 => at_account, 1 => at_transaction];
    (any::<Index>(), any::<bool>(), prop::bool::weighted(0.05), seed)
        .prop_map(|(at, sender, wild, seed)| RawSeed { at, sender, wild, seed })
}

impl RawSeed {
    /// Bends a seed that most ledgers would refuse, so that errors stay rare.
    fn fit(self, transactions: &mut [Tx], clock: Clock) -> SeedAt {
        let at = self.at.index(transactions.len());
        let tx = &mut transactions[at];
        let first = &tx.moves[0];
        // Tron's addresses are texts: without its chain a seed would mean another one.
        let fit_chain = |chain: Option<usize>| chain.map(|_| tx.chain).or((tx.chain == 2).then_some(2));
        match self.seed {
            SeedAt::Account { account, since, chain, coin } => {
                let since = match (clock, since) {
                    (Clock::Times, Since::Block(_)) | (Clock::Blocks, Since::Time(_)) => Since::Start,
                    (_, since) if self.wild => since,
                    (_, Since::Block(block)) => Since::Block(block.min(tx.block)),
                    (_, Since::Time(time)) => Since::Time(time.min(time_of(tx.block))),
                    (_, Since::Start) => Since::Start,
                };
                let named = if self.sender { first.from.unwrap_or(first.to) } else { first.to };
                if self.wild || named == 0 {
                    return SeedAt::Account { account, since, chain, coin };
                }
                let (chain, coin) = (fit_chain(chain), coin.map(|_| first.coin));
                SeedAt::Account { account: named, since, chain, coin }
            }
            SeedAt::Transaction { account, chain, coin, .. } => {
                tx.hashed = true;
                let account = account.filter(|_| first.to != 0).map(|_| first.to);
                let (chain, coin) = (fit_chain(chain), coin.map(|_| first.coin));
                SeedAt::Transaction { number: at, account, chain, coin }
            }
        }
    }
}

fn options() -> impl Strategy<Value = TraceOptions> {
    let stop_category =
        Category::ALL.into_iter().filter(|it| !matches!(it, Category::Theft | Category::Sanctioned));
    let stop = prop_oneof![
        4 => Just(StopRule::default()),
        1 => Just(StopRule::none()),
        1 => subsequence(stop_category.collect::<Vec<_>>(), 1..4)
            .prop_map(|categories| StopRule { categories, hubs: true }),
    ];
    let until = prop_oneof![
        (0..BLOCKS).prop_map(Until::Block),
        (0..BLOCKS).prop_map(|block| Until::Time(time_of(block))),
    ];
    let hub = prop_oneof![2 => Just(TraceOptions::HUB_TRANSFERS), 1 => 2..12_u64];
    let compare = prop_oneof![2 => Just(Rule::ALL.to_vec()), 1 => subsequence(Rule::ALL.to_vec(), 0..6)];
    // Some purses, as if nothing but noise had come into them.
    let decoys = weighted(0.3, (vec((0..24_u32).prop_map(PurseId), 1..8), prop::bool::weighted(0.1)));
    let swaps = prop::bool::weighted(0.9);
    let cuts = weighted(0.2, vec((0..8_u32).prop_map(AccountId), 1..4));
    let noise = (decoys, cuts, swaps);
    (select(&Rule::ALL[..]), compare, stop, hub, weighted(0.2, 0..4_u32), weighted(0.2, until), noise)
        .prop_map(|(rule, compare, stop, hub_transfers, max_hops, until, (noise, cuts, swaps))| {
            let mut cuts = cuts.unwrap_or_default();
            cuts.sort_unstable();
            cuts.dedup();
            let (mut decoys, follow_noise) = noise.unwrap_or_default();
            decoys.sort_unstable();
            decoys.dedup();
            TraceOptions {
                cuts,
                decoys,
                follow_noise,
                swaps,
                rule,
                compare,
                stop,
                hub_transfers,
                max_hops,
                until,
                min_amount: Vec::new(),
                links: Vec::new(),
                pools: Vec::new(),
            }
        })
}

/// How many cases a test tries: so many, unless `PROPTEST_CASES` says otherwise.
pub(crate) fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// A whole case.
pub(crate) fn case() -> impl Strategy<Value = Case> {
    let category = prop_oneof![1 => select(&Category::ALL[..]), 1 => select(&[Category::Dex, Category::Defi, Category::Token, Category::Exchange][..])];
    let label = (account(), weighted(0.2, 0..CHAINS.len()), category);
    let clock = prop_oneof![1 => Just(Clock::Blocks), 1 => Just(Clock::Times), 4 => Just(Clock::Both)];
    let covers = weighted(0.3, vec(account(), 0..5));
    let least = weighted(0.15, (weighted(0.2, 0..2_usize), coin(), (1_u128..8).prop_map(Amount::from)));
    let names = select(&["ALPHA", "BETA", "Beta", "alpha"][..]);
    let thefts = vec((names.prop_map(str::to_owned), vec(seed(), 1..3)), 1..4);
    let link = (vec(any::<u8>().prop_map(u64::from), 2..5), prop::bool::weighted(0.95), any::<bool>())
        .prop_map(|(rows, in_order, is_inferred)| LinkAt { rows, in_order, is_inferred });
    let links = weighted(0.6, vec(link, 1..6)).prop_map(Option::unwrap_or_default);
    let held = weighted(0.3, (coin(), (1_u128..30).prop_map(Amount::from)));
    let pool = (account(), held).prop_map(|(account, outstanding)| PoolAt { account, outstanding });
    // Each account once.
    let pools = weighted(0.4, vec(pool, 1..4)).prop_map(|pools| {
        let mut pools = pools.unwrap_or_default();
        pools.sort_by_key(|pool| pool.account);
        pools.dedup_by_key(|pool| pool.account);
        pools
    });
    let chosen = (options(), links, pools);
    (vec(transaction(), 1..24), clock, covers, vec(label, 0..3), thefts, chosen, least).prop_map(
        |(mut transactions, clock, covers, labels, thefts, (mut options, links, pools), least)| {
            match (clock, options.until) {
                (Clock::Times, Some(Until::Block(_))) | (Clock::Blocks, Some(Until::Time(_))) => {
                    options.until = None;
                }
                _ => {}
            }
            let mut fit = |seed: RawSeed| seed.fit(&mut transactions, clock);
            let thefts = thefts
                .into_iter()
                .map(|(name, seeds)| (name, seeds.into_iter().map(&mut fit).collect()))
                .collect();
            let least = least.into_iter().collect();
            let count = transactions.iter().map(|tx| tx.moves.len() as u64).sum::<u64>();
            let mut links: Vec<LinkAt> = links;
            links.iter_mut().flat_map(|link| &mut link.rows).for_each(|row| *row %= count);
            Case { clock, transactions, covers, labels, thefts, options, least, links, pools }
        },
    )
}
