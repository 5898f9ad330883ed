//! Mixers as pools, of which each payment carries the share of taint that is there (`--mixers expected`).
//!
//! That share is only right where the data show all that went in and out. Where taint gets to a pool whose history has a hole,
//! the trace is refused, or, as `expected_bound`, its figures are said to be no more than a bound.

use crate::error::Error;
use dyetrace_core::trace::{Pool, Trace, TraceOptions};
use dyetrace_core::{AccountId, Amount, AssetId, Category, Labels, Ledger};
use dyetrace_ingest::Case;
use dyetrace_report::Limitation;
use std::collections::BTreeSet;

/// So many pools are named in a message.
const NAMED: usize = 5;

/// Makes every account that is labelled a mixer, or stated to be a pool, one.
///
/// # Errors
/// A stated pool, or what it held, that no transfer names.
pub(crate) fn add_expected(
    case: &Case,
    ledger: &Ledger,
    labels: &Labels,
    options: &mut TraceOptions,
) -> Result<(), Error> {
    let mixers = labels.accounts().filter(|account| labels.has(*account, Category::Mixer));
    let mut pools: Vec<Pool> = mixers.map(|account| Pool { account, outstanding: Vec::new() }).collect();
    for stated in &case.pools {
        let is_chain = |name: &str| stated.chain.as_deref().is_none_or(|wanted| wanted == name);
        let mut found = false;
        for (chain, name) in ledger.chains().filter(|(_, name)| is_chain(name)) {
            let Some(account) = ledger.accounts().find(chain, &stated.address) else { continue };
            let named = |(id, asset): (AssetId, _)| stated.asset.names(&asset, name).then_some(id);
            let Some(asset) = ledger.assets().iter().filter(|(_, it)| it.chain == chain).find_map(named)
            else {
                continue;
            };
            found = true;
            let held = (asset, stated.outstanding);
            match pools.iter_mut().find(|pool| pool.account == account) {
                Some(pool) => pool.outstanding.push(held),
                None => pools.push(Pool { account, outstanding: vec![held] }),
            }
        }
        if !found {
            return Err(Error::refused(
                format!("no transfer names the pool `{}`, or the asset that it is to hold", stated.address),
                "look at the address, the chain and the asset of `[[pool]]`, or leave it out",
            ));
        }
    }
    pools.sort();
    options.pools = pools;
    Ok(())
}

/// Tells where the history of a pool that taint got to has a hole. Without `bound` that is an error.
///
/// # Errors
/// Such a pool, unless a bound is asked for.
pub(crate) fn check_expected(
    ledger: &Ledger,
    options: &TraceOptions,
    trace: &Trace,
    bound: bool,
) -> Result<Vec<Limitation>, Error> {
    let columns = ledger.columns();
    let place = |row: u64| usize::try_from(row).expect("the ledger is in memory");
    let reached: BTreeSet<_> = trace.flows.place.iter().map(|&row| columns.to[place(row)]).collect();
    let pool_of = |account: AccountId| options.pools.iter().find(|pool| pool.account == account);
    let (mut pools, mut holes) = (0_u64, Vec::new());
    for purse in reached.into_iter().filter(|&purse| !ledger.is_void(purse)) {
        let (account, asset) = (ledger.purses().account(purse), ledger.purses().asset(purse));
        let Some(pool) = pool_of(account) else { continue };
        pools += 1;
        let is_stated = pool.outstanding.iter().any(|held| held.0 == asset);
        let native = ledger.assets().get(asset).is_native();
        let gap = trace.gaps.iter().find(|gap| gap.purse == purse);
        let hole = match gap {
            Some(gap) => Some(format!("paid {} base units more than the data show it had", gap.amount)),
            None if is_stated => None,
            None if !ledger.is_covered(account, native) => Some("no input holds its own history".to_owned()),
            // Money that came before the data leaves no hole where enough came since.
            None => Some("nothing says what it held before the data begin".to_owned()),
        };
        if let Some(hole) = hole {
            let chain = ledger.purse_chain(purse);
            let name = format!("{chain}:{} {}", ledger.purse_address(purse), ledger.asset_name(asset));
            holes.push((name, hole));
        }
    }
    if !bound && !holes.is_empty() {
        let named: Vec<String> =
            holes.iter().take(NAMED).map(|(name, hole)| format!("{name}: {hole}")).collect();
        let more = holes.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!("; and {more} more") };
        return Err(Error::refused(
            format!(
                "what mixers are expected to pay out cannot be told: the whole history of {} is not known \
                 ({}{more})",
                if holes.len() == 1 { "one pool".to_owned() } else { format!("{} pools", holes.len()) },
                named.join("; "),
            ),
            "pull the whole history of each, and state in the case what it held before the data begin: `[[pool]]`, \
             `address = \"0x…\"`, `outstanding = \"0\"` where the data begin with it; `--mixers expected_bound` goes on all \
             the same, and says that the figures are a bound",
        ));
    }
    let row =
        |kind: &str, subject: String, detail: String| Limitation { kind: kind.to_owned(), subject, detail };
    let general = row(
        "mixers_expected",
        String::new(),
        format!(
            "what {pools} purses of mixers paid out carries the share of taint that was there at that time, whoever drew \
             it: an expectation and no finding about any one exit; INFERRED from there on"
        ),
    );
    let holes = holes.into_iter().map(|(name, hole)| {
        let detail = format!(
            "{hole}: its shares are a bound. If only clean money is missing, all that left it up to a time bears at most what \
             is shown by then; a later exit may bear more than its own figure"
        );
        row("pool_bound", name, detail)
    });
    Ok(std::iter::once(general).chain(holes).collect())
}

/// What an analyst states that a pool held before the data begin is his word.
pub(crate) fn stated_pools(case: &Case) -> impl Iterator<Item = Limitation> {
    case.pools.iter().map(|pool| Limitation {
        kind: "pool_stated".to_owned(),
        subject: pool.address.to_string(),
        detail: format!(
            "the case states that it held {} base units before the data begin: taken as clean",
            Amount::to_string(&pool.outstanding)
        ),
    })
}
