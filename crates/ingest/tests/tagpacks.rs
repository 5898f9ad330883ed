//! GraphSense's packs, proof-of-reserves lists, folders of label files.

use crate::{A, B, folder, spec};
use dyetrace_ingest::labels::{is_label_file, list_label_files};
use dyetrace_ingest::{Error, LabelReading, LabelSpec, LabelSurvey, read_labels};

fn read(files: &[(&str, &str)]) -> Result<LabelReading, Error> {
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = folder(&bytes);
    let specs: Vec<LabelSpec> =
        files.iter().map(|(name, _)| LabelSpec { file: spec(folder.path(), name), name: None }).collect();
    read_labels(&specs, &|_| {})
}

fn summary(reading: &LabelReading) -> Vec<String> {
    let labels = reading.labels.iter();
    labels
        .map(|it| {
            let chain = it.chain.as_deref().unwrap_or("*");
            format!(
                "{chain} {} {} [{}] {} {} {}",
                it.text, it.category, it.entity, it.source, it.as_of, it.confidence
            )
        })
        .collect()
}

#[test]
fn a_tag_inherits_the_header_and_overrules_it() {
    let pack = format!(
        "%YAML 1.1\n---\ntitle: T\nlabel: Binance 14\nconfidence: service_data\ncategory: exchange\ncurrency: ETH\n\
         lastmod: 2023-01-31\nsource: https://x.y/z#a\nactor: binance\ntags:\n- address: '{A}'\n- address: {B}\n  \
         label: it''s a mixer\n  category: mixing_service\n  actor: nobody\n  confidence: 77\n  lastmod: 2024-02-29 \
         16:08:33.799402\n  network: BSC\n- address: 1Archive1n2C579dMsAu3iC6tWzuQJz8dN\n  currency: BTC\n"
    );
    let actors = "actors:\n- id: binance\n  label: Binance.com\n  categories: [organization, exchange]\n  uri: b.com\n";
    assert_eq!(
        summary(&read(&[("p.yaml", &pack), ("a.yaml", actors)]).unwrap()),
        [
            "ethereum Binance 14 exchange [Binance] https://x.y/z#a 2023-01-31 50",
            "bsc it''s a mixer mixer [nobody] https://x.y/z#a 2024-02-29 77",
            "bitcoin Binance 14 exchange [Binance] https://x.y/z#a 2023-01-31 50",
        ]
    );
}

#[test]
fn categories_concepts_abuse_words_and_actors_decide_in_this_order() {
    let tag = |more: &str| format!("- address: '{A}'\n  label: {more}\n");
    let pack = [
        "tags:\n".to_owned(),
        tag("x\n  concepts:\n  - hot_wallet\n  - exchange"),
        tag("x\n  concepts: [deposit_wallet, exchange]"),
        tag("x\n  category: user\n  abuse: sanction"),
        tag("x\n  category: exchange\n  abuse: service_hack"),
        tag("x\n  abuse: extremism"),
        tag("Huobi_Deposit_7\n  category: exchange"),
        tag("EtherDelta 2\n  category: exchange"),
        tag("Kraken 4\n  category: wallet_service"),
        tag("Tornado.Cash\n  category: organization"),
        tag("x\n  actor: tornado"),
        tag("x\n  actor: okex\n  category: exchange"),
        tag("x\n  category: exchange\n  tag_type: mention"),
        tag("x\n  category: frobnicator\n  frob: 1"),
    ];
    let actors = "actors:\n- id: tornado\n  label: Tornado Cash\n  categories:\n  - organization\n  - mixing_service\n  \
                  aliases:\n  - tc\n- id: okex\n  label: OKX Exchange Ltd\n  categories: []\n";
    let reading = read(&[("p.yaml", &pack.concat()), ("a.yaml", actors)]).unwrap();
    let said: Vec<String> =
        reading.labels.iter().map(|it| format!("{} {} {}", it.text, it.category, it.entity)).collect();
    assert_eq!(
        said,
        [
            "x exchange ",
            "x exchange_deposit ",
            "x sanctioned ",
            "x theft ",
            "x exchange ",
            "x other ",
            "Huobi_Deposit_7 exchange_deposit Huobi",
            "EtherDelta 2 dex EtherDelta",
            "Kraken 4 service ",
            "Tornado.Cash mixer Tornado Cash",
            "x mixer Tornado Cash",
            "x exchange OKX",
            "x other ",
            "x other ",
        ]
    );
    let fact = &reading.facts[0];
    assert_eq!(fact.passed_over, ["frob"]);
    assert_eq!(
        fact.notes,
        ["`frobnicator` is no category or concept that is known here: 1 times, read as `other`"]
    );
}

#[test]
fn what_is_no_account_here_is_left_out_and_counted() {
    let pack = format!(
        "label: x\ntags:\n- tx_hash: '0xab'\n- address: {A}\n  currency: FROB\n- address: X-avax1ju\n  currency: AVAX\n\
         - address: kucoinrise11\n  currency: USDT\n- address: {B}\n  currency: USDT\n- address: \
         TX5GV4DyfxNB3rPkzZJhmqZ1efVmL4rEqG\n  currency: USDT\n"
    );
    let reading = read(&[("p.yaml", &pack)]).unwrap();
    assert_eq!(summary(&reading), ["* x other [] p.yaml  5", "tron x other [] p.yaml  5"]);
    assert_eq!((reading.facts[0].rows, reading.facts[0].left_out), (2, 4));
    let said: Vec<String> =
        reading.left_out.iter().map(|it| format!("{} {}", it.count, it.first[0])).collect();
    assert_eq!(
        said,
        [
            "1 p.yaml, line 3, column `tx_hash`: `0xab` is a transaction: its label is of no account",
            "1 p.yaml, line 5, column `currency`: `FROB` is of no chain that is known here",
            "1 p.yaml, line 6, column `address`: `X-avax1ju` is no address of its chain, avalanche",
            "1 p.yaml, line 8, column `address`: `kucoinrise11` is an address of no chain that is known here",
        ]
    );
}

#[test]
fn a_bad_pack_is_refused_with_its_place() {
    let good = format!("label: x\ntags:\n- address: {A}\n");
    for (text, said) in [
        (
            format!("{good}- address: 0x12\n"),
            ", line 4, column `address`: `0x12` is not an address: `0x` and 40 hex digits were expected",
        ),
        (format!("{good}- label: y\n"), ", line 4: the tag has neither `address` nor `tx_hash`"),
        (
            format!("{good}- address: {B}\n  lastmod: 2023-02-30\n"),
            ", line 5, column `lastmod`: `2023-02-30` is not a day: `YYYY-MM-DD` was expected",
        ),
        (
            format!("{good}- address: {B}\n  confidence: sure\n"),
            ", line 5, column `confidence`: `sure` is no confidence: one of ledger_immanent, override, ownership, \
             manual_transaction, forensic_investigation, service_api, authority_data, forensic, service_data, \
             trusted_provider, untrusted_transaction, web_crawl, heuristic, unknown, or a whole number from 0 to 100 was \
             expected",
        ),
        (format!("tags:\n- address: {A}\n"), ", line 2: the tag has no `label`"),
        ("title: x\n".to_owned(), ": the YAML has neither `tags` nor `actors`"),
        ("tags: []\n".to_owned(), ": the file holds no label"),
        ("actors:\n- id: x\n".to_owned(), ", line 2: the actor has no `label`"),
    ] {
        let error = read(&[("p.yaml", &text)]).unwrap_err();
        assert_eq!(error.message(), format!("p.yaml{said}"), "{text}");
    }
    for (text, line) in [
        (format!("{good}  address: {B}\n"), 4),
        (format!("{good} label: y\n"), 4),
        (format!("{good}- [\n"), 4),
        ("tags:\n- a\n".to_owned(), 2),
        ("tags: 7\n".to_owned(), 1),
        ("tags: *nobody\n".to_owned(), 1),
    ] {
        let error = read(&[("p.yaml", &text)]).unwrap_err();
        let place = error.as_reject().unwrap();
        assert_eq!(place.line, line, "{error}");
        assert!(place.reason.starts_with("the YAML cannot be read at character "), "{error}");
        assert!(error.hint().unwrap().starts_with("a TagPack"), "{error}");
    }
}

#[test]
fn anchors_and_merges_are_followed_and_bombs_are_not() {
    let pack = format!(
        "base: &base\n  currency: BSC\n  category: exchange\ntags:\n- <<: *base\n  address: &a {A}\n  label: Kraken 4\n\
         - {{address: *a, label: two\n    lines, currency: ETH}}\n- address: {B}\n  label: >-\n    three\n    \
         lines\n"
    );
    assert_eq!(
        summary(&read(&[("p.yaml", &pack)]).unwrap()),
        [
            "bsc Kraken 4 exchange [Kraken] p.yaml  5",
            "ethereum two lines other [] p.yaml  5",
            "* three lines other [] p.yaml  5",
        ]
    );
    let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for depth in 1..12 {
        let before = depth - 1;
        let row = vec![format!("*a{before}"); 9].join(",");
        bomb.push_str(&format!("a{depth}: &a{depth} [{row}]\n"));
    }
    bomb.push_str("tags: *a11\n");
    let error = read(&[("p.yaml", &bomb)]).unwrap_err();
    assert!(error.message().contains("the YAML cannot be read"), "{error}");
}

#[test]
fn proof_of_reserves_count_only_what_is_signed() {
    let text = format!(
        "coin,amount\nBTC,146359\n\ncoin,Type,Network,Snapshot Height,address,amount,message,signature1,signature2\n\
         USDT-ERC20,Non Staking,ETH,1,{A},10,I am an OKX address,SIG,\nETH,Staking,ETH,1,{B},10,I am an OKX address,SIG,\n\
         ETH,Non Staking,ETH,1,{B},10,I am an OKX address,,\nX,Non Staking,FROB,1,{B},10,I am an OKX address,SIG,\n\
         BTC,Non Staking,BTC,1,1KYiKJEfdJtap9QX2v9BXJMpz2SfU4pgZw,10,I am an OKX address,S,\n"
    );
    let reading = read(&[("por.csv", &text)]).unwrap();
    assert_eq!(
        summary(&reading),
        [
            "ethereum OKX proof of reserves exchange [OKX] por.csv  50",
            "bitcoin OKX proof of reserves exchange [OKX] por.csv  50",
        ]
    );
    assert_eq!(reading.facts[0].left_out, 3);
    assert_eq!(reading.facts[0].dialect, "proof-of-reserves");
    let lines: Vec<u64> = reading.left_out.iter().map(|it| it.first[0].line).collect();
    assert_eq!(lines, [6, 7, 8]);
    let bad = text.replace(A, "0x12");
    let error = read(&[("por.csv", &bad)]).unwrap_err();
    assert!(error.message().starts_with("por.csv, line 5, column `address`: `0x12` is not"), "{error}");
    let folder = folder(&[("por.csv", text.as_bytes())]);
    let named = LabelSpec { file: spec(folder.path(), "por.csv"), name: Some("OKX deposit".to_owned()) };
    let reading = read_labels(&[named], &|_| {}).unwrap();
    assert_eq!(summary(&reading)[0], "ethereum OKX proof of reserves exchange_deposit [OKX] OKX deposit  50");
    let error = read(&[("por.csv", "coin,amount\nBTC,1\n")]).unwrap_err();
    assert!(error.message().contains("no header has `address` and `signature1`"), "{error}");
}

#[test]
fn a_folder_is_read_with_its_folders_in_the_order_of_names() {
    let files = [
        ("b.txt", format!("{A}\n")),
        ("LICENSE", "MIT\n".to_owned()),
        ("README.md", "# x\n".to_owned()),
        ("Z.csv", format!("address,label\n{A},x\n")),
        ("a.yaml", format!("tags:\n- address: {A}\n  label: x\n")),
        ("c.json", format!("{{\"{B}\": {{\"name\": \"x\"}}}}")),
        ("t.csv", format!("from_address,to_address,value,block_number\n{A},{B},1,1\n")),
        ("u.json", "{\"status\": \"1\"}".to_owned()),
    ];
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = folder(&bytes);
    std::fs::create_dir(folder.path().join("aa")).unwrap();
    std::fs::write(folder.path().join("aa/x.json"), format!("[\"{A}\"]")).unwrap();
    let listed = list_label_files(&spec(folder.path(), "")).unwrap();
    let names: Vec<_> = listed.files.iter().map(|it| it.path.strip_prefix(folder.path()).unwrap()).collect();
    let expected = ["Z.csv", "a.yaml", "aa/x.json", "b.txt", "c.json", "t.csv", "u.json"];
    assert_eq!(names, expected.map(std::path::Path::new));
    assert_eq!(listed.passed_over.len(), 2);
    let are_labels: Vec<bool> = listed.files.iter().map(is_label_file).collect();
    assert_eq!(are_labels, [true, true, true, true, true, false, false]);
}

#[test]
fn a_survey_counts_by_source_category_and_chain_and_finds_contradictions() {
    let text = format!(
        "address,chain,label,category,source\n{A},,Binance 1,,s\n{A},bsc,Mixer,mixer,t\n{B},,x,,s\n{B},,x,sanctioned,u\n"
    );
    let reading = read(&[("l.csv", &text)]).unwrap();
    let survey = LabelSurvey::of(&reading);
    let counts: Vec<_> = survey.categories.some().map(|(it, count)| format!("{it} {count}")).collect();
    assert_eq!(counts, ["exchange 1", "mixer 1", "sanctioned 1", "other 1"]);
    let sources: Vec<_> = survey.sources.iter().map(|(name, counts)| (*name, counts.all())).collect();
    assert_eq!(sources, [("s", 2), ("t", 1), ("u", 1)]);
    assert_eq!(survey.chains, [(None, 3), (Some("bsc"), 1)]);
    assert_eq!((survey.addresses, survey.with_several), (2, 2));
    let said: Vec<_> = survey.contradictions.iter().map(|pair| pair.map(|it| it.text.as_str())).collect();
    assert_eq!(said, [["Binance 1", "Mixer"]]);
}
