//! Gathers a request from the report: who is asked, what was stolen, which accounts, on what evidence.

use super::evidence::{leads, path, transfers};
use super::incident::{conserved, incidents};
use super::pack::{ByRule, Engine, File, Known, Pack, Request, Requester, Target, Total};
use super::target::target;
use crate::display::{amount_of, coins};
use crate::input::FileFacts;
use crate::price::Cents;
use crate::report::Report;
use crate::table::{at, chain_of};
use crate::totals::exact_rules;
use crate::worth::{Arrival, departures};
use crate::write::folder::hex;
use dyetrace_core::trace::ClassId;
use dyetrace_core::{AccountId, Amount, AssetId, Category, Ledger, PurseId};
use hashbrown::{HashMap, HashSet};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the key `format` says in a request.
const FORMAT: &str = "dyetrace-freeze-request";
const FORMAT_VERSION: u32 = 1;

/// A request under way: the findings that go to one holder.
pub(super) struct Asked<'a> {
    pub(super) report: &'a Report<'a>,
    /// Who is asked.
    pub(super) holder: &'a str,
    /// Places in the report's findings, best first.
    pub(super) findings: &'a [usize],
    /// The last block and time of each chain.
    pub(super) ends: &'a [(Option<u64>, Option<i64>)],
    /// All holdings of a purse that several thefts or stolen assets share.
    pub(super) others: &'a HashMap<PurseId, Vec<usize>>,
    /// What left the findings' purses again.
    pub(super) departures: &'a [Arrival],
    /// Which targets a purse has paid, by their numbers in the request.
    pub(super) paid: HashMap<PurseId, Vec<usize>>,
}

/// What all requests of a report share.
pub(super) struct Common {
    departures: Vec<Arrival>,
    ends: Vec<(Option<u64>, Option<i64>)>,
    others: HashMap<PurseId, Vec<usize>>,
}

impl Common {
    /// Looks it up once.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let holdings = &report.input.trace.holdings;
        let mut others: HashMap<PurseId, Vec<usize>> = HashMap::new();
        for (row, purse) in holdings.purse.iter().enumerate() {
            others.entry(*purse).or_default().push(row);
        }
        others.retain(|_, rows| rows.len() > 1);
        let rows = report.findings().iter().map(|finding| finding.holding);
        let departures = departures(&report.input, rows);
        Self { departures, ends: ends(report.input.ledger), others }
    }
}

/// The last block and time of each chain: its last transfer's.
fn ends(ledger: &Ledger) -> Vec<(Option<u64>, Option<i64>)> {
    let mut ends = vec![None; ledger.chains().count()];
    let mut missing = ends.len();
    for place in (0..ledger.transfer_count()).rev() {
        let end = &mut ends[usize::from(chain_of(ledger, place).0)];
        if end.is_none() {
            *end = Some((ledger.columns().block(place), ledger.columns().time(place)));
            missing -= 1;
            if missing == 0 {
                break;
            }
        }
    }
    ends.into_iter().map(Option::unwrap_or_default).collect()
}

/// Makes the request of these findings, which have one holder.
pub(super) fn pack(report: &Report<'_>, common: &Common, findings: &[usize]) -> Pack {
    let all = report.findings();
    let Common { departures, ends, others } = common;
    let holder = &all[findings[0]].holder;
    let mut asked = Asked { report, holder, findings, ends, others, departures, paid: HashMap::new() };
    for (number, &at) in (1..).zip(findings) {
        for payer in asked.payers(all[at].holding) {
            asked.paid.entry(payer).or_default().push(number);
        }
    }
    let targets: Vec<_> = (1..).zip(findings).map(|(number, &at)| target(&asked, number, at)).collect();
    let transfers = transfers(&asked);
    let path = path(&asked);
    let mut kinds: Vec<_> = findings.iter().map(|&at| all[at].holder_kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let facts = report.input.facts;
    let limitations = limitations(&asked, &targets);
    Pack {
        format: FORMAT,
        format_version: FORMAT_VERSION,
        holder: asked.holder.to_owned(),
        holder_kinds: kinds,
        case: facts.case.clone(),
        requester: Requester::default(),
        request: Request::default(),
        engine: engine(report),
        incidents: incidents(&asked),
        totals: totals(&asked),
        limitations,
        leads: leads(&asked),
        conservation: conserved(&asked),
        files: facts.inputs.iter().chain(&facts.labels).map(file).collect(),
        targets,
        transfers,
        path,
    }
}

impl<'a> Asked<'a> {
    /// The classes of these findings, in order.
    pub(super) fn classes(&self) -> Vec<ClassId> {
        let trace = self.report.input.trace;
        let of = |&at: &usize| trace.holdings.class[self.report.findings()[at].holding];
        let mut classes: Vec<ClassId> = self.findings.iter().map(of).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// Who paid a holding, but for other venues: each purse once, in order.
    pub(super) fn payers(&self, holding: usize) -> Vec<PurseId> {
        let from = &self.report.input.ledger.columns().from;
        let transfers = self.report.arrivals_at(holding).iter().filter(|arrival| arrival.posted.is_none());
        let mut payers: Vec<PurseId> = transfers.map(|arrival| from[at(arrival.place)]).collect();
        payers.retain(|&payer| self.account(payer).is_some_and(|account| !self.is_of_another_venue(account)));
        payers.sort_unstable();
        payers.dedup();
        payers
    }

    /// The run's rule and the compared ones, without poison.
    pub(super) fn rules(&self) -> Vec<(usize, &'static str)> {
        let trace = self.report.input.trace;
        exact_rules(trace).map(|rule| (rule, trace.rules[rule].as_str())).collect()
    }

    /// Amounts of the exact rules.
    pub(super) fn by_rule(&self, amounts: impl Iterator<Item = String>) -> ByRule {
        ByRule(self.rules().into_iter().map(|(_, name)| name).zip(amounts).collect())
    }

    /// An amount as a person reads it.
    pub(super) fn shown(&self, asset: AssetId, amount: Amount) -> String {
        amount_of(self.report.input.tokens.get(asset), amount)
    }

    pub(super) fn symbol(&self, asset: AssetId) -> String {
        self.report.input.tokens.get(asset).map(|token| token.symbol.clone()).unwrap_or_default()
    }

    pub(super) fn decimals(&self, asset: AssetId) -> Option<u8> {
        self.report.input.tokens.get(asset).map(|token| token.decimals)
    }

    pub(super) fn asset_name(&self, asset: AssetId) -> String {
        self.report.asset_names[asset.index()].clone()
    }

    /// Whether an account is another venue's, or its customer's: the addressee is not told about it.
    pub(super) fn is_of_another_venue(&self, account: AccountId) -> bool {
        let labels = self.report.input.labels;
        let venues = || {
            let of_venue = |category| matches!(category, Category::Exchange | Category::ExchangeDeposit);
            labels.of(account).filter(move |label| of_venue(label.category))
        };
        venues().next().is_some() && !venues().any(|label| label.holder() == self.holder)
    }

    /// The account behind a purse, if there is one.
    pub(super) fn account(&self, purse: PurseId) -> Option<AccountId> {
        (purse != PurseId::NONE).then(|| self.report.input.ledger.purses().account(purse))
    }
}

/// What each asset comes to, in the order of the targets. A total under one rule.
fn totals(asked: &Asked<'_>) -> Vec<Total> {
    let (report, holdings) = (asked.report, &asked.report.input.trace.holdings);
    let mut order: Vec<AssetId> = Vec::new();
    let mut by_asset: BTreeMap<AssetId, Vec<usize>> = BTreeMap::new();
    for &at in asked.findings {
        let asset = report.input.ledger.purses().asset(holdings.purse[report.findings()[at].holding]);
        if !order.contains(&asset) {
            order.push(asset);
        }
        by_asset.entry(asset).or_default().push(at);
    }
    let total = |asset: AssetId| {
        let findings = &by_asset[&asset];
        let units: Vec<Amount> = asked
            .rules()
            .iter()
            .map(|&(rule, _)| {
                let of = |&at: &usize| holdings.shares.get(report.findings()[at].holding, rule).units;
                findings.iter().map(of).sum()
            })
            .collect();
        let dollars: Option<Vec<Cents>> = (0..units.len())
            .map(|rule| {
                let of = |&at: &usize| report.findings()[at].worth.as_ref()?.by_rule[rule];
                findings.iter().map(of).try_fold(Cents::default(), |sum, cents| Some(sum.plus(cents?)))
            })
            .collect();
        Total {
            asset: asked.asset_name(asset),
            symbol: asked.symbol(asset),
            decimals: asked.decimals(asset),
            targets: findings.len(),
            by_rule: asked.by_rule(units.iter().map(ToString::to_string)),
            shown_by_rule: asked.by_rule(units.iter().map(|&units| asked.shown(asset, units))),
            usd_by_rule: dollars.map(|all| asked.by_rule(all.into_iter().map(Cents::to_plain))),
        }
    };
    order.into_iter().map(total).collect()
}

fn engine(report: &Report<'_>) -> Engine {
    let (facts, trace) = (report.input.facts, report.input.trace);
    // Poison is no rule of an amount: the first that is one is declared in its place.
    let mut exact = exact_rules(trace).map(|rule| trace.rules[rule].as_str());
    let mut sources: Vec<&str> = report
        .arrivals
        .iter()
        .filter_map(|arrival| arrival.quote.as_ref().map(|(quote, _)| quote.source.as_str()))
        .collect();
    sources.sort_unstable();
    sources.dedup();
    Engine {
        name: "dyetrace",
        version: facts.version.clone(),
        rule: exact.next().unwrap_or_default(),
        compared: exact.collect(),
        inputs_sha256: digest_of(&facts.inputs),
        labels_sha256: digest_of(&facts.labels),
        price_source: sources.join("; "),
    }
}

/// The SHA-256 over the hashes of files, a line each, in order.
fn digest_of(files: &[FileFacts]) -> String {
    let mut digest = Sha256::new();
    for file in files {
        digest.update(format!("{}\n", file.sha256));
    }
    hex(&digest.finalize())
}

fn file(file: &FileFacts) -> File {
    File { name: file.name.clone(), sha256: file.sha256.clone(), rows: file.rows }
}

/// What holds for the trace as a whole, and what is about these accounts. A row about anybody else is not shown.
fn limitations(asked: &Asked<'_>, targets: &[Target]) -> Vec<Known> {
    const OF_THE_WHOLE: [&str; 17] = [
        "after_end",
        "dust",
        "edge",
        "freeze_status",
        "hops",
        "horizon",
        "hub",
        "in_bridge",
        "in_pool",
        "no_fees",
        "no_labels",
        "no_sha256",
        "no_time",
        "not_followed",
        "order_ambiguous",
        "rejects",
        "unseen_inflow",
    ];
    let shown: HashSet<&str> = targets.iter().map(|target| target.address.as_str()).collect();
    let is_theirs = |subject: &str| subject.split_whitespace().any(|word| shown.contains(word));
    let all = asked.report.limitations().iter();
    all.filter(|row| OF_THE_WHOLE.contains(&row.kind.as_str()) || is_theirs(&row.subject))
        .map(|row| Known { kind: row.kind.clone(), subject: row.subject.clone(), detail: row.detail.clone() })
        .collect()
}

/// A whole amount in coins without its symbol, for tables; base units where the decimals are not known.
pub(super) fn in_coins(decimals: Option<u8>, amount: Amount) -> String {
    decimals.map_or_else(|| amount.to_string(), |decimals| coins(amount, decimals).replace(',', ""))
}
