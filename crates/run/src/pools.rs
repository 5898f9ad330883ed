//! Mixer pools of a case: notes and exits of its transfers and event files, leads between them, and what a trace follows.

use crate::error::Error;
use dyetrace_core::attribution::deposits::{DepositGrade, Deposits};
use dyetrace_core::links::Link as Followed;
use dyetrace_core::links::mixers::{
    Band, Detected, LeadOptions, Leads, Link, Misfit, MixerTable, PoolHistory, Shielding, Ties, detect,
    fill_times, find_leads, links_to_follow, weigh,
};
use dyetrace_core::{AccountId, Category, Label, Labels, Ledger};
use dyetrace_ingest::{Case, InputFact, Reject, read_pool_events};
use dyetrace_report::Limitation;
use std::collections::HashSet;

/// What is known of pools, and what the rules make of it.
#[derive(Debug)]
pub struct Pools {
    /// The table of pools.
    pub table: MixerTable,
    /// What went into each pool and came out of it.
    pub histories: Vec<PoolHistory>,
    /// What went into shielded pools, and came out.
    pub shieldings: Vec<Shielding>,
    /// Transfers at pools that are neither a note nor an exit.
    pub misfits: Vec<Misfit>,
    /// Notes and exits that transfers show and the event files of the same pool do not.
    pub beside_events: u64,
    /// Notes and exits without a time.
    pub without_time: u64,
    /// The event files that were read.
    pub facts: Vec<InputFact>,
    /// Rows of event files that were left out.
    pub rejects: Vec<Reject>,
    /// What the rules found, and what they find by chance.
    pub leads: Leads,
    /// Pairs of depositor and recipient, the likeliest first.
    pub links: Vec<Link>,
}

/// Reads the event files, finds notes and exits in the transfers, and tries all rules.
///
/// # Errors
/// What is wrong with the first event file that cannot be read.
pub(crate) fn look_at_pools(
    case: &Case,
    ledger: &Ledger,
    labels: &Labels,
    deposit_accounts: &[AccountId],
    options: &LeadOptions,
    busy: u64,
) -> Result<Pools, Error> {
    let table = MixerTable::known();
    let events = read_pool_events(&table, &case.pool_events, case.skip_bad_rows)?;
    let mut histories = events.histories;
    let Detected { histories: seen, shieldings, misfits } = detect(ledger, &table);
    let mut beside_events = 0;
    for history in seen {
        match histories.iter_mut().find(|it| it.pool == history.pool) {
            Some(known) => beside_events += known.add_from_transfers(history),
            None => histories.push(history),
        }
    }
    histories.sort_by_key(|it| it.pool);
    let without_time = fill_times(&table, &mut histories);
    let ties = Ties::of(ledger, labels, &table, &histories, deposit_accounts, busy);
    let leads = find_leads(&table, &histories, &ties, options);
    let links = weigh(&leads);
    let (facts, rejects) = (events.facts, events.rejects);
    Ok(Pools {
        table,
        histories,
        shieldings,
        misfits,
        beside_events,
        without_time,
        facts,
        rejects,
        leads,
        links,
    })
}

/// The labels of pools that nobody else has labelled, as far as the ledger holds them: whatever goes in stops there.
#[must_use]
pub(crate) fn pool_labels(ledger: &Ledger, stated: &[Label]) -> Vec<Label> {
    let named: HashSet<_> = stated.iter().map(|label| (label.address, label.chain.as_deref())).collect();
    let known = MixerTable::known().pools.into_iter().filter(|pool| {
        let chain = ledger.find_chain(&pool.chain);
        chain.is_some_and(|chain| ledger.accounts().find(chain, &pool.address).is_some())
            && !named.contains(&(pool.address, None))
            && !named.contains(&(pool.address, Some(pool.chain.as_str())))
    });
    let labels = known.map(|pool| Label {
        address: pool.address,
        chain: Some(pool.chain),
        text: format!("mixer pool {}", pool.name),
        category: Category::Mixer,
        entity: String::new(),
        source: "table of mixer pools".to_owned(),
        as_of: String::new(),
        confidence: 90,
    });
    labels.collect()
}

/// Deposit addresses that are sure enough for a rule: those that only resemble one are at chance.
#[must_use]
pub(crate) fn sure_deposits(found: &Deposits) -> Vec<AccountId> {
    found.found.iter().filter(|it| it.grade != DepositGrade::Lead).map(|it| it.account).collect()
}

impl Pools {
    /// The links that a trace follows, with the rules that say so.
    #[must_use]
    pub fn followed(&self, least: u64) -> Vec<(Followed, String)> {
        links_to_follow(&self.histories, &self.leads, &self.links, least)
    }

    /// What a report says of the links that a trace followed: the error that all behind them inherits.
    #[must_use]
    pub fn limitations(&self, followed: usize, least: u64) -> Vec<Limitation> {
        let limitation = |kind: &str, subject: String, detail: String| Limitation {
            kind: kind.to_owned(),
            subject,
            detail,
        };
        let counted = self.links.iter().filter(|it| it.band != Band::Weak).count();
        let mut all = vec![limitation(
            "mixer_links",
            format!("{followed} links through mixers were followed"),
            format!(
                "of {counted} pairs of depositor and recipient, those with a probability of {} or more; whatever lies behind \
                 one is INFERRED and holds with that probability at best; what no link takes rests in the pool; see links.csv",
                decimal(least)
            ),
        )];
        for record in self.leads.records.iter().filter(|it| it.leads > 0) {
            let probability = match record.probability {
                Some([likely, low]) => format!("probability {} (from {})", decimal(likely), decimal(low)),
                None => "never counted".to_owned(),
            };
            all.push(limitation(
                "mixer_rule",
                record.rule.as_str().to_owned(),
                format!(
                    "{} leads; {} hits beside {} by chance: {}; {probability}, by {}",
                    record.leads,
                    record.target_hits,
                    record.decoy_hits,
                    record.verdict.as_str(),
                    record.used.as_str()
                ),
            ));
        }
        all
    }
}

/// Millionths as a decimal number.
fn decimal(millionths: u64) -> String {
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}
