//! What detection means for a trace: deposit accounts that only their sweeps tell, and leads that the money passed.

use crate::display;
use crate::input::{Input, Limitation};
use crate::limitation::of_account;
use dyetrace_core::attribution::deposits::{Deposit, DepositGrade, FALSE_LEADS, is_inferred};
use dyetrace_core::trace::Stop;
use dyetrace_core::{AccountId, Amount, AssetId, Category, Label, PurseId};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// The rows about detected accounts.
pub(crate) fn limitations(input: &Input<'_>) -> Vec<Limitation> {
    let mut rows = stops(input);
    rows.extend(leads(input));
    rows
}

/// Stops of the trace that no label makes.
fn stops(input: &Input<'_>) -> Vec<Limitation> {
    let (ledger, holdings) = (input.ledger, &input.trace.holdings);
    let stopped = |row: &usize| holdings.stop[*row] == Some(Stop::Label(Category::ExchangeDeposit));
    let rows = (0..holdings.purse.len()).filter(stopped);
    let mut accounts: Vec<_> = rows.map(|row| ledger.purses().account(holdings.purse[row])).collect();
    accounts.retain(|account| is_inferred(input.labels, *account));
    accounts.sort_unstable();
    accounts.dedup();
    let of = |account: AccountId| {
        let holder = input.labels.of(account).find(|it| it.category == Category::ExchangeDeposit);
        let detail = format!(
            "taken for a deposit account of {} by its sweeps alone: of accounts found so, a share of {FALSE_LEADS} \
             was measured to be none; `--no-detected-deposits` follows the money through it",
            holder.map_or("", Label::holder)
        );
        of_account(input, "detected_deposit", account, detail)
    };
    accounts.into_iter().map(of).collect()
}

/// Accounts that may be deposit accounts, and what went through them: the trace followed it.
fn leads(input: &Input<'_>) -> Vec<Limitation> {
    let Some((_, deposits)) = &input.facts.deposits else { return Vec::new() };
    let leads: HashMap<AccountId, &Deposit> =
        deposits.of_grade(DepositGrade::Lead).map(|deposit| (deposit.account, deposit)).collect();
    let (columns, purses, flows) = (input.ledger.columns(), input.ledger.purses(), &input.trace.flows);
    let mut passed: BTreeMap<(AccountId, AssetId), Amount> = BTreeMap::new();
    for (row, &place) in flows.place.iter().enumerate() {
        let from = columns.from[usize::try_from(place).expect("rows are in memory")];
        if from != PurseId::NONE && leads.contains_key(&purses.account(from)) {
            let sum = passed.entry((purses.account(from), purses.asset(from))).or_default();
            *sum = sum.plus(flows.shares.get(row, 0).units);
        }
    }
    let of = |((account, asset), sum): ((AccountId, AssetId), Amount)| {
        let exchange = display::plain(&leads[&account].entity, 60);
        let detail = format!(
            "may be a deposit account of {exchange}: its sweeps speak for it, and something against it; {} went on from \
             there by {}; `dyetrace deposits` says what, and a label `exchange_deposit` stops the trace there",
            display::amount(input, asset, sum),
            input.trace.rules[0]
        );
        of_account(input, "deposit_lead", account, detail)
    };
    passed.into_iter().filter(|(_, sum)| !sum.is_zero()).map(of).collect()
}
