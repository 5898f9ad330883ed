//! Deposit accounts: worked cases, and the fast detection against the plain one.

use crate::generate::cases;
use crate::ledgers::{CHAINS, address, hash, time_of};
use dyetrace_core::asset::AssetName;
use dyetrace_core::attribution::deposits::{
    Deposit, DepositGrade, DepositOptions, Deposits, Doubt, SOURCE, Short, find_deposits,
};
use dyetrace_core::ledger::{Covers, Kind, Row, RowFault, RowPlace, Source};
use dyetrace_core::{AccountId, Amount, Category, Label, Labels, Ledger, LedgerBuilder, reference};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

/// One transfer: coin 0 is the native one. Its block is its transaction, unless several say `joined`.
#[derive(Clone, Debug)]
struct Paid {
    chain: usize,
    block: u64,
    from: Option<u8>,
    to: u8,
    coin: u8,
    value: u128,
    internal: bool,
    fee: Option<u128>,
}

/// Who an account is said to be: account, category, entity, source, confidence.
type Said = (u8, Category, &'static str, &'static str, u8);

#[derive(Clone, Debug)]
struct Sheet {
    paid: Vec<Paid>,
    said: Vec<Said>,
    own: Vec<u8>,
    with_times: bool,
    options: DepositOptions,
}

impl Sheet {
    fn of(paid: Vec<Paid>, said: Vec<Said>) -> Self {
        Self { paid, said, own: Vec::new(), with_times: true, options: DepositOptions::default() }
    }

    fn build(&self) -> (Ledger, Labels, Vec<AccountId>) {
        let mut builder = LedgerBuilder::default();
        let chains = CHAINS.map(|chain| builder.chain(chain));
        builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
        for (line, it) in (1..).zip(&self.paid) {
            let kind = match (it.from, it.coin, it.internal) {
                (None, ..) => Kind::Reward,
                (_, 0, false) => Kind::External,
                (_, 0, true) => Kind::Internal,
                _ => Kind::Token,
            };
            let coin = if it.from.is_none() { 0 } else { it.coin };
            let row = Row {
                chain: chains[it.chain],
                block: Some(it.block),
                time: self.with_times.then(|| time_of(it.block)),
                transaction_index: Some(0),
                event_index: None,
                transaction_hash: Some(hash(usize::try_from(it.block).unwrap() * CHAINS.len() + it.chain)),
                from: it.from.map(|from| address(it.chain, from)),
                to: address(it.chain, it.to),
                contract: (coin > 0).then(|| address(it.chain, 200 + coin)),
                value: Amount::from(it.value),
                fee: it.fee.map(Amount::from),
                kind,
            };
            let place = RowPlace { source: 0, line };
            let pushed: Result<(), RowFault> = builder.push(place, row.clone());
            if pushed.is_err() {
                builder.push(place, Row { fee: None, ..row }).unwrap();
            }
        }
        let ledger = builder.finish().unwrap();
        let on = |&(account, category, entity, source, confidence): &Said, chain: usize| Label {
            address: address(chain, account),
            chain: None,
            text: format!("{category} {account}"),
            category,
            entity: entity.to_owned(),
            source: source.to_owned(),
            as_of: String::new(),
            confidence,
        };
        let said = self.said.iter().flat_map(|said| [on(said, 0), on(said, 2)]).collect();
        let labels = Labels::bind(&ledger, said);
        let own = self.own.iter().filter_map(|&it| account(&ledger, 0, it)).collect();
        (ledger, labels, own)
    }

    fn found(&self) -> (Ledger, Deposits) {
        let (ledger, labels, own) = self.build();
        let found = find_deposits(&ledger, &labels, &own, &self.options);
        assert_eq!(found, reference::find_deposits(&ledger, &labels, &own, &self.options));
        (ledger, found)
    }

    /// The account on the first chain, if it is found.
    fn of_account(&self, number: u8) -> Option<Deposit> {
        let (ledger, found) = self.found();
        found.of(account(&ledger, 0, number).unwrap()).cloned()
    }
}

fn account(ledger: &Ledger, chain: usize, number: u8) -> Option<AccountId> {
    ledger.accounts().find(ledger.find_chain(CHAINS[chain])?, &address(chain, number))
}

fn pays(block: u64, from: u8, to: u8, coin: u8, value: u128) -> Paid {
    Paid { chain: 0, block, from: Some(from), to, coin, value, internal: false, fee: None }
}

const BINANCE: Said = (9, Category::Exchange, "Binance", "test", 50);
const BINANCE_2: Said = (10, Category::Exchange, "binance", "test", 50);
const HTX: Said = (11, Category::Exchange, "Huobi", "test", 50);

/// 0.01 of a coin.
const SHORT: u128 = DepositOptions::SHORT_NATIVE;

#[test]
fn one_sweep_makes_a_deposit_account_and_tells_all_of_it() {
    let paid = vec![pays(1, 1, 2, 0, 5 * SHORT), pays(3, 3, 2, 0, 7 * SHORT), pays(10, 2, 9, 0, 6 * SHORT)];
    let found = Sheet::of(paid, vec![BINANCE]).of_account(2).unwrap();
    assert_eq!((found.entity.as_str(), found.grade), ("Binance", DepositGrade::Inferred));
    assert_eq!((found.senders, found.transfers_out, found.sweeps, found.hot_wallets), (2, 1, 1, 1));
    let native = &found.assets[0];
    assert_eq!((native.deposits, native.sweeps, native.matched, native.forwarded), (2, 1, 1, 0));
    assert_eq!((native.received, native.swept), (Amount::from(12 * SHORT), Amount::from(6 * SHORT)));
    assert_eq!((native.median_delay, native.median_delay_blocks), (Some(84), Some(7)));
}

#[test]
fn who_pays_an_unnamed_wallet_or_two_exchanges_or_a_deposit_account_is_none() {
    let paid = vec![
        // 1 → 2 → 9; 3 → 4 → 8, whom nobody has named; 5 pays both exchanges; 6 pays into 2.
        pays(1, 1, 2, 0, 100),
        pays(2, 2, 9, 0, 100),
        pays(3, 3, 4, 0, 100),
        pays(4, 4, 8, 0, 100),
        pays(5, 1, 5, 0, 100),
        pays(6, 5, 9, 0, 50),
        pays(7, 5, 11, 0, 50),
        pays(8, 1, 6, 0, 500),
        pays(9, 6, 2, 0, 10),
        pays(10, 6, 9, 0, 490),
    ];
    let sheet = Sheet::of(paid, vec![BINANCE, HTX]);
    let (ledger, found) = sheet.found();
    assert_eq!(found.found.len(), 1, "{found:#?}");
    assert_eq!(found.found[0].account, account(&ledger, 0, 2).unwrap());
    assert_eq!((found.excluded.two_exchanges, found.excluded.customers), (1, 1));
}

#[test]
fn one_exchange_is_one_name_whatever_the_case_of_its_letters() {
    let paid = vec![pays(1, 1, 2, 0, 100), pays(2, 2, 9, 0, 60), pays(3, 2, 10, 0, 40)];
    let found = Sheet::of(paid, vec![BINANCE, BINANCE_2]).of_account(2).unwrap();
    assert_eq!((found.entity.as_str(), found.hot_wallets), ("Binance", 2));
}

#[test]
fn a_label_that_says_somebodys_own_leaves_a_lead() {
    let paid = vec![pays(1, 1, 2, 0, 100), pays(2, 2, 9, 0, 100)];
    for category in [Category::Theft, Category::Other] {
        let sheet = Sheet::of(paid.clone(), vec![BINANCE, (2, category, "", "test", 50)]);
        let found = sheet.of_account(2).unwrap();
        assert_eq!((found.grade, found.doubts.as_slice()), (DepositGrade::Lead, &[Doubt::OwnLabel][..]));
    }
    for category in [Category::Dex, Category::Miner, Category::Exchange] {
        let sheet = Sheet::of(paid.clone(), vec![BINANCE, (2, category, "X", "test", 50)]);
        assert_eq!(sheet.of_account(2), None, "{category}");
    }
    let seed = Sheet { own: vec![2], ..Sheet::of(paid, vec![BINANCE]) };
    assert_eq!(seed.of_account(2), None);
}

#[test]
fn a_wallet_that_also_pays_others_is_a_lead_where_it_passes_one_deposit_on() {
    let mut paid = vec![pays(1, 1, 2, 0, 1_000_000 * SHORT), pays(2, 2, 9, 0, 1_000_000 * SHORT)];
    paid.extend((3..6).map(|block| pays(block, 2, 7, 0, 1)));
    let found = Sheet::of(paid.clone(), vec![BINANCE]).of_account(2).unwrap();
    assert_eq!((found.grade, found.doubts.as_slice()), (DepositGrade::Lead, &[Doubt::Share][..]));
    // Later than allowed: nothing is left that speaks for it.
    paid[1].block = 2;
    paid[0].block = 1;
    let sheet = Sheet::of(paid, vec![BINANCE]);
    let strict = DepositOptions { max_delay: 11, ..DepositOptions::default() };
    assert_eq!(Sheet { options: strict, ..sheet }.of_account(2), None);
}

#[test]
fn four_of_five_transfers_are_enough_and_three_of_four_are_not() {
    let sheet = |sweeps: u64| {
        let mut paid = vec![pays(1, 1, 2, 1, 1_000)];
        paid.extend((2..2 + sweeps).map(|block| pays(block, 2, 9, 1, 10)));
        paid.push(pays(50, 2, 7, 1, 1));
        Sheet::of(paid, vec![BINANCE])
    };
    assert_eq!(sheet(4).of_account(2).unwrap().grade, DepositGrade::Inferred);
    assert_eq!(sheet(3).of_account(2), None);
}

#[test]
fn a_token_that_an_account_never_received_speaks_neither_for_it_nor_against_it() {
    let mut paid = vec![pays(1, 1, 2, 0, 100), pays(2, 2, 9, 0, 100)];
    paid.extend((3..20).map(|block| pays(block, 2, 11, 2, 7)));
    let found = Sheet::of(paid, vec![BINANCE, HTX]).of_account(2).unwrap();
    assert_eq!((found.grade, found.transfers_out), (DepositGrade::Inferred, 1));
}

#[test]
fn a_forwarding_contract_is_found_and_one_that_serves_others_is_not() {
    let internal = |block, from, to, value| Paid { internal: true, ..pays(block, from, to, 0, value) };
    let forwarder = vec![pays(1, 1, 2, 0, 100), internal(1, 2, 9, 100)];
    let found = Sheet::of(forwarder.clone(), vec![BINANCE]).of_account(2).unwrap();
    assert_eq!((found.grade, found.assets[0].forwarded), (DepositGrade::Inferred, 1));
    let mut serves = forwarder;
    serves.extend((2..9).map(|block| internal(block, 2, 9, 1)));
    serves.push(internal(9, 2, 7, 1));
    let (_, found) = Sheet::of(serves, vec![BINANCE]).found();
    assert_eq!((found.found.len(), found.excluded.contracts), (0, 1));
}

#[test]
fn what_only_the_exchange_pays_into_is_its_own() {
    let paid = vec![pays(1, 9, 2, 0, 100), pays(2, 2, 10, 0, 100)];
    let (_, found) = Sheet::of(paid, vec![BINANCE, BINANCE_2]).found();
    assert_eq!((found.found.len(), found.excluded.internal), (0, 1));
}

#[test]
fn the_gas_wallet_of_an_exchange_is_known_by_the_accounts_it_pays_for() {
    let mut paid = Vec::new();
    for number in 0..4 {
        let (deposit, block) = (20 + number, 10 * u64::from(number));
        paid.push(pays(block + 1, 1, deposit, 1, 500));
        paid.push(pays(block + 2, 30, deposit, 0, 3));
        paid.push(pays(block + 3, deposit, 9, 1, 500));
    }
    paid.push(pays(90, 30, 31, 0, 3));
    let options = DepositOptions { gas_accounts: 5, ..DepositOptions::default() };
    let sheet = Sheet { options, ..Sheet::of(paid, vec![BINANCE]) };
    let found = sheet.of_account(20).unwrap();
    let (ledger, _) = sheet.found();
    assert_eq!((found.gas_top_ups, found.gas_wallet), (1, account(&ledger, 0, 30)));
    assert_eq!(found.senders, 1, "the gas wallet is no customer");
    let more = DepositOptions { gas_accounts: 6, ..DepositOptions::default() };
    let found = Sheet { options: more, ..sheet }.of_account(20).unwrap();
    assert_eq!((found.gas_top_ups, found.gas_wallet, found.senders), (0, None, 2));
}

#[test]
fn what_a_detection_said_earlier_does_not_count_as_a_label() {
    let paid = vec![pays(1, 1, 2, 0, 100), pays(2, 2, 9, 0, 100)];
    let told = (2, Category::ExchangeDeposit, "Huobi", SOURCE, 10);
    let found = Sheet::of(paid, vec![BINANCE, told]).of_account(2).unwrap();
    assert_eq!((found.grade, found.entity.as_str()), (DepositGrade::Inferred, "Binance"));
}

fn paid() -> impl Strategy<Value = Paid> {
    let value = prop_oneof![
        8 => 0..12_u128,
        2 => (0..4_u128).prop_map(|it| SHORT - 2 + it),
        1 => (0..4_u128).prop_map(|it| 3 * SHORT - 2 + it),
    ];
    let chain = prop_oneof![12 => Just(0), 1 => Just(1), 1 => Just(2)];
    // Accounts 1 to 8 are anybody, 9 to 11 wallets; 0 is the zero address.
    let to = prop_oneof![10 => 1..=8_u8, 8 => 9..=11_u8, 1 => Just(0)];
    let from = prop_oneof![16 => (1..=8_u8).prop_map(Some), 2 => (9..=11_u8).prop_map(Some), 1 => Just(Some(0)), 1 => Just(None)];
    let coin = prop_oneof![3 => Just(0), 3 => Just(1), 1 => Just(2)];
    (chain, 0..24_u64, from, to, coin, value, prop::bool::weighted(0.1), weighted(0.2, 1..9_u128)).prop_map(
        |(chain, block, from, to, coin, value, internal, fee)| {
            let fee = fee.filter(|_| from.is_some());
            Paid { chain, block, from, to, coin, value, internal, fee }
        },
    )
}

/// Transfers that belong together: anything, a deposit passed on, or a token whose sweep somebody paid for.
fn group() -> impl Strategy<Value = Vec<Paid>> {
    let passed = (paid(), 1..=8_u8, 9..=11_u8, 0..3_u64).prop_map(|(first, deposit, wallet, later)| {
        let internal = first.internal || later == 0;
        let first = Paid { from: Some(first.from.unwrap_or(1)), to: deposit, internal: false, ..first };
        let block = first.block + later;
        let sweep = Paid { block, from: Some(deposit), to: wallet, internal, ..first.clone() };
        vec![first, sweep]
    });
    let funded = (0..24_u64, 1..=8_u8, 6..=8_u8, 9..=10_u8).prop_map(|(block, deposit, gas, wallet)| {
        let brought = pays(block, 5, deposit, 1, 9);
        vec![brought, pays(block + 1, gas, deposit, 0, 2), pays(block + 2, deposit, wallet, 1, 9)]
    });
    prop_oneof![8 => paid().prop_map(|it| vec![it]), 4 => passed, 1 => funded]
}

fn said() -> impl Strategy<Value = Said> {
    let category = prop_oneof![
        3 => Just(Category::ExchangeDeposit),
        1 => Just(Category::Theft),
        1 => select(&Category::ALL[..]),
    ];
    let entity = select(&["Binance", "binance", "Huobi", ""][..]);
    (0..=11_u8, category, entity, select(&["a", "b", SOURCE][..]), select(&[10, 50_u8][..]))
}

fn options() -> impl Strategy<Value = DepositOptions> {
    let short = vec(
        (
            prop_oneof![Just("native"), Just("ethereum:native"), Just("tron:native")],
            prop_oneof![
                (0..4_u128).prop_map(|it| Short::Units(Amount::from(it))),
                select(&[0, 1, 34, 100_u32][..]).prop_map(Short::Percent),
            ],
        ),
        0..3,
    );
    (
        (select(&[50, 67, 80, 100_u32][..]), 1..4_usize, 2..16_u64, 1..4_u64),
        (0..100_i64, 0..9_u64, short, 1..4_u64, select(&[51, 80, 100_u32][..])),
    )
        .prop_map(|((min_share, destinations, max_transfers, max_senders), rest)| {
            let (max_delay, max_delay_blocks, short, gas_accounts, gas_share) = rest;
            let short =
                short.into_iter().map(|(name, short)| (AssetName::parse(name).unwrap(), short)).collect();
            DepositOptions {
                min_share,
                destinations,
                max_transfers,
                max_senders,
                max_delay,
                max_delay_blocks,
                short,
                gas_accounts,
                gas_share,
            }
        })
}

fn sheet() -> impl Strategy<Value = Sheet> {
    let options = prop_oneof![1 => Just(DepositOptions::default()), 3 => options()];
    let paid = vec(group(), 1..30).prop_map(|groups| groups.concat());
    (paid, vec(said(), 0..5), vec(1..=8_u8, 0..2), any::<bool>(), options).prop_map(
        |(paid, more, own, with_times, options)| {
            let said = [BINANCE, BINANCE_2, HTX].into_iter().chain(more).collect();
            Sheet { paid, said, own, with_times, options }
        },
    )
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(cases(3_000)) })]

    #[test]
    fn fast_and_plain_detection_agree_on_any_number_of_threads(sheet in sheet()) {
        let (ledger, labels, own) = sheet.build();
        let plain = reference::find_deposits(&ledger, &labels, &own, &sheet.options);
        for pool in &*crate::threads::POOLS {
            let fast = pool.1.install(|| find_deposits(&ledger, &labels, &own, &sheet.options));
            prop_assert_eq!(&fast, &plain);
        }
    }
}

#[test]
fn random_ledgers_have_accounts_of_every_grade() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut grades = [0; 3];
    let (mut gas, mut forwarded, mut matched) = (0, 0, 0);
    for _ in 0..500 {
        let sheet = sheet().new_tree(&mut runner).unwrap().current();
        let (ledger, labels, own) = sheet.build();
        for it in find_deposits(&ledger, &labels, &own, &sheet.options).found {
            grades[it.grade as usize] += 1;
            gas += it.gas_top_ups;
            forwarded += it.assets.iter().map(|asset| asset.forwarded).sum::<u64>();
            matched += it.assets.iter().map(|asset| asset.matched).sum::<u64>();
        }
    }
    println!("{grades:?}, {gas} top-ups, {forwarded} forwarded, {matched} matched");
    assert!(grades.into_iter().chain([gas, forwarded, matched]).all(|count| count > 10));
}
