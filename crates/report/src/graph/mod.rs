//! The tainted part of a trace as a graph, for programs that draw or search one.
//!
//! A node is an account that taint touched; an edge is all transfers of one theft, stolen asset and asset from one
//! account to another that carry taint. Nodes stand by chain and address, edges by theft, stolen asset, sender,
//! receiver, asset: the same bytes on every machine.
//!
//! Amounts are texts of whole base units, since they exceed what such programs count with. `weight` alone is a
//! number: thousandths of the theft, rounded up, to draw by. The evidence is in the tables; this is a picture of it.
//!
//! [`graphml`], [`cytoscape`] and [`dot`] are the formats, one file each.
//!
//! # Cost
//!
//! **O(n log n)** for n flows; 20 bytes a flow. Elements are made one by one as they are written.

pub(crate) mod cytoscape;
pub(crate) mod dot;
pub(crate) mod graphml;

use crate::cell::iso;
use crate::rank::{Share, product};
use crate::report::Report;
use crate::table::at;
use crate::totals::telling_exact_rule;
use dyetrace_core::trace::{ClassId, Grade};
use dyetrace_core::{AccountId, Amount, AssetId, PurseId};
use hashbrown::HashMap;
use ruint::Uint;
use std::fmt::Display;

/// The nodes and edges of a trace.
pub(crate) struct Graph<'a> {
    report: &'a Report<'a>,
    /// By chain and address.
    accounts: Vec<AccountId>,
    /// The rows of each account's holdings, in the order of the table.
    holdings: HashMap<AccountId, Vec<usize>>,
    /// Accounts at which something entered.
    seeds: Vec<bool>,
    /// Sorted; neighbours that differ in the flow alone are one edge.
    rows: Vec<FlowKey>,
    /// The names of assets in order: one entry an asset.
    asset_rank: Vec<u32>,
    /// The rule of which shares of the whole are told.
    telling: Option<usize>,
}

/// Class, sender, receiver, rank of the asset's name, row of the flows.
type FlowKey = (u32, u32, u32, u32, u32);

/// Takes the values of one element, in the order of its attributes.
pub(crate) trait Values {
    /// A text that is not ours.
    fn foreign(&mut self, text: &str);
    /// A text of ours: digits, letters, `:` and spaces.
    fn ours(&mut self, text: &dyn Display);
    /// A number.
    fn number(&mut self, number: u64);
    /// Not known: it is left out.
    fn unknown(&mut self);
}

/// An attribute: its name, and whether it is a number.
pub(crate) type Attribute = (String, bool);

/// All flows from one account to another, of one class and asset.
pub(crate) struct Edge {
    class: ClassId,
    /// Places among the accounts.
    pub(crate) from: usize,
    pub(crate) to: usize,
    asset: AssetId,
    transfers: u64,
    /// The first and the last place.
    span: (u64, u64),
    grade: Grade,
    /// One entry a rule.
    sums: Vec<Amount>,
    /// What the telling rule makes of it, as a part of the theft.
    share: Share,
}

impl<'a> Graph<'a> {
    pub(crate) fn of(report: &'a Report<'a>) -> Self {
        let (ledger, trace) = (report.input.ledger, report.input.trace);
        let account = |purse: PurseId| ledger.purses().account(purse);
        let transfers = ledger.columns();
        let (flows, postings) = (&trace.flows, &trace.postings);
        let ends = |place: &u64| [transfers.from[at(*place)], transfers.to[at(*place)]];
        let touched = flows.place.iter().flat_map(ends).filter(|&purse| purse != PurseId::NONE);
        let touched =
            touched.chain(postings.purse.iter().copied()).chain(trace.holdings.purse.iter().copied());
        let mut number: HashMap<AccountId, u32> = touched.map(|purse| (account(purse), 0)).collect();
        let mut accounts: Vec<AccountId> = number.keys().copied().collect();
        accounts.sort_by_cached_key(|&it| {
            (ledger.chain_name(ledger.accounts().chain(it)).to_owned(), ledger.accounts().address(it))
        });
        for (place, account) in (0..).zip(&accounts) {
            number.insert(*account, place);
        }
        let mut seeds = vec![false; accounts.len()];
        for (row, &purse) in postings.purse.iter().enumerate() {
            seeds[number[&account(purse)] as usize] |= postings.kind[row].is_stolen();
        }
        let mut holdings: HashMap<AccountId, Vec<usize>> = HashMap::new();
        for &row in &report.order {
            holdings.entry(account(trace.holdings.purse[row])).or_default().push(row);
        }
        let mut by_name: Vec<usize> = (0..report.asset_names.len()).collect();
        by_name.sort_by_key(|&asset| &report.asset_names[asset]);
        let mut asset_rank = vec![0; by_name.len()];
        for (rank, asset) in (0..).zip(by_name) {
            asset_rank[asset] = rank;
        }
        let key = |(row, place): (u32, &u64)| {
            let [from, to] = ends(place).map(|purse| number.get(&account(purse)).copied());
            let asset = ledger.purses().asset(transfers.to[at(*place)]);
            Some((flows.class[row as usize].0, from?, to?, asset_rank[asset.index()], row))
        };
        // Taint leaves a purse that holds some: nothing that carries it comes from nowhere.
        let sent = (0..).zip(&flows.place).filter(|(_, place)| transfers.from[at(**place)] != PurseId::NONE);
        let mut rows: Vec<FlowKey> = sent.filter_map(key).collect();
        rows.sort_unstable();
        let telling = telling_exact_rule(trace);
        Self { report, accounts, holdings, seeds, rows, asset_rank, telling }
    }

    /// How many nodes there are.
    pub(crate) fn node_count(&self) -> usize {
        self.accounts.len()
    }

    /// What is told of each node.
    pub(crate) fn node_attributes(&self) -> Vec<Attribute> {
        let text = |name: &str| (name.to_owned(), false);
        let number = |name: &str| (name.to_owned(), true);
        let first = ["label", "chain", "address", "category", "state", "stop"].map(text);
        let rules = self.report.input.trace.rules.iter().map(|rule| text(&format!("held_{rule}")));
        first.into_iter().chain([number("seed")]).chain(rules).chain([number("weight")]).collect()
    }

    /// Gives the values of a node.
    pub(crate) fn node(&self, node: usize, to: &mut impl Values) {
        let input = &self.report.input;
        let (ledger, holdings) = (input.ledger, &input.trace.holdings);
        let account = self.accounts[node];
        let label = input.labels.strongest(account);
        to.foreign(&self.name(node));
        to.foreign(ledger.chain_name(ledger.accounts().chain(account)));
        to.foreign(&ledger.accounts().address(account).to_string());
        to.ours(&label.map_or("", |label| label.category.as_str()));
        to.ours(&self.states(node));
        let rows = self.rows_of(account);
        to.ours(&joined(rows.iter().filter_map(|&row| Some(holdings.stop[row]?.as_str()))));
        to.number(u64::from(self.seeds[node]));
        (0..input.trace.rules.len()).for_each(|rule| to.foreign(&self.held(rows, rule)));
        let share = rows.iter().map(|&row| self.share(holdings.class[row], self.claim(row))).max();
        to.number(share.map_or(0, Share::thousandths));
    }

    /// What the strongest label says, else the address.
    pub(crate) fn name(&self, node: usize) -> String {
        let input = &self.report.input;
        let label = input.labels.strongest(self.accounts[node]);
        let name = label.map(|label| if label.text.is_empty() { &label.entity } else { &label.text });
        name.filter(|name| !name.is_empty()).map_or_else(|| self.address(node), Clone::clone)
    }

    pub(crate) fn address(&self, node: usize) -> String {
        self.report.input.ledger.accounts().address(self.accounts[node]).to_string()
    }

    /// Whether something entered there.
    pub(crate) fn is_seed(&self, node: usize) -> bool {
        self.seeds[node]
    }

    /// The states of what rests there, each once.
    pub(crate) fn states(&self, node: usize) -> String {
        joined(self.rows_of(self.accounts[node]).iter().map(|&row| self.report.states[row].as_str()))
    }

    fn rows_of(&self, account: AccountId) -> &[usize] {
        self.holdings.get(&account).map_or(&[], |rows| rows)
    }

    fn claim(&self, holding: usize) -> Amount {
        let shares = &self.report.input.trace.holdings.shares;
        self.telling.map_or(Amount::ZERO, |rule| shares.get(holding, rule).claim)
    }

    /// What rests in some holdings under a rule: an amount and its asset, for each asset.
    fn held(&self, rows: &[usize], rule: usize) -> String {
        let (ledger, holdings) = (self.report.input.ledger, &self.report.input.trace.holdings);
        let mut sums: Vec<(AssetId, Amount)> = Vec::new();
        for &row in rows {
            let asset = ledger.purses().asset(holdings.purse[row]);
            let units = holdings.shares.get(row, rule).units;
            match sums.iter_mut().find(|(known, _)| *known == asset) {
                Some((_, sum)) => *sum = sum.plus(units),
                None => sums.push((asset, units)),
            }
        }
        sums.sort_by_key(|(asset, _)| self.asset_rank[asset.index()]);
        let words: Vec<String> = sums
            .into_iter()
            .filter(|(_, sum)| !sum.is_zero())
            .map(|(asset, sum)| format!("{sum} {}", self.report.asset_names[asset.index()]))
            .collect();
        words.join("; ")
    }

    /// The name of a node: its chain and address.
    pub(crate) fn id(&self, node: usize) -> String {
        let ledger = self.report.input.ledger;
        let account = self.accounts[node];
        let chain = ledger.chain_name(ledger.accounts().chain(account));
        format!("{chain}:{}", ledger.accounts().address(account))
    }

    /// What is told of each edge.
    pub(crate) fn edge_attributes(&self) -> Vec<Attribute> {
        let text = |name: &str| (name.to_owned(), false);
        let number = |name: &str| (name.to_owned(), true);
        let mut all = ["theft", "stolen_asset", "asset", "symbol"].map(text).to_vec();
        all.push(number("transfers"));
        all.extend(self.report.input.trace.rules.iter().map(|rule| text(rule.as_str())));
        all.extend([text("first"), text("last"), number("first_block"), number("last_block")]);
        all.extend([text("grade"), number("weight")]);
        all
    }

    /// The edges, in order.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        let same = |a: &FlowKey, b: &FlowKey| (a.0, a.1, a.2, a.3) == (b.0, b.1, b.2, b.3);
        self.rows.chunk_by(same).map(|rows| self.edge(rows))
    }

    fn edge(&self, rows: &[FlowKey]) -> Edge {
        let (ledger, trace) = (self.report.input.ledger, self.report.input.trace);
        let flows = &trace.flows;
        let (class, from, to, _, first) = rows[0];
        let class = ClassId(class);
        let place = |key: &FlowKey| flows.place[key.4 as usize];
        let sum = |rule: usize| rows.iter().map(|key| flows.shares.get(key.4 as usize, rule).units).sum();
        let claims = |rule: usize| rows.iter().map(|key| flows.shares.get(key.4 as usize, rule).claim).sum();
        Edge {
            class,
            from: from as usize,
            to: to as usize,
            asset: ledger.purses().asset(ledger.columns().to[at(flows.place[first as usize])]),
            transfers: rows.len() as u64,
            span: (place(&rows[0]), place(&rows[rows.len() - 1])),
            grade: rows.iter().map(|key| flows.grade[key.4 as usize]).max().unwrap_or(Grade::Fact),
            sums: (0..trace.rules.len()).map(sum).collect(),
            share: self.share(class, self.telling.map_or(Amount::ZERO, claims)),
        }
    }

    fn share(&self, class: ClassId, claim: Amount) -> Share {
        let whole = self.telling.map(|rule| self.report.totals.stolen(class, rule));
        Share::new(claim, whole.unwrap_or_default())
    }

    /// Gives the values of an edge.
    pub(crate) fn values(&self, edge: &Edge, to: &mut impl Values) {
        let input = &self.report.input;
        let (ledger, trace) = (input.ledger, input.trace);
        to.foreign(trace.theft_of(edge.class));
        to.foreign(&self.report.asset_names[trace.asset_of(edge.class).index()]);
        to.foreign(&self.report.asset_names[edge.asset.index()]);
        to.foreign(input.tokens.get(edge.asset).map_or("", |token| &token.symbol));
        to.number(edge.transfers);
        edge.sums.iter().for_each(|sum| to.ours(sum));
        let places = [edge.span.0, edge.span.1].map(at);
        for place in places {
            match ledger.columns().time(place) {
                Some(time) => to.ours(&iso(time)),
                None => to.unknown(),
            }
        }
        for place in places {
            match ledger.columns().block(place) {
                Some(block) => to.number(block),
                None => to.unknown(),
            }
        }
        to.ours(&edge.grade.as_str());
        to.number(edge.weight());
    }
}

/// Words of ours, each once, in the order in which they came.
fn joined<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    seen.join("; ")
}

impl Edge {
    /// Thousandths of the theft, at least 1: an edge without weight is no edge to some programs.
    pub(crate) fn weight(&self) -> u64 {
        self.share.thousandths().max(1)
    }
}

impl Share {
    /// Thousandths, rounded up; at most 1000, since money may go round.
    fn thousandths(self) -> u64 {
        let (part, whole) = self.parts();
        let whole = Uint::<640, 10>::from(whole.to_wide());
        let (floor, rest) = product(part, Amount::from(1_000)).div_rem(whole);
        let floor = u64::try_from(floor).unwrap_or(u64::MAX);
        floor.saturating_add(u64::from(!rest.is_zero())).min(1_000)
    }
}
