//! Where a swept deposit went: the first transfer out of its purse, after the taint came, to the exchange.

use crate::input::Input;
use dyetrace_core::trace::Until;
use dyetrace_core::{AccountId, Category, Ledger, PurseId};
use hashbrown::HashMap;

/// A deposit account whose money was sent on.
#[derive(Clone, Debug)]
pub(crate) struct Swept {
    /// The purse at the deposit address.
    pub(crate) purse: PurseId,
    /// The place from which on a transfer out counts.
    pub(crate) after: u64,
    /// Who holds the account; empty if the label does not say.
    pub(crate) entity: String,
}

/// Returns, for each swept deposit, the place of its sweep: the first transfer out to an account of the same
/// holder; where there is none, to any account labelled `exchange`; `None` where there is neither.
///
/// # Cost
/// **O(n + s log d)** for n transfers of the ledger, and s of them out of d swept purses.
pub(crate) fn sweeps(input: &Input<'_>, deposits: &[Swept]) -> Vec<Option<u64>> {
    let mut by_purse: HashMap<PurseId, Vec<usize>> = HashMap::new();
    for (at, deposit) in deposits.iter().enumerate() {
        by_purse.entry(deposit.purse).or_default().push(at);
    }
    let mut same = vec![None; deposits.len()];
    let mut any = vec![None; deposits.len()];
    if deposits.is_empty() {
        return any;
    }
    let (ledger, until) = (input.ledger, input.facts.options.until);
    for (place, from) in (0_u64..).zip(&ledger.columns().from) {
        let Some(waiting) = by_purse.get(from) else { continue };
        let at = usize::try_from(place).expect("rows are in memory");
        if !ledger.moves(at) || !is_within(ledger, at, until) {
            continue;
        }
        let receiver = ledger.purses().account(ledger.columns().to[at]);
        for &deposit in waiting {
            let Swept { after, entity, .. } = &deposits[deposit];
            if place > *after && same[deposit].is_none() && input.labels.has(receiver, Category::Exchange) {
                any[deposit].get_or_insert(place);
                if is_held_by(input, receiver, entity) {
                    same[deposit] = Some(place);
                }
            }
        }
    }
    same.into_iter().zip(any).map(|(same, any)| same.or(any)).collect()
}

fn is_held_by(input: &Input<'_>, account: AccountId, entity: &str) -> bool {
    let mut exchanges = input.labels.of(account).filter(|label| label.category == Category::Exchange);
    !entity.is_empty() && exchanges.any(|label| label.entity == entity)
}

fn is_within(ledger: &Ledger, place: usize, until: Option<Until>) -> bool {
    let columns = ledger.columns();
    match until {
        None => true,
        Some(Until::Time(last)) => columns.time(place).is_none_or(|time| time <= last),
        Some(Until::Block(last)) => columns.block(place).is_none_or(|block| block <= last),
    }
}
