//! What is read.

use crate::{A, B, folder, gzip, read_bytes, read_text, spec};
use dyetrace_core::Amount;
use dyetrace_core::ledger::Kind;
use dyetrace_ingest::{FileSpec, InputSpec, ReadOptions, Tokens, read};
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn columns_may_stand_in_any_order_and_case_after_a_mark_and_an_index() {
    let text = format!(
        "\u{feff},Value,TO_ADDRESS,From_Address,Block_Number,Block_Timestamp,note\n\
         0,5,{B},{A},7,2022-06-23T11:06:00Z,x\n"
    );
    let reading = read_text(&text).unwrap();
    let fact = &reading.facts[0];
    assert_eq!((fact.dialect.as_str(), fact.rows, fact.first_block), ("canonical", 1, Some(7)));
    assert_eq!(fact.first_time, Some(1_655_982_360));
    assert_eq!(fact.chains, ["ethereum"]);
    assert_eq!(fact.passed_over, ["note"]);
    assert_eq!(reading.ledger.columns().value.get(0), Amount::from(5));
}

#[test]
fn every_kind_of_canonical_row_is_read() {
    let token = "0x00000000000000000000000000000000000000cc";
    let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let text = format!(
        "chain,block_number,from_address,to_address,asset,value,fee,kind\n\
         Ethereum,1,{A},{B},,0,21,\n\
         ,2,{A},{B},native,1,,internal\n\
         ethereum,3,{A},{B},{token},{largest},,\n\
         bsc,4,{A},{B},bsc:{token},1,,TOKEN\n\
         ,5,,{B},,1,,reward\n\
         ,6,,{B},ethereum:native,1,,withdrawal\n\
         bitcoin,7,1BK769SseNefb6fe9QuFEi8W4KGbtP8gi3,bc1qp2vvntdedxw4xwtyd4y3gc2t9ufk6pwz2ga4ge,,9,,\n"
    );
    let reading = read_text(&text).unwrap();
    let ledger = &reading.ledger;
    assert_eq!(ledger.transfer_count(), 7);
    assert_eq!(reading.facts[0].chains, ["ethereum", "bsc", "bitcoin"]);
    assert_eq!(ledger.fees().len(), 1);
    let kinds = (0..7).map(|place| ledger.columns().kind(place));
    assert_eq!(kinds.filter(|kind| *kind == Kind::Token).count(), 2);
    assert!((0..7).any(|row| ledger.columns().value.get(row).to_string() == largest));
}

#[test]
fn a_failed_etherscan_transaction_moves_nothing_and_pays() {
    let text = format!(
        "blockNumber,timeStamp,hash,transactionIndex,from,to,value,isError,txreceipt_status,contractAddress,gasUsed,gasPrice\n\
         1,1558371616,0x01,0,{A},{B},1000,1,0,,21000,16250000000\n\
         2,1558371617,0x02,0,{A},,7,0,1,{B},10,3\n\
         3,1558371618,0x03,0,{A},{B},9,0,,,10,3\n"
    );
    let ledger = read_text(&text).unwrap().ledger;
    let values: Vec<String> = (0..3).map(|row| ledger.columns().value.get(row).to_string()).collect();
    assert_eq!(values, ["0", "7", "9"]);
    assert_eq!(ledger.fees().get(0).amount, Amount::from(21_000 * 16_250_000_000));
    assert_eq!(ledger.purse_address(ledger.columns().to[1]).to_string(), B);
    let (sender, receiver) = (ledger.columns().from[0], ledger.columns().to[0]);
    let account = |purse| ledger.purses().account(purse);
    assert!(ledger.is_covered(account(sender), true), "it sends: the file is its history");
    assert!(!ledger.is_covered(account(sender), false), "the file says nothing about tokens");
    assert!(!ledger.is_covered(account(receiver), true));
}

#[test]
fn dollars_have_six_decimals_and_labels_ride_along() {
    let text = format!(
        "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD\n\
         2022-06-28 20:02:03,2,0x01,{A},KuCoin Hacker,{B},Huobi_Deposit_0x09c9,200991.72\n\
         2022/6/28 20:02,1,0x02,{A},KuCoin Hacker,{B},Huobi_Deposit_0x09c9,.5\n"
    );
    let reading = read_text(&text).unwrap();
    assert_eq!(reading.ledger.columns().value.get(1), Amount::from(200_991_720_000));
    assert_eq!(reading.facts[0].first_time, Some(1_656_446_520));
    let labels: Vec<String> = reading
        .labels
        .iter()
        .map(|label| format!("{} {} {}", label.text, label.category, label.entity))
        .collect();
    assert_eq!(labels, ["KuCoin Hacker theft ", "Huobi_Deposit_0x09c9 exchange_deposit Huobi"]);
    assert_eq!(reading.labels[0].source, "t.csv");
    let mut tokens = Tokens::built_in();
    assert_eq!(tokens.get("ethereum", None).unwrap().symbol, "ETH");
    tokens.mark_dollars(&reading.facts);
    let shown = tokens.get("ethereum", None).unwrap();
    assert_eq!((shown.symbol.as_str(), shown.decimals), ("USD", 6));
}

#[test]
fn a_gzip_file_of_several_members_is_read_to_its_end() {
    let head = format!("from_address,to_address,value,block_number\n{A},{B},1,1\n");
    let mut bytes = gzip(head.as_bytes());
    bytes.extend(gzip(format!("{A},{B},2,2\n").as_bytes()));
    // Recognised by its first bytes, not by its name.
    let reading = read_bytes("t.csv", &bytes, &ReadOptions::default()).unwrap();
    assert_eq!(reading.facts[0].rows, 2);
    assert_eq!(reading.facts[0].size, bytes.len() as u64);
}

#[test]
fn a_folder_is_read_in_byte_order_and_facts_are_of_the_bytes_on_disk() {
    let row = |value: u8| format!("from_address,to_address,value,block_number\n{A},{B},{value},1\n");
    let (first, second) = (row(1), row(2));
    let folder = folder(&[("b.csv", second.as_bytes()), ("B.csv", first.as_bytes())]);
    let told = AtomicU64::new(0);
    let input = InputSpec::of(FileSpec::beside(folder.path().parent().unwrap(), {
        folder.path().file_name().unwrap().to_str().unwrap()
    }));
    let reading =
        read(&[input], &ReadOptions::default(), &|bytes| told.store(bytes, Ordering::Relaxed)).unwrap();
    let names: Vec<&str> = reading.facts.iter().map(|fact| fact.name.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["B.csv", "b.csv"]);
    assert_eq!(told.load(Ordering::Relaxed), (first.len() + second.len()) as u64);
    let typed = FileSpec::typed(folder.path().join("b.csv"));
    assert_eq!(typed.output_name(), "b.csv", "no path of this machine goes into an output");
}

#[test]
fn the_hash_is_that_of_the_file() {
    let text = "from_address,to_address,value,block_number\n";
    let row = format!("{A},{B},1,1\n");
    let reading = read_text(&format!("{text}{row}")).unwrap();
    assert_eq!(reading.facts[0].sha256, crate::sha256(format!("{text}{row}").as_bytes()));
}

#[test]
fn a_wrong_checksum_is_a_warning_with_its_place_and_no_correction() {
    let wrong = "0x5aaEb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    let text = format!("from_address,to_address,value,block_number\n{A},{wrong},1,1\n{A},{wrong},1,2\n");
    let reading = read_text(&text).unwrap();
    let warning = &reading.warnings[0];
    assert_eq!(warning.count, 2);
    let place = &warning.first[0];
    assert_eq!((place.line, place.column.as_str(), place.seen.as_str()), (2, "to_address", wrong));
    assert_eq!(
        reading.ledger.purse_address(reading.ledger.columns().to[0]).to_string(),
        wrong.to_lowercase()
    );
}

#[test]
fn a_dialect_and_a_chain_may_be_given() {
    let text = format!("hash,from_address,to_address,value,block_number\n0x01,{A},{B},1,1\n");
    let folder = folder(&[("t.csv", text.as_bytes())]);
    let mut input = InputSpec::of(spec(folder.path(), "t.csv"));
    input.dialect = Some("canonical".to_owned());
    input.chain = Some("polygon".to_owned());
    let reading = read(&[input], &ReadOptions::default(), &|_| {}).unwrap();
    assert_eq!(reading.facts[0].chains, ["polygon"]);
}
