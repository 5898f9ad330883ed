//! Hostile and broken input: nothing is written, and what is said leads to the fault.

use crate::support::{A, B, C, Desk, HEADER, ledger};
use std::io::Write as _;

const ZERO: &str = "0x0000000000000000000000000000000000000000";

/// A good row on line 2, then this one on line 3.
fn with_row(row: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = format!("{HEADER}1,{A},{B},5\n").into_bytes();
    bytes.extend_from_slice(row.as_ref());
    bytes.push(b'\n');
    bytes
}

/// These words give exactly this message, and nothing else: no data, no folder, nothing beside it.
#[track_caller]
fn refused(desk: &Desk, words: &str, said: &str) {
    let before = desk.everything();
    let run = desk.run(words).ends_with(1);
    assert_eq!(run.stderr, format!("error: {said}\n"));
    assert_eq!(run.stdout, "");
    assert_eq!(desk.everything(), before, "something was left behind");
}

/// A file of this name and content is refused with this message, by a trace from `A`.
#[track_caller]
fn file_refused(name: &str, bytes: impl AsRef<[u8]>, said: &str) {
    let desk = Desk::with(name, bytes);
    refused(&desk, &format!("trace --transfers {name} --theft T={A} --out result"), said);
}

/// A good ledger.
fn good() -> Desk {
    Desk::with("t.csv", ledger(&[(1, A, B, 5), (2, B, C, 3)]))
}

#[test]
fn fraction_in_base_units_is_refused() {
    file_refused(
        "t.csv",
        with_row(format!("2,{A},{B},12.5")),
        "t.csv, line 3, column `value`: `12.5` has a fraction, but this column holds whole base units\n\n\
         hint: write amounts in base units (wei, satoshi): nothing is rounded here",
    );
}

#[test]
fn amount_of_2_to_the_256_is_refused_and_one_less_is_not() {
    let least = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
    file_refused(
        "t.csv",
        with_row(format!("2,{A},{B},{least}")),
        &format!(
            "t.csv, line 3, column `value`: `{least}` is larger than 2^256 - 1, the largest amount a chain can \
             hold\n\nhint: look whether two columns ran together, or the number is not in base units"
        ),
    );
    let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let desk = Desk::with("t.csv", format!("{HEADER}1,{A},{B},{most}\n"));
    desk.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    assert_eq!(desk.table("result/flows.csv").column("libr").collect::<Vec<_>>(), [most]);
}

#[test]
fn negative_amount_is_refused() {
    file_refused(
        "t.csv",
        with_row(format!("2,{A},{B},-5")),
        "t.csv, line 3, column `value`: `-5` is negative, but an amount is 0 or more\n\n\
         hint: sender and receiver tell the direction: swap them",
    );
}

#[test]
fn empty_receiver_and_empty_sender_are_refused() {
    file_refused(
        "t.csv",
        with_row(format!("2,{A},,5")),
        "t.csv, line 3: column `to_address` is empty, but an address was expected\n\n\
         hint: of a contract creation, name the account that was created",
    );
    file_refused(
        "t.csv",
        with_row(format!("2,,{B},5")),
        "t.csv, line 3: column `from_address` is empty, but only a reward or a withdrawal has no sender\n\n\
         hint: say so in `kind`, or give the sender",
    );
}

#[test]
fn missing_column_is_named() {
    file_refused(
        "t.csv",
        format!("block_number,from_address,value\n1,{A},5\n"),
        "t.csv: the header fits no dialect that is known: `block_number`, `from_address`, `value`\n\n\
         hint: the nearest is `canonical` (dyetrace's own transfer CSV), which lacks `to_address`; a file \
         with one transfer a row is read by naming its columns: `--map value=NAME`",
    );
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    let row = [format!("2,{A},").as_bytes(), b"\xff\xfe,5"].concat();
    file_refused(
        "t.csv",
        with_row(row),
        "t.csv, line 3, column `to_address`: `\u{fffd}\u{fffd}` is not UTF-8 text\n\nhint: save the file as UTF-8",
    );
}

#[test]
fn line_of_100_megabytes_is_refused_by_its_number() {
    let mut bytes = format!("{HEADER}1,{A},{B},5\n2,").into_bytes();
    bytes.resize(100 << 20, b'a');
    file_refused(
        "t.csv",
        bytes,
        "t.csv, line 3: this row is longer than 1048576 bytes\n\n\
         hint: is this a text file with one transfer a line?",
    );
}

#[test]
fn file_without_rows_and_empty_file_are_refused() {
    file_refused(
        "t.csv",
        HEADER,
        "t.csv: the file holds a header, but no row\n\n\
         hint: an export that found nothing looks like this: check what was asked for",
    );
    file_refused(
        "t.csv",
        "",
        "t.csv: the file is empty\n\nhint: an export that failed leaves one: fetch it again",
    );
}

#[test]
fn truncated_gzip_is_refused() {
    let rows: String = (1..3000).map(|n| format!("{n},{A},{B},{}\n", n * 7919 % 10_007)).collect();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all((HEADER.to_owned() + &rows).as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    for length in [whole.len() / 2, whole.len() - 1] {
        let desk = Desk::with("t.csv.gz", &whole[..length]);
        let before = desk.everything();
        let words = format!("trace --transfers t.csv.gz --theft T={A} --out result --skip-bad-rows");
        let said = desk.run(&words).ends_with(1).stderr;
        assert!(said.starts_with("error: t.csv.gz: the gzip data end too early: "), "{said}");
        assert!(
            said.ends_with("\n\nhint: the file was cut off: fetch it again and compare its size\n"),
            "{said}"
        );
        assert_eq!(desk.everything(), before);
    }
}

#[test]
fn label_of_an_unknown_category_is_refused() {
    let desk = good().and("labels.csv", format!("address,category\n{C},mixer\n{B},exchnge\n"));
    refused(
        &desk,
        &format!("trace --transfers t.csv --labels labels.csv --theft T={A} --out result"),
        "labels.csv, line 3, column `category`: `exchnge` is no category: one of exchange_deposit, exchange, mixer, \
         bridge, defi, dex, token, payment, gambling, service, burn, issuer, miner, sanctioned, theft, other was \
         expected",
    );
}

#[test]
fn text_of_labels_is_data_never_a_formula_a_path_or_a_control() {
    let words = [
        "=HYPERLINK(\"\"http://x\"\";\"\"y\"\")",
        "<script>alert(1)</script>",
        "../../../evil",
        "@SUM(A1)",
        "\u{1b}[2J+1",
    ];
    for word in words {
        let labels =
            format!("address,label,category,entity,source\n{B},\"{word}\",exchange,\"{word}\",\"{word}\"\n");
        let desk = good().and("labels.csv", labels);
        let words = format!("trace --transfers t.csv --labels labels.csv --theft T={A} --out result");
        let run = desk.run(&words).ends_with(0);
        assert!(!run.stdout.contains('\u{1b}'), "{run:#?}");
        let outside: Vec<String> =
            desk.everything().into_keys().filter(|it| !it.starts_with("result/")).collect();
        assert_eq!(outside, ["labels.csv", "t.csv"]);
        let plain = word.replace("\"\"", "\"");
        let labels = desk.table("result/holdings.csv").column("label").map(str::to_owned).collect::<Vec<_>>();
        assert!(labels.iter().any(|label| label.trim_start_matches('\'') == plain), "{labels:?}");
        for name in
            desk.everything().into_keys().filter(|it| it.ends_with(".csv") && it.starts_with("result/"))
        {
            for cell in desk.table(&name).rows.iter().flatten() {
                let is_number =
                    cell.strip_prefix('-').is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
                assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}: {cell}");
            }
        }
    }
}

#[test]
fn id_of_a_theft_that_is_a_formula_is_defused() {
    let desk = good().and(
        "case.toml",
        format!("[[input]]\npath = \"t.csv\"\n[[theft]]\nid = \"=1+1\"\n[[theft.seed]]\naddress = \"{A}\"\n"),
    );
    desk.run("trace case.toml --out result").ends_with(0);
    assert!(desk.table("result/flows.csv").column("theft").all(|cell| cell == "'=1+1"));
}

#[test]
fn unknown_option_and_unknown_command_are_refused() {
    for words in
        [format!("trace --transfers t.csv --theft T={A} --out result --frobnicate"), "trase".to_owned()]
    {
        let desk = good();
        let before = desk.everything();
        let run = desk.run(&words).ends_with(1);
        let word = words.split(' ').next_back().unwrap();
        assert!(run.stderr.starts_with("error: un") && run.stderr.contains(&format!("'{word}'")), "{run:#?}");
        assert!(run.stderr.contains("--help"), "{run:#?}");
        assert_eq!((run.stdout.as_str(), desk.everything()), ("", before));
    }
}

#[test]
fn number_below_0_is_refused_as_a_value_of_its_option() {
    for option in ["--max-hops", "--hub-transfers", "--threads"] {
        let run = good().run(&format!("trace --transfers t.csv --theft T={A} {option} -1")).ends_with(1);
        assert!(run.stderr.starts_with(&format!("error: invalid value '-1' for '{option} <N>'")), "{run:#?}");
    }
}

#[test]
fn more_threads_than_a_machine_has_are_refused_before_any_starts() {
    for count in ["0", "1025", "100000"] {
        let run =
            good().run(&format!("trace --transfers t.csv --theft T={A} --threads {count}")).ends_with(1);
        let said = format!("error: invalid value '{count}' for '--threads <N>': {count} is not in 1..=1024");
        assert!(run.stderr.starts_with(&said), "{run:#?}");
    }
}

#[test]
fn unknown_rule_is_refused_with_the_rules_there_are() {
    for option in ["--rule first", "--compare fifo,first"] {
        refused(
            &good(),
            &format!("trace --transfers t.csv --theft T={A} --out result {option}"),
            "`first` is no rule: one of fifo, lifo, prorata, libr, taint_first, poison was expected",
        );
    }
}

#[test]
fn seed_that_is_not_in_the_ledger_is_refused() {
    let stranger = "0x00000000000000000000000000000000000000ee";
    refused(
        &good(),
        &format!("trace --transfers t.csv --theft T={stranger} --out result"),
        &format!(
            "seed `{stranger}` of the theft `T` is not in this ledger: no transfer that counts names it\n\n\
             hint: the ledger holds 2 transfers of 3 accounts on ethereum, blocks 1 to 2; look at the address, its \
             chain and asset, `since` and `--until`"
        ),
    );
}

#[test]
fn zero_address_is_no_seed() {
    let desk = Desk::with("t.csv", ledger(&[(1, ZERO, A, 5)]));
    refused(
        &desk,
        &format!("trace --transfers t.csv --theft T={ZERO} --out result"),
        "the theft `T` names the zero address as a seed: it is no purse\n\n\
         hint: into the zero address is burned, out of it is minted; name the address that received the money",
    );
}

#[test]
fn time_against_a_ledger_of_blocks_is_refused() {
    refused(
        &good(),
        &format!("trace --transfers t.csv --theft T={A}@2022-06-23T11:06:00Z --out result"),
        &format!(
            "seed `{A}` of the theft `T` begins at a time, but no transfer of its chain has one\n\n\
             hint: this ledger has block numbers only: give `since_block`, or `@block:N`"
        ),
    );
    let run = good()
        .run(&format!("trace --transfers t.csv --theft T={A} --until 2022-06-23T11:06:00Z"))
        .ends_with(1);
    assert!(run.stderr.contains("hint: "), "{run:#?}");
}

#[test]
fn two_thefts_that_begin_at_once_are_refused() {
    refused(
        &good(),
        &format!("trace --transfers t.csv --theft T={A} --theft U={A} --out result"),
        &format!(
            "the thefts `T` and `U` begin at once, at the same row of `{A}` in `ethereum:native`\n\n\
             hint: give one of them a later `since`, or trace them in two runs"
        ),
    );
}

#[test]
fn unknown_key_in_a_case_file_is_refused() {
    let case = "[[input]]\npath = \"t.csv\"\n[trace]\nmaxhops = 3\n";
    refused(
        &good().and("case.toml", case),
        "trace case.toml --out result",
        "case.toml, line 4: unknown field `maxhops`, expected one of `rule`, `compare`, `stop`, `hub_transfers`, \
         `max_hops`, `until`, `min_amount`, `follow_noise`, `swaps`, `bridges`, `link_confidence`, `mixers`, `mixer_probability`, `detected_deposits`, `skip_bad_rows`",
    );
}

#[test]
fn case_file_is_read_to_its_end_or_refused() {
    let head =
        format!("[[input]]\npath = \"t.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n");
    let long = format!("{head}{}\n[trace]\nrule = \"fifo\"\n", "#".repeat(16 << 20));
    refused(
        &good().and("case.toml", long),
        "trace case.toml --out result",
        "case.toml: is larger than 16777216 bytes, too large for a case file",
    );
}

#[test]
fn folder_is_read_as_a_whole_or_refused() {
    let words = format!("trace --transfers in --theft T={A} --out result");
    let hint = "name the files, or each folder on its own, or move it away";
    // A file in a folder of the folder would be missing from the result.
    let desk = good();
    std::fs::create_dir_all(desk.path("in/older")).unwrap();
    std::fs::copy(desk.path("t.csv"), desk.path("in/a.csv")).unwrap();
    let said = format!("in: the folder holds `older`, which is a folder and is not read\n\nhint: {hint}");
    refused(&desk, &words, &said);
    std::fs::remove_dir(desk.path("in/older")).unwrap();
    desk.run(&words).ends_with(0);
    // A link to a file is that file.
    std::fs::remove_file(desk.path("in/a.csv")).unwrap();
    std::os::unix::fs::symlink("../t.csv", desk.path("in/link.csv")).unwrap();
    desk.run(&words).ends_with(0);
    assert_eq!(desk.table("result/flows.csv").rows.len(), 2);
    std::os::unix::fs::symlink("nowhere", desk.path("in/dangling.csv")).unwrap();
    let run = desk.run(&words).ends_with(1);
    let said = format!(
        "error: in: the folder holds `dangling.csv`, which is no file and is not read\n\nhint: {hint}\n"
    );
    assert_eq!(run.stderr, said);
}

#[test]
fn bad_rows_left_out_are_listed_and_said_in_text_and_json() {
    let rows = format!("{HEADER}1,{A},{B},5\n2,{B},{C},1.5\n3,{B},,2\n4,{B},{C},1\n");
    let desk = Desk::with("t.csv", rows);
    let words = format!("trace --transfers t.csv --theft T={A} --skip-bad-rows --out result");
    let text = desk.run(&words).ends_with(2);
    let said = "\nThe result is not complete:\n  rejects: 2 input rows left out: see `rejects.csv`\n";
    assert!(text.stdout.contains(said), "{text:#?}");
    let json = desk.run(&format!("{words} --json")).ends_with(2).json();
    let missing =
        serde_json::json!([{"kind": "rejects", "detail": "2 input rows left out: see `rejects.csv`"}]);
    assert_eq!((&json["complete"], &json["missing"]), (&serde_json::json!(false), &missing));
    let rejects = desk.table("result/rejects.csv");
    assert_eq!(rejects.columns, ["file", "line", "column", "seen", "reason"]);
    assert_eq!(
        rejects.rows,
        [
            ["t.csv", "3", "value", "1.5", "has a fraction, but this column holds whole base units"],
            ["t.csv", "4", "to_address", "", "is empty, but an address was expected"],
        ]
    );
    // The rows that are good were traced.
    assert_eq!(desk.table("result/flows.csv").column("block_number").collect::<Vec<_>>(), ["1", "4"]);
}
