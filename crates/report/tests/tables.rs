//! Columns to the letter, cells that cannot be formulas, orders that are fixed.

use crate::support::{At, Case, whole_case};
use dyetrace_core::Category;
use dyetrace_core::trace::{PostingKind, Rule, Stop};
use dyetrace_report::{Limitation, Reject};

fn head(files: &std::collections::BTreeMap<String, String>, name: &str) -> String {
    files[name].lines().next().unwrap_or_default().to_owned()
}

#[test]
fn the_columns_are_those_of_the_contract() {
    let files = whole_case().written();
    let rules = "libr,fifo,lifo,prorata,claim_libr,claim_fifo,claim_lifo,claim_prorata";
    assert_eq!(
        head(&files, "freezable.csv"),
        "rank,theft,holder,holder_kind,chain,address,asset,symbol,state,amount_min,amount_rule,amount_max,robust,\
         claim,stolen_asset,gross_received,balance,first_taint,last_taint,deposits,swept_to,swept_at,grade,basis,\
         hops,route_id"
    );
    assert_eq!(
        head(&files, "holdings.csv"),
        format!(
            "theft,stolen_asset,chain,address,label,category,asset,state,stop,balance,{rules},first_taint,last_taint,hops,grade"
        )
    );
    assert_eq!(
        head(&files, "flows.csv"),
        format!(
            "chain,block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,\
             to_address,asset,value,theft,stolen_asset,{rules},grade"
        )
    );
    assert_eq!(
        head(&files, "postings.csv"),
        format!(
            "theft,stolen_asset,kind,chain,block_number,transaction_index,event_index,transaction_hash,address,\
             asset,{rules}"
        )
    );
    assert_eq!(
        head(&files, "conservation.csv"),
        "theft,stolen_asset,rule,stolen,unseen_inflow,already_frozen,memo_account,at_deposit_unswept,\
         swept_credited,at_exchange,in_pool,refund_pending,in_flight_bridge,defi_position,not_followed,\
         edge_of_data,lost,issuer_freezable,self_custody_native,self_custody_token,fees,burned,total,difference"
    );
    assert_eq!(
        head(&files, "routes.csv"),
        "route_id,hop,chain,transaction_hash,from_address,to_address,asset,value,taint,grade,link"
    );
    assert_eq!(head(&files, "next.csv"), "theft,stolen_asset,chain,address,asset,from_block,amount,claim");
    assert_eq!(
        head(&files, "leads.csv"),
        "theft,stolen_asset,venue,chain,deposit_address,asset,deposit_transaction,deposited_at,deposited,tainted,\
         withdrawal_transaction,withdrawn_at,wallet,recipient,withdrawn_asset,withdrawn,delay,candidates,tested,hits_after,\
         hits_before,placebo"
    );
    assert_eq!(head(&files, "rejects.csv"), "file,line,column,seen,reason");
    assert_eq!(head(&files, "limitations.csv"), "kind,subject,detail");
    assert!(files.values().all(|text| !text.contains('\r')));
}

#[test]
fn no_foreign_text_can_be_a_formula() {
    let mut case = whole_case();
    case.label(5, "@SUM(A1)", Category::Other, "+1");
    case.trace.thefts[0] = "=cmd|' /C calc'!A0".into();
    case.facts.rejects.push(Reject {
        file: "-x.csv".into(),
        line: 3,
        column: "value".into(),
        seen: "=1+1".into(),
        reason: "is no number".into(),
    });
    let detail = "\t=1".to_owned();
    case.facts.warnings.push(Limitation { kind: "checksum".into(), subject: "+a".into(), detail });
    for (name, text) in case.written() {
        if !name.ends_with(".csv") {
            continue;
        }
        for row in csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes()).records() {
            for cell in row.unwrap().iter() {
                let number =
                    cell.strip_prefix('-').is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number;
                assert!(!formula, "{name}: {cell}");
            }
        }
    }
}

#[test]
fn poison_has_no_claim_and_no_conservation() {
    let mut case = Case::new(&[Rule::Libr, Rule::Poison]);
    let received = case.coin(9, 1, 10);
    let sent = case.coin(1, 2, 10);
    case.built();
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[10, 10]);
    case.flow(sent, &[10, 10]);
    let at = |holder| At { holder, token: None, stop: None, balance: 10, hops: 1, first: sent };
    case.holding(&at(1), &[0, 10]).holding(&at(2), &[10, 10]);
    let files = case.written();
    insta::assert_snapshot!(files["holdings.csv"]);
    assert_eq!(files["conservation.csv"].lines().count(), 2);
    assert!(files["limitations.csv"].contains("poison,rule,"));
}

#[test]
fn next_lists_the_edge_largest_first() {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo, Rule::Poison]);
    let received = case.coin(9, 1, 10);
    let places = [2, 3, 4, 5].map(|holder| case.coin(1, holder, 5));
    case.built();
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[10; 3]);
    let units = [[3, 1, 5], [5, 3, 5], [0, 4, 5], [0, 0, 5]];
    for ((holder, first), units) in (2..).zip(places).zip(units) {
        let at = At { holder, token: None, stop: Some(Stop::Edge), balance: 5, hops: 1, first };
        case.holding(&at, &units);
    }
    case.holding(&At { holder: 1, token: None, stop: None, balance: 2, hops: 0, first: 0 }, &[2, 2, 2]);
    let files = case.written();
    insta::assert_snapshot!(files["next.csv"]);
}

#[test]
fn a_sweep_goes_to_the_same_holder_first_and_else_to_any_exchange() {
    let swept = |entity: &str| {
        let mut case = Case::new(&[Rule::Libr]);
        case.coin(9, 3, 50);
        let early = case.coin(3, 4, 50);
        let received = case.coin(9, 3, 60);
        case.coin(3, 5, 30);
        case.coin(3, 4, 30);
        case.built();
        case.label(3, "deposit", Category::ExchangeDeposit, "Alpha");
        case.label(4, "hot", Category::Exchange, entity);
        case.label(5, "hot", Category::Exchange, "Beta");
        let at = At { holder: 3, token: None, stop: None, balance: 0, hops: 0, first: received };
        case.holding(&at, &[60]);
        case.with(|report| report.findings()[0].swept.map(|place| place - early))
    };
    assert_eq!(swept("Alpha"), Some(3));
    assert_eq!(swept("Gamma"), Some(2));
}

#[test]
fn poison_alone_names_no_amount_of_money() {
    let mut case = Case::new(&[Rule::Poison]);
    let received = case.coin(9, 1, 10);
    case.built();
    case.label(1, "deposit", Category::ExchangeDeposit, "X");
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[10]);
    case.holding(
        &At { holder: 1, token: None, stop: Some(Stop::Edge), balance: 10, hops: 0, first: 0 },
        &[10],
    );
    let files = case.written();
    for name in ["freezable.csv", "routes.csv", "next.csv", "conservation.csv"] {
        assert_eq!(files[name].lines().count(), 1, "{name}");
    }
    assert_eq!(files["holdings.csv"].lines().count(), 2);
}

#[test]
fn a_theft_that_nothing_was_found_of_is_still_written() {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo]);
    case.coin(9, 1, 10);
    case.built();
    let files = case.written();
    let zeros = ",0".repeat(21);
    let row = |rule: &str| format!("T,ethereum:native,{rule}{zeros}");
    let rows: Vec<&str> = files["conservation.csv"].lines().skip(1).collect();
    assert_eq!(rows, [row("libr"), row("fifo")]);
    case.with(|report| assert!(report.summary(None).to_string().starts_with("No deposit account")));
}

#[test]
fn two_thefts_in_one_asset_keep_their_own_rows() {
    let mut case = Case::new(&[Rule::Libr]);
    let (first, second) = (case.coin(9, 1, 10), case.coin(9, 1, 30));
    case.built();
    case.label(1, "deposit", Category::ExchangeDeposit, "X");
    case.trace.thefts.push("U".into());
    let class = case.trace.classes[0];
    case.trace.classes.push(dyetrace_core::trace::Class { theft: 1, ..class });
    let seed = case.purse(1, None);
    let at = |first| At { holder: 1, token: None, stop: None, balance: 40, hops: 0, first };
    case.posting(PostingKind::Received, first, seed, &[10]).posting(
        PostingKind::Received,
        second,
        seed,
        &[30],
    );
    case.holding(&at(first), &[10]).holding(&at(second), &[30]);
    let other = dyetrace_core::trace::ClassId(1);
    (case.trace.postings.class[1], case.trace.holdings.class[1]) = (other, other);
    let files = case.written();
    let thefts: Vec<&str> = files["freezable.csv"].lines().skip(1).map(|row| &row[..3]).collect();
    // Both are all of their theft: the one that was tainted first stands first.
    assert_eq!(thefts, ["1,T", "2,U"]);
    assert!(files["conservation.csv"].lines().skip(1).all(|row| row.ends_with(",0")));
}
