//! Links between transfers, computed by hand. Every tracer must give them to the unit.

use crate::ledgers::{Case, LinkAt, native_purse, sends, sends_token, thief, tx};
use crate::worked::{all_rules, carried, claims, each, held, posted, theft};
use dyetrace_core::links::LinkFault;
use dyetrace_core::trace::{Grade, PostingKind, TraceOptions};
use dyetrace_core::{Category, Ledger, PurseId};

const THIEF: u8 = 1;
const BRIDGE: u8 = 3;
const OTHER_BRIDGE: u8 = 4;
const THERE: u8 = 7;
const RELAYER: u8 = 8;

fn link(rows: &[u64], is_inferred: bool) -> LinkAt {
    LinkAt { rows: rows.to_vec(), in_order: false, is_inferred }
}

/// The thief has 50 clean and 100 stolen units; 90 go to a bridge.
fn bridged(after: impl IntoIterator<Item = Vec<crate::ledgers::Move>>, links: Vec<LinkAt>) -> Case {
    let before = [vec![sends(2, THIEF, 50)], vec![sends(2, THIEF, 100)], vec![sends(THIEF, BRIDGE, 90)]];
    let all = before.into_iter().chain(after);
    let transactions = (1..).zip(all).map(|(block, moves)| tx(block, moves)).collect();
    let seed = crate::worked::brought(1, THIEF);
    Case {
        transactions,
        thefts: vec![theft("T", [seed])],
        labels: vec![(BRIDGE, None, Category::Bridge), (OTHER_BRIDGE, None, Category::Bridge)],
        options: all_rules(),
        links,
        ..Case::default()
    }
}

fn purse(ledger: &Ledger, place: usize) -> PurseId {
    ledger.columns().to[place]
}

/// What waits is divided evenly, whatever the rule of the run: 40, 90, 60, 40, 90 of 90 are stolen.
#[test]
fn what_goes_in_comes_out_in_proportion_and_nothing_stays() {
    let out = [vec![sends_token(OTHER_BRIDGE, THERE, 0, 44), sends_token(OTHER_BRIDGE, RELAYER, 0, 1)]];
    let case = bridged(out, vec![link(&[2, 3, 4], true)]);
    each(&case, |ledger, trace| {
        assert_eq!(held(trace, "T", native_purse(ledger, BRIDGE)), [0; 6]);
        let there = purse(ledger, 3);
        // Of 90 units 88 belong to the first.
        assert_eq!(held(trace, "T", there), [19, 44, 29, 19, 44, 44]);
        assert_eq!(claims(trace, there), [39, 88, 59, 39, 88]);
        let relayed = purse(ledger, 4);
        assert_eq!(held(trace, "T", relayed), [0, 1, 0, 0, 1, 1]);
        assert_eq!(claims(trace, relayed), [0, 2, 0, 0, 2]);
        assert_eq!(carried(trace, "T", 2), [40, 90, 60, 40, 90, 90]);
        assert_eq!(posted(trace, "T", PostingKind::ConvertedOut), [39, 90, 59, 39, 90, 90]);
        // Half a unit is none: its claim is lost.
        assert_eq!(posted(trace, "T", PostingKind::Dust), [1, 0, 1, 1, 0, 0]);
        let row = trace.holdings.purse.iter().position(|&it| it == there).unwrap();
        assert_eq!((trace.holdings.grade[row], trace.holdings.hops[row]), (Grade::Inferred, 2));
        assert_eq!(trace.unlinked, []);
    });
}

/// Without an inference the grade is that of the spend.
#[test]
fn an_exact_link_takes_nothing_from_the_grade() {
    let case = bridged([vec![sends(0, THERE, 90)]], vec![link(&[2, 3], false)]);
    each(&case, |ledger, trace| {
        let row = trace.holdings.purse.iter().position(|&it| it == purse(ledger, 3)).unwrap();
        assert_eq!(trace.holdings.grade[row], Grade::Presumed);
        assert_eq!(held(trace, "T", purse(ledger, 3)), [40, 90, 60, 40, 90, 90]);
    });
}

/// Burned here, minted there: what a link tells is no loss.
#[test]
fn what_is_burned_for_a_link_goes_on() {
    let burn = [vec![sends(THIEF, 0, 60)], vec![sends(0, THERE, 59)], vec![sends(0, RELAYER, 60)]];
    let case = bridged(burn, vec![link(&[3, 4], true)]);
    each(&case, |ledger, trace| {
        assert_eq!(posted(trace, "T", PostingKind::Burn), [0; 6]);
        assert_eq!(held(trace, "T", purse(ledger, 4))[1], 10);
        assert_eq!(claims(trace, purse(ledger, 4)), [60, 10, 40, 60, 10]);
        assert_eq!(held(trace, "T", purse(ledger, 5)), [0; 6]);
    });
}

/// Of two links that want one transfer the first gets it; what cannot be is said.
#[test]
fn links_that_cannot_be_followed_are_said() {
    let out = [vec![sends(OTHER_BRIDGE, THERE, 89)], vec![sends(OTHER_BRIDGE, RELAYER, 89)]];
    let links = vec![
        link(&[3, 2], true),
        link(&[2, 4], true),
        link(&[2, 3], true),
        link(&[0, 3], false),
        link(&[4, 5], false),
        link(&[2], true),
        link(&[1, 3], true),
    ];
    let mut case = bridged(out, links);
    case.transactions.push(tx(9, [sends(THERE, THERE, 5)]));
    each(&case, |ledger, trace| {
        let faults = [
            (0, LinkFault::Backwards),
            (2, LinkFault::Taken),
            (4, LinkFault::Nothing),
            (5, LinkFault::Nothing),
            (6, LinkFault::Tagged),
        ];
        assert_eq!(trace.unlinked, faults);
        assert_eq!(held(trace, "T", purse(ledger, 4)), [40, 89, 59, 40, 89, 89]);
    });
}

/// What a payer held of its own does not come by the link.
#[test]
fn a_payer_who_holds_taint_does_not_hand_it_to_the_receiver() {
    let mut case = bridged(
        [vec![sends(THIEF, 9, 60)], vec![sends(9, THERE, 60)], vec![sends(THERE, RELAYER, 60)]],
        vec![link(&[2, 4], true)],
    );
    case.thefts.push(theft("U", [thief(RELAYER)]));
    each(&case, |ledger, trace| {
        // 60 of 60 carried by the first row come to an end; what goes on is the link's.
        assert_eq!(carried(trace, "T", 4), [60, 10, 40, 60, 10, 60]);
        assert_eq!(held(trace, "T", purse(ledger, 4)), [60, 10, 40, 60, 10, 60]);
        assert_eq!(held(trace, "T", purse(ledger, 5)), [27, 60, 40, 27, 60, 60]);
    });
}

#[test]
fn links_do_not_need_swaps_nor_a_second_asset() {
    let options = TraceOptions { swaps: false, ..all_rules() };
    let case = bridged([vec![sends(OTHER_BRIDGE, THERE, 45)]], vec![link(&[2, 3], false)]);
    let case = Case { options, ..case };
    each(&case, |ledger, trace| assert_eq!(held(trace, "T", purse(ledger, 3)), [20, 45, 30, 20, 45, 45]));
}
