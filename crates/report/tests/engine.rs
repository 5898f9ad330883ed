//! Reports of real traces over random ledgers: everything adds up and every finding is proven.

use crate::support::{Case, Numbers, USDT, address};
use dyetrace_core::Category;
use dyetrace_core::trace::{AddressSeed, Routes, Rule, Seed, Since, Theft, trace};
use std::collections::BTreeMap;

/// Tells a random ledger of 12 accounts and two assets, some of them with labels, and two thefts.
fn random_case(start: u64) -> Case {
    let mut numbers = Numbers(start.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo, Rule::Lifo, Rule::Prorata, Rule::TaintFirst]);
    for round in 0..150 {
        // About every second transfer shares the transaction of the one before it.
        if numbers.below(2) == 0 || case.transaction.is_none() {
            case.transaction = Some(round);
        }
        let (from, to) = (numbers.below(12), 1 + numbers.below(11));
        let value = 1 + u128::from(numbers.below(5));
        if numbers.below(3) == 0 {
            case.token(from, to, value, USDT)
        } else {
            case.coin(from, to, value)
        };
    }
    case.built();
    case.label(8, "deposit", Category::ExchangeDeposit, "Alpha");
    case.label(9, "hot", Category::Exchange, "Alpha");
    case.label(10, "router", Category::Dex, "");
    case.label(11, "router", Category::Token, "");
    let seed = |holder| {
        let address = address(holder);
        Seed::Address(AddressSeed { chain: None, address, since: Since::Start, asset: None })
    };
    // An account begins for one theft alone; the second theft has two seeds that may pay each other.
    case.facts.thefts = vec![
        Theft { id: "T".into(), seeds: vec![seed(1)] },
        Theft { id: "U".into(), seeds: vec![seed(2), seed(3)] },
    ];
    case
}

#[test]
fn a_real_trace_is_written_whole_and_each_holding_has_a_route_as_long_as_its_hops() {
    let mut by_length: BTreeMap<usize, u32> = BTreeMap::new();
    for start in 1..300 {
        let mut case = random_case(start);
        let labels = dyetrace_core::Labels::bind(&case.ledger, case.labels.clone());
        let (thefts, options) = (&case.facts.thefts, &case.facts.options);
        let traced = trace(&case.ledger, &labels, thefts, options).unwrap();
        let routes = Routes::new(&case.ledger, &labels, thefts, options).unwrap();
        let holdings = &traced.holdings;
        for row in 0..holdings.purse.len() {
            let graph = routes.graph(&traced, holdings.shares.telling_rule(row));
            let route = graph.route(holdings.class[row], holdings.purse[row]);
            let length = u32::try_from(route.len()).unwrap();
            assert_eq!(length, holdings.hops[row], "start {start}, holding {row}: {route:?}");
            *by_length.entry(route.len()).or_default() += 1;
            let columns = case.ledger.columns();
            let place = |hop: usize| usize::try_from(route[hop].place).unwrap();
            // An exchange leads from one purse of an account to another.
            let ends = |hop: usize| match route[hop].exchange {
                Some(legs) => legs.map(|leg| traced.postings.purse[leg]),
                None => [columns.from[place(hop)], columns.to[place(hop)]],
            };
            for hop in 1..route.len() {
                assert!(place(hop - 1) < place(hop), "start {start}, holding {row}: back in time");
                assert_eq!(ends(hop - 1)[1], ends(hop)[0], "start {start}: a break");
            }
            if let Some(last) = route.len().checked_sub(1) {
                assert_eq!(ends(last)[1], holdings.purse[row]);
            }
        }
        case.trace = traced;
        let files = case.written();
        assert!(files["conservation.csv"].lines().skip(1).all(|row| row.ends_with(",0")));
    }
    // Routes of many lengths were seen, or this test shows nothing.
    assert!(by_length.len() > 3, "{by_length:?}");
}
