//! The vectors of the contract, read from where they are kept.
//!
//! The numbers are not part of this repository: the folder stands beside it, or `DYETRACE_SHARED` names it.
//! Without it these tests pass and say so. `worked.rs` has cases of our own.

use crate::engines::{PARI_PASSU, tracers};
use crate::ledgers::{Case, SeedAt, in_order, native_purse, sends};
use dyetrace_core::trace::{Rule, Trace, TraceOptions};
use dyetrace_core::{Amount, PurseId};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The account under test; who pays it is thief or clean, whom it pays is named by the vector.
const PURSE: u8 = 1;
const CLEAN: u8 = 2;
const THIEF: u8 = 3;

/// Amounts by theft.
type ByTheft = BTreeMap<String, u128>;

struct Vector {
    name: String,
    case: Case,
    /// Places of the spends, in order.
    outs: Vec<usize>,
    /// What came in, clean money under the empty name.
    given: ByTheft,
    rules: serde_json::Map<String, Value>,
}

fn vectors() -> Option<Vec<Vector>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("DYETRACE_SHARED").map_or_else(beside, PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join("reference/rules_golden.json")) else {
        println!("skipped: no shared data");
        return None;
    };
    let file: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    Some(file.into_iter().map(|(name, vector)| read(name, &vector)).collect())
}

fn read(name: String, vector: &Value) -> Vector {
    let mut moves = Vec::new();
    let mut outs = Vec::new();
    let mut given = ByTheft::from([(String::new(), 0)]);
    let mut thefts: BTreeMap<String, Vec<SeedAt>> = BTreeMap::new();
    for (number, event) in vector["events"].as_array().unwrap().iter().enumerate() {
        let amount = u128::from(event[1].as_u64().unwrap());
        let tag = event[2].as_str();
        if event[0] == "OUT" {
            outs.push(number);
            moves.push(sends(PURSE, 10 + u8::try_from(number).unwrap(), amount));
            continue;
        }
        *given.entry(tag.unwrap_or_default().to_owned()).or_default() += amount;
        if let Some(theft) = tag {
            let seed = SeedAt::Transaction { number, account: Some(PURSE), chain: None, coin: None };
            thefts.entry(theft.to_owned()).or_default().push(seed);
        }
        moves.push(sends(if tag.is_some() { THIEF } else { CLEAN }, PURSE, amount));
    }
    let options = TraceOptions { compare: Rule::ALL.to_vec(), ..TraceOptions::default() };
    let thefts = thefts.into_iter().collect();
    let case = Case { transactions: in_order(moves), thefts, options, ..Case::default() };
    Vector { name, case, outs, given, rules: vector["rules"].as_object().unwrap().clone() }
}

/// `{"V1": 3}`; under poison `{"V1|V2": 30}` flags 30 with both.
fn expected(parts: &Value) -> ByTheft {
    let mut by_theft = ByTheft::new();
    for (thefts, amount) in parts.as_object().unwrap() {
        for theft in thefts.split('|') {
            by_theft.insert(theft.to_owned(), u128::from(amount.as_u64().unwrap()));
        }
    }
    by_theft.retain(|_, amount| *amount > 0);
    by_theft
}

fn column(trace: &Trace, rule: Rule) -> usize {
    trace.rules.iter().position(|it| *it == rule).unwrap()
}

fn carried(trace: &Trace, rule: Rule, place: usize) -> ByTheft {
    let rows = (0..trace.flows.place.len()).filter(|&row| trace.flows.place[row] == place as u64);
    let part = |row: usize| {
        let theft = trace.theft_of(trace.flows.class[row]).to_owned();
        (theft, trace.flows.shares.get(row, column(trace, rule)).units.to_u128().unwrap())
    };
    rows.map(part).filter(|(_, units)| *units > 0).collect()
}

fn held(trace: &Trace, rule: Rule, purse: PurseId) -> ByTheft {
    let rows = (0..trace.holdings.purse.len()).filter(|&row| trace.holdings.purse[row] == purse);
    let part = |row: usize| {
        let theft = trace.theft_of(trace.holdings.class[row]).to_owned();
        (theft, trace.holdings.shares.get(row, column(trace, rule)).units.to_u128().unwrap())
    };
    rows.map(part).filter(|(_, units)| *units > 0).collect()
}

#[test]
fn all_rules_give_the_golden_numbers() {
    for vector in vectors().into_iter().flatten() {
        let (ledger, labels, thefts, options) = vector.case.build();
        let purse = native_purse(&ledger, PURSE);
        for (name, tracer) in tracers() {
            let trace = tracer(&ledger, &labels, &thefts, &options).unwrap();
            let mut rules = 0;
            for (rule, wanted) in &vector.rules {
                let rule = match rule.as_str() {
                    "pari_passu_final" => continue,
                    "libr_taint_last" => Rule::Libr,
                    word => word.parse().unwrap(),
                };
                rules += 1;
                let place = format!("{name}, vector {}, {rule}", vector.name);
                assert_eq!(held(&trace, rule, purse), expected(&wanted["remaining"]), "{place}, left");
                let outs = wanted["outs"].as_array().unwrap();
                assert_eq!(outs.len(), vector.outs.len());
                for (&at, out) in vector.outs.iter().zip(outs) {
                    assert_eq!(carried(&trace, rule, at), expected(&out[1]), "{place}, row {at}");
                }
            }
            assert_eq!(rules, 6, "all rules stand in the file");
        }
    }
}

#[test]
fn what_is_left_is_divided_as_the_golden_numbers_say() {
    let Some(pari_passu) = PARI_PASSU else { return };
    for vector in vectors().into_iter().flatten() {
        let came: u128 = vector.given.values().sum();
        let went = vector.outs.iter().map(|&at| vector.case.transactions[at].moves[0].value);
        let left = Amount::from(came).minus(went.sum()).unwrap();
        let given: Vec<Amount> = vector.given.values().copied().map(Amount::from).collect();
        let parts = pari_passu(left, &given);
        let wanted = expected(&vector.rules["pari_passu_final"]["remaining"]);
        let names = vector.given.keys().cloned();
        let mut divided: ByTheft = names.zip(parts.iter().map(|part| part.to_u128().unwrap())).collect();
        divided.retain(|theft, units| !theft.is_empty() && *units > 0);
        assert_eq!(divided, wanted, "vector {}", vector.name);
        assert_eq!(parts.into_iter().sum::<Amount>(), left);
    }
}
