//! Case files, and the same words typed.

use crate::{A, B, folder, spec};
use dyetrace_core::ledger::Covers;
use dyetrace_core::trace::{Rule, Seed, Since, StopRule, TraceOptions, Until};
use dyetrace_core::{Amount, Category};
use dyetrace_ingest::case::{
    merge_thefts, parse_min_amount, parse_rules, parse_stop, parse_theft, parse_until,
};
use dyetrace_ingest::{Case, Error, read_case};

const HASH: &str = "0x27981c7289c372e601c9475e5b5466310be18ed10b59d1ac840145f6e7804c97";

fn read(text: &str) -> Result<Case, Error> {
    let folder = folder(&[("case.toml", text.as_bytes())]);
    read_case(&spec(folder.path(), "case.toml"))
}

#[test]
fn a_whole_case_is_read() {
    let case = read(&format!(
        r#"
name = "Harmony Horizon bridge"
[[input]]
path = "transfers.csv"
covers = "all"
[[input]]
path = "more.csv"
dialect = "etherscan-txlist"
chain = "BSC"
covers = ["{A}"]
[[labels]]
path = "labels.csv"
[[labels]]
path = "list.txt"
name = "ofac"
[[tokens]]
path = "tokens.csv"
[[prices]]
path = "prices.csv"
[[theft]]
id = "HARMONY"
[[theft.seed]]
address = "{A}"
since = 2022-06-23T11:06:00Z
asset = "*"
[[theft.seed]]
address = "{B}"
since_block = 15010000
chain = "ethereum"
[[theft]]
id = "HARMONY"
[[theft.seed]]
transaction = "{HASH}"
asset = "ethereum:native"
[trace]
rule = "fifo"
compare = ["libr", "poison"]
stop = ["exchange", "mixer"]
hub_transfers = 5
max_hops = 9
until = "block:16000000"
skip_bad_rows = true
[trace.min_amount]
"ethereum:native" = "1000000000000000000000000000000"
native = 7
"#
    ))
    .unwrap();
    assert_eq!(case.name, "Harmony Horizon bridge");
    assert_eq!(case.inputs[0].covers, Some(Covers::All));
    assert_eq!(case.inputs[1].chain.as_deref(), Some("bsc"));
    assert!(matches!(&case.inputs[1].covers, Some(Covers::These(these)) if these.len() == 1));
    assert_eq!(case.inputs[0].file.name, "transfers.csv");
    assert_eq!(case.inputs[0].file.path, case.folder.join("transfers.csv"));
    assert_eq!(case.labels[1].name.as_deref(), Some("ofac"));
    assert_eq!(case.thefts.len(), 1, "one id is one theft");
    let seeds = &case.thefts[0].seeds;
    assert!(matches!(&seeds[0], Seed::Address(seed) if seed.since == Since::Time(1_655_982_360)));
    assert!(matches!(&seeds[1], Seed::Address(seed) if seed.since == Since::Block(15_010_000)));
    assert!(matches!(&seeds[2], Seed::Transaction(seed) if seed.asset.is_some() && seed.address.is_none()));
    let options = &case.options;
    assert_eq!(options.rules(), [Rule::Fifo, Rule::Libr, Rule::Poison]);
    assert_eq!(options.stop.categories, [Category::Exchange, Category::Mixer]);
    assert!(options.stop.hubs);
    assert_eq!((options.hub_transfers, options.max_hops), (5, Some(9)));
    assert_eq!(options.until, Some(Until::Block(16_000_000)));
    assert_eq!(options.min_amount.len(), 2);
    assert!(case.skip_bad_rows);
}

#[test]
fn what_a_case_leaves_out_has_its_default() {
    let case = read(&format!(
        "[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\nsince = \"2022-06-23 11:06:00\"\n"
    ))
    .unwrap();
    assert_eq!(case.options, TraceOptions::default());
    assert!(!case.options.rules().contains(&Rule::Poison));
    assert!(
        matches!(&case.thefts[0].seeds[0], Seed::Address(seed) if seed.since == Since::Time(1_655_982_360))
    );
    assert_eq!(read("[trace]\nstop = \"none\"\n").unwrap().options.stop, StopRule::none());
}

#[test]
fn a_wrong_case_is_refused_with_the_line() {
    let theft = "[[theft]]\nid = \"T\"\n[[theft.seed]]\n";
    for (text, said) in [
        (
            "name = \"x\"\n[trace]\nrul = \"fifo\"\n".to_owned(),
            "line 3: unknown field `rul`, expected one of ",
        ),
        ("name = \n".to_owned(), "line 1: "),
        (
            "[trace]\nrule = \"best\"\n".to_owned(),
            "line 2: `best` is no rule: one of fifo, lifo, prorata, libr, taint_first, poison was expected",
        ),
        (
            "[trace]\n\nstop = [\"theft\"]\n".to_owned(),
            "line 3: `theft` cannot stop a trace: it says what an account did, not who holds it",
        ),
        (
            format!("{theft}address = \"0x12\"\n"),
            "line 4: `0x12` is not an address: `0x` and 40 hex digits were expected",
        ),
        (
            format!("{theft}address = \"{A}\"\nsince = 2022-06-23\n"),
            "line 5: `2022-06-23` is not a time: Unix seconds or `2022-06-23T11:06:00Z` were expected",
        ),
        (
            format!("{theft}address = \"{A}\"\nsince = 2022-06-23T11:06:00+02:00\n"),
            "line 5: `2022-06-23T11:06:00+02:00` has an offset from UTC, but times are in UTC",
        ),
        (
            format!("{theft}address = \"{A}\"\nsince = \"2022-06-23T11:06:00Z\"\nsince_block = 5\n"),
            "line 6: a seed has `since` or `since_block`, not both",
        ),
        (format!("{theft}asset = \"*\"\n"), "line 3: a seed needs an `address` or a `transaction`"),
        (
            format!("{theft}address = \"{A}\"\nasset = \"USDT\"\n"),
            "line 5: `USDT` is no asset: `native`, `0x…` or `chain:0x…` was expected",
        ),
        ("[[theft]]\nid = \"T\"\n".to_owned(), "line 2: the theft `T` has no seed"),
        (
            "[[input]]\npath = \"x\"\ndialect = \"y\"\n".to_owned(),
            "line 3: `y` is no dialect: `canonical`, `ethereum-etl-transactions`, ",
        ),
        (
            "[[input]]\npath = \"x\"\ncovers = \"some\"\n".to_owned(),
            "line 3: `covers` is `\"all\"` or a list of addresses",
        ),
        (
            "[trace.min_amount]\nnative = \"1.5\"\n".to_owned(),
            "line 1: `1.5` has a fraction, but this column holds whole base units",
        ),
    ] {
        let error = read(&text).unwrap_err().message();
        assert!(error.starts_with(&format!("case.toml, {said}")), "{text}\n{error}");
    }
}

#[test]
fn what_is_stated_of_accounts_is_read() {
    let case = read(&format!(
        "[[own]]\nchain = \"XRP\"\naddress = \"{A}\"\nmemo = \"77\"\nuid = \"u-1\"\n\
         [[own]]\nchain = \"xrp\"\naddress = \"{A}\"\nmemo = \"78\"\n\
         [[status]]\nchain = \"ethereum\"\naddress = \"{B}\"\nasset = \"ethereum:{A}\"\nblock = 9\n\
         balance = \"1000000000000000000000000\"\nfrozen = true\n\
         [[status]]\nchain = \"ethereum\"\naddress = \"{B}\"\nasset = \"native\"\nblock = 9\nbalance = 5\n"
    ))
    .unwrap();
    let own: Vec<_> =
        case.own.iter().map(|it| (it.chain.as_str(), it.memo.as_str(), it.uid.as_str())).collect();
    assert_eq!(own, [("xrp", "77", "u-1"), ("xrp", "78", "")]);
    let [token, coin] = &case.status[..] else { panic!("two rows") };
    assert_eq!((token.block, token.frozen, coin.frozen), (9, Some(true), None));
    assert_eq!((token.asset.contract.is_some(), coin.asset.contract.is_some()), (true, false));
    assert_eq!(token.balance, Some(Amount::from(10_u128.pow(24))));
    assert_eq!(coin.balance, Some(Amount::from(5)));
}

#[test]
fn a_wrong_statement_of_an_account_is_refused_with_the_line() {
    let own = format!("[[own]]\nchain = \"xrp\"\naddress = \"{A}\"\n");
    let status =
        format!("[[status]]\nchain = \"ethereum\"\naddress = \"{A}\"\nasset = \"native\"\nblock = 9\n");
    for (text, said) in [
        (own.clone(), "line 1: says nothing of the account: a `memo` or a `uid` was expected"),
        (format!("{own}memo = \" \"\n"), "line 4: visible characters were expected, or no such key"),
        (
            format!("{own}memo = \"1\"\n{own}memo = \"1\"\nuid = \"2\"\n"),
            "line 5: the same account stands above",
        ),
        (format!("{own}tag = \"1\"\n"), "line 4: unknown field `tag`, expected one of "),
        ("[[own]]\naddress = \"0x12\"\nuid = \"1\"\n".to_owned(), "line 1: missing field `chain`"),
        (status.clone(), "line 1: says nothing of the address: a `balance` or `frozen` was expected"),
        (format!("{status}balance = 1.5\n"), "line 6: `1.5` has a fraction"),
        (format!("{status}balance = -1\n"), "line 6: `-1` "),
        (format!("{status}frozen = \"yes\"\n"), "line 6: invalid type: string \"yes\", expected a boolean"),
        (
            format!("{status}frozen = true\n{status}frozen = false\n"),
            "line 7: the same address, asset and block stand",
        ),
        (status.replace("native", "USDT") + "frozen = true\n", "line 4: `USDT` is no asset"),
        (
            status.replace("native", "*") + "frozen = true\n",
            "line 4: `*` is every asset, but a status is of one",
        ),
        (
            status.replace("native", "bsc:native") + "frozen = true\n",
            "line 4: `bsc:native` is on another chain than `ethereum`",
        ),
        (status.replace("ethereum", "no chain!") + "frozen = true\n", "line 2: "),
    ] {
        let error = read(&text).unwrap_err().message();
        assert!(error.starts_with(&format!("case.toml, {said}")), "{text}\n{error}");
    }
}

#[test]
fn thefts_are_typed() {
    let seed = |text: &str| parse_theft(text).map(|theft| theft.seeds[0].clone());
    assert!(matches!(seed(&format!("T={A}")).unwrap(), Seed::Address(it) if it.since == Since::Start));
    let at = seed(&format!("T={A}@2022-06-23T11:06:00Z")).unwrap();
    assert!(matches!(at, Seed::Address(it) if it.since == Since::Time(1_655_982_360)));
    let at = seed(&format!("T={A}@block:15010000")).unwrap();
    assert!(matches!(at, Seed::Address(it) if it.since == Since::Block(15_010_000)));
    for text in [format!("T={HASH}"), format!("T=tx:{HASH}")] {
        assert!(matches!(seed(&text).unwrap(), Seed::Transaction(it) if it.address.is_none()));
    }
    assert!(
        matches!(seed(&format!("T=tx:{HASH}/{B}")).unwrap(), Seed::Transaction(it) if it.address.is_some())
    );
    for (text, said) in [
        (A.to_owned(), format!("`{A}` names no theft: `ID=ADDRESS` was expected")),
        ("=x".to_owned(), "`` is no id of a theft: 1 to 64 visible characters were expected".to_owned()),
        ("T=0x12".to_owned(), "`0x12` is not an address: `0x` and 40 hex digits were expected".to_owned()),
        (format!("T={A}@block:x"), "`block:x` is no block: `block:` and a number were expected".to_owned()),
        (
            format!("T={A}@yesterday"),
            "`yesterday` is not a time: Unix seconds or `2022-06-23T11:06:00Z` were expected".to_owned(),
        ),
    ] {
        assert_eq!(parse_theft(&text).unwrap_err().message(), said);
    }
    let merged = merge_thefts([
        parse_theft(&format!("T={A}")).unwrap(),
        parse_theft(&format!("U={A}")).unwrap(),
        parse_theft(&format!("T={B}")).unwrap(),
        parse_theft(&format!("T={B}")).unwrap(),
    ]);
    assert_eq!(merged.iter().map(|theft| theft.seeds.len()).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn options_are_typed() {
    assert_eq!(parse_until("block:7").unwrap(), Until::Block(7));
    assert_eq!(parse_until("2022-06-23T11:06:00Z").unwrap(), Until::Time(1_655_982_360));
    assert_eq!(parse_until("15010000").unwrap_err().hint(), Some("a block is written `block:15010000`"));
    let (asset, amount) = parse_min_amount("ethereum:native=10").unwrap();
    assert_eq!((asset.chain.as_deref(), amount), (Some("ethereum"), Amount::from(10)));
    assert!(parse_min_amount("native").is_err() && parse_min_amount("*=5").is_err());
    assert_eq!(parse_rules("fifo,poison").unwrap(), [Rule::Fifo, Rule::Poison]);
    assert_eq!(parse_rules("none").unwrap(), []);
    assert_eq!(parse_stop("none").unwrap(), StopRule::none());
    assert_eq!(parse_stop("mixer, bridge").unwrap().categories, [Category::Mixer, Category::Bridge]);
    for word in ["theft", "sanctioned", "hub", "none,mixer", ""] {
        assert!(parse_stop(word).is_err(), "{word}");
    }
}
