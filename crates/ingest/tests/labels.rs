//! Label files, symbols and issuers.

use crate::{A, B, folder, spec};
use dyetrace_core::{Address, AddressKind, Category, Label};
use dyetrace_ingest::labels::parse_labels;
use dyetrace_ingest::{Error, IssuerTable, LabelSpec, Tokens, read_labels};

fn read_as(name: &str, text: &str, list: Option<&str>) -> Result<Vec<Label>, Error> {
    let folder = folder(&[(name, text.as_bytes())]);
    let spec = LabelSpec { file: spec(folder.path(), name), name: list.map(str::to_owned) };
    Ok(read_labels(&[spec], &|_| {})?.labels)
}

fn summary(labels: &[Label]) -> Vec<String> {
    let one = |label: &Label| {
        let chain = label.chain.as_deref().unwrap_or("*");
        format!(
            "{chain} {} {} [{}] {} {}",
            label.text, label.category, label.entity, label.source, label.confidence
        )
    };
    labels.iter().map(one).collect()
}

#[test]
fn a_label_csv_fills_what_it_leaves_out() {
    let text = format!(
        "category,Address,chain,label,entity,source,as_of,confidence\n\
         exchange,{A},Ethereum,Binance 14,,etherscan,2023-10-02,80\n\
         ,{A},,HTX 34,,,,\n\
         sanctioned,{B},,,,,,\n\
         ,{B},,,Garantex,,,\n\
         exchange_deposit,{B},,My customer at Kraken,,,,\n\
         ,{B},,=cmd|' /C calc'!A0,,,,\n"
    );
    let labels = read_as("l.csv", &text, None).unwrap();
    assert_eq!(
        summary(&labels),
        [
            "ethereum Binance 14 exchange [Binance] etherscan 80",
            "* HTX 34 exchange [Huobi] l.csv 5",
            "* sanctioned sanctioned [] l.csv 5",
            "* Garantex exchange [Garantex] l.csv 5",
            "* My customer at Kraken exchange_deposit [Kraken] l.csv 5",
            "* =cmd|' /C calc'!A0 other [] l.csv 5",
        ]
    );
    assert_eq!(labels[0].as_of, "2023-10-02");
}

#[test]
fn bad_labels_are_refused_with_their_place() {
    let header = "address,chain,label,category,as_of,confidence";
    for (row, said) in [
        (
            "0x12,,x,,,".to_owned(),
            ", column `address`: `0x12` is not an address: `0x` and 40 hex digits were expected",
        ),
        (
            format!("{A},,x,bank,,"),
            ", column `category`: `bank` is no category: one of exchange_deposit, exchange, mixer, bridge, defi, dex, \
             token, payment, gambling, service, burn, issuer, miner, sanctioned, theft, other was expected",
        ),
        (
            format!("{A},,x,,2023-02-30,"),
            ", column `as_of`: `2023-02-30` is not a day: `YYYY-MM-DD` was expected",
        ),
        (
            format!("{A},,x,,,101"),
            ", column `confidence`: `101` is no confidence: a whole number from 0 to 100 was expected",
        ),
        (
            format!("{A},a b,x,,,"),
            ", column `chain`: `a b` is no name of a chain: letters, digits, `-` and `_` were expected",
        ),
        (format!("{A},,,,,"), ": the row says nothing: label, category and entity are empty"),
        (format!("{A},,x"), ": the row has 3 fields, but the header names 6 columns"),
    ] {
        let error = read_as("l.csv", &format!("{header}\n{A},,ok,,,\n{row}\n"), None).unwrap_err();
        assert_eq!(error.message(), format!("l.csv, line 3{said}"));
    }
    let error = read_as("l.csv", "address,chain\n", None).unwrap_err();
    assert_eq!(
        error.message(),
        "l.csv: the header is no label file's: it lacks one of `label`, `category`, `entity`"
    );
    // A table without rows says so itself; an empty list is a mistake.
    assert!(read_as("l.csv", "address,label\n", None).unwrap().is_empty());
    let empty = read_as("ofac.txt", "# nobody yet\n", None).unwrap_err();
    assert_eq!(empty.message(), "ofac.txt: the file holds no label");
}

#[test]
fn a_list_says_what_its_name_says() {
    let text = format!("# a list\n{A}\n\n1BK769SseNefb6fe9QuFEi8W4KGbtP8gi3 # an address\r\n");
    assert_eq!(
        summary(&read_as("x.txt", &text, Some("ofac")).unwrap()),
        ["* ofac sanctioned [] ofac 50", "* ofac sanctioned [] ofac 50"]
    );
    assert_eq!(
        summary(&read_as("x.txt", &text, Some("Kraken")).unwrap())[0],
        "* Kraken exchange [Kraken] Kraken 50"
    );
    assert_eq!(summary(&read_as("mixers.txt", &text, None).unwrap())[0], "* mixers mixer [] mixers.txt 50");
    let json = format!("[\"{A}\", \"{B}\"]");
    assert_eq!(
        summary(&read_as("x.json", &json, Some("my list")).unwrap())[1],
        "* my list other [] my list 50"
    );
    let error = read_as("x.txt", &format!("{A}\n0x12\n"), None).unwrap_err();
    assert_eq!(
        error.message(),
        "x.txt, line 2: `0x12` is not an address: `0x` and 40 hex digits were expected"
    );
    let error = read_as("x.json", "[\"0x12\"\n", None).unwrap_err();
    assert!(error.message().starts_with("x.json, line 2: the JSON cannot be read: "), "{error}");
    let error = read_as("x.json", "[\n\n\"0x12\"]", None).unwrap_err();
    assert!(error.message().starts_with("x.json, line 3: `0x12` is not an address"), "{error}");
}

#[test]
fn a_label_cloud_keeps_a_sanction_beside_what_the_account_is() {
    let text = format!(
        "{{\"{A}\": {{\"name\": \"Tornado.Cash: 100 ETH\", \"labels\": [\"ofac-sanctions-lists\", \"tornado-cash\"]}},\n\
         \"{B}\": {{\"name\": \"\", \"labels\": [\"okx\"]}}}}"
    );
    assert_eq!(
        summary(&read_as("c.json", &text, None).unwrap()),
        [
            "* ofac-sanctions-lists sanctioned [] c.json 50",
            "* Tornado.Cash: 100 ETH mixer [Tornado Cash] c.json 50",
            "* okx exchange [OKX] c.json 50",
        ]
    );
}

#[test]
fn exchange_wallets_of_adapters_are_read_and_the_slug_cex_is_tokens() {
    let text = format!(
        "exchange_slug,chain_key,address,comment,source_file\nokex,avax,{A},hot,x.js\ncex,,{B},,y.js\n"
    );
    let labels = read_as("w.csv", &text, None).unwrap();
    assert_eq!(summary(&labels), ["avalanche okex: hot exchange [OKX] w.csv 50", "* cex token [] w.csv 50"]);
    let text = format!(",Address,Name Tag,Balance,Txn Count\n0,{A},Binance 14,1 ETH,3\n");
    assert_eq!(
        summary(&read_as("e.csv", &text, None).unwrap()),
        ["* Binance 14 exchange [Binance] e.csv 50"]
    );
}

#[test]
fn labels_are_typed_with_or_without_a_name() {
    let typed = |text: &str| parse_labels(text).map(|spec| (spec.name, spec.file.name));
    assert_eq!(typed("ofac=a/b.txt").unwrap(), (Some("ofac".into()), "a/b.txt".into()));
    assert_eq!(typed("a/b=c.txt").unwrap(), (None, "a/b=c.txt".into()));
    assert!(typed("=x").is_err() && typed("x=").is_err() && typed("").is_err());
}

#[test]
fn a_users_token_and_issuer_files_overrule_ours() {
    let folder = folder(&[
        ("t.csv", format!("address,chain,symbol,decimals\n{A},bsc,ABC,9\n,bsc,BBB,8\n").as_bytes()),
        ("bad.csv", format!("contract,symbol,decimals\n{A},ABC,78\n").as_bytes()),
        ("i.csv", format!("contract,control,issuer\n{A},blacklist,Somebody\n").as_bytes()),
    ]);
    let address = Address::parse(AddressKind::Evm, A.as_bytes()).unwrap();
    let mut tokens = Tokens::built_in();
    assert_eq!(tokens.add_file(&spec(folder.path(), "t.csv")).unwrap()[0].rows, 2);
    assert_eq!(tokens.get("bsc", Some(&address)).unwrap().decimals, 9);
    assert_eq!(tokens.get("bsc", None).unwrap().symbol, "BBB");
    let error = tokens.add_file(&spec(folder.path(), "bad.csv")).unwrap_err();
    assert_eq!(
        error.message(),
        "bad.csv, line 2, column `decimals`: `78` is more decimals than an amount has digits"
    );
    let mut issuers = IssuerTable::built_in();
    assert!(issuers.get("ethereum", &address).is_none());
    issuers.add_file(&spec(folder.path(), "i.csv")).unwrap();
    assert!(issuers.get("ethereum", &address).unwrap().has_control());
    assert_eq!(Category::Theft.as_str(), "theft");
}
