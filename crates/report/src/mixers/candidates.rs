//! `exit_groups.csv`: a row a group. `exit_group_members.csv`: a row a member. `mixer_candidates.csv`: a row a recipient
//! that a known exit, a link that counts, or a group names, with what it holds now.
//!
//! `balance` is what the transfers show it to hold of the pool's asset; nothing where they show it to spend more than it
//! had, or hold no transfer of it. `covered` says whether they hold its whole history.

use super::{MixerReport, millionths};
use crate::cell::Table;
use crate::display::plain;
use crate::sheet::Target;
use dyetrace_core::asset::Asset;
use dyetrace_core::links::mixers::{Band, CommonEnd, ExitGroup};
use dyetrace_core::{Address, Amount, PurseId};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// How many common ends a cell names.
const SHOWN: usize = 5;

pub(super) fn write_groups(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let columns = [
        "group",
        "chain",
        "pool",
        "anchors",
        "candidates",
        "exits",
        "drawn",
        "first_exit",
        "last_exit",
        "joined_by_anchors",
        "joined_by_shifted_anchors",
        "shifts",
        "chance",
        "common_funders",
        "common_receivers",
    ];
    let mut table = Table::new(to, columns)?;
    for (number, (group, common)) in (1..).zip(report.groups.iter().zip(report.common)) {
        let pool = &report.table.pools[group.pool];
        let at = report.history_of(group.pool);
        table.number(number);
        table.text(&pool.chain);
        table.text(&pool.name);
        let anchors = group.anchors().count();
        table.number(anchors as u64);
        table.number((group.members.len() - anchors) as u64);
        let exits = || group.members.iter().flat_map(|it| &it.exits);
        table.number(exits().count() as u64);
        table.amount(exits().map(|&it| report.drawn(at, it)).sum());
        let times = || exits().filter_map(|&it| report.histories[at].exits[it].time);
        table.perhaps_moment(times().min());
        table.perhaps_moment(times().max());
        table.number(group.direct);
        table.number(group.shifted);
        table.number(group.shifts);
        table.perhaps(group.chance().map(millionths).as_deref());
        for ends in [&common.funders, &common.receivers] {
            table.text(&shown(ends));
        }
        table.end()?;
    }
    table.finish()
}

fn shown(ends: &[CommonEnd]) -> String {
    let shown = ends.iter().take(SHOWN).map(|it| format!("{} ({})", it.address, it.members));
    let mut shown: Vec<String> = shown.collect();
    if ends.len() > SHOWN {
        shown.push(format!("and {} more", ends.len() - SHOWN));
    }
    shown.join(" ")
}

pub(super) fn write_members(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let columns = [
        "group",
        "chain",
        "pool",
        "recipient",
        "role",
        "steps",
        "joined",
        "joins",
        "exits",
        "drawn",
        "first_exit",
        "last_exit",
        "label",
    ];
    let mut table = Table::new(to, columns)?;
    for (number, group) in (1..).zip(report.groups) {
        let pool = &report.table.pools[group.pool];
        let at = report.history_of(group.pool);
        for it in &group.members {
            table.number(number);
            table.text(&pool.chain);
            table.text(&pool.name);
            table.address(&it.recipient);
            table.text(if it.steps == 0 { "anchor" } else { "candidate" });
            table.number(it.steps.into());
            match it.joined {
                Some((over, joins)) => {
                    table.address(&over);
                    table.number(joins);
                }
                None => {
                    table.empty();
                    table.empty();
                }
            }
            table.number(it.exits.len() as u64);
            table.amount(it.exits.iter().map(|&exit| report.drawn(at, exit)).sum());
            let times = || it.exits.iter().filter_map(|&exit| report.histories[at].exits[exit].time);
            table.perhaps_moment(times().min());
            table.perhaps_moment(times().max());
            table.perhaps(report.label_at(&pool.chain, &it.recipient).as_deref());
            table.end()?;
        }
    }
    table.finish()
}

/// A recipient that something names.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidate {
    pub(super) known: bool,
    pub(super) link: Option<(Band, Option<[u64; 2]>)>,
    /// Number of the group, steps, and how many candidates the group has.
    pub(super) group: Option<(usize, u32, usize)>,
    /// Pool history and exit.
    pub(super) exits: BTreeSet<(usize, usize)>,
}

impl MixerReport<'_> {
    /// Recipients that a known exit, a link that counts, or a group names: by chain and address.
    pub(super) fn candidates(&self) -> BTreeMap<(String, Address), Candidate> {
        let mut found: BTreeMap<(String, Address), Candidate> = BTreeMap::new();
        for (at, history) in self.histories.iter().enumerate() {
            let chain = &self.table.pools[history.pool].chain;
            for (exit, it) in
                history.exits.iter().enumerate().filter(|(_, it)| self.known.contains(&it.recipient))
            {
                let known = found.entry((chain.clone(), it.recipient)).or_default();
                known.known = true;
                known.exits.insert((at, exit));
            }
        }
        for link in self.links.iter().filter(|it| it.band != Band::Weak) {
            let it = found.entry((self.chain(link.chain).to_owned(), link.recipient)).or_default();
            // Links stand with the likeliest first.
            it.link = it.link.or(Some((link.band, link.probability)));
            it.exits.extend(&link.exits);
        }
        for (number, group) in (1..).zip(self.groups) {
            let at = self.history_of(group.pool);
            let candidates = group.members.iter().filter(|it| it.steps > 0).count();
            for member in &group.members {
                let key = (self.table.pools[group.pool].chain.clone(), member.recipient);
                let it = found.entry(key).or_default();
                it.group = it.group.or(Some((number, member.steps, candidates)));
                it.exits.extend(member.exits.iter().map(|&exit| (at, exit)));
            }
        }
        found
    }

    /// The number of a pool's history.
    pub(super) fn history_of(&self, pool: usize) -> usize {
        self.histories.iter().position(|it| it.pool == pool).expect("a group's pool has a history")
    }

    /// Who a recipient is said to be.
    pub(super) fn label_of(&self, chain: usize, who: &Address) -> Option<String> {
        self.label_at(self.chain(chain), who)
    }

    /// Who somebody on a chain is said to be.
    pub(super) fn label_at(&self, chain: &str, who: &Address) -> Option<String> {
        let chain = self.ledger.find_chain(chain)?;
        let label = self.labels.strongest(self.ledger.accounts().find(chain, who)?)?;
        Some(plain(label.holder(), 80))
    }
}

/// What purses of the ledger hold at its end; `None` where they spend more than they are seen to have.
fn balances(report: &MixerReport<'_>, of: &BTreeSet<PurseId>) -> BTreeMap<PurseId, Option<Amount>> {
    let (ledger, columns) = (report.ledger, report.ledger.columns());
    let mut sums: BTreeMap<PurseId, [Amount; 2]> = of.iter().map(|&it| (it, [Amount::ZERO; 2])).collect();
    if sums.is_empty() {
        return BTreeMap::new();
    }
    for place in (0..ledger.transfer_count()).filter(|&it| ledger.moves(it)) {
        for (side, purse) in [columns.to[place], columns.from[place]].into_iter().enumerate() {
            if let Some(sums) = sums.get_mut(&purse) {
                sums[side] = sums[side].plus(columns.value.get(place));
            }
        }
    }
    for fee in ledger.fees().iter() {
        if let Some(sums) = sums.get_mut(&fee.payer) {
            sums[1] = sums[1].plus(fee.amount);
        }
    }
    sums.into_iter().map(|(purse, [came, went])| (purse, came.minus(went))).collect()
}

pub(super) fn write(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let columns = [
        "chain",
        "recipient",
        "label",
        "why",
        "band",
        "probability",
        "probability_low",
        "group",
        "steps",
        "candidates_in_group",
        "pool",
        "exits",
        "drawn",
        "symbol",
        "first_exit",
        "last_exit",
        "balance",
        "covered",
    ];
    let mut table = Table::new(to, columns)?;
    let candidates = report.candidates();
    let purse = |chain: &str, who: &Address, token: Option<Address>| {
        let chain = report.ledger.find_chain(chain)?;
        let asset = report.ledger.assets().find(&Asset { chain, contract: token })?;
        report.ledger.purses().find(report.ledger.accounts().find(chain, who)?, asset)
    };
    let pools_of = |it: &Candidate| it.exits.iter().map(|&(at, _)| at).collect::<BTreeSet<usize>>();
    let token = |at: usize| report.table.pools[report.histories[at].pool].token;
    let purses: BTreeSet<PurseId> = candidates
        .iter()
        .flat_map(|((chain, who), it)| {
            pools_of(it).into_iter().filter_map(|at| purse(chain, who, token(at))).collect::<Vec<_>>()
        })
        .collect();
    let balances = balances(report, &purses);
    for ((chain, who), it) in &candidates {
        for at in pools_of(it) {
            let pool = &report.table.pools[report.histories[at].pool];
            table.text(chain);
            table.address(who);
            table.perhaps(report.label_at(chain, who).as_deref());
            let why = [(it.known, "known_exit"), (it.link.is_some(), "link"), (it.group.is_some(), "group")];
            let why: Vec<&str> = why.into_iter().filter(|it| it.0).map(|it| it.1).collect();
            table.text(&why.join(" "));
            table.perhaps(it.link.map(|(band, _)| band.as_str()));
            for side in 0..2 {
                let probability = it.link.and_then(|(_, it)| it).map(|it| millionths(it[side]));
                table.perhaps(probability.as_deref());
            }
            table.known(it.group.map(|it| it.0 as u64));
            table.known(it.group.map(|it| it.1.into()));
            table.known(it.group.map(|it| it.2 as u64));
            table.text(&pool.name);
            let exits = || it.exits.iter().filter(|&&(history, _)| history == at);
            table.number(exits().count() as u64);
            table.amount(exits().map(|&(history, exit)| report.drawn(history, exit)).sum());
            table.text(&pool.symbol);
            let times = || exits().filter_map(|&(history, exit)| report.histories[history].exits[exit].time);
            table.perhaps_moment(times().min());
            table.perhaps_moment(times().max());
            let purse = purse(chain, who, pool.token);
            match purse.and_then(|it| balances[&it]) {
                Some(balance) => table.amount(balance),
                None => table.empty(),
            }
            let account = purse.map(|it| report.ledger.purses().account(it));
            let covered = account.map(|it| report.ledger.is_covered(it, pool.token.is_none()));
            table.perhaps(covered.map(|it| if it { "yes" } else { "no" }));
            table.end()?;
        }
    }
    table.finish()
}

/// What is said of a group in a line: how many candidates, and what chance finds beside.
pub(super) fn group_words(report: &MixerReport<'_>, group: &ExitGroup) -> String {
    let anchors = group.anchors().count();
    let candidates = group.members.len() - anchors;
    let pool = report.table.pools[group.pool].full_name();
    let chance = match (group.shifted * 10).checked_div(group.shifts) {
        Some(tenths) => format!(
            "the anchors join {} themselves; moved by whole days they join {}.{}",
            group.direct,
            tenths / 10,
            tenths % 10
        ),
        None => format!(
            "the anchors join {} themselves; the data are too short to see what chance joins",
            group.direct
        ),
    };
    format!("{pool}: {candidates} candidates around {anchors} anchors; {chance}")
}
