//! Exchanges in one transaction, computed by hand. Every tracer must give them to the unit.

use crate::ledgers::{
    Case, Coin, Move, SHARES, VAULT, WRAPPED, WRAPPER, native_purse, sends, sends_token, thief, tx,
};
use crate::worked::{all_rules, brought, claims, each, held, posted, theft};
use dyetrace_core::trace::{Grade, PostingKind, Stop, Trace};
use dyetrace_core::{Ledger, PurseId};

/// Thief, pools, a router, and others.
const THIEF: u8 = 1;
const POOL: u8 = 3;
const SECOND: u8 = 4;
const ROUTER: u8 = 6;
const OTHER: u8 = 8;

fn token_purse(ledger: &Ledger, account: u8, token: u8) -> PurseId {
    let case = Case { transactions: vec![tx(1, [sends_token(account, 2, token, 1)])], ..Case::default() };
    let (one, ..) = case.build();
    let contract = one.assets().iter().find_map(|(_, asset)| asset.contract);
    let holder = one.purse_address(one.columns().from[0]);
    let is_it = |&purse: &PurseId| {
        ledger.purse_address(purse) == holder
            && ledger.assets().get(ledger.purses().asset(purse)).contract == contract
    };
    ledger.purses().iter().find(is_it).expect("the account has the token")
}

/// The thief has 100 stolen and 50 clean units of token 0; then come these transactions.
fn after_theft(transactions: impl IntoIterator<Item = Vec<Move>>) -> Case {
    let before = [vec![sends_token(2, THIEF, 0, 50)], vec![sends_token(2, THIEF, 0, 100)]];
    let all = before.into_iter().chain(transactions);
    let transactions = (1..).zip(all).map(|(block, moves)| tx(block, moves)).collect();
    let thefts = vec![theft("T", [brought(1, THIEF)])];
    Case { transactions, thefts, options: all_rules(), ..Case::default() }
}

fn stop_of(trace: &Trace, purse: PurseId) -> Option<Stop> {
    let row = trace.holdings.purse.iter().position(|&it| it == purse).expect("taint rests there");
    trace.holdings.stop[row]
}

/// The pool's other customer, and the pool itself, have nothing of it.
#[test]
fn what_is_given_goes_on_in_what_is_got_and_the_pool_keeps_nothing() {
    let case = after_theft([
        vec![sends_token(THIEF, POOL, 0, 90), sends(POOL, THIEF, 30)],
        vec![sends(OTHER, POOL, 5), sends_token(POOL, OTHER, 0, 90)],
        vec![sends(THIEF, 9, 30)],
    ]);
    each(&case, |ledger, trace| {
        // Of 90 units given, stolen by fifo 40, lifo 90, prorata 60, libr 40, taint first 90.
        assert_eq!(posted(trace, "T", PostingKind::ConvertedOut), [40, 90, 60, 40, 90, 90]);
        assert_eq!(posted(trace, "T", PostingKind::ConvertedIn), [13, 30, 20, 13, 30, 30]);
        let shop = native_purse(ledger, 9);
        assert_eq!(held(trace, "T", shop), [13, 30, 20, 13, 30, 30]);
        assert_eq!(claims(trace, shop), [40, 90, 60, 40, 90]);
        assert_eq!(held(trace, "T", token_purse(ledger, THIEF, 0)), [60, 10, 40, 60, 10, 60]);
        for purse in [token_purse(ledger, POOL, 0), token_purse(ledger, OTHER, 0), native_purse(ledger, POOL)]
        {
            assert_eq!(held(trace, "T", purse), [0; 6]);
        }
        // Thirteen of thirty is no whole balance: by the rule.
        assert!(trace.postings.legs.iter().all(|leg| leg.grade == Grade::Presumed));
        assert_eq!(trace.holdings.hops[trace.holdings.purse.iter().position(|&it| it == shop).unwrap()], 2);
    });
}

/// Over a router and two pools, with a fee on the way and a part that comes back, in any order of the rows.
#[test]
fn a_route_a_fee_and_a_part_that_comes_back_are_netted() {
    let route = [
        sends_token(THIEF, ROUTER, 0, 150),
        sends_token(ROUTER, 7, 0, 3),
        sends_token(ROUTER, POOL, 0, 137),
        sends_token(ROUTER, THIEF, 0, 10),
        sends_token(POOL, SECOND, 1, 77),
        sends(SECOND, ROUTER, 28),
        sends(ROUTER, THIEF, 28),
    ];
    for turn in 0..route.len() {
        let mut moves = route.to_vec();
        moves.rotate_left(turn);
        let case = after_theft([moves]);
        each(&case, |ledger, trace| {
            // 140 of 150 units leave: all but 10 of the stolen ones, or of the clean ones.
            assert_eq!(posted(trace, "T", PostingKind::ConvertedOut), [90, 100, 93, 90, 100, 140]);
            let coins = native_purse(ledger, THIEF);
            assert_eq!(held(trace, "T", coins), [18, 20, 19, 18, 20, 28]);
            assert_eq!(claims(trace, coins), [90, 100, 93, 90, 100]);
            assert!(trace.flows.place.is_empty(), "no transfer carries it to anybody else");
        });
    }
}

/// Whose money goes where cannot be told if somebody is paid who gave nothing: the branch ends at the pool.
#[test]
fn an_exchange_for_somebody_else_ends_the_branch() {
    let case = after_theft([
        vec![sends_token(THIEF, POOL, 0, 150), sends(POOL, OTHER, 28), sends_token(POOL, THIEF, 1, 1)],
        vec![sends_token(POOL, 9, 0, 150)],
    ]);
    each(&case, |ledger, trace| {
        assert_eq!(posted(trace, "T", PostingKind::ConvertedOut), [0; 6]);
        let pool = token_purse(ledger, POOL, 0);
        assert_eq!(held(trace, "T", pool), [100, 100, 100, 100, 100, 150]);
        assert_eq!(stop_of(trace, pool), Some(Stop::Unclear));
        assert_eq!(held(trace, "T", token_purse(ledger, 9, 0)), [0; 6]);
    });
}

/// A vault mints shares for what is paid in: a position. What it pays out later is clean.
#[test]
fn a_deposit_is_a_position_and_shares_that_are_stolen_come_back_as_what_they_are_worth() {
    let case = after_theft([
        vec![sends_token(THIEF, VAULT, 0, 150), sends_token(0, THIEF, SHARES, 15)],
        vec![sends_token(THIEF, 0, SHARES, 15), sends_token(VAULT, THIEF, 0, 150)],
    ]);
    each(&case, |ledger, trace| {
        let vault = token_purse(ledger, VAULT, 0);
        assert_eq!(held(trace, "T", vault), [100, 100, 100, 100, 100, 150]);
        assert_eq!(stop_of(trace, vault), Some(Stop::Position));
        assert_eq!(held(trace, "T", token_purse(ledger, THIEF, 0)), [0; 6]);
    });
    let redeemed = vec![
        tx(1, [sends_token(2, THIEF, SHARES, 10)]),
        tx(2, [sends_token(THIEF, 0, SHARES, 10), sends(VAULT, THIEF, 70)]),
    ];
    let thefts = vec![theft("T", [thief(THIEF)])];
    let case = Case { transactions: redeemed, thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        assert_eq!(posted(trace, "T", PostingKind::Burn), [0; 6]);
        assert_eq!(held(trace, "T", native_purse(ledger, THIEF)), [70; 6]);
        assert_eq!(claims(trace, native_purse(ledger, THIEF)), [10; 5]);
    });
}

/// The token's transfer stands in no file: the wrapped coin is there all the same, unit by unit, and goes on.
#[test]
fn a_wrap_is_one_to_one_with_the_leg_that_files_lack() {
    let transactions = vec![
        tx(1, [sends(2, THIEF, 100)]),
        tx(2, [sends(THIEF, WRAPPER, 60)]),
        tx(3, [sends_token(THIEF, POOL, WRAPPED, 60), sends_token(POOL, THIEF, 0, 7)]),
        tx(4, [sends(WRAPPER, OTHER, 60)]),
        tx(5, [sends_token(2, OTHER, WRAPPED, 1)]),
    ];
    let thefts = vec![theft("T", [thief(THIEF)])];
    let case = Case { transactions, thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        assert_eq!(held(trace, "T", native_purse(ledger, THIEF)), [40; 6]);
        assert_eq!(held(trace, "T", token_purse(ledger, THIEF, 0)), [7; 6]);
        assert_eq!(claims(trace, token_purse(ledger, THIEF, 0)), [60; 5]);
        assert!(trace.gaps.iter().all(|gap| gap.purse != token_purse(ledger, THIEF, WRAPPED)));
        // Nobody who takes coins out of the contract gets the thief's.
        assert_eq!(held(trace, "T", native_purse(ledger, OTHER)), [0; 6]);
    });
}

/// The thief pays with two stolen coins, and gets two: each claim by itself, to the unit.
#[test]
fn several_assets_are_divided_equally_and_each_claim_stays_whole() {
    let transactions = vec![
        tx(1, [sends(2, THIEF, 9)]),
        tx(2, [sends_token(2, THIEF, 0, 100)]),
        tx(
            3,
            [
                sends(THIEF, POOL, 9),
                sends_token(THIEF, POOL, 0, 100),
                sends_token(POOL, THIEF, 1, 51),
                sends_token(POOL, THIEF, 2, 3),
            ],
        ),
    ];
    let thefts = vec![theft("T", [brought(0, THIEF), brought(1, THIEF)])];
    let case = Case { transactions, thefts, options: all_rules(), ..Case::default() };
    each(&case, |ledger, trace| {
        let rows = |purse: PurseId| -> Vec<(u128, u128)> {
            let rows = (0..trace.holdings.purse.len()).filter(|&row| trace.holdings.purse[row] == purse);
            let share = |row| trace.holdings.shares.get(row, 0);
            rows.map(|row| (share(row).units.to_u128().unwrap(), share(row).claim.to_u128().unwrap()))
                .collect()
        };
        // First the class of the token, then that of the coin.
        assert_eq!(rows(token_purse(ledger, THIEF, 1)), [(26, 50), (25, 5)]);
        assert_eq!(rows(token_purse(ledger, THIEF, 2)), [(2, 50), (1, 4)]);
        let _ = Coin::Native;
    });
}
