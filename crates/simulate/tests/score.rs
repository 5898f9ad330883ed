//! Scores of hand-made results against a hand-made truth.

use dyetrace_simulate::score::{Part, Score, score, to_json, to_text};
use std::fs;
use tempfile::TempDir;

const USDT: &str = "ethereum:0xdac17f958d2ee523a2206206994597c13d831ec7";

/// 100 dollars stolen: 60 at the deposit account D, 30 still held by H, 10 in the mixer M; and 40 more came to the
/// deposit account E through a swap.
fn desk(holdings: &str, freezable: &str, flows: &str) -> TempDir {
    let desk = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = desk.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("USDT", USDT)).unwrap();
    };
    write("sim/truth/coins.csv", "asset,decimals,price_micro_usd\nUSDT,6,1000000\n");
    let spots = "theft,address,asset,place,exchange,through,amount\n\
                 T,D,USDT,deposit,X,,60000000\nT,H,USDT,held,,,30000000\nT,M,USDT,mixer,,,10000000\n";
    write("sim/truth/first_stops.csv", spots);
    write("sim/truth/stolen.csv", &format!("{spots}T,E,USDT,deposit,X,swap,40000000\nT,,USDT,fees,,,1\n"));
    write(
        "sim/truth/touched.csv",
        "theft,address,kind,role\nT,H,thief,thief\nT,D,deposit,deposit\nT,M,mixer,service\nT,E,deposit,deposit\nT,N,person,downstream\n",
    );
    write(
        "sim/truth/accounts.csv",
        "address,kind,owner,exchange\nD,deposit,launderer,X\nE,deposit,launderer,X\n",
    );
    write("sim/truth/swaps.csv", "chain,transaction_hash\nethereum,a\nethereum,b\n");
    write("sim/truth/bridges.csv", "departure_hash,arrival_hash\na,b\nc,\n");
    write("sim/truth/mixers.csv", "deposit_hash,withdrawal_hash\na,b\n");
    write("r/holdings.csv", &format!("theft,stolen_asset,chain,address,asset,state,libr,fifo\n{holdings}"));
    write("r/freezable.csv", &format!("theft,address,asset,amount_min,amount_max\n{freezable}"));
    write("r/flows.csv", &format!("theft,from_address,to_address,libr,fifo\n{flows}"));
    desk
}

fn scored(desk: &TempDir) -> Score {
    let list = desk.path().join("deposits.csv");
    let list = list.exists().then_some(list.as_path());
    score(&desk.path().join("r"), &desk.path().join("sim"), list).unwrap()
}

#[track_caller]
fn row(score: &Score, subject: &str, rule: Option<&str>) -> [(u128, u128); 2] {
    let row = score.rows.iter().find(|row| row.subject == subject && row.rule.as_deref() == rule).unwrap();
    [row.precision, row.recall].map(|part| part.map(|Part { of, all }| (of, all)).unwrap())
}

#[test]
fn money_counts_as_right_only_where_it_truly_is() {
    let desk = desk(
        "T,USDT,ethereum,D,USDT,AT_DEPOSIT_UNSWEPT,50000000,60000000\n\
         T,USDT,ethereum,H,USDT,ISSUER_FREEZABLE,40000000,0\n\
         T,USDT,ethereum,Z,USDT,SWEPT_CREDITED,10000000,40000000\n",
        "T,D,USDT,50000000,55000000\nT,H,USDT,0,40000000\nT,Z,USDT,10000000,40000000\nT,N,USDT,1,1\n",
        "T,H,D,50000000,60000000\nT,H,Z,10000000,40000000\nT,H,N,0,1\n",
    );
    let score = scored(&desk);
    let million = |of: u128, all: u128| (of * 1_000_000, all * 1_000_000);
    assert_eq!(score.rule, "libr");
    assert_eq!(row(&score, "amounts", Some("libr")), [million(80, 100), million(80, 140)]);
    assert_eq!(row(&score, "amounts", Some("fifo")), [million(60, 100), million(60, 140)]);
    assert_eq!(row(&score, "amounts_to_first_link", Some("libr")), [million(80, 100), million(80, 100)]);
    assert_eq!(row(&score, "deposits", Some("libr")), [million(50, 60), million(50, 100)]);
    assert_eq!(row(&score, "deposits_by_plain_transfers", Some("fifo")), [million(60, 100), million(60, 60)]);
    // Stoppable: 60 and 40 at deposit accounts, 30 of a token whose issuer can freeze it.
    assert_eq!(row(&score, "freezable", Some("libr")), [million(80, 100), million(80, 130)]);
    assert_eq!(row(&score, "accounts", Some("libr")), [(2, 3), (2, 4)]);
    assert_eq!(row(&score, "accounts", Some("fifo")), [(2, 4), (2, 4)]);
    assert_eq!(row(&score, "accounts_to_first_link", Some("libr")), [(2, 3), (2, 3)]);
    assert_eq!(row(&score, "freezable_accounts", None), [(1, 3), (1, 3)]);
    let listed = score.rows.iter().find(|row| row.subject == "deposits_listed").unwrap();
    assert_eq!(listed.recall, Some(Part { of: 55_000_000, all: 60_000_000 }));
    assert_eq!((score.listed, score.listed_downstream), (3, 1));
    assert_eq!(score.listed_untouched, [format!("T Z {USDT}")]);
    let text = to_text(&score);
    assert!(text.contains("  libr *         precision   83.33 %   recall   50.00 %"), "{text}");
    assert!(text.contains("1 of honest people further down, 1 that no stolen money came near"), "{text}");
    assert_eq!(to_json(&score)["rows"][0]["precision"]["of"], "2");
}

#[test]
fn what_a_result_does_not_hold_has_no_figure() {
    let score = scored(&desk("", "", ""));
    for subject in ["deposit_detection", "swap_links", "bridge_links", "mixer_links"] {
        let row = score.rows.iter().find(|row| row.subject == subject).unwrap();
        assert_eq!((row.precision, row.recall), (None, None));
        assert!(row.note.is_some());
    }
    // Nothing found is no precision, and a recall of 0.
    let [precision, recall] = row(&score, "amounts", Some("libr"));
    assert_eq!((precision, recall), ((0, 0), (0, 140_000_000)));
    assert!(to_text(&score).contains("precision   of none   recall    0.00 %"));
}

#[test]
fn links_are_scored_where_a_result_has_them() {
    let desk = desk("", "", "");
    let write = |name: &str, text: &str| fs::write(desk.path().join("r").join(name), text).unwrap();
    let list = "address,entity,grade\nL,Exchange 1,LABELLED\nD,Exchange 1,INFERRED\nE,Exchange 1,INFERRED\n\
                F,Exchange 1,LEAD\nF,Exchange 1,LEAD\nQ,Exchange 1,LEAD\n";
    fs::write(desk.path().join("deposits.csv"), list).unwrap();
    // E is one of another exchange's.
    let truth = "address,kind,exchange\nL,deposit,Exchange 1\nD,deposit,Exchange 1\nE,deposit,Exchange 2\n\
                 F,deposit,Exchange 1\nQ,person,\nH,hot,Exchange 1\n";
    fs::write(desk.path().join("sim/truth/accounts.csv"), truth).unwrap();
    write(
        "links.csv",
        "fate,method,source_transaction,destination_transaction\nfollowed,swap,a,a\nfollowed,bridge,a,b\nfollowed,bridge,c,d\nambiguous,bridge,e,f\nfollowed,mixer,b,a\n",
    );
    let score = scored(&desk);
    assert_eq!(row(&score, "deposit_detection", None), [(2, 3), (2, 4)]);
    assert_eq!(row(&score, "deposits_by_sweeps", None), [(1, 2), (1, 3)]);
    assert_eq!(row(&score, "deposits_by_sweeps_and_leads", None), [(2, 4), (2, 3)]);
    assert_eq!(row(&score, "swap_links", None), [(1, 1), (1, 2)]);
    // A crossing that never arrived is no link.
    assert_eq!(row(&score, "bridge_links", None), [(1, 2), (1, 1)]);
    assert_eq!(row(&score, "mixer_links", None), [(0, 1), (0, 1)]);
}

#[test]
fn folders_of_another_kind_are_refused() {
    let desk = desk("", "", "");
    let [result, simulation] = ["r", "sim"].map(|name| desk.path().join(name));
    let error = score(&simulation, &result, None).unwrap_err().to_string();
    assert!(error.contains("coins.csv") && error.contains("a score is of the folder of a trace"), "{error}");
    fs::write(
        result.join("holdings.csv"),
        "theft,stolen_asset,chain,address,asset,state,libr\nT,x,ethereum,D,ethereum:0x01,IN_POOL,5\n",
    )
    .unwrap();
    let error = score(&result, &simulation, None).unwrap_err().to_string();
    assert!(error.contains("`ethereum:0x01` is no asset of the simulation"), "{error}");
}
