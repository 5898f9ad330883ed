//! One account and asset that is to be stopped: how much, by which rule, is it still there, how sure.

use super::explorer::chain_id;
use super::gather::{Asked, in_coins};
use super::incident::transaction_hash;
use super::pack::Target;
use super::words;
use crate::cell::{iso, when};
use crate::finding::Finding;
use crate::price::Cents;
use crate::rank::product;
use crate::state::State;
use crate::table::at;
use crate::worth::Worth;
use dyetrace_core::attribution::deposits::FALSE_LEADS;
use dyetrace_core::trace::{ClassId, Grade};
use dyetrace_core::{Amount, PurseId};
use ruint::Uint;

/// Makes the row of a finding: the target of this number.
pub(super) fn target(asked: &Asked<'_>, number: usize, place: usize) -> Target {
    let (report, input) = (asked.report, &asked.report.input);
    let finding = &report.findings()[place];
    let (ledger, trace, row) = (input.ledger, input.trace, finding.holding);
    let holdings = &trace.holdings;
    let (class, purse) = (holdings.class[row], holdings.purse[row]);
    let (account, asset) = (ledger.purses().account(purse), ledger.purses().asset(purse));
    let units = |rule: usize| holdings.shares.get(row, rule).units;
    let arrived = |at: usize| report.arrivals_at(row).iter().map(|arrival| arrival.units[at]).sum::<Amount>();
    let rules = asked.rules();
    let left =
        rules.iter().enumerate().map(|(at, &(rule, _))| arrived(at).minus(units(rule)).unwrap_or_default());
    // Findings have an amount under some exact rule; the first of these is the declared one.
    let declared = rules.first().map_or(0, |&(rule, _)| rule);
    let of_rule = units(declared);
    let shown = |amount: Amount| asked.shown(asset, amount);
    let usd = |of: fn(&Worth) -> Option<Cents>| finding.worth.as_ref().and_then(of).map(Cents::to_plain);
    let own = input
        .facts
        .own
        .iter()
        .find(|own| own.chain == ledger.purse_chain(purse) && ledger.purse_address(purse) == own.address);
    let block = |place: u64| ledger.columns().block(at(place));
    let address = ledger.purse_address(purse);
    let (end_block, end_time) = asked.ends[usize::from(ledger.accounts().chain(account).0)];
    let control = input.issuers.in_control(asset).map(|issuer| issuer.control.clone());
    let grade = holdings.grade[row];
    let in_coins = |amount: Amount| in_coins(asked.decimals(asset), amount);
    Target {
        target: number,
        rank: place + 1,
        holder_kind: finding.holder_kind,
        basis: finding.basis.clone(),
        theft: trace.theft_of(class).to_owned(),
        stolen_asset: asked.asset_name(trace.asset_of(class)),
        chain: ledger.purse_chain(purse).to_owned(),
        chain_id: chain_id(ledger.purse_chain(purse)),
        address: address.to_string(),
        address_checksum: address.to_checksum(),
        memo: own.map(|own| own.memo.clone()).unwrap_or_default(),
        uid: own.map(|own| own.uid.clone()).unwrap_or_default(),
        asset: asked.asset_name(asset),
        symbol: asked.symbol(asset),
        decimals: asked.decimals(asset),
        issuer_control: control.unwrap_or_default(),
        state: finding.state.as_str(),
        state_in_words: words::state(finding.state, grade).to_owned(),
        still_there: words::still_there(finding.state),
        first_taint: when(ledger, holdings.first_taint[row]),
        first_block: block(holdings.first_taint[row]),
        last_taint: when(ledger, holdings.last_taint[row]),
        last_block: block(holdings.last_taint[row]),
        deposits: holdings.deposits[row],
        gross_received: holdings.gross_received[row].to_string(),
        tainted_min: finding.least.to_string(),
        tainted_rule: of_rule.to_string(),
        tainted_max: finding.most.to_string(),
        tainted_min_shown: in_coins(finding.least),
        tainted_rule_shown: in_coins(of_rule),
        tainted_max_shown: in_coins(finding.most),
        robust: finding.robust.map(|amount| amount.to_string()),
        by_rule: asked.by_rule(rules.iter().map(|&(rule, _)| units(rule).to_string())),
        arrived_by_rule: asked.by_rule((0..rules.len()).map(|at| arrived(at).to_string())),
        left_by_rule: asked.by_rule(left.map(|amount| amount.to_string())),
        claim: rules.first().map(|&(rule, _)| holdings.shares.get(row, rule).claim.to_string()),
        usd_min: usd(Worth::least),
        usd_rule: usd(Worth::of_rule),
        usd_max: usd(Worth::most),
        share_of_received: share(of_rule, holdings.gross_received[row]),
        other_thefts: others(asked, class, purse, declared).to_string(),
        balance: holdings.balance[row].to_string(),
        balance_shown: shown(holdings.balance[row]),
        data_end_block: end_block,
        data_end_time: end_time.map(iso).unwrap_or_default(),
        swept_to: finding
            .swept
            .map(|place| ledger.purse_address(ledger.columns().to[at(place)]).to_string())
            .unwrap_or_default(),
        swept_at: finding.swept.map(|place| when(ledger, place)).unwrap_or_default(),
        sweep_transaction: finding.swept.map(|place| transaction_hash(asked, at(place))).unwrap_or_default(),
        minutes_to_sweep: minutes_to_sweep(asked, purse),
        grade: grade.as_str(),
        weakest_link: weakest_link(asked, finding, grade),
        measured_false_rate: if grade == Grade::Inferred { FALSE_LEADS.to_owned() } else { String::new() },
        hops: holdings.hops[row],
        route_id: format!("R{}", place + 1),
        same_payers: same_payers(asked, number, place),
        competing_explanation: words::competing(grade).to_owned(),
        question: words::question(finding.state, finding.holder_kind),
    }
}

/// A part of a whole in percent, rounded down to hundredths: `12.34`.
fn share(part: Amount, whole: Amount) -> Option<String> {
    if whole.is_zero() {
        return None;
    }
    let scaled = product(part, Amount::from(10_000)) / Uint::<640, 10>::from(whole.to_wide());
    let hundredths = u64::try_from(scaled).ok()?;
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

/// What other thefts and stolen assets have in the same purse, by the declared rule.
fn others(asked: &Asked<'_>, class: ClassId, purse: PurseId, rule: usize) -> Amount {
    let holdings = &asked.report.input.trace.holdings;
    let rows = asked.others.get(&purse).map_or(&[][..], Vec::as_slice);
    rows.iter()
        .filter(|&&row| holdings.class[row] != class)
        .map(|&row| holdings.shares.get(row, rule).units)
        .sum()
}

/// How long this account's money has stayed before it was swept, by the median of its earlier sweeps.
fn minutes_to_sweep(asked: &Asked<'_>, purse: PurseId) -> Option<i64> {
    let input = &asked.report.input;
    let (account, asset) = (input.ledger.purses().account(purse), input.ledger.purses().asset(purse));
    let (_, found) = input.facts.deposits.as_ref()?;
    let sweeps = found.of(account)?.assets.iter().find(|it| it.asset == asset)?;
    sweeps.median_delay.map(|seconds| seconds / 60)
}

/// The first hop of the route that is no better than the finding.
fn weakest_link(asked: &Asked<'_>, finding: &Finding, grade: Grade) -> String {
    let hops = (1_usize..).zip(&finding.route);
    let mut weak = hops.filter(|(_, evidence)| evidence.grade == grade);
    match weak.next() {
        _ if grade == Grade::Fact => "none: every hop is a fact of the ledger".to_owned(),
        Some((hop, evidence)) => {
            format!("hop {hop}, transaction {}", transaction_hash(asked, at(evidence.place)))
        }
        None if finding.state == State::IssuerFreezable => "the account itself".to_owned(),
        None => "whose account it is".to_owned(),
    }
}

/// Which other targets of the request were paid by one of this one's payers.
fn same_payers(asked: &Asked<'_>, number: usize, place: usize) -> Vec<usize> {
    let findings = asked.report.findings();
    let payers = asked.payers(findings[place].holding);
    let mut same: Vec<usize> = payers
        .iter()
        .flat_map(|payer| asked.paid.get(payer).map_or(&[][..], Vec::as_slice))
        .copied()
        .filter(|&other| other != number)
        .collect();
    same.sort_unstable();
    same.dedup();
    same
}
