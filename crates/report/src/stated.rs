//! What a person states about accounts, bound to a ledger: customers behind an address, balances, freezes.

use crate::display::plain;
use crate::input::Input;
use dyetrace_core::{AccountId, Amount, Asset, Ledger, OwnAccount, PurseId, Status};
use hashbrown::HashMap;

/// How many customers of one address a sentence names.
const NAMED: usize = 5;

/// What is stated, by account and by purse. Rows that name nothing of the ledger are listed apart.
#[derive(Debug, Default)]
pub(crate) struct Stated<'a> {
    own: HashMap<AccountId, Vec<&'a OwnAccount>>,
    status: HashMap<PurseId, Vec<&'a Status>>,
    /// The last block that the ledger knows, by chain; 0 where it knows none.
    last_block: Vec<u64>,
    /// Rows that name an account or asset that no transfer names: what they are, and address.
    pub(crate) unknown: Vec<(&'static str, String)>,
}

impl<'a> Stated<'a> {
    /// Binds what the facts of a run state.
    ///
    /// # Cost
    /// **O(s log p)** for s rows and p purses; one pass over the ledger where a balance is stated.
    pub(crate) fn bind(input: &Input<'a>) -> Self {
        let (ledger, facts) = (input.ledger, input.facts);
        let mut stated = Self::default();
        for own in &facts.own {
            match find(ledger, &own.chain, own) {
                Some(account) => stated.own.entry(account).or_default().push(own),
                None => stated.unknown.push(("own", format!("{} {}", own.chain, own.address))),
            }
        }
        for status in &facts.status {
            match find_purse(ledger, status) {
                Some(purse) => stated.status.entry(purse).or_default().push(status),
                None => stated.unknown.push(("status", format!("{} {}", status.chain, status.address))),
            }
        }
        for rows in stated.status.values_mut() {
            rows.sort_by_key(|status| status.block);
        }
        if facts.status.iter().any(|status| status.balance.is_some()) {
            stated.last_block = last_blocks(ledger);
        }
        stated
    }

    /// Whether a memo tells apart who is behind the account.
    pub(crate) fn has_memo(&self, account: AccountId) -> bool {
        self.own.get(&account).is_some_and(|own| own.iter().any(|it| !it.memo.is_empty()))
    }

    /// Whether the last word is that the address is frozen for this asset.
    pub(crate) fn is_frozen(&self, purse: PurseId) -> bool {
        let last = self.status.get(&purse).and_then(|rows| rows.iter().rev().find_map(|it| it.frozen));
        last.unwrap_or(false)
    }

    /// The stated balance, if it is of the ledger's last block on that chain, or of a later one.
    pub(crate) fn balance(&self, ledger: &Ledger, purse: PurseId) -> Option<Amount> {
        let rows = self.status.get(&purse)?;
        let chain = ledger.accounts().chain(ledger.purses().account(purse));
        let known = self.last_block.get(usize::from(chain.0)).copied().unwrap_or_default();
        let newest = rows.iter().rev().find(|it| it.balance.is_some())?;
        newest.balance.filter(|_| newest.block >= known)
    }

    /// Says all that is stated about a purse; empty where nothing is.
    pub(crate) fn in_words(&self, ledger: &Ledger, purse: PurseId) -> Vec<String> {
        let mut parts = Vec::new();
        let own = self.own.get(&ledger.purses().account(purse)).map_or(&[][..], Vec::as_slice);
        parts.extend(own.iter().take(NAMED).map(|it| {
            let memo = (!it.memo.is_empty()).then(|| format!("memo `{}`", plain(&it.memo, 60)));
            let uid = (!it.uid.is_empty()).then(|| format!("customer `{}`", plain(&it.uid, 60)));
            format!("own account: {}", [memo, uid].into_iter().flatten().collect::<Vec<_>>().join(", "))
        }));
        let more = own.len().saturating_sub(NAMED);
        parts.extend((more > 0).then(|| format!("and {more} more own accounts of this address")));
        for it in self.status.get(&purse).map_or(&[][..], Vec::as_slice) {
            let frozen = it.frozen.map(|yes| if yes { "frozen" } else { "not frozen" }.to_owned());
            let balance = it.balance.map(|balance| format!("balance {balance} base units"));
            let facts = [frozen, balance].into_iter().flatten().collect::<Vec<_>>().join(", ");
            parts.push(format!("stated as of block {}: {facts}", it.block));
        }
        parts
    }
}

fn find(ledger: &Ledger, chain: &str, own: &OwnAccount) -> Option<AccountId> {
    ledger.accounts().find(ledger.find_chain(chain)?, &own.address)
}

fn find_purse(ledger: &Ledger, status: &Status) -> Option<PurseId> {
    let chain = ledger.find_chain(&status.chain)?;
    let account = ledger.accounts().find(chain, &status.address)?;
    let asset = ledger.assets().find(&Asset { chain, contract: status.asset.contract })?;
    ledger.purses().find(account, asset)
}

/// The last block of each chain, 0 where no block is known.
fn last_blocks(ledger: &Ledger) -> Vec<u64> {
    let columns = ledger.columns();
    let mut last = vec![0; ledger.chains().count()];
    for place in 0..ledger.transfer_count() {
        let chain = ledger.accounts().chain(ledger.purses().account(columns.to[place]));
        let known = &mut last[usize::from(chain.0)];
        *known = columns.block(place).unwrap_or_default().max(*known);
    }
    last
}
