//! Each state, from the least case that has it.

use crate::support::{At, Case, USDT, address};
use dyetrace_core::asset::AssetName;
use dyetrace_core::trace::{PostingKind, Rule, Stop};
use dyetrace_core::{Category as C, OwnAccount, Status};
use dyetrace_report::State;

/// Returns the state of one holding of 10, in an account with these labels.
fn state(labels: &[C], stop: Option<Stop>, token: Option<u8>, balance: u128) -> State {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo]);
    let place = match token {
        None => case.coin(9, 1, 10),
        Some(token) => case.token(9, 1, 10, token),
    };
    case.built();
    for &label in labels {
        case.label(1, "x", label, "X");
    }
    let purse = case.purse(1, token);
    case.posting(PostingKind::Received, place, purse, &[10, 10]);
    case.holding(&At { holder: 1, token, stop, balance, hops: 0, first: place }, &[10, 10]);
    case.with(|report| report.states()[0])
}

#[test]
fn any_label_decides_whether_it_stopped_the_trace_or_not() {
    for (label, expected) in [
        (C::ExchangeDeposit, State::AtDepositUnswept),
        (C::Exchange, State::AtExchange),
        (C::Mixer, State::InPool),
        (C::Bridge, State::InFlightBridge),
        (C::Defi, State::DefiPosition),
        (C::Dex, State::NotFollowed),
        (C::Token, State::NotFollowed),
        (C::Payment, State::NotFollowed),
        (C::Gambling, State::NotFollowed),
        (C::Service, State::NotFollowed),
        (C::Burn, State::Lost),
        (C::Sanctioned, State::SelfCustodyNative),
        (C::Theft, State::SelfCustodyNative),
        (C::Miner, State::SelfCustodyNative),
    ] {
        assert_eq!(state(&[label], None, None, 10), expected, "{label}");
        assert_eq!(state(&[C::Sanctioned, label], None, None, 10), expected, "{label}");
    }
}

#[test]
fn the_first_state_that_fits_is_taken() {
    assert_eq!(state(&[C::Exchange, C::ExchangeDeposit], None, None, 10), State::AtDepositUnswept);
    assert_eq!(state(&[C::Mixer, C::Exchange], None, None, 10), State::AtExchange);
    assert_eq!(state(&[C::Burn, C::Dex], None, None, 10), State::NotFollowed);
    assert_eq!(state(&[C::Burn], Some(Stop::Edge), None, 10), State::EdgeOfData);
    // Control by an issuer comes after the edge: what rests there may have moved on.
    assert_eq!(state(&[], Some(Stop::Edge), Some(USDT), 10), State::EdgeOfData);
}

#[test]
fn a_limit_leaves_the_rest_unfollowed() {
    for stop in [Stop::Hub, Stop::Hops, Stop::Horizon, Stop::Label(C::Miner)] {
        assert_eq!(state(&[], Some(stop), None, 10), State::NotFollowed);
    }
    assert_eq!(state(&[C::Burn], Some(Stop::Label(C::Burn)), None, 10), State::Lost);
}

#[test]
fn an_own_wallet_holds_what_an_issuer_can_stop_or_not() {
    assert_eq!(state(&[], None, None, 10), State::SelfCustodyNative);
    assert_eq!(state(&[], None, Some(USDT), 10), State::IssuerFreezable);
    assert_eq!(state(&[], None, Some(7), 10), State::SelfCustodyToken);
}

#[test]
fn a_deposit_is_swept_once_it_holds_less_than_what_is_stolen_there() {
    assert_eq!(state(&[C::ExchangeDeposit], None, None, 10), State::AtDepositUnswept);
    assert_eq!(state(&[C::ExchangeDeposit], None, None, 9), State::SweptCredited);
}

#[test]
fn the_stolen_money_of_all_thefts_counts_together_at_a_deposit() {
    let mut case = Case::new(&[Rule::Libr]);
    let place = case.coin(9, 1, 20);
    case.built();
    case.label(1, "x", C::ExchangeDeposit, "X");
    let at = At { holder: 1, token: None, stop: None, balance: 15, hops: 0, first: place };
    // Two classes of 10 each against a balance of 15.
    case.trace.thefts.push("U".into());
    let class = case.trace.classes[0];
    case.trace.classes.push(dyetrace_core::trace::Class { theft: 1, ..class });
    case.holding(&at, &[10]).holding(&at, &[10]);
    case.trace.holdings.class[1] = dyetrace_core::trace::ClassId(1);
    case.with(|report| assert_eq!(report.states(), [State::SweptCredited; 2]));
}

#[test]
fn a_deposit_that_only_a_compared_rule_sees_is_swept_by_that_rule() {
    // By the run's rule nothing is there: any balance would be enough for nothing.
    let state = |balance: u128| {
        let mut case = Case::new(&[Rule::Libr, Rule::Fifo, Rule::Poison]);
        let place = case.coin(9, 1, 10);
        case.built();
        case.label(1, "x", C::ExchangeDeposit, "X");
        let purse = case.purse(1, None);
        case.posting(PostingKind::Received, place, purse, &[0, 10, 99]);
        let at = At { holder: 1, token: None, stop: None, balance, hops: 0, first: place };
        case.holding(&at, &[0, 10, 99]);
        case.with(|report| report.states()[0])
    };
    assert_eq!(state(10), State::AtDepositUnswept);
    assert_eq!(state(9), State::SweptCredited);
    assert_eq!(state(0), State::SweptCredited);
}

/// Returns the state of 10 of a token at the exchange's deposit account 1, of which these facts are stated.
fn stated(own: &[&str], status: &[(u64, Option<u128>, Option<bool>)]) -> (State, String, String) {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo]);
    let place = case.token(9, 1, 10, USDT);
    case.built();
    case.label(1, "x", C::ExchangeDeposit, "Binance");
    let (chain, holder) = ("ethereum".to_owned(), address(1));
    case.facts.own = own
        .iter()
        .map(|memo| OwnAccount {
            chain: chain.clone(),
            address: holder,
            memo: (*memo).into(),
            uid: "u-7".into(),
        })
        .collect();
    let asset = AssetName { chain: None, contract: Some(address(USDT)) };
    let row = |&(block, balance, frozen): &(u64, Option<u128>, Option<bool>)| Status {
        chain: chain.clone(),
        address: holder,
        asset: asset.clone(),
        block,
        balance: balance.map(Into::into),
        frozen,
    };
    case.facts.status = status.iter().map(row).collect();
    let purse = case.purse(1, Some(USDT));
    case.posting(PostingKind::Received, place, purse, &[10, 10]);
    let stop = Some(Stop::Label(C::ExchangeDeposit));
    case.holding(&At { holder: 1, token: Some(USDT), stop, balance: 0, hops: 0, first: place }, &[10, 10]);
    case.with(|report| {
        let finding = &report.findings()[0];
        (report.states()[0], finding.holder.clone(), finding.basis.clone())
    })
}

#[test]
fn what_is_stated_of_an_address_comes_first() {
    let (state, holder, basis) = stated(&[""], &[]);
    assert_eq!((state, holder.as_str()), (State::SweptCredited, "Binance"));
    assert!(basis.ends_with("; own account: customer `u-7`"), "{basis}");
    let (state, holder, basis) = stated(&["77", "78"], &[]);
    assert_eq!((state, holder.as_str()), (State::MemoAccount, "Binance"));
    assert!(basis.contains("own account: memo `77`, customer `u-7`; own account: memo `78`"), "{basis}");
    // The last word counts, whatever its place in the case.
    let (state, holder, basis) = stated(&["77"], &[(300, None, Some(true)), (200, None, Some(false))]);
    assert_eq!((state, holder.as_str()), (State::AlreadyFrozen, "Tether"));
    assert!(basis.contains("stated as of block 200: not frozen; stated as of block 300: frozen"), "{basis}");
    assert_eq!(stated(&[], &[(300, None, Some(false)), (200, None, Some(true))]).0, State::SweptCredited);
}

#[test]
fn a_balance_counts_if_it_is_no_older_than_the_data() {
    // The only block of the data is 100.
    assert_eq!(stated(&[], &[(100, Some(10), None)]).0, State::AtDepositUnswept);
    assert_eq!(stated(&[], &[(99, Some(10), None)]).0, State::SweptCredited);
    assert_eq!(stated(&[], &[(200, Some(9), None), (100, Some(10), None)]).0, State::SweptCredited);
}

#[test]
fn a_statement_of_an_address_that_no_transfer_names_is_listed() {
    let mut case = Case::new(&[Rule::Libr]);
    case.coin(9, 1, 10);
    case.built();
    let address = dyetrace_core::Address::from_evm([0xee; 20]);
    let own = OwnAccount { chain: "ethereum".into(), address, memo: "1".into(), uid: String::new() };
    case.facts.own = vec![own];
    case.with(|report| {
        let said = report.limitations().iter().find(|it| it.kind == "own").unwrap();
        assert_eq!(said.subject, format!("ethereum {address}"));
    });
}
