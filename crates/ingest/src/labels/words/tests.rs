//! What names, tags and slugs mean.

use super::cut::CutWords;
use super::{TABLE, Words, rows_of};
use dyetrace_core::Category::{
    Bridge, Dex, Exchange, ExchangeDeposit, Issuer, Miner, Mixer, Other, Sanctioned, Theft, Token,
};

#[test]
fn no_word_stands_twice_and_every_word_is_in_lower_case() {
    let rows = rows_of(TABLE);
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row[1], row[1].to_lowercase());
        assert!(!rows[..index].iter().any(|other| other[..2] == row[..2]), "{:?} stands twice", &row[..2]);
        assert!(["exchange", "name", "tag", "list", "slug", "concept"].contains(&row[0].as_str()));
    }
}

#[test]
fn names_become_categories() {
    for (name, category, entity) in [
        ("Binance 14", Exchange, "Binance"),
        ("HTX 34", Exchange, "Huobi"),
        ("OKX: Hot Wallet", Exchange, "OKX"),
        ("Crypto.com 2", Exchange, "Crypto.com"),
        ("Gate.io", Exchange, "Gate.io"),
        ("Huobi_Deposit_0x09c9", ExchangeDeposit, "Huobi"),
        ("Alameda Research: Binance Deposit", ExchangeDeposit, "Binance"),
        ("Harmony Laundry 2 Polo Deposit", ExchangeDeposit, "Poloniex"),
        ("ShapeShift: Binance Deposit", ExchangeDeposit, "Binance"),
        ("Tether: Treasury", Issuer, "Tether"),
        ("OKX: Deposit Funder", Exchange, "OKX"),
        ("KuCoin Hacker", Theft, ""),
        ("Kucoin Hacker 2", Theft, ""),
        ("Harmony Bridge Hacker 45 SRC", Theft, ""),
        ("HBH 0x4f3a CRC", Theft, ""),
        ("Ronin Bridge Exploiter", Theft, ""),
        ("Multichain Hack Alert 1000", Other, ""),
        ("Fake_Phishing4940", Theft, ""),
        ("KuCoin: KCS Token", Token, ""),
        ("Kraken: MANA Token Wallet", Exchange, "Kraken"),
        ("Gopax: WBTC Merchant Deposit Address", Other, ""),
        ("OKX DEX: Aggregation Router", Dex, "OKX"),
        ("Huobi Mining Pool", Miner, "Huobi"),
        ("Tornado.Cash: 100 ETH", Mixer, "Tornado Cash"),
        ("Across Protocol: USDC Bridge Pool", Bridge, "Across"),
        ("EtherDelta 2", Dex, "EtherDelta"),
        ("vitalik.eth", Other, ""),
        ("", Other, ""),
    ] {
        let seen = Words::built_in().of_name(name);
        assert_eq!((seen.category, seen.entity.as_str()), (category, entity), "{name}");
    }
}

/// Every rule in the table's order is the plain reference of the index.
#[test]
fn the_index_finds_what_trying_every_rule_finds() {
    let words = Words::built_in();
    let pieces =
        ["Binance", "Gate", "io", "Deposit", "7", "Hacker2", "pool", "Token", "hot", "x", "^", "USDC"];
    let tags = ["binance", "dex", "okx", "gate-io", "nothing", "token-contract"];
    let mut seen = std::collections::BTreeSet::new();
    for at in 0..pieces.len().pow(3) * tags.len() {
        let piece = |place: u32| pieces[at / pieces.len().pow(place) % pieces.len()];
        let name = [piece(0), piece(1), piece(2)].join(if at % 2 == 0 { " " } else { ": " });
        let tags = &tags[at / pieces.len().pow(3)..][..at % 2];
        let cut = CutWords::of(&name);
        let cut: Vec<&str> = cut.iter().collect();
        let plain = words.first_fitting(0..words.rules.len(), &cut, tags);
        assert_eq!(words.of_name_and_tags(&name, tags), plain, "{name} {tags:?}");
        seen.insert(plain.category);
    }
    assert!(seen.len() > 5, "the names are worth comparing: {seen:?}");
}

#[test]
fn a_text_of_any_length_is_judged_by_its_first_words() {
    let long = "huobi deposit ".repeat(200_000);
    let seen = Words::built_in().of_name(&long);
    assert_eq!((seen.category, seen.entity.as_str()), (ExchangeDeposit, "Huobi"));
    assert_eq!(Words::built_in().of_name(&format!("{}binance", "x ".repeat(64))).category, Other);
}

#[test]
fn a_token_that_bears_an_exchanges_tag_is_a_token() {
    let words = Words::built_in();
    let seen = words.of_name_and_tags("Tether: USDT Stablecoin", &["bitfinex", "blocked", "stablecoin"]);
    assert_eq!(seen.category, Token);
    let seen = words.of_name_and_tags("Bitfinex: Deployer 1", &["bitfinex"]);
    assert_eq!((seen.category, seen.entity.as_str()), (Exchange, "Bitfinex"));
    assert_eq!(words.of_tag("gate-io").entity, "Gate.io");
    assert_eq!(words.of_list("OFAC").category, Sanctioned);
    assert_eq!(words.of_slug("cex").category, Token);
    assert_eq!(words.of_slug("okex").entity, "OKX");
    assert_eq!(words.of_slug("tothemoon").entity, "tothemoon");
}
