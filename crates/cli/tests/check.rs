//! `dyetrace check`.

use crate::support::{A, B, C, D, Desk, HEADER, dyetrace, root};
use serde_json::{Value, json};

#[test]
fn sample_is_told_with_its_form_rows_and_assets() {
    let run = dyetrace(&root(), ["check", "sample-data/harmony/transfers.csv"]).ends_with(0);
    for said in [
        "sample-data/harmony/transfers.csv: canonical, 3,486 rows, no bad rows\n",
        "  ethereum: blocks 14904622 to 16547181, 2022-06-05T08:00:25Z to 2023-02-03T09:35:47Z\n",
        "in all: 3,486 transfers, 403 accounts, 2,693 transactions, 701 purses\n",
        "  2,753 transfers  652,954.779130214781096396 ETH  ethereum:native\n",
        "\n\ngood for a trace\n",
    ] {
        assert!(run.stdout.contains(said), "{said:?} is not in {run:#?}");
    }
    assert_eq!(run.stderr, "");
    let json =
        dyetrace(&root(), ["check", "--json", "sample-data/harmony/transfers.csv"]).ends_with(0).json();
    assert_eq!(json["files"][0]["dialect"], "canonical");
    assert_eq!(json["files"][0]["rows"], 3486);
    assert_eq!((&json["transfers"], &json["accounts"]), (&3486.into(), &403.into()));
    assert_eq!(json["bad_rows"], serde_json::json!([]));
    let assets = json["assets"].as_array().unwrap();
    assert_eq!(assets.iter().map(|it| it["transfers"].as_u64().unwrap()).sum::<u64>(), 3486);
}

/// Thirty bad rows between two good ones.
fn bad() -> Desk {
    let bad: String = (0..30).map(|n| format!("2,{A},{B},1.{n}\n")).collect();
    Desk::with("t.csv", format!("{HEADER}1,{A},{B},5\n{bad}3,{B},{C},2\n"))
}

#[test]
fn every_bad_row_is_counted_and_the_first_are_shown() {
    let run = bad().run("check t.csv").ends_with(2);
    assert!(run.stdout.starts_with("t.csv: canonical, 2 rows, 30 bad rows\n"), "{run:#?}");
    let first = "bad row: t.csv, line 3, column `value`: `1.0` has a fraction, but this column holds whole base units\n";
    assert!(run.stdout.contains(first), "{run:#?}");
    assert_eq!(run.stdout.matches("bad row: ").count(), 20);
    let end = "… and 10 more bad rows\n\n30 bad rows: a trace would stop at the first, and 2 doubts\n";
    assert!(run.stdout.ends_with(end), "{run:#?}");
}

#[test]
fn every_bad_row_stands_in_the_json() {
    let json = bad().run("check t.csv --json").ends_with(2).json();
    let rows = json["bad_rows"].as_array().unwrap();
    assert_eq!((rows.len(), &json["files"][0]["bad_rows"]), (30, &30.into()));
    let last = serde_json::json!({
        "file": "t.csv", "line": 32, "column": "value", "seen": "1.29",
        "reason": "has a fraction, but this column holds whole base units",
    });
    assert_eq!(rows[29], last);
}

#[test]
fn file_that_is_none_of_ours_is_refused() {
    let run = Desk::with("notes.txt", "hello\n").run("check notes.txt").ends_with(1);
    assert!(run.stderr.starts_with("error: notes.txt: the header fits no dialect that is known"), "{run:#?}");
    let run = Desk::new().run("check nothing.csv").ends_with(1);
    assert!(run.stderr.starts_with("error: nothing.csv: cannot be opened: "), "{run:#?}");
}

#[test]
fn standard_input_is_read() {
    let desk = Desk::with("t.csv", format!("{HEADER}1,{A},{B},5\n"));
    let line = "\"$0\" check - <t.csv";
    let run = std::process::Command::new("sh")
        .args(["-c", line, crate::support::PROGRAM])
        .current_dir(desk.folder())
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&run.stdout).starts_with("standard input: canonical, 1 row, no bad rows\n")
    );
}

#[test]
fn pipe_that_is_named_by_its_path_is_read_whole() {
    let desk = Desk::with("t.csv", format!("{HEADER}1,{A},{B},5\n"));
    let line = "cat t.csv | \"$0\" check /dev/stdin";
    let run = std::process::Command::new("sh")
        .args(["-c", line, crate::support::PROGRAM])
        .current_dir(desk.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(said.starts_with("stdin: canonical, 1 row, no bad rows\n"), "{said}");
}

#[test]
fn columns_are_mapped_and_rounded_amounts_taken_on_demand() {
    let desk = Desk::with("t.csv", format!("height,sender,receiver,wei\n1,{A},{B},5e3\n"));
    let map = "--map block_number=height --map from_address=sender --map to_address=receiver --map value=wei";
    let run = desk.run(&format!("check t.csv {map}")).ends_with(2);
    assert!(run.stdout.contains("column `wei`: `5e3` is written with an exponent"), "{run:#?}");
    let json = desk.run(&format!("check t.csv {map} --inexact --chain bsc --json")).ends_with(0).json();
    assert_eq!(
        json["assets"][0],
        serde_json::json!({"asset": "bsc:native", "symbol": "BNB", "decimals": 18, "transfers": 1, "units": "5000"})
    );
    let doubts = json["doubts"].to_string();
    assert!(doubts.contains("amounts of this column are rounded by whoever wrote it"), "{doubts}");
    let run = desk.run("check t.csv --map amount=wei").ends_with(1);
    assert!(run.stderr.starts_with("error: `amount` is no column of ours"), "{run:#?}");
}

#[test]
fn file_that_is_only_joined_is_told_too() {
    let desk = Desk::with("tokens.csv", format!("address,symbol,name,decimals\n{A},T,T,6\n"));
    let run = desk.run("check tokens.csv").ends_with(0);
    assert!(run.stdout.ends_with("\nno transfers: nothing to trace by itself\n"), "{run:#?}");
    assert!(run.stdout.starts_with("tokens.csv: tokens, 1 row, no bad rows\n"), "{run:#?}");
}

#[test]
fn each_of_several_files_is_told_where_one_cannot_be_read() {
    let desk = Desk::with("t.csv", format!("{HEADER}1,{A},{B},5\n"))
        .and("logs.csv", "log_index,transaction_hash,block_number,address,data,topics\n");
    let run = desk.run("check t.csv logs.csv").ends_with(1);
    assert!(run.stdout.starts_with("t.csv: canonical, 1 row, no bad rows\n"), "{run:#?}");
    assert!(run.stdout.contains("not read: logs.csv: is ethereum-etl's `logs.csv`"), "{run:#?}");
    assert!(run.stderr.starts_with("error: logs.csv: is ethereum-etl's"), "{run:#?}");
}

/// The doubts of a check, by their kinds.
fn kinds(json: &Value) -> Vec<&str> {
    json["doubts"].as_array().unwrap().iter().map(|doubt| doubt["kind"].as_str().unwrap()).collect()
}

/// The one doubt of a kind.
#[track_caller]
fn doubt<'a>(json: &'a Value, kind: &str) -> &'a Value {
    let found = json["doubts"].as_array().unwrap().iter().find(|doubt| doubt["kind"] == kind);
    found.unwrap_or_else(|| panic!("no doubt `{kind}` in {json:#}"))
}

/// A hash of 64 digits.
fn hash(number: u64) -> String {
    format!("0x{number:064x}")
}

const FULL: &str = "block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,value,fee\n";

/// Rows without a fault: one transfer a block, `rows` of them.
fn good(rows: u64) -> String {
    let row =
        |row: u64| format!("{},0,0,{},{},{A},{B},5,1\n", 100 + row, 1_600_000_000 + 12 * row, hash(row));
    FULL.to_owned() + &(0..rows).map(row).collect::<String>()
}

const TOKENS: &str =
    "token_address,from_address,to_address,value,transaction_hash,log_index,block_number,block_timestamp\n";

/// ethereum-etl's token transfers, one in each block.
fn token_rows(blocks: impl IntoIterator<Item = u64>) -> String {
    let row =
        |block: u64| format!("{D},{A},{B},5,{},0,{block},{}\n", hash(block), 1_600_000_000 + 12 * block);
    TOKENS.to_owned() + &blocks.into_iter().map(row).collect::<String>()
}

#[test]
fn file_without_a_fault_is_good() {
    let json = Desk::with("t.csv", good(3)).run("check t.csv --json").ends_with(0).json();
    assert_eq!((&json["verdict"], kinds(&json)), (&"good".into(), vec![]));
    assert_eq!(json["fees_stated"], 3);
    assert_eq!(json["history"]["native"], json!({"whole": 2, "accounts": 2}));
    assert_eq!(json["files"][0]["about"], "dyetrace's own transfer CSV");
    let chain = &json["chains"][0];
    assert_eq!(
        (&chain["blocks"], &chain["first_block"], &chain["last_block"]),
        (&3.into(), &100.into(), &102.into())
    );
    assert_eq!(chain["first_time"], "2020-09-13T12:26:40Z");
    assert_eq!(chain["longest_silence"]["seconds"], 12);
}

#[test]
fn file_that_ends_at_a_round_number_of_rows_looks_cut() {
    let desk = Desk::with("a.csv", good(1_000)).and("b.csv", good(999));
    let json = desk.run("check a.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["cut"]);
    let said = "a.csv has exactly 1,000 rows: it looks cut. Queries and exports often stop at round numbers, data seldom do.";
    assert_eq!(doubt(&json, "cut")["detail"], said);
    assert_eq!(kinds(&desk.run("check b.csv --json").ends_with(0).json()), Vec::<&str>::new());
    // A file of blocks may well hold a thousand of them.
    let rows: String = (0..1_000).map(|block| format!("{block},{},0x,1\n", 1_600_000_000 + block)).collect();
    let blocks = Desk::with("blocks.csv", format!("number,timestamp,miner,gas_limit\n{rows}"));
    assert_eq!(kinds(&blocks.run("check blocks.csv --json").ends_with(0).json()), Vec::<&str>::new());
}

#[test]
fn limits_of_etherscan_are_named() {
    let header = "hash,blockNumber,timeStamp,from,to,value,isError,gasUsed,gasPrice\n";
    let row = |row: u64| format!("{},{row},{},{A},{B},5,0,1,1\n", hash(row), 1_600_000_000 + row);
    let answer = header.to_owned() + &(0..10_000).map(row).collect::<String>();
    let export = "Txhash,Blockno,UnixTimestamp,From,To,TokenValue,ContractAddress\n";
    let usdc = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    let row = |row: u64| format!("{},{row},{},{A},{B},5,{usdc}\n", hash(row), 1_600_000_000 + row);
    let export = export.to_owned() + &(0..5_000).map(row).collect::<String>();
    let desk = Desk::with("answer.csv", answer).and("export.csv", export);
    let run = desk.run("check answer.csv export.csv").ends_with(0);
    for said in [
        "answer.csv has exactly 10,000 rows, where Etherscan cuts an answer without a word.",
        "export.csv has exactly 5,000 rows, where Etherscan's export ends without a word.",
    ] {
        assert!(run.stdout.contains(said), "{said:?} is not in {run:#?}");
    }
    let json = desk.run("check answer.csv export.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["cut", "cut", "no_internal"], "each limit is said once");
}

#[test]
fn missing_part_of_whole_blocks_stands_out() {
    let desk =
        Desk::with("token_transfers.csv", token_rows((0..200).chain(5_000..5_200).chain(9_000..9_200)));
    let json = desk.run("check token_transfers.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["gaps"]);
    let longest = json!({
        "first_block": 200, "last_block": 4_999, "blocks": 4_800,
        "after": "2020-09-13T13:06:28Z", "before": "2020-09-14T05:06:40Z",
    });
    assert_eq!(doubt(&json, "gaps")["longest"][0], longest);
    let chain = &json["chains"][0]["gaps"][0];
    assert_eq!(
        (&chain["count"], &chain["usual_distance"], &chain["longest"][0]),
        (&2.into(), &1.into(), &longest)
    );
    let run = desk.run("check token_transfers.csv").ends_with(0);
    let said = "blocks 200 to 4999 (4,800), 2020-09-13T13:06:28Z to 2020-09-14T05:06:40Z\n";
    assert!(run.stdout.contains(said), "{run:#?}");
}

#[test]
fn missing_file_among_several_of_a_dialect_stands_out_although_another_dialect_has_its_blocks() {
    let transactions = "hash,nonce,block_number,transaction_index,from_address,to_address,value,gas_price,receipt_status,block_timestamp\n";
    let row =
        |block: u64| format!("{},1,{block},0,{A},{B},5,1,1,{}\n", hash(block), 1_600_000_000 + 12 * block);
    let transactions = transactions.to_owned() + &(0..5_001).map(row).collect::<String>();
    let desk = Desk::with("transactions.csv", transactions)
        .and("token_transfers_1.csv", token_rows(0..200))
        .and("token_transfers_3.csv", token_rows(5_000..5_200));
    let json = desk.run("check transactions.csv token_transfers_1.csv token_transfers_3.csv --json").json();
    assert!(
        doubt(&json, "gaps")["detail"].as_str().unwrap().contains("ethereum-etl-token-transfers"),
        "{json:#}"
    );
    assert_eq!(kinds(&json).iter().filter(|kind| **kind == "gaps").count(), 1);
}

#[test]
fn silence_of_one_address_is_no_fault() {
    let header = "hash,blockNumber,timeStamp,from,to,value,isError,gasUsed,gasPrice\n";
    let blocks = (0..50).chain(1_000_000..1_000_050);
    let row = |row: u64| format!("{},{row},{},{A},{B},5,0,1,1\n", hash(row), 1_600_000_000 + row);
    let desk = Desk::with("txlist.csv", header.to_owned() + &blocks.map(row).collect::<String>());
    let json = desk.run("check txlist.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["no_internal"]);
    assert_eq!(json["chains"][0]["gaps"], json!([]));
    let run = desk.run("check txlist.csv").ends_with(0);
    assert!(
        run.stdout.contains("    longest silence: 11 days 13 hours, 2020-09-13T12:27:29Z to "),
        "{run:#?}"
    );
    assert!(run.stdout.contains("  failures   told by the files: what failed moves nothing\n"), "{run:#?}");
    assert!(
        run.stdout.contains("  histories  native coin: taken as whole for 1 of 2 accounts\n"),
        "{run:#?}"
    );
}

#[test]
fn missing_part_of_a_file_of_blocks_stands_out() {
    let row = |block: u64| format!("{block},{},0x,1\n", 1_600_000_000 + block);
    let rows: String = (0..200).chain(2_000..2_200).map(row).collect();
    let desk = Desk::with("blocks.csv", format!("number,timestamp,miner,gas_limit\n{rows}"))
        .and("t.csv", ledger_at(&[100, 1_000]));
    let json = desk.run("check blocks.csv t.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["gaps", "no_fees", "rows"]);
    assert_eq!(doubt(&json, "gaps")["longest"][0]["blocks"], 1_800);
    let said = "1 row: what stands there is a block that no file of blocks holds: the row has no time";
    assert_eq!(doubt(&json, "rows")["detail"], said);
    assert_eq!(doubt(&json, "rows")["places"], json!([{"file": "t.csv", "line": 3}]));
    assert_eq!(json["chains"][0]["blocks_without_time"], 1);
}

/// A transfer in each of these blocks.
fn ledger_at(blocks: &[u64]) -> String {
    HEADER.to_owned() + &blocks.iter().map(|block| format!("{block},{A},{B},5\n")).collect::<String>()
}

#[test]
fn transfers_without_times_are_counted() {
    let json = Desk::with("t.csv", ledger_at(&[1, 2])).run("check t.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["no_times", "no_fees"]);
    let said =
        "no transfer of ethereum has a time. Name the file of blocks (`blocks.csv`) beside the transfers.";
    assert_eq!(doubt(&json, "no_times")["detail"], said);
    let header = "block_number,block_timestamp,from_address,to_address,value\n";
    let rows = format!("{header}1,1600000000,{A},{B},5\n1,,{A},{C},5\n2,,{A},{B},5\n");
    let json = Desk::with("t.csv", rows).run("check t.csv --json").ends_with(0).json();
    let said = doubt(&json, "no_times")["detail"].as_str().unwrap();
    assert!(said.starts_with("a time is missing for 1 of 3 transfers of ethereum."), "{said}");
    assert_eq!(json["times_filled"], 1);
}

#[test]
fn time_that_jumps_back_is_named_with_its_place() {
    let header = "block_number,block_timestamp,from_address,to_address,value,fee\n";
    let row = |block: u64, time: u64| format!("{block},{time},{A},{B},5,1\n");
    let rows = [row(1, 1_600_000_000), row(2, 1_600_000_100), row(3, 1_600_000_050)].concat();
    let json = Desk::with("t.csv", header.to_owned() + &rows).run("check t.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["times_run_back"]);
    let said = "1 transfer has an earlier time than a block before it. Order is by block, not by time. \
                First: block 3, 2020-09-13T12:27:30Z after 2020-09-13T12:28:20Z.";
    assert_eq!(doubt(&json, "times_run_back")["detail"], said);
    assert_eq!(doubt(&json, "times_run_back")["places"], json!([{"file": "t.csv", "line": 4}]));
}

#[test]
fn repeats_in_a_file_are_named_with_their_lines_and_those_of_several_files_counted() {
    let header =
        "block_number,block_timestamp,transaction_index,transaction_hash,from_address,to_address,value,fee\n";
    let row = |number: u64| format!("{number},1600000000,0,{},{A},{B},5,1\n", hash(number));
    let twice = [header.to_owned(), row(1), row(2), row(1)].concat();
    let desk = Desk::with("t.csv", twice).and("u.csv", header.to_owned() + &row(2));
    let run = desk.run("check t.csv u.csv").ends_with(0);
    let said = "  repeats    1 row stands in another file too: counted once; 1 row repeats another row of the same file\n";
    assert!(run.stdout.contains(said), "{run:#?}");
    assert!(run.stdout.contains("     - t.csv, line 4: as line 2\n"), "{run:#?}");
    let json = desk.run("check t.csv u.csv --json").ends_with(0).json();
    assert_eq!(json["repeats"], json!({"across_files": 1, "in_file": 1}));
    assert_eq!(doubt(&json, "repeats")["places"], json!([{"file": "t.csv", "line": 4}]));
}

#[test]
fn order_that_is_not_told_is_counted_with_what_would_settle_it() {
    let header = "block_number,block_timestamp,from_address,to_address,value\n";
    // Two transfers of one purse in block 1; the third touches neither of their purses.
    let rows = format!(
        "{header}1,1600000000,{A},{B},5\n1,1600000000,{B},{C},5\n1,1600000000,{D},{A},0\n2,1600000001,{A},{B},5\n"
    );
    let json = Desk::with("t.csv", rows).run("check t.csv --json").ends_with(0).json();
    let order = json!({
        "transfers": 2, "blocks": 1, "without_block": 0, "without_transaction_index": 2, "without_event_index": 2,
    });
    assert_eq!(json["order"], order);
    let said = "the order of 2 transfers that touch one purse, in 1 block, is not told: the order of the rows is taken, \
                and a trace is made both ways. A file with `transaction_index` and `log_index` (or `event_index`) \
                would settle it.";
    assert_eq!(doubt(&json, "order")["detail"], said);
}

#[test]
fn wrong_checksum_is_named_with_its_first_places() {
    let wrong = "0x0D043128146654c7683fbf30ac98d7b2285ded00";
    let rows: String = (1..6).map(|block| format!("{block},{wrong},{B},5\n")).collect();
    let desk = Desk::with("t.csv", HEADER.to_owned() + &rows);
    let json = desk.run("check t.csv --json").ends_with(0).json();
    let said = "5 rows: what stands there mixes cases, but its EIP-55 checksum is wrong: a digit may have been mistyped";
    assert_eq!(doubt(&json, "rows")["detail"], said);
    let run = desk.run("check t.csv").ends_with(0);
    assert!(run.stdout.contains(&format!("     - t.csv, line 2: {wrong}\n")), "{run:#?}");
    assert_eq!(run.stdout.matches("     - t.csv, line ").count(), 3);
}

#[test]
fn failures_that_cannot_be_told_are_in_doubt_until_receipts_tell_them() {
    let header =
        "hash,nonce,block_number,transaction_index,from_address,to_address,value,gas_price,block_timestamp\n";
    let receipts =
        "transaction_hash,cumulative_gas_used,gas_used,status,effective_gas_price,contract_address\n";
    let desk = Desk::with("transactions.csv", format!("{header}{},1,9,0,{A},{B},5,1,1600000000\n", hash(1)))
        .and("receipts.csv", format!("{receipts}{},9,10,1,2,\n", hash(1)));
    let json = desk.run("check transactions.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["no_fees", "failures_untold", "no_internal"]);
    assert_eq!(json["failures"], json!({"told": [], "untold": ["transactions.csv"]}));
    let json = desk.run("check transactions.csv receipts.csv --json").ends_with(0).json();
    assert_eq!(kinds(&json), ["no_internal"]);
    assert_eq!(
        (&json["failures"]["told"], &json["fees"]),
        (&json!(["transactions.csv"]), &json!({"ethereum:native": "20"}))
    );
}

#[test]
fn empty_file_among_others_is_in_doubt() {
    let desk = Desk::with("t.csv", good(3)).and("empty.csv", "").and("header.csv", FULL);
    let json = desk.run("check t.csv empty.csv header.csv --json").ends_with(0).json();
    let said =
        "2 files (empty.csv, header.csv) hold no row: an export that found nothing, or one that failed";
    assert_eq!(doubt(&json, "no_rows")["detail"], said);
    assert_eq!(doubt(&json, "no_rows")["files"], json!(["empty.csv", "header.csv"]));
}

#[test]
fn ten_assets_are_shown_and_all_stand_in_the_json() {
    let row = |number: u64| format!("0x{number:040x},{A},{B},1000,{},0,{number},1600000000\n", hash(number));
    let desk = Desk::with("t.csv", TOKENS.to_owned() + &(1..=12).map(row).collect::<String>());
    let run = desk.run("check t.csv").ends_with(0);
    assert_eq!(run.stdout.matches("  1 transfer  1,000 base units  ethereum:0x").count(), 10);
    assert!(run.stdout.contains("  and 2 more assets (all stand in --json)\n"), "{run:#?}");
    assert_eq!(desk.run("check t.csv --json").json()["assets"].as_array().unwrap().len(), 12);
}

#[test]
fn snapshot_says_what_its_files_said() {
    let desk = everything();
    let files = desk.run("check all.csv --json").ends_with(2).json();
    desk.run("ingest all.csv --skip-bad-rows --out all.dye").ends_with(2);
    let mut snapshot = desk.run("check all.dye --json").ends_with(2).json();
    assert_eq!(snapshot["snapshot"]["name"], "all.dye");
    assert_eq!(snapshot["verdict"], "incomplete");
    for key in ["snapshot", "verdict", "verdict_in_words"] {
        snapshot[key] = files[key].clone();
    }
    assert_eq!(snapshot, files);
    let run = desk.run("check all.dye").ends_with(2);
    let end = "1 bad row was left out of the snapshot: a trace would not be complete, and 6 doubts\n";
    assert!(run.stdout.ends_with(end), "{run:#?}");
}

/// A file with something of everything.
fn everything() -> Desk {
    let header = "block_number,block_timestamp,transaction_hash,from_address,to_address,asset,value\n";
    let usdc = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    let wrong = "0x0D043128146654c7683fbf30ac98d7b2285ded00";
    let [h1, h2, h3, h4, h5] = [1, 2, 3, 4, 5].map(hash);
    let rows = [
        format!("100,1600000000,{h1},{A},{B},native,1500000000000000000\n"),
        format!("100,1600000000,{h2},{B},{C},native,500000000000000000\n"),
        format!("101,1600000012,{h3},{wrong},{C},{usdc},2500000\n"),
        format!("101,1600000012,{h3},{wrong},{C},{usdc},2500000\n"),
        format!("102,1600000006,{h4},{B},{D},{usdc},1.5\n"),
        format!("103,1600000006,{h4},{B},{D},{usdc},1500000\n"),
        format!("200,,{h5},{D},{A},{D},7\n"),
    ];
    Desk::with("all.csv", header.to_owned() + &rows.concat())
}

#[test]
fn whole_text_of_a_file_with_something_of_everything() {
    let run = everything().run("check all.csv").ends_with(2);
    for line in run.stdout.lines() {
        assert!(line.chars().count() < 120, "too long: {line}");
    }
    assert_eq!(run.stdout, include_str!("check_everything.txt"), "{}", run.stdout);
}
