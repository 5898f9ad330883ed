//! `leads.csv`: what an exchange paid out soon after, and how often chance finds as much.

use crate::support::{At, Case, USDT};
use dyetrace_core::trace::{PostingKind, Rule, Stop};
use dyetrace_core::{Amount, AssetId, Category};
use dyetrace_report::Quote;

/// 1 is robbed and pays into the deposit account 3 of an exchange, whose wallet is 4; a transfer is a second.
///
/// Only every second transfer has a time.
struct Story {
    case: Case,
    deposit: u64,
}

impl Story {
    fn of(before: &[(u8, u8, u128)], deposited: u128, after: &[(u8, u8, u128)]) -> Self {
        let mut case = Case::new(&[Rule::Libr]);
        let timed = |case: &mut Case, rows: &[(u8, u8, u128)]| {
            for &(from, to, value) in rows {
                case.coin(from, to, value);
                case.coin(8, 7, 1);
            }
        };
        let received = case.coin(9, 1, 1_000_000);
        case.coin(8, 7, 1);
        timed(&mut case, before);
        let deposit = case.coin(1, 3, deposited);
        case.coin(8, 7, 1);
        timed(&mut case, after);
        case.built();
        case.label(3, "deposit", Category::ExchangeDeposit, "Binance");
        case.label(4, "Binance 14", Category::Exchange, "BINANCE");
        case.label(6, "Huobi", Category::Exchange, "Huobi");
        let seed = case.purse(1, None);
        case.posting(PostingKind::Received, received, seed, &[deposited]);
        case.flow(deposit, &[deposited]);
        let stop = Some(Stop::Label(Category::ExchangeDeposit));
        let at = At { holder: 3, token: None, stop, balance: deposited, hops: 1, first: deposit };
        case.holding(&at, &[deposited]);
        Self { case, deposit }
    }

    fn rows(&self) -> Vec<csv::StringRecord> {
        let text = &self.case.written()["leads.csv"];
        csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap).collect()
    }
}

#[test]
fn a_withdrawal_of_a_fitting_amount_soon_after_is_a_lead() {
    // 990 to 1000 fit; not the exchange's own account 6, not another payer.
    let after = [(4, 5, 990), (4, 2, 1_000), (4, 2, 989), (4, 2, 1_001), (4, 6, 1_000), (2, 5, 1_000)];
    let story = Story::of(&[], 1_000, &after);
    let rows = story.rows();
    let delays: Vec<(&str, &str, &str)> = rows.iter().map(|row| (&row[15], &row[16], &row[17])).collect();
    assert_eq!(delays, [("990", "2", "2"), ("1000", "4", "2")]);
    assert_eq!((&rows[0][2], &rows[0][8], &rows[0][9]), ("Binance", "1000", "1000"));
    // The data hold no whole day before or after: nothing is said of chance.
    assert_eq!([18, 19, 20, 21].map(|at| &rows[0][at]), ["0", "0", "0", ""]);
    assert!(story.deposit > 0);
}

#[test]
fn what_came_before_is_no_lead() {
    let story = Story::of(&[(4, 2, 1_000)], 1_000, &[]);
    assert!(story.rows().is_empty());
    let files = story.case.written();
    assert_eq!(files["leads.csv"].lines().count(), 1, "a head and no row");
}

#[test]
fn leads_of_a_deposit_are_the_nearest_ones_and_all_are_counted() {
    let after = [(4, 2, 1_000); 13];
    let rows = Story::of(&[], 1_000, &after).rows();
    let delays: Vec<&str> = rows.iter().map(|row| &row[16]).collect();
    assert_eq!((rows.len(), delays[0], delays[9], &rows[0][17]), (10, "2", "20", "13"));
}

#[test]
fn with_prices_a_withdrawal_of_another_asset_worth_about_as_much_is_a_lead() {
    // A coin, of 2 decimals, is worth 100 dollars, and the deposit 1,000: 950 to 1,010 dollars of the token fit.
    let mut case = Case::new(&[Rule::Libr]);
    let received = case.coin(9, 1, 1_000);
    case.coin(8, 7, 1);
    let deposit = case.coin(1, 3, 1_000);
    case.coin(8, 7, 1);
    for dollars in [949, 950, 1_010, 1_011] {
        case.token(4, 2, dollars * 1_000_000, USDT);
        case.coin(8, 7, 1);
    }
    case.built();
    case.label(3, "deposit", Category::ExchangeDeposit, "Binance");
    case.label(4, "Binance 14", Category::Exchange, "Binance");
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[1_000]);
    case.flow(deposit, &[1_000]);
    let stop = Some(Stop::Label(Category::ExchangeDeposit));
    case.holding(&At { holder: 3, token: None, stop, balance: 1_000, hops: 1, first: deposit }, &[1_000]);
    let withdrawn = |case: &Case| {
        let text = &case.written()["leads.csv"];
        let rows = csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap);
        rows.map(|row| row[15].to_owned()).collect::<Vec<_>>()
    };
    assert!(withdrawn(&case).is_empty(), "without prices nobody knows what a token is worth");
    for (asset, dollars) in [(AssetId(0), 100), (AssetId(1), 1)] {
        let usd = Amount::from(dollars * 1_000_000_000_000_000_000);
        case.prices.insert(asset, Quote { time: 1_655_982_300, usd, source: "a test".into() });
    }
    assert_eq!(withdrawn(&case), ["950000000", "1010000000"]);
}
