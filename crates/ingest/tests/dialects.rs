//! Each dialect: its header as it is in the wild, made-up rows, and its traps.

use crate::{A, B, folder, read_bytes, read_text, refusal, spec};
use dyetrace_core::ledger::{Kind, Ledger};
use dyetrace_ingest::{Error, InputSpec, ReadOptions, Reading, Tokens, read};

const C: &str = "0x00000000000000000000000000000000000000cc";
const TOKEN: &str = "0x00000000000000000000000000000000000000dd";
const H1: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";
const H2: &str = "0x2222222222222222222222222222222222222222222222222222222222222222";

pub(crate) const ETL_TRANSACTIONS: &str = "hash,nonce,block_hash,block_number,transaction_index,from_address,to_address,value,gas,gas_price,input,block_timestamp,max_fee_per_gas,max_priority_fee_per_gas,transaction_type";
pub(crate) const ETL_TOKEN_TRANSFERS: &str =
    "token_address,from_address,to_address,value,transaction_hash,log_index,block_number";
pub(crate) const ETL_TRACES: &str = "block_number,transaction_hash,transaction_index,from_address,to_address,value,input,output,trace_type,call_type,reward_type,gas,gas_used,subtraces,trace_address,error,status,trace_id";
pub(crate) const ETL_BLOCKS: &str = "number,hash,parent_hash,nonce,sha3_uncles,logs_bloom,transactions_root,state_root,receipts_root,miner,difficulty,total_difficulty,size,extra_data,gas_limit,gas_used,timestamp,transaction_count,base_fee_per_gas,withdrawals_root,withdrawals";
pub(crate) const ETL_RECEIPTS: &str = "transaction_hash,transaction_index,block_hash,block_number,cumulative_gas_used,gas_used,contract_address,root,status,effective_gas_price,l1_fee,l1_gas_used,l1_gas_price,l1_fee_scalar";
pub(crate) const TXLIST: &str = "blockNumber,timeStamp,hash,nonce,blockHash,transactionIndex,from,to,value,gas,gasPrice,isError,txreceipt_status,input,contractAddress,cumulativeGasUsed,gasUsed,confirmations,methodId,functionName";
pub(crate) const TXLISTINTERNAL: &str =
    "blockNumber,timeStamp,hash,from,to,value,contractAddress,input,type,gas,gasUsed,traceId,isError,errCode";
pub(crate) const TOKENTX: &str = "blockNumber,timeStamp,hash,nonce,blockHash,from,contractAddress,to,value,tokenName,tokenSymbol,tokenDecimal,transactionIndex,gas,gasPrice,gasUsed,cumulativeGasUsed,input,confirmations";
pub(crate) const EXPORT_TRANSACTIONS: &str = "\"Txhash\",\"Blockno\",\"UnixTimestamp\",\"DateTime (UTC)\",\"From\",\"To\",\"ContractAddress\",\"Value_IN(ETH)\",\"Value_OUT(ETH)\",\"CurrentValue @ $2264.03996675132/Eth\",\"TxnFee(ETH)\",\"TxnFee(USD)\",\"Historical $Price/Eth\",\"Status\",\"ErrCode\",\"Method\"";
pub(crate) const EXPORT_INTERNAL: &str = "\"Txhash\",\"Blockno\",\"UnixTimestamp\",\"DateTime (UTC)\",\"ParentTxFrom\",\"ParentTxTo\",\"ParentTxETH_Value\",\"From\",\"TxTo\",\"ContractAddress\",\"Value_IN(ETH)\",\"Value_OUT(ETH)\",\"CurrentValue @ $2264.03/Eth\",\"Historical $Price/Eth\",\"Status\",\"ErrCode\",\"Type\"";
pub(crate) const EXPORT_ERC20: &str = "\"Txhash\",\"Blockno\",\"UnixTimestamp\",\"DateTime (UTC)\",\"From\",\"To\",\"TokenValue\",\"USDValueDayOfTx\",\"ContractAddress\",\"TokenName\",\"TokenSymbol\"";
pub(crate) const EXPORT_ERC721: &str = "\"Txhash\",\"Blockno\",\"UnixTimestamp\",\"DateTime (UTC)\",\"From\",\"To\",\"ContractAddress\",\"TokenId\",\"TokenName\",\"TokenSymbol\"";
pub(crate) const CRYO_ERC20: &str = "block_number,block_hash,transaction_index,log_index,transaction_hash,erc20,from_address,to_address,value_binary,value_string,value_f64,chain_id";
pub(crate) const CRYO_NATIVE: &str = "block_number,block_hash,transaction_index,transfer_index,transaction_hash,from_address,to_address,value_string,chain_id";
pub(crate) const CRYO_TRANSACTIONS: &str = "block_number,transaction_index,transaction_hash,nonce,from_address,to_address,value_string,input,gas_limit,gas_used,gas_price,transaction_type,max_priority_fee_per_gas,max_fee_per_gas,success,chain_id";
pub(crate) const CRYO_TRACES: &str = "action_from,action_to,action_value,action_gas,action_input,action_call_type,action_init,action_reward_type,action_type,result_gas_used,result_output,result_code,result_address,trace_address,subtraces,transaction_index,transaction_hash,block_number,block_hash,error,chain_id";
pub(crate) const BLOCKSCOUT: &str = "TxHash,BlockNumber,UnixTimestamp,FromAddress,ToAddress,ContractAddress,Type,Value,Fee,Status,ErrCode,CurrentPrice,TxDateOpeningPrice,TxDateClosingPrice,MethodName";
pub(crate) const BLOCKCHAINSPIDER: &str = "address_from,address_to,block_number,contract_address,decimals,gas,gas_price,hash,id,symbol,timestamp,token_id,value";
pub(crate) const BIGQUERY: &str = "hash,nonce,transaction_index,from_address,to_address,value,gas,gas_price,input,receipt_cumulative_gas_used,receipt_gas_used,receipt_contract_address,receipt_root,receipt_status,block_timestamp,block_number,block_hash,receipt_effective_gas_price";

/// Reads these files together, in this order.
pub(crate) fn read_all(files: &[(&str, String)]) -> Result<Reading, Error> {
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = folder(&bytes);
    let inputs: Vec<InputSpec> =
        files.iter().map(|(name, _)| InputSpec::of(spec(folder.path(), name))).collect();
    read(&inputs, &ReadOptions::default(), &|_| {})
}

fn read_inexact(text: &str) -> Result<Reading, Error> {
    let folder = folder(&[("t.csv", text.as_bytes())]);
    let input = InputSpec { inexact: true, ..InputSpec::of(spec(folder.path(), "t.csv")) };
    read(&[input], &ReadOptions::default(), &|_| {})
}

/// The transfers as `from to value`, the last digits of the addresses, in ledger order.
pub(crate) fn told(ledger: &Ledger) -> Vec<String> {
    let columns = ledger.columns();
    let end = |address: String| address[address.len() - 2..].to_owned();
    let from = |row: usize| {
        let purse = columns.from[row];
        if purse == dyetrace_core::PurseId::NONE {
            "--".to_owned()
        } else {
            end(ledger.purse_address(purse).to_string())
        }
    };
    let to = |row: usize| end(ledger.purse_address(columns.to[row]).to_string());
    (0..columns.to.len()).map(|row| format!("{} {} {}", from(row), to(row), columns.value.get(row))).collect()
}

fn fees(ledger: &Ledger) -> Vec<String> {
    ledger.fees().iter().map(|fee| fee.amount.to_string()).collect()
}

fn times(ledger: &Ledger) -> Vec<Option<i64>> {
    (0..ledger.columns().to.len()).map(|row| ledger.columns().time(row)).collect()
}

/// A row of `transactions.csv`.
fn transaction(hash: &str, block: u64, from: &str, to: &str, value: &str) -> String {
    format!("{hash},8,0x00,{block},0,{from},{to},{value},21000,5,0x,1600000000,,,0\n")
}

/// A row of `traces.csv`.
fn trace(hash: &str, from: &str, to: &str, value: &str, kind: &str, address: &str, end: &str) -> String {
    let (trace_type, call_type) = kind.split_once('/').unwrap_or((kind, ""));
    format!("9,{hash},0,{from},{to},{value},0x,0x,{trace_type},{call_type},,0,0,0,{address},{end},x\n")
}

fn block(number: u64, time: u64) -> String {
    format!("{number},0x00,0x00,0x00,,,,,,{A},1,1,1,0x,1,1,{time},1,,,\n")
}

fn receipt(hash: &str, used: &str, created: &str, status: &str, price: &str) -> String {
    format!("{hash},0,0x00,9,50000,{used},{created},,{status},{price},,,,\n")
}

#[test]
fn every_header_is_one_dialect_in_any_case_and_order() {
    for (header, name) in [
        (ETL_TRANSACTIONS, "ethereum-etl-transactions"),
        (BIGQUERY, "ethereum-etl-transactions"),
        (ETL_TOKEN_TRANSFERS, "ethereum-etl-token-transfers"),
        (ETL_TRACES, "ethereum-etl-traces"),
        (ETL_BLOCKS, "blocks"),
        (ETL_RECEIPTS, "receipts"),
        ("address,symbol,name,decimals,total_supply,block_number", "tokens"),
        (TXLIST, "etherscan-txlist"),
        (TXLISTINTERNAL, "etherscan-txlistinternal"),
        (TOKENTX, "etherscan-tokentx"),
        (EXPORT_TRANSACTIONS, "etherscan-export-transactions"),
        (EXPORT_INTERNAL, "etherscan-export-internal"),
        (EXPORT_ERC20, "etherscan-export-erc20"),
        (EXPORT_ERC721, "etherscan-nft"),
        (CRYO_ERC20, "cryo-erc20-transfers"),
        (CRYO_NATIVE, "cryo-native-transfers"),
        (CRYO_TRANSACTIONS, "cryo-transactions"),
        (CRYO_TRACES, "cryo-traces"),
        (BLOCKSCOUT, "blockscout"),
        (BLOCKCHAINSPIDER, "blockchainspider"),
        ("Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD", "mftracer"),
    ] {
        let mut columns: Vec<&str> = header.split(',').collect();
        columns.reverse();
        for header in [header.to_owned(), header.to_uppercase(), columns.join(",")] {
            let transfers = format!("from_address,to_address,value,block_number\n{A},{B},1,1\n");
            let reading = read_all(&[("t.csv", format!("{header}\n")), ("one.csv", transfers)]).unwrap();
            let fact = reading.facts.iter().find(|fact| fact.name == "t.csv").unwrap();
            assert_eq!(fact.dialect, name, "{header}");
        }
    }
}

#[test]
fn etl_transactions_have_fee_failure_and_created_account_from_their_receipts() {
    let transactions = format!(
        "{ETL_TRANSACTIONS}\n{}{}{}",
        transaction(H1, 9, A, B, "100"),
        transaction(H2, 10, A, B, "200"),
        transaction("0x33", 11, A, "", "300")
    );
    let receipts = format!(
        "{ETL_RECEIPTS}\n{}{}{}",
        receipt(H1, "21000", "", "1", "3"),
        receipt(H2, "100", "", "0", "2"),
        receipt("0x33", "7", C, "1", ""),
    );
    for files in [
        [("a.csv", transactions.clone()), ("b.csv", receipts.clone())],
        [("b.csv", receipts.clone()), ("a.csv", transactions.clone())],
    ] {
        let reading = read_all(&files).unwrap();
        assert_eq!(told(&reading.ledger), ["aa bb 100", "aa bb 0", "aa cc 300"]);
        assert_eq!(fees(&reading.ledger), ["63000", "200"], "without a price no fee is known");
        let facts: Vec<(&str, u64)> =
            reading.facts.iter().map(|fact| (fact.dialect.as_str(), fact.rows)).collect();
        assert_eq!(facts, [("receipts", 3), ("ethereum-etl-transactions", 3)]);
    }
    let alone = read_all(&[("a.csv", transactions)]).unwrap();
    assert!(fees(&alone.ledger).is_empty(), "a bound on the fee is not the fee");
    assert!(alone.facts[0].notes[0].starts_with("no receipts: "), "{:?}", alone.facts[0].notes);
    // The account that A made with nonce 8.
    assert_eq!(told(&alone.ledger)[2].len(), "aa xx 300".len());
    assert_ne!(told(&alone.ledger)[2], "aa cc 300");
}

#[test]
fn a_rollups_fee_and_blobs_are_part_of_what_a_receipt_states() {
    let header = "transaction_hash,cumulative_gas_used,gas_used,effective_gas_price,l1_fee,blob_gas_used,blob_gas_price,status";
    let receipts = format!("{header}\n{H1},9,10,3,5,,,1\n{H2},9,10,3,,100,2,1\n");
    let transactions =
        format!("{ETL_TRANSACTIONS}\n{}{}", transaction(H1, 9, A, B, "1"), transaction(H2, 10, A, B, "1"));
    let reading = read_all(&[("a.csv", transactions), ("b.csv", receipts)]).unwrap();
    assert_eq!(fees(&reading.ledger), ["35", "230"]);
}

#[test]
fn bigquery_states_receipts_in_its_own_columns() {
    let row = |hash: &str, status: &str, used: &str, price: &str| {
        format!(
            "{hash},1,0,{A},{B},55,21000,9,0x,1,{used},,,{status},2022-06-23 11:06:00 UTC,9,0x00,{price}\n"
        )
    };
    let text = format!("{BIGQUERY}\n{}{}", row(H1, "1", "10", "2"), row(H2, "0", "10", ""));
    let reading = read_text(&text).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 55", "aa bb 0"]);
    assert_eq!(fees(&reading.ledger), ["20"]);
    assert_eq!(times(&reading.ledger)[0], Some(1_655_982_360));
    assert!(reading.facts[0].notes.is_empty());
    assert_eq!(
        refusal(&format!("{BIGQUERY}\n{}", row(H1, "2", "1", "1"))),
        "t.csv, line 2, column `receipt_status`: `2` is neither `0` nor `1`"
    );
}

#[test]
fn token_transfers_get_their_time_from_blocks_and_say_that_nfts_look_the_same() {
    let row = |index: u64, block: u64| format!("{TOKEN},{A},{B},9,{H1},{index},{block}\n");
    let text = format!("{ETL_TOKEN_TRANSFERS}\n{}{}{}", row(0, 9), row(1, 9), row(2, 10));
    let blocks = format!("{ETL_BLOCKS}\n{}", block(9, 1_600_000_000));
    let reading = read_all(&[("t.csv", text), ("blocks.csv", blocks)]).unwrap();
    assert_eq!(times(&reading.ledger), [Some(1_600_000_000), Some(1_600_000_000), None]);
    assert_eq!(reading.ledger.columns().kind(0), Kind::Token);
    let warning = &reading.warnings[0];
    assert_eq!((warning.count, warning.first[0].line, warning.first[0].seen.as_str()), (1, 4, "10"));
    assert!(reading.facts[1].notes[0].contains("ERC-721"));
    let ledger = &reading.ledger;
    let account = ledger.purses().account(ledger.columns().to[0]);
    assert!(ledger.is_covered(account, false), "everybody's tokens");
    assert!(!ledger.is_covered(account, true), "nothing about the coin");
}

#[test]
fn a_file_of_times_and_one_of_blocks_meet_in_a_file_of_blocks() {
    let times = format!("from_address,to_address,value,block_timestamp\n{A},{B},1,1600000012\n");
    let blocks_only = format!("from_address,to_address,value,block_number\n{B},{C},2,9\n");
    let blocks = format!("{ETL_BLOCKS}\n{}{}", block(9, 1_600_000_000), block(10, 1_600_000_012));
    let files = [("times.csv", times.clone()), ("numbers.csv", blocks_only.clone())];
    assert!(read_all(&files).unwrap_err().message().contains("they have no order"));
    let files = [("times.csv", times), ("numbers.csv", blocks_only), ("blocks.csv", blocks)];
    let ledger = read_all(&files).unwrap().ledger;
    assert_eq!(told(&ledger), ["bb cc 2", "aa bb 1"]);
    assert_eq!(ledger.columns().block(1), Some(10));
}

#[test]
fn joined_files_that_contradict_themselves_are_refused() {
    let transfers = || ("t.csv", format!("from_address,to_address,value,block_number\n{A},{B},1,1\n"));
    let blocks = format!("{ETL_BLOCKS}\n{}{}", block(9, 5), block(9, 6));
    assert_eq!(
        read_all(&[("b.csv", blocks), transfers()]).unwrap_err().message(),
        "b.csv, line 3, column `timestamp`: `6` is another time of block 9 than an earlier row gives, `5`"
    );
    let receipts =
        format!("{ETL_RECEIPTS}\n{}{}", receipt(H1, "1", "", "1", "1"), receipt(H1, "2", "", "1", "1"));
    let said = read_all(&[("r.csv", receipts), transfers()]).unwrap_err().message();
    assert!(said.ends_with("is the hash of an earlier receipt, which says something else"), "{said}");
    let alone = format!("{ETL_BLOCKS}\n{}", block(9, 5));
    assert_eq!(refusal(&alone), "t.csv: the file holds no transfers, only what is joined to them");
    let options = ReadOptions { without_transfers: true, ..ReadOptions::default() };
    assert_eq!(read_bytes("t.csv", alone.as_bytes(), &options).unwrap().facts[0].rows, 1);
}

#[test]
fn only_traces_that_move_something_are_transfers() {
    let good = ",1";
    let reward = format!("9,,,,{C},5000,,,reward,,block,,,0,,,1,x\n");
    let text = format!(
        "{ETL_TRACES}\n{}{}{}{}{}{}{}{}{}{}",
        trace(H1, A, B, "100", "call/call", "", good),
        trace(H1, B, C, "100", "call/delegatecall", "0", good),
        trace(H1, B, C, "100", "call/callcode", "1", good),
        trace(H1, B, C, "0", "call/staticcall", "2", good),
        trace(H1, B, C, "30", "call/call", "3", good),
        trace(H1, C, A, "20", "call/call", "\"3,0\"", "Reverted,0"),
        trace(H1, B, A, "40", "suicide", "4", good),
        trace(H1, A, TOKEN, "3", "create", "5", good),
        trace(H2, A, B, "7", "call/call", "", "Out of gas,0").replace(",0,0x", ",1,0x"),
        reward
    );
    let reading = read_text(&text).unwrap();
    assert_eq!(
        told(&reading.ledger),
        ["aa bb 100", "bb cc 30", "bb aa 40", "aa dd 3", "aa bb 0", "-- cc 5000"]
    );
    let kind = |place| reading.ledger.columns().kind(place);
    assert_eq!(kind(0), Kind::External);
    assert_eq!(kind(1), Kind::Internal);
    assert_eq!(kind(5), Kind::Reward);
    let fact = &reading.facts[0];
    assert_eq!((fact.rows, fact.left_out, fact.rejects), (6, 4, 0));
    assert!(fact.notes[0].starts_with("4 traces move nothing"), "{:?}", fact.notes);
    assert!(!reading.ledger.notes().order_ambiguous, "traces have an order of their own");
}

#[test]
fn without_a_status_what_stands_below_a_failed_call_is_undone() {
    // As a Geth-style export writes them: no hash, no status; the failed call stands last.
    let text = format!(
        "{ETL_TRACES}\n{}{}{}{}",
        trace("", A, B, "100", "call/call", "", ","),
        trace("", C, A, "20", "call/call", "\"1,0\"", ","),
        trace("", B, C, "30", "call/call", "0", ","),
        trace("", B, C, "40", "call/call", "1", "out of gas,"),
    );
    let reading = read_text(&text).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 100", "bb cc 30"]);
    assert_eq!(reading.facts[0].left_out, 2);
    let said = refusal(&format!("{ETL_TRACES}\n{}", trace("", "", "", "", "suicide", "0", ",")));
    assert_eq!(
        said,
        "t.csv, line 2: column `value` is empty: the balance that a self-destruct moved is not told"
    );
}

#[test]
fn a_trace_without_a_status_among_others_that_state_it_is_refused() {
    let text = format!(
        "{ETL_TRACES}\n{}{}",
        trace(H1, A, B, "100", "call/call", "", ",1"),
        trace(H1, B, C, "30", "call/call", "0", ","),
    );
    let said = "t.csv, line 3: column `status` is empty, but the rows before it state whether a call failed";
    assert_eq!(refusal(&text), said);
}

#[test]
fn traces_without_hashes_stand_beside_no_file_of_transactions() {
    let traces = format!("{ETL_TRACES}\n{}", trace("", A, B, "100", "call/call", "", ","));
    let transactions = format!("{ETL_TRANSACTIONS}\n{}", transaction(H1, 9, A, B, "100"));
    // Two such files are parts of one export, and may overlap.
    let both = read_all(&[("a.csv", traces.clone()), ("b.csv", traces.clone())]).unwrap();
    assert_eq!(told(&both.ledger), ["aa bb 100"]);
    let said = read_all(&[("a.csv", transactions), ("b.csv", traces)]).unwrap_err().message();
    assert_eq!(
        said,
        "b.csv: the traces do not name their transactions: what stands in a.csv too would be counted twice"
    );
}

#[test]
fn the_root_trace_is_the_transaction_and_counts_once() {
    let traces = format!(
        "{ETL_TRACES}\n{}{}{}",
        trace(H1, A, B, "100", "call/call", "", ",1"),
        trace(H1, B, C, "100", "call/call", "0", ",1"),
        trace(H2, A, B, "7", "call/call", "", "Reverted,0"),
    );
    let transactions = format!(
        "{ETL_TRANSACTIONS}\n{}{}",
        transaction(H1, 9, A, B, "100"),
        transaction(H2, 9, A, B, "7").replace(",9,0,", ",9,1,")
    );
    let txlist = format!(
        "{TXLIST}\n9,1600000000,{H1},7,0x00,0,{A},{B},100,21000,2,0,1,0x,,1,10,1,0x,\n9,1600000000,{H2},8,0x00,1,{A},{B},7,21000,2,1,0,0x,,1,10,1,0x,\n"
    );
    let file = |name: &'static str, text: &String| (name, text.clone());
    for files in [
        vec![file("x.csv", &transactions), file("t.csv", &traces)],
        vec![file("t.csv", &traces), file("x.csv", &transactions)],
        vec![file("l.csv", &txlist), file("t.csv", &traces)],
        vec![file("x.csv", &transactions), file("l.csv", &txlist), file("t.csv", &traces)],
    ] {
        let reading = read_all(&files).unwrap();
        let mut seen = told(&reading.ledger);
        seen.sort();
        assert_eq!(seen, ["aa bb 0", "aa bb 100", "bb cc 100"], "{files:?}");
    }
    // A transaction that only another file knows to have failed moves nothing in this one either.
    let reading = read_all(&[file("x.csv", &transactions), file("l.csv", &txlist)]).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 100", "aa bb 0"]);
    assert_eq!(fees(&reading.ledger), ["20", "20"]);
}

#[test]
fn an_internal_transfer_counts_once_whatever_numbers_its_files_use() {
    let traces = format!(
        "{ETL_TRACES}\n{}{}{}",
        trace(H1, A, B, "100", "call/call", "", ",1"),
        trace(H1, B, C, "5", "call/call", "0", ",1"),
        trace(H1, B, C, "5", "call/call", "1", ",1"),
    );
    let internal = format!(
        "{TXLISTINTERNAL}\n9,1600000000,{H1},{B},{C},5,,,call,1,1,0_1,0,\n9,1600000000,{H1},{B},{C},5,,,call,1,1,0_2,0,\n"
    );
    let native = format!(
        "{CRYO_NATIVE}\n9,0x00,0,0,{H1},{A},{B},100,1\n9,0x00,0,1,{H1},{B},{C},5,1\n9,0x00,0,2,{H1},{B},{C},5,1\n"
    );
    let export = format!(
        "{EXPORT_INTERNAL}\n\"{H1}\",\"9\",\"1600000000\",\"x\",\"{A}\",\"{B}\",\"0\",\"{B}\",\"{C}\",\"\",\"0.000000000000000005\",\"0\",\"0\",\"1\",\"0\",\"\",\"call\",\"\"\n"
    );
    let expected = ["aa bb 100", "bb cc 5", "bb cc 5"];
    for other in [internal, native, export, traces.clone()] {
        for files in [
            [("a.csv", traces.clone()), ("b.csv", other.clone())],
            [("a.csv", other.clone()), ("b.csv", traces.clone())],
        ] {
            assert_eq!(told(&read_all(&files).unwrap().ledger), expected, "{files:?}");
        }
    }
}

#[test]
fn what_stands_in_the_exports_of_both_parties_counts_once() {
    let sent = format!("{EXPORT_TRANSACTIONS}\n{}", export(A, B, "", ("0", "5"), "\"\",\"\""));
    let received = format!("{EXPORT_TRANSACTIONS}\n{}", export(A, B, "", ("5", "0"), "\"\",\"\""));
    let api = format!(
        "{TXLIST}\n9,1600000000,{H1},7,0x00,0,{A},{B},5000000000000000000,21000,20000000000,0,1,0x,,1,21000,1,0x,\n"
    );
    let etl = format!("{ETL_TRANSACTIONS}\n{}", transaction(H1, 9, A, B, "5000000000000000000"));
    let files = [("a.csv", sent), ("b.csv", received), ("c.csv", api), ("d.csv", etl)];
    let reading = read_all(&files).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 5000000000000000000"]);
    assert_eq!(fees(&reading.ledger), ["420000000000000"], "one fee, stated alike by all that know it");
    assert_eq!(reading.ledger.notes().repeated_across_files, 3);
    let tokens = ("t.csv", format!("address,symbol,decimals\n{TOKEN},T,1\n"));
    let reading = read_all(&[("a.csv", erc20("1.5")), ("b.csv", erc20("1.50")), tokens]).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 15"]);
}

#[test]
fn a_token_transfer_counts_once_with_and_without_its_log_index() {
    let etl = format!("{ETL_TOKEN_TRANSFERS}\n{TOKEN},{A},{B},9,{H1},3,9\n{TOKEN},{A},{B},9,{H1},4,9\n");
    let api = |rows: usize| {
        let row = format!("9,1600000000,{H1},1,0x00,{A},{TOKEN},{B},9,T,T,6,0,1,1,1,1,x,1\n");
        format!("{TOKENTX}\n{}", row.repeat(rows))
    };
    let cryo = format!("{CRYO_ERC20}\n9,0x00,0,3,{H1},{TOKEN},{A},{B},,9,9.0,1\n");
    for other in [api(1), api(2), cryo] {
        let reading = read_all(&[("a.csv", etl.clone()), ("b.csv", other)]).unwrap();
        assert_eq!(told(&reading.ledger), ["aa bb 9", "aa bb 9"]);
    }
    let alone = read_all(&[("a.csv", api(2))]).unwrap();
    assert_eq!(told(&alone.ledger).len(), 2, "repeats inside one file are real");
}

#[test]
fn etherscan_internal_transfers_move_when_they_did_not_fail_and_cover_nobody() {
    let row = |to: &str, value: &str, created: &str, kind: &str, error: &str| {
        format!("9,1600000000,{H1},{B},{to},{value},{created},,{kind},1,1,0,{error},\n")
    };
    let text = format!(
        "{TXLISTINTERNAL}\n{}{}{}{}",
        row(A, "5", "", "call", "0"),
        row(A, "6", "", "call", "1"),
        row("", "7", C, "create", "0"),
        row(A, "8", "", "delegatecall", "0"),
    );
    let reading = read_text(&text).unwrap();
    assert_eq!(told(&reading.ledger), ["bb aa 5", "bb cc 7"]);
    assert_eq!(reading.facts[0].left_out, 2);
    let account = |row: usize| reading.ledger.purses().account(reading.ledger.columns().from[row]);
    assert!(!reading.ledger.is_covered(account(0), true), "a contract's transactions stand elsewhere");
}

fn export(from: &str, to: &str, created: &str, flows: (&str, &str), status: &str) -> String {
    let (value_in, value_out) = flows;
    format!(
        "\"{H1}\",\"9\",\"1600000000\",\"2020-09-13 12:26:40\",\"{from}\",\"{to}\",\"{created}\",\"{value_in}\",\"{value_out}\",\"1\",\"0.00042\",\"0.9\",\"365.1\",{status},\"Transfer\"\n"
    )
}

#[test]
fn an_export_of_transactions_has_exact_coins_either_way() {
    let row = |from: &str, to: &str, value_in: &str, value_out: &str| {
        let text =
            format!("{EXPORT_TRANSACTIONS}\n{}", export(from, to, "", (value_in, value_out), "\"\",\"\""));
        read_text(&text)
    };
    let value = |reading: Reading| told(&reading.ledger)[0].clone();
    assert_eq!(value(row(A, B, "0", "1.000000000000000001").unwrap()), "aa bb 1000000000000000001");
    assert_eq!(value(row(A, B, "12345678.9", "0").unwrap()), "aa bb 12345678900000000000000000");
    assert_eq!(value(row(A, B, "0", "0").unwrap()), "aa bb 0");
    assert_eq!(value(row(A, A, "2", "2").unwrap()), "aa aa 2000000000000000000");
    assert_eq!(value(row(A, A, "0", "2").unwrap()), "aa aa 2000000000000000000");
    assert_eq!(fees(&row(A, A, "0", "0").unwrap().ledger), ["420000000000000"]);
    assert_eq!(
        row(A, B, "1", "2").unwrap_err().message(),
        "t.csv, line 2, column `Value_OUT(ETH)`: `2` is not 0, but `Value_IN(ETH)` is not 0 either: a row moves one way"
    );
    assert_eq!(
        row(A, B, "0", "0.1234567890123456789").unwrap_err().message(),
        "t.csv, line 2, column `Value_OUT(ETH)`: `0.1234567890123456789` has more digits after the point than the asset has decimals"
    );
    // This dialect writes no separators.
    assert!(row(A, B, "0", "1,234.5").is_err());
}

#[test]
fn a_failed_row_of_an_export_moves_nothing_and_pays() {
    let rows = format!(
        "{}{}{}",
        export(A, B, "", ("0", "5"), "\"Error(0)\",\"Out of gas\""),
        export(A, "", C, ("0", "0.5"), "\"\",\"\"").replace(H1, H2),
        export(A, B, "", ("0", "5"), "\"Pending\",\"\"").replace(H1, "0x33"),
    );
    let text = format!("{EXPORT_TRANSACTIONS}\n{rows}");
    let options = ReadOptions { skip_bad_rows: true, ..ReadOptions::default() };
    let reading = read_bytes("t.csv", text.as_bytes(), &options).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 0", "aa cc 500000000000000000"]);
    assert_eq!(fees(&reading.ledger).len(), 2);
    assert_eq!(reading.rejects[0].column, "Status");
}

#[test]
fn the_coin_in_the_header_names_the_chain_and_newer_headers_are_known() {
    let header = EXPORT_TRANSACTIONS
        .replace("ETH", "BNB")
        .replace("/Eth", "/BNB")
        .replace("Txhash", "Transaction Hash");
    let row = export(A, B, "", ("0", "5"), "\"\",\"\"");
    let text = format!("{header}\n{row}");
    let reading = read_text(&text).unwrap();
    assert_eq!(reading.facts[0].chains, ["bsc"]);
    assert_eq!(fees(&reading.ledger).len(), 1, "and the fee is found by the coin");
    let folder = folder(&[("t.csv", text.as_bytes())]);
    let named = InputSpec { chain: Some("opbnb".to_owned()), ..InputSpec::of(spec(folder.path(), "t.csv")) };
    let reading = read(&[named], &ReadOptions::default(), &|_| {}).unwrap();
    assert_eq!(reading.facts[0].chains, ["opbnb"], "what the user says comes first");
    let said = refusal(&text.replace("BNB", "XYZ"));
    assert_eq!(said, "t.csv: the header names the coin `xyz`, which is no chain's that is known here");
}

#[test]
fn an_export_of_internal_transfers_has_one_empty_field_more() {
    let row = |tail: &str| {
        format!(
            "{EXPORT_INTERNAL}\n\"{H1}\",\"9\",\"1600000000\",\"x\",\"{A}\",\"{B}\",\"0\",\"{B}\",\"{C}\",\"\",\"1.5\",\"0\",\"0\",\"1\",\"0\",\"\",\"call\"{tail}\n"
        )
    };
    for tail in ["", ",\"\"", ","] {
        assert_eq!(told(&read_text(&row(tail)).unwrap().ledger), ["bb cc 1500000000000000000"]);
    }
    for tail in [",\"x\"", ",\"\",\"\""] {
        assert!(refusal(&row(tail)).contains("fields, but the header names 17 columns"), "{tail}");
    }
    // Only there.
    let text = format!(
        "{EXPORT_TRANSACTIONS}\n{}",
        export(A, B, "", ("0", "5"), "\"\",\"\"").replace("\"Transfer\"", "\"Transfer\",\"\"")
    );
    assert_eq!(refusal(&text), "t.csv, line 2: the row has 17 fields, but the header names 16 columns");
}

fn erc20(value: &str) -> String {
    format!(
        "{EXPORT_ERC20}\n\"{H1}\",\"9\",\"1600000000\",\"x\",\"{A}\",\"{B}\",\"{value}\",\"N/A\",\"{TOKEN}\",\"T\",\"T\"\n"
    )
}

#[test]
fn an_export_of_tokens_needs_their_decimals() {
    let said = read_text(&erc20("1,234.5")).unwrap_err();
    assert!(said.message().starts_with(&format!(
        "t.csv, line 2, column `ContractAddress`: `{TOKEN}` is a token whose decimals are not known"
    )));
    assert!(said.hint().unwrap().contains("--tokens FILE"));
    // From the address's file of the API, whichever is named first; from tokens.csv; from the user, who wins.
    let api = format!("{TOKENTX}\n9,1600000000,{H2},1,0x00,{B},{TOKEN},{A},7,T,T,6,0,1,1,1,1,x,1\n");
    for files in
        [[("a.csv", erc20("1,234.5")), ("b.csv", api.clone())], [("b.csv", api), ("a.csv", erc20("1,234.5"))]]
    {
        let mut seen = told(&read_all(&files).unwrap().ledger);
        seen.sort();
        assert_eq!(seen, ["aa bb 1234500000", "bb aa 7"]);
    }
    let tokens = format!("address,symbol,name,decimals,total_supply,block_number\n{TOKEN},T,T,2,,\n");
    let reading = read_all(&[("a.csv", erc20("1,234.5")), ("tokens.csv", tokens.clone())]).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 123450"]);
    let folder = folder(&[
        ("mine.csv", format!("chain,contract,symbol,decimals\nethereum,{TOKEN},MINE,1\n").as_bytes()),
        ("tokens.csv", tokens.as_bytes()),
        ("a.csv", erc20("1,234.5").as_bytes()),
    ]);
    let mut known = Tokens::built_in();
    known.add_file(&spec(folder.path(), "mine.csv")).unwrap();
    let inputs = ["a.csv", "tokens.csv"].map(|name| InputSpec::of(spec(folder.path(), name)));
    let options = ReadOptions { tokens: Some(&known), ..ReadOptions::default() };
    let reading = read(&inputs, &options, &|_| {}).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 12345"]);
    let address = dyetrace_core::Address::parse(dyetrace_core::AddressKind::Evm, TOKEN.as_bytes()).unwrap();
    assert_eq!(reading.tokens.get("ethereum", Some(&address)).unwrap().symbol, "MINE");
}

#[test]
fn thousands_are_grouped_by_three_or_refused() {
    let tokens = format!("address,symbol,decimals\n{TOKEN},T,2\n");
    let value = |text: &str| read_all(&[("a.csv", erc20(text)), ("t.csv", tokens.clone())]);
    for (text, units) in [("1,234.5", "123450"), ("0.01", "1"), ("1,000,000", "100000000"), ("0", "0")] {
        assert_eq!(told(&value(text).unwrap().ledger), [format!("aa bb {units}")]);
    }
    for text in ["12,34", "1,2345", "1.234,5", "0.001"] {
        assert!(value(text).unwrap_err().is_row(), "{text}");
    }
}

#[test]
fn nfts_are_left_out_counted_and_named() {
    let own = format!(
        "{EXPORT_ERC721}\n\"{H1}\",\"9\",\"1600000000\",\"x\",\"{A}\",\"{B}\",\"{TOKEN}\",\"77\",\"T\",\"T\"\n"
    );
    let reading = read_text(&own).unwrap();
    assert_eq!((reading.ledger.transfer_count(), reading.facts[0].left_out), (0, 1));
    assert_eq!(reading.facts[0].notes, ["1 rows move NFTs, which are no fungible amounts: left out"]);
    let api = "blockNumber,timeStamp,hash,from,contractAddress,to,tokenID,tokenName,tokenSymbol,tokenDecimal";
    let text = format!("{api}\n9,1600000000,{H1},{A},{TOKEN},{B},77,T,T,0\n");
    assert_eq!(read_text(&text).unwrap().facts[0].dialect, "etherscan-nft");
    let text = format!(
        "{BLOCKCHAINSPIDER}\n{A},{B},9,{TOKEN},,1,1,{H1},x,T,1600000000,77,1\n{A},{B},9,{TOKEN},6,1,1,{H1},x,T,1600000000,,5\n{A},{B},9,,18,1,1,{H1},x,ETH,1600000000,,8\n"
    );
    let reading = read_text(&text).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 5", "aa bb 8"]);
    assert_eq!((reading.facts[0].left_out, fees(&reading.ledger).len()), (1, 0));
}

#[test]
fn cryos_exact_columns_are_preferred_to_its_float() {
    let hex = "0x00000000000000000000000000000000000000000000000000000000000003e8";
    let row = |binary: &str, text: &str| format!("9,0x00,0,3,{H1},{TOKEN},{A},{B},{binary},{text},1e3,137\n");
    let both = read_text(&format!("{CRYO_ERC20}\n{}", row(hex, "1001"))).unwrap();
    assert_eq!(told(&both.ledger), ["aa bb 1001"]);
    assert_eq!(both.facts[0].chains, ["polygon"]);
    let no_text = CRYO_ERC20.replace("value_string", "other");
    let binary = read_text(&format!("{no_text}\n{}", row(hex, ""))).unwrap();
    assert_eq!(told(&binary.ledger), ["aa bb 1000"]);
    assert!(
        refusal(&format!("{no_text}\n{}", row("0xzz", "")))
            .ends_with("is not a number of up to 32 bytes in hex")
    );
    let float = no_text.replace("value_binary", "another");
    let text = format!("{float}\n{}", row("", ""));
    assert_eq!(
        refusal(&text),
        "t.csv: the amounts stand in `value_f64` alone, a float, which has lost digits"
    );
    let reading = read_inexact(&text).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 1000"]);
    assert!(reading.warnings[0].reason.contains("rounded by whoever wrote it"));
}

#[test]
fn cryo_transactions_and_traces_are_read() {
    let row =
        |hash: &str, success: &str| format!("9,0,{hash},1,{A},{B},50,0x,21000,10,3,2,1,1,{success},8453\n");
    let text = format!("{CRYO_TRANSACTIONS}\n{}{}", row(H1, "true"), row(H2, "false"));
    let reading = read_text(&text).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 50", "aa bb 0"]);
    assert_eq!(fees(&reading.ledger), ["30", "30"]);
    assert_eq!(reading.facts[0].chains, ["base"]);
    assert!(refusal(&text.replace("8453", "99999")).contains("is the number of no chain that is known here"));
    let trace =
        |from: &str, to: &str, value: &str, call: &str, kind: &str, made: &str, address: &str, hash: &str| {
            format!(
                "{from},{to},{value},,,{call},,,{kind},,,,{made},{address},0,{},{hash},9,0x00,,1\n",
                if hash.is_empty() { "" } else { "0" }
            )
        };
    let text = format!(
        "{CRYO_TRACES}\n{}{}{}{}",
        trace(A, B, "50", "call", "call", "", "", H1),
        trace(B, C, "50", "delegate_call", "call", "", "0", H1),
        trace(B, "", "5", "", "create", C, "1_0", H1),
        trace(C, "", "99", "", "reward", "", "", ""),
    );
    let reading = read_text(&text).unwrap();
    assert_eq!(
        told(&reading.ledger),
        ["aa bb 50", "bb cc 5", "-- cc 99"],
        "a reward names its author as sender"
    );
    let native = read_text(&format!("{CRYO_NATIVE}\n9,0x00,0,0,{H1},{A},{B},100,1\n")).unwrap();
    assert!(native.facts[0].notes[0].contains("delegate calls"));
}

#[test]
fn blockscout_is_in_wei_with_a_status() {
    let row = |hash: &str, fee: &str, status: &str| {
        format!("{hash},9,2022-06-23 11:06:00.000000Z,{A},{B},,OUT,100,{fee},{status},,1,1,1,x\n")
    };
    let text = format!(
        "{BLOCKSCOUT}\n{}{}{}",
        row(H1, "5", "ok"),
        row(H2, "6", "error"),
        row("0x33", "Max of 7", "ok")
    );
    let reading = read_text(&text).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 100", "aa bb 0", "aa bb 100"]);
    assert_eq!(fees(&reading.ledger), ["5", "6"]);
    assert!(
        refusal(&format!("{BLOCKSCOUT}\n{}", row(H1, "5", "pending"))).contains("is no status that is known")
    );
}

#[test]
fn a_rounded_amount_is_taken_only_when_the_user_says_so_and_is_named() {
    let text = format!(",from_address,to_address,value,block_number\n0,{A},{B},1.99e+19,1\n1,{A},{B},7,1\n");
    let error = read_text(&text).unwrap_err();
    assert_eq!(
        error.message(),
        "t.csv, line 2, column `value`: `1.99e+19` is written with an exponent, which is not exact"
    );
    assert!(error.hint().unwrap().contains("--inexact"));
    let reading = read_inexact(&text).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 19900000000000000000", "aa bb 7"]);
    let warning = &reading.warnings[0];
    assert_eq!(
        (warning.count, warning.first[0].column.as_str(), warning.first[0].seen.as_str()),
        (1, "value", "1.99e+19")
    );
    assert!(read_inexact(&text.replace("1.99e+19", "1.5")).unwrap_err().is_row(), "nothing is rounded here");
}

#[test]
fn an_empty_file_among_others_is_named_and_ends_nothing() {
    let text = format!("from_address,to_address,value,block_number\n{A},{B},1,1\n");
    let reading = read_all(&[("empty.csv", String::new()), ("t.csv", text)]).unwrap();
    assert_eq!((reading.facts[0].dialect.as_str(), reading.facts[0].rows), ("empty", 0));
    assert!(reading.facts[0].notes[0].starts_with("the file is empty"));
    let said = read_all(&[("a.csv", String::new()), ("b.csv", String::new())]).unwrap_err().message();
    assert_eq!(said, "b.csv: the file is empty");
}

#[test]
fn formats_without_transfers_are_refused_by_name() {
    for (text, said) in [
        (
            "log_index,transaction_hash,transaction_index,block_hash,block_number,address,data,topics\n",
            "ethereum-etl's `logs.csv`",
        ),
        (
            "address,bytecode,function_sighashes,is_erc20,is_erc721,block_number\n",
            "ethereum-etl's `contracts.csv`",
        ),
        (
            "timestamp,commitment,blockNumber,transactionHash,leafIndex\n",
            "a list of deposits into a Tornado Cash pool",
        ),
        (
            "{\"type\": \"transaction\", \"hash\": \"00\", \"lock_time\": 0, \"inputs\": [], \"outputs\": []}\n",
            "bitcoin-etl's transactions",
        ),
        (
            "{\"type\": \"block\", \"merkle_root\": \"00\", \"coinbase_param\": \"00\"}\n",
            "bitcoin-etl's blocks",
        ),
        ("[{\"from\": 1}]\n", "JSON"),
        (
            "block_id\ttransaction_hash\tindex\ttime\tvalue\tvalue_usd\trecipient\ttype\n",
            "a Blockchair dump of Bitcoin's outputs",
        ),
        (
            "block_id\ttransaction_hash\tindex\ttime\tvalue\trecipient\tspending_transaction_hash\n",
            "a Blockchair dump of Bitcoin's inputs",
        ),
    ] {
        let error = read_text(text).unwrap_err();
        assert!(error.message().starts_with(&format!("t.csv: is {said}")), "{error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn columns_of_other_names_are_mapped() {
    let text = format!("sender,receiver,wei,height,value\n{A},{B},9,4,x\n");
    let folder = folder(&[("t.csv", text.as_bytes())]);
    let with = |pairs: &[(&str, &str)]| {
        let map = pairs.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned())).collect();
        let input = InputSpec { map, ..InputSpec::of(spec(folder.path(), "t.csv")) };
        read(&[input], &ReadOptions::default(), &|_| {})
    };
    let all = [
        ("from_address", "Sender"),
        ("to_address", "receiver"),
        ("value", "wei"),
        ("block_number", "height"),
    ];
    let reading = with(&all).unwrap();
    assert_eq!(told(&reading.ledger), ["aa bb 9"], "the file's own `value` is passed over");
    assert_eq!(reading.facts[0].dialect, "canonical");
    let said = with(&[("from_address", "payer")]).unwrap_err();
    assert_eq!(said.message(), "t.csv: the header has no column `payer`, which the mapping names");
    assert_eq!(said.hint().unwrap(), "the header is `sender`, `receiver`, `wei`, `height`, `value`");
    let said = with(&all[..3]).unwrap_err().message();
    assert_eq!(said, "t.csv: the header lacks `block_number` or `block_timestamp`, which `canonical` needs");
}

#[test]
fn a_mapping_that_is_typed_wrong_is_refused() {
    let parse = |texts: &[&str]| {
        let mut map = Vec::new();
        texts.iter().try_for_each(|text| dyetrace_ingest::case::parse_mapping(&mut map, text)).map(|()| map)
    };
    assert_eq!(parse(&["Value= wei "]).unwrap(), [("value".to_owned(), "wei".to_owned())]);
    for (texts, said) in [
        (&["value"][..], "`value` maps no column: `COLUMN=NAME` was expected"),
        (&["amount=wei"], "`amount` is no column of ours: one of from_address, to_address, value, "),
        (&["value="], "`value` is mapped to no name"),
        (&["value=a", "value=b"], "`value` is mapped twice: to `a` and to `b`"),
        (&["value=a", "fee=A"], "`A` is mapped twice: as `value` and as `fee`"),
    ] {
        let error = parse(texts).unwrap_err().message();
        assert!(error.starts_with(said), "{error}");
    }
}

#[test]
fn wrong_checksums_are_doubted_in_every_dialect() {
    let wrong = "0x5aaEb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    for (header, row, column) in [
        (ETL_TRANSACTIONS, transaction(H1, 9, A, wrong, "1"), "to_address"),
        (ETL_TOKEN_TRANSFERS, format!("{TOKEN},{wrong},{B},9,{H1},3,9\n"), "from_address"),
        (ETL_TRACES, trace(H1, wrong, B, "1", "call/call", "", ",1"), "from_address"),
        (EXPORT_TRANSACTIONS, export(wrong, B, "", ("0", "1"), "\"\",\"\""), "From"),
    ] {
        let reading = read_text(&format!("{header}\n{row}")).unwrap();
        let place = &reading.warnings[0].first[0];
        assert_eq!((place.line, place.column.as_str(), place.seen.as_str()), (2, column, wrong));
    }
}
