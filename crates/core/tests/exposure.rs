//! Exposure: what is said of receivers is what the forward trace put there; one account's source is what all at once say of it;
//! and entities are what a ledger gives in which their payments come from hacked addresses.

use crate::generate::{case, cases};
use crate::ledgers::{Case, Coin, Move, SeedAt, in_order, sends, sends_token, thief, tx};
use dyetrace_core::trace::{
    Entity, Exposure, Exposures, Grouping, Origins, PostingKind, Rule, Share, Since, TraceOptions, exposures,
    source, trace,
};
use dyetrace_core::{AccountId, Amount, Category, Ledger, PurseId};
use proptest::prelude::*;
use proptest::test_runner::Config;
use std::collections::BTreeMap;

/// Origin, the asset it began in, and a purse: chain, address, asset.
pub(crate) type Key = [String; 5];

/// Units and claims: came by transfers, exchanged, stolen here, rests.
pub(crate) type Figures = [[Amount; 2]; 4];

pub(crate) fn key(ledger: &Ledger, origin: &str, asset: String, purse: PurseId) -> Key {
    let (chain, address) = (ledger.purse_chain(purse).to_owned(), ledger.purse_address(purse).to_string());
    [origin.to_owned(), asset, chain, address, ledger.asset_name(ledger.purses().asset(purse))]
}

pub(crate) fn add(all: &mut BTreeMap<Key, Figures>, key: Key, what: usize, share: Share) {
    let sums = &mut all.entry(key).or_default()[what];
    *sums = [sums[0].plus(share.units), sums[1].plus(share.claim)];
}

pub(crate) fn everybody(ledger: &Ledger) -> Vec<AccountId> {
    (0..).map(AccountId).take(ledger.accounts().len()).collect()
}

/// What a trace put where, added up from its tables.
pub(crate) fn by_trace(ledger: &Ledger, of: &dyetrace_core::trace::Trace) -> BTreeMap<Key, Figures> {
    let mut all = BTreeMap::new();
    let columns = ledger.columns();
    let key = |class, purse| key(ledger, of.theft_of(class), ledger.asset_name(of.asset_of(class)), purse);
    for (row, &place) in of.flows.place.iter().enumerate() {
        let place = usize::try_from(place).unwrap();
        if columns.from[place] != columns.to[place] {
            add(&mut all, key(of.flows.class[row], columns.to[place]), 0, of.flows.shares.get(row, 0));
        }
    }
    for (row, kind) in of.postings.kind.iter().enumerate() {
        let what = match kind {
            PostingKind::ConvertedIn => 1,
            PostingKind::Received | PostingKind::Unseen => 2,
            _ => continue,
        };
        add(
            &mut all,
            key(of.postings.class[row], of.postings.purse[row]),
            what,
            of.postings.shares.get(row, 0),
        );
    }
    for (row, &purse) in of.holdings.purse.iter().enumerate() {
        add(&mut all, key(of.holdings.class[row], purse), 3, of.holdings.shares.get(row, 0));
    }
    all.retain(|_, figures| figures.iter().flatten().any(|amount| !amount.is_zero()));
    all
}

fn by_exposures(ledger: &Ledger, of: &Exposures) -> BTreeMap<Key, Figures> {
    let mut all = BTreeMap::new();
    for row in 0..of.len() {
        let Exposure { direct, indirect, exchanged, here, rests } = of.get(row);
        let asset = ledger.asset_name(of.classes[of.class[row].index()].asset);
        let key = key(ledger, of.origin(row), asset, of.purse[row]);
        for (what, share) in [(0, direct), (0, indirect), (1, exchanged), (2, here), (3, rests)] {
            add(&mut all, key.clone(), what, share);
        }
    }
    all.retain(|_, figures| figures.iter().flatten().any(|amount| !amount.is_zero()));
    all
}

/// Purse, origin, its asset, first, last, transfers, hops, amounts.
type Said = (PurseId, String, String, u64, u64, u64, u32, Exposure);

/// What is said of one account, as it is said of it among all.
fn of_account(ledger: &Ledger, all: &Exposures, account: AccountId) -> Vec<Said> {
    (0..all.len())
        .filter(|&row| ledger.purses().account(all.purse[row]) == account)
        .map(|row| {
            let asset = ledger.asset_name(all.classes[all.class[row].index()].asset);
            let (first, last, transfers, hops) =
                (all.first[row], all.last[row], all.transfers[row], all.hops[row]);
            (all.purse[row], all.origin(row).to_owned(), asset, first, last, transfers, hops, all.get(row))
        })
        .collect()
}

/// What the rows bring a purse from others.
fn by_rows(ledger: &Ledger, purse: PurseId) -> Amount {
    let columns = ledger.columns();
    let comes =
        |&place: &usize| columns.to[place] == purse && columns.from[place] != purse && ledger.moves(place);
    (0..ledger.transfer_count()).filter(comes).map(|place| columns.value.get(place)).sum()
}

fn check_sources(
    ledger: &Ledger,
    labels: &dyetrace_core::Labels,
    origins: Origins<'_>,
    options: &TraceOptions,
    all: &Exposures,
) -> Result<(), TestCaseError> {
    for account in everybody(ledger) {
        let one = source(ledger, labels, origins, options, account).unwrap();
        prop_assert_eq!(of_account(ledger, &one.exposures, account), of_account(ledger, all, account));
        // Of labelled holders the flows list more than a tally counts where exchanges are followed.
        if matches!(origins, Origins::Thefts(_)) || !options.swaps {
            crate::brought::check_sums(ledger, &one, account)?;
        }
        for &purse in &one.exposures.purses {
            prop_assert_eq!(one.exposures.received_by(purse), all.received_by(purse));
            for row in one.exposures.of(purse) {
                let class = one.exposures.class[row];
                // Its routes end there, in order, and begin where the class does.
                let route = one.graph.route(class, purse);
                prop_assert!(route.windows(2).all(|pair| pair[0].place < pair[1].place));
                // Where money also passes through, or a branch ends, the route leads to what rests, and hops are the fewest of all.
                let is_plain =
                    !options.swaps && options.links.is_empty() && labels.of(account).next().is_none();
                if is_plain && all.rule.is_exact() && matches!(origins, Origins::Thefts(_)) {
                    let hops = u32::try_from(route.len()).unwrap();
                    let said = one.exposures.hops[row];
                    // At a seed no route is needed.
                    prop_assert!(hops == said || said == 0 || hops == 0, "{:?}", route);
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(1_500)) })]

    #[test]
    fn receivers_got_what_the_trace_put_there(case in case()) {
        let (ledger, labels, thefts, options) = case.build();
        let options = TraceOptions { compare: Vec::new(), pools: Vec::new(), ..options };
        let Ok(forward) = trace(&ledger, &labels, &thefts, &options) else { return Ok(()) };
        let all = exposures(&ledger, &labels, Origins::Thefts(&thefts), &options, &everybody(&ledger)).unwrap();
        prop_assert_eq!(by_exposures(&ledger, &all), by_trace(&ledger, &forward));
        if options.rule.is_exact() {
            for (&purse, received) in all.purses.iter().zip(0..) {
                let came = all.of(purse).map(|row| all.get(row).came().units).sum::<Amount>();
                prop_assert!(came <= all.received.get(received), "no more than came in");
            }
        }
        // Where nothing is exchanged, that is what the rows say, whatever the rule.
        if !options.swaps && options.links.is_empty() && options.until.is_none() {
            for &purse in &all.purses {
                prop_assert_eq!(all.received_by(purse), Some(by_rows(&ledger, purse)));
            }
        }
        check_sources(&ledger, &labels, Origins::Thefts(&thefts), &options, &all)?;
    }

    #[test]
    fn entities_send_what_hacked_addresses_in_their_place_would(case in case(), swaps in any::<bool>()) {
        let (ledger, labels, _, options) = case.build();
        let options = TraceOptions { compare: Vec::new(), swaps, pools: Vec::new(), ..options };
        let entities = Entity::of_labels(&labels, &Entity::CATEGORIES, Grouping::Category);
        let Ok(all) = exposures(&ledger, &labels, Origins::Entities(&entities), &options, &everybody(&ledger)) else {
            return Ok(());
        };
        check_sources(&ledger, &labels, Origins::Entities(&entities), &options, &all)?;
        // Links name rows, and doubles change who pays them.
        if swaps || entities.is_empty() || !options.links.is_empty() {
            return Ok(());
        }
        let (other, seeds) = with_doubles(&case);
        if seeds.iter().all(|theft| theft.1.is_empty()) {
            return Ok(());
        }
        let changed = Case { transactions: other, thefts: seeds, ..case.clone() };
        let (doubled, _, thefts, _) = changed.build();
        let cuts = options.cuts.iter().filter(|it| it.index() < ledger.accounts().len()).chain(entities.iter().flat_map(|it| &it.accounts)).filter_map(|&account| {
            let chain = doubled.find_chain(ledger.chain_name(ledger.accounts().chain(account)))?;
            doubled.accounts().find(chain, &ledger.accounts().address(account))
        });
        let mut cuts: Vec<AccountId> = cuts.collect();
        cuts.sort_unstable();
        let options = TraceOptions { cuts, ..options };
        let labels = changed.build().1;
        let Ok(forward) = trace(&doubled, &labels, &thefts, &options) else { return Ok(()) };
        // Of entities' own accounts and their doubles, nothing is asked here.
        let theirs: Vec<String> = entities
            .iter()
            .flat_map(|entity| &entity.accounts)
            .map(|&account| ledger.accounts().address(account).to_string())
            .chain((0..=255).filter(|&it| it >= DOUBLE).flat_map(|it| [0, 2].map(|chain| crate::ledgers::address(chain, it).to_string())))
            .collect();
        let others = |mut all: BTreeMap<Key, Figures>| {
            all.retain(|key, _| !theirs.contains(&key[3]));
            for figures in all.values_mut() {
                figures[2] = Default::default();
            }
            all.retain(|_, figures| figures.iter().flatten().any(|amount| !amount.is_zero()));
            all
        };
        prop_assert_eq!(others(by_exposures(&ledger, &all)), others(by_trace(&doubled, &forward)));
    }
}

/// From here on numbers stand for the doubles of accounts.
const DOUBLE: u8 = 100;

/// The transactions, with what entities' accounts send coming from a double that receives nothing; and the doubles as hacked addresses.
fn with_doubles(case: &Case) -> (Vec<crate::ledgers::Tx>, Vec<(String, Vec<SeedAt>)>) {
    let category = |account: u8, chain: usize| {
        let theirs = case
            .labels
            .iter()
            .filter(|label| label.0 == account && label.1.map_or(chain != 1, |on| on == chain));
        // The addresses of all EVM chains are the same, and such a label holds on each.
        let theirs = theirs
            .chain(case.labels.iter().filter(|label| label.0 == account && chain == 1 && label.1.is_none()));
        let found: Vec<Category> = theirs.map(|label| label.2).collect();
        Entity::CATEGORIES.into_iter().find(|category| found.contains(category))
    };
    let mut transactions = case.transactions.clone();
    let mut seeds: BTreeMap<String, Vec<SeedAt>> = BTreeMap::new();
    let receives = |chain: usize, account: u8, coin: Coin| {
        let all = case.transactions.iter().filter(|tx| tx.chain == chain).flat_map(|tx| &tx.moves);
        let mut into = all.filter(|it| it.to == account && it.from != Some(account) && it.coin == coin);
        into.any(|it| !it.value.is_zero())
    };
    let mut known: Vec<(usize, u8, Coin)> = Vec::new();
    for tx in &mut transactions {
        let chain = tx.chain;
        for it in &mut tx.moves {
            let Some((from, category)) = it.from.and_then(|from| Some((from, category(from, chain)?))) else {
                continue;
            };
            if from == 0 || from == it.to {
                continue;
            }
            let double = DOUBLE + from;
            *it = Move { from: Some(double), ..it.clone() };
            let counts = it.coin == Coin::Native || receives(chain, from, it.coin);
            if counts && !known.contains(&(chain, double, it.coin)) {
                known.push((chain, double, it.coin));
                seeds.entry(category.as_str().to_owned()).or_default().push(SeedAt::Account {
                    account: double,
                    since: Since::Start,
                    chain: Some(chain),
                    coin: Some(it.coin),
                });
            }
        }
    }
    (transactions, seeds.into_iter().collect())
}

/// A row of a purse, by the numbers of the native coin.
fn row(all: &Exposures, ledger: &Ledger, account: u8, origin: &str) -> Option<(Exposure, u32)> {
    let purse = crate::ledgers::native_purse(ledger, account);
    let row = all.of(purse).find(|&row| all.origin(row) == origin)?;
    Some((all.get(row), all.hops[row]))
}

fn units(share: Share) -> u128 {
    share.units.to_u128().unwrap()
}

#[test]
fn by_hand_one_theft_two_ways() {
    // 1 is the thief: 30 straight to 4, 50 over 2 to 4, of which 2 keeps 20; 5 pays 4 another 40 of its own.
    let moves = [sends(1, 4, 30), sends(1, 2, 50), sends(2, 4, 30), sends(5, 4, 40), sends(4, 3, 60)];
    let case = Case {
        transactions: in_order(moves),
        thefts: vec![("T".to_owned(), vec![thief(1)])],
        options: TraceOptions { rule: Rule::Prorata, ..TraceOptions::default() },
        ..Case::default()
    };
    let (ledger, labels, thefts, options) = case.build();
    let all = exposures(&ledger, &labels, Origins::Thefts(&thefts), &options, &everybody(&ledger)).unwrap();
    let (four, hops) = row(&all, &ledger, 4, "T").unwrap();
    assert_eq!(
        [units(four.direct), units(four.indirect), units(four.rests), u128::from(hops)],
        [30, 30, 24, 1]
    );
    let purse = crate::ledgers::native_purse(&ledger, 4);
    assert_eq!(all.received_by(purse).unwrap().to_u128(), Some(100));
    let (three, hops) = row(&all, &ledger, 3, "T").unwrap();
    assert_eq!([units(three.direct), units(three.indirect), u128::from(hops)], [0, 36, 2]);
    let (one, _) = row(&all, &ledger, 1, "T").unwrap();
    assert_eq!([units(one.here), units(one.came())], [80, 0]);
    assert!(row(&all, &ledger, 5, "T").is_none());
}

#[test]
fn by_hand_an_entity_both_ends_and_begins() {
    // The mixer 6 takes 50 from 1, and pays 40 to 2, who passes 10 on to 3. The exchange 5 takes 20 of it from 2, and pays 3.
    let moves = [
        sends(1, 6, 50),
        sends(6, 2, 40),
        sends(2, 3, 10),
        sends(2, 5, 20),
        sends(5, 3, 30),
        sends_token(6, 3, 1, 9),
    ];
    let case = Case {
        transactions: in_order(moves),
        labels: vec![(6, None, Category::Mixer), (5, None, Category::Exchange)],
        ..Case::default()
    };
    let (ledger, labels, _, options) = case.build();
    let entities = Entity::of_labels(&labels, &Entity::CATEGORIES, Grouping::Holder);
    let names: Vec<&str> = entities.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["exchange: exchange 5", "mixer: mixer 6"]);
    let all =
        exposures(&ledger, &labels, Origins::Entities(&entities), &options, &everybody(&ledger)).unwrap();
    let of = |account, name| {
        row(&all, &ledger, account, name).map(|(it, hops)| (units(it.direct), units(it.indirect), hops))
    };
    assert_eq!(of(2, names[1]), Some((40, 0, 1)));
    assert_eq!(of(3, names[1]), Some((0, 10, 2)));
    assert_eq!(of(5, names[1]), Some((0, 20, 2)));
    // Not 30 of the mixer's: what the exchange pays is the exchange's.
    assert_eq!(of(3, names[0]), Some((30, 0, 1)));
    assert_eq!(of(6, names[0]), None);
    // A token that the mixer is not seen to receive is not its.
    assert_eq!(all.len(), 4);
}

#[test]
fn a_hub_on_the_way_is_said() {
    // 2 is an unnamed account in more transfers than a hub may have; what it pays 3 is not followed.
    let moves = [sends(1, 2, 10), sends(2, 3, 5), sends(2, 4, 1), sends(1, 5, 3)];
    let thefts = vec![("T".to_owned(), vec![thief(1)])];
    let options = TraceOptions { hub_transfers: 2, ..TraceOptions::default() };
    let case = Case { transactions: in_order(moves), thefts, options, ..Case::default() };
    let (ledger, labels, thefts, options) = case.build();
    let origins = Origins::Thefts(&thefts);
    let all = exposures(&ledger, &labels, origins, &options, &everybody(&ledger)).unwrap();
    assert_eq!((all.cut.hubs, all.cut.hops, all.cut.dust), (1, 0, 0));
    let of = |account: u8| {
        let account = ledger.purses().account(crate::ledgers::native_purse(&ledger, account));
        source(&ledger, &labels, origins, &options, account).unwrap().exposures
    };
    assert!(of(3).is_empty() && of(3).cut.any(), "it may have come through the hub");
    assert!(!of(5).is_empty() && !of(5).cut.any(), "nothing of it went through the hub");
}

#[test]
fn what_comes_too_late_is_outside_the_cone_and_changes_nothing() {
    // 2 pays 3 before the thief pays 2 a second time, and gets money from 4 after that.
    let moves = [sends(1, 2, 10), sends(2, 3, 5), sends(1, 4, 10), sends(4, 2, 10), sends(2, 5, 15)];
    let transactions = in_order(moves).into_iter().chain([tx(9, [sends(5, 6, 1)])]).collect();
    let thefts = vec![("T".to_owned(), vec![thief(1)])];
    let case = Case { transactions, thefts, ..Case::default() };
    let (ledger, labels, thefts, options) = case.build();
    let purse = crate::ledgers::native_purse(&ledger, 3);
    let account = ledger.purses().account(purse);
    let one = source(&ledger, &labels, Origins::Thefts(&thefts), &options, account).unwrap();
    assert_eq!(units(one.exposures.get(0).indirect), 5);
    let four = crate::ledgers::native_purse(&ledger, 4);
    assert!(one.trace.holdings.purse.iter().all(|&it| it != four), "4 paid too late");
    assert_eq!(one.graph.route(one.exposures.class[0], purse).len(), 2);
}

#[test]
fn what_leaves_the_cone_of_one_account_is_nobody_s() {
    let native = |from: u8, to: u8, value: u128| Move {
        from: Some(from),
        to,
        coin: Coin::Native,
        value: Amount::from(value),
        event: None,
    };
    let token =
        |from: u8, to: u8, coin: u8, value: u128| Move { coin: Coin::Token(coin), ..native(from, to, value) };
    let tx = |hashed: bool, moves: Vec<Move>| crate::ledgers::Tx {
        chain: 0,
        block: 0,
        index: None,
        hashed,
        fee: None,
        moves,
    };
    let transactions = vec![
        tx(
            true,
            vec![
                native(4, 1, 0),
                token(3, 1, 0, 1),
                token(4, 3, 0, 1),
                native(3, 1, 0),
                native(3, 4, 2),
                native(1, 3, 2),
            ],
        ),
        tx(true, vec![token(4, 3, 0, 1), token(3, 5, 0, 1), token(0, 4, 8, 1)]),
        tx(
            false,
            vec![
                native(1, 1, 1),
                token(1, 1, 0, 0),
                native(4, 1, 1),
                native(1, 4, 1),
                token(4, 1, 0, 0),
                token(4, 1, 0, 2),
                token(1, 4, 0, 2),
            ],
        ),
    ];
    let labels = vec![(3, None, Category::Dex), (4, None, Category::Exchange)];
    for rule in Rule::EXACT {
        let options = TraceOptions { rule, compare: Vec::new(), swaps: false, ..TraceOptions::default() };
        let case =
            Case { transactions: transactions.clone(), labels: labels.clone(), options, ..Case::default() };
        let (ledger, labels, _, options) = case.build();
        let entities = Entity::of_labels(&labels, &Entity::CATEGORIES, Grouping::Category);
        let origins = Origins::Entities(&entities);
        let all = exposures(&ledger, &labels, origins, &options, &everybody(&ledger)).unwrap();
        check_sources(&ledger, &labels, origins, &options, &all).unwrap();
    }
}
