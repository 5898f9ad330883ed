//! Noise: counted and listed, taken for stolen by no seed that does not name it, and never a reason to lose real money.

use crate::support::{A, B, C, D, Desk};

const HEADER: &str = "block_number,transaction_hash,from_address,to_address,asset,value\n";
const USDT: &str = "0xdac17f958d2ee523a2206206994597c13d831ec7";
const FAKE: &str = "0x00000000000000000000000000000000000000f1";
const OTHER: &str = "0x00000000000000000000000000000000000000f2";

/// An address that a wallet shows as it shows D.
const LIKE_D: &str = "0x00012345678901234567890123456789000000dd";

fn row(block: u64, from: &str, to: &str, asset: &str, value: u64) -> String {
    format!("{block},0x{block:064x},{from},{to},{asset},{value}\n")
}

/// The thief A gets coins, a counterfeit and an unknown token, and sends all three on to B.
fn desk(symbol: &str) -> Desk {
    let rows = [
        row(1, C, A, "native", 100),
        row(2, C, A, FAKE, 7_000_000),
        row(3, C, A, OTHER, 50),
        row(4, A, B, "native", 100),
        row(5, A, B, FAKE, 7_000_000),
        row(6, A, B, OTHER, 50),
        row(7, C, A, OTHER, 0),
    ];
    let tokens = format!("chain,contract,symbol,decimals\nethereum,{FAKE},\"{symbol}\",6\n");
    Desk::with("t.csv", HEADER.to_owned() + &rows.concat()).and("tokens.csv", tokens)
}

/// The stolen assets of a result.
fn stolen(desk: &Desk) -> Vec<String> {
    let mut assets: Vec<String> =
        desk.table("result/conservation.csv").column("stolen_asset").map(str::to_owned).collect();
    assets.dedup();
    assets
}

fn said(desk: &Desk, kind: &str) -> Vec<[String; 2]> {
    let table = desk.table("result/limitations.csv");
    let rows = table.column("kind").zip(table.column("subject")).zip(table.column("detail"));
    rows.filter(|((it, _), _)| *it == kind)
        .map(|((_, subject), detail)| [subject, detail].map(str::to_owned))
        .collect()
}

#[test]
fn a_counterfeit_at_a_seed_is_not_stolen_unless_it_is_asked_for() {
    let desk = desk("USDT");
    let trace = |theft: &str, more: &str| {
        let line = format!("trace --transfers t.csv --tokens tokens.csv --theft {theft} --out result {more}");
        desk.run(&line).ends_with(0)
    };
    let (coin, fake, other) =
        ("ethereum:native".to_owned(), format!("ethereum:{FAKE}"), format!("ethereum:{OTHER}"));
    let run = trace(&format!("T={A}"), "");
    assert_eq!(stolen(&desk), [other.clone(), coin.clone()]);
    let [[subject, detail]] = &said(&desk, "set_aside")[..] else { panic!("{:?}", said(&desk, "set_aside")) };
    assert_eq!(subject, &format!("T {A} {fake}"));
    assert_eq!(
        detail,
        "symbol `USDT`: 7000000 base units came in by 1 transfer, nothing but noise (counterfeit): not taken for stolen. \
         A seed that names this asset takes it, and so does `--follow-noise`"
    );
    assert!(run.stdout.contains("set_aside"), "{run:#?}");
    let counts: Vec<String> = said(&desk, "noise").into_iter().map(|[kind, _]| kind).collect();
    assert_eq!(counts, ["counterfeit", "zero_value"]);
    assert_eq!(said(&desk, "noise_token"), [[fake.clone(), "symbol `USDT`: counterfeit".to_owned()]]);

    trace(&format!("T={A}"), "--follow-noise");
    assert_eq!(stolen(&desk), [fake.clone(), other.clone(), coin.clone()]);
    assert_eq!(said(&desk, "set_aside"), [[""; 2]; 0]);
    let manifest = std::fs::read_to_string(desk.path("result/manifest.json")).unwrap();
    assert!(
        manifest.contains("\"follow_noise\": true") && manifest.contains("\"--follow-noise\""),
        "{manifest}"
    );

    let named = format!(
        "[[input]]\npath = \"t.csv\"\n[[tokens]]\npath = \"tokens.csv\"\n[[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \
         \"{A}\"\nasset = \"{FAKE}\"\n"
    );
    for (case, assets) in [
        (named.clone(), vec![fake.clone()]),
        (
            named.replace(&format!("asset = \"{FAKE}\"\n"), "[trace]\nfollow_noise = true\n"),
            vec![fake, other, coin],
        ),
    ] {
        std::fs::write(desk.path("case.toml"), case).unwrap();
        desk.run("trace case.toml --out result").ends_with(0);
        assert_eq!(stolen(&desk), assets);
    }
}

#[test]
fn a_symbol_that_wants_to_be_something_else_is_data() {
    for symbol in ["=HYPERLINK(1) CLAIM", "<script>visit</script>", "../../claim", "\u{202e}claim\u{7}"] {
        let desk = desk(symbol);
        let run = desk
            .run(&format!("trace --transfers t.csv --tokens tokens.csv --theft T={A} --out result"))
            .ends_with(0);
        assert_eq!(said(&desk, "set_aside").len(), 1, "{run:#?}");
        assert!(!run.stdout.contains(['\u{202e}', '\u{7}']), "{run:#?}");
        let limitations = std::fs::read_to_string(desk.path("result/limitations.csv")).unwrap();
        assert!(
            !limitations.contains(['\u{202e}', '\u{7}']) && !limitations.contains("\n="),
            "{limitations}"
        );
    }
}

#[test]
fn stolen_money_that_falls_into_a_trap_is_followed_with_a_warning() {
    let rows = [
        row(1, C, A, USDT, 900),
        row(2, A, D, USDT, 100),
        row(3, A, LIKE_D, USDT, 0),
        row(4, A, LIKE_D, USDT, 800),
        row(5, LIKE_D, B, USDT, 800),
    ];
    let desk = Desk::with("t.csv", HEADER.to_owned() + &rows.concat());
    let run = desk.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    let held = desk.table("result/holdings.csv");
    let held: Vec<_> = held.column("address").zip(held.column("libr")).collect();
    assert_eq!(held, [(B, "800"), (D, "100")]);
    let [[subject, detail]] = &said(&desk, "lookalike")[..] else { panic!("{run:#?}") };
    assert_eq!(subject, &format!("ethereum:{LIKE_D}"));
    assert!(
        detail.starts_with(&format!("was paid 800 base units of ethereum:{USDT} by {A} at block 4")),
        "{detail}"
    );
    assert!(detail.ends_with("The payment carries taint and is followed"), "{detail}");
    assert_eq!(said(&desk, "poisoner").len(), 1);
    assert!(run.stdout.contains("lookalike"), "{run:#?}");
}

#[test]
fn lists_of_noise_are_bounded_and_say_how_many_more_there_are() {
    let token = |number: u64| format!("0x{number:040x}");
    let fakes = || (1000..1030).map(token);
    let rows: Vec<String> = (1..).zip(fakes()).map(|(block, token)| row(block, C, A, &token, 5)).collect();
    let symbols: Vec<String> = fakes().map(|token| format!("ethereum,{token},ETH,0\n")).collect();
    let desk = Desk::with("t.csv", HEADER.to_owned() + &row(1, C, A, "native", 1) + &rows.concat())
        .and("tokens.csv", "chain,contract,symbol,decimals\n".to_owned() + &symbols.concat());
    desk.run(&format!("trace --transfers t.csv --tokens tokens.csv --theft T={A} --out result")).ends_with(0);
    let tokens = said(&desk, "noise_token");
    assert_eq!((tokens.len(), &tokens[20]), (21, &["more".to_owned(), "and 10 more".to_owned()]));
    assert_eq!(said(&desk, "set_aside").len(), 30, "what changes the answer is listed whole");
    assert_eq!(stolen(&desk), ["ethereum:native"]);
}

#[test]
fn a_named_transaction_names_its_tokens() {
    let desk = desk("USDT");
    let hash = format!("0x{:064x}", 2);
    desk.run(&format!("trace --transfers t.csv --tokens tokens.csv --theft T=tx:{hash} --out result"))
        .ends_with(0);
    assert_eq!(stolen(&desk), [format!("ethereum:{FAKE}")]);
    assert!(said(&desk, "set_aside").is_empty() && said(&desk, "nothing_stolen").is_empty());
}

#[test]
fn what_one_seed_names_no_other_one_sets_aside() {
    let desk = desk("USDT");
    let case = format!(
        "name = \"n\"\n[[input]]\npath = \"t.csv\"\n[[tokens]]\npath = \"tokens.csv\"\n[[theft]]\nid = \"T\"\n\
         [[theft.seed]]\naddress = \"{A}\"\n[[theft.seed]]\naddress = \"{A}\"\nasset = \"{FAKE}\"\n"
    );
    let desk = desk.and("case.toml", case);
    desk.run("trace case.toml --out result").ends_with(0);
    assert!(stolen(&desk).contains(&format!("ethereum:{FAKE}")) && said(&desk, "set_aside").is_empty());
}

#[test]
fn nobody_hides_a_theft_by_handing_some_of_its_token_out() {
    // C pays the thief A; a stranger then gives sixty accounts, and A, one unit each in one transaction.
    let handed = |to: &str| format!("2,0x{:064x},{D},{to},{OTHER},1\n", 2);
    let others: String = (0..60).map(|number| handed(&format!("0x{:040x}", 0xabc_0000 + number))).collect();
    let rows = [row(1, C, A, OTHER, 1_000_000), others, handed(A), row(3, A, B, OTHER, 1_000_001)];
    let desk = Desk::with("t.csv", HEADER.to_owned() + &rows.concat());
    desk.run(&format!("trace --transfers t.csv --theft T={A} --out result")).ends_with(0);
    assert_eq!(stolen(&desk), [format!("ethereum:{OTHER}")]);
    // What nobody but the stranger gave away is no loot of whoever got it.
    let handed_to = format!("0x{:040x}", 0xabc_0000);
    let run = desk.run(&format!("trace --transfers t.csv --theft T={handed_to} --out result")).ends_with(0);
    assert!(run.stdout.contains("was set aside as noise"), "{}", run.stdout);
    assert!(said(&desk, "nothing_stolen")[0][1].contains("name the asset in the seed"));
}
