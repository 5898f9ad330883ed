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
    /// The block of the last transfer out of each purse that is stated to be frozen.
    paid_at: HashMap<PurseId, u64>,
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
        stated.paid_at = last_payments(ledger, &stated.status);
        if facts.status.iter().any(|status| status.balance.is_some()) {
            stated.last_block = last_blocks(ledger);
        }
        stated
    }

    /// Whether a memo tells apart who is behind the account.
    pub(crate) fn has_memo(&self, account: AccountId) -> bool {
        self.own.get(&account).is_some_and(|own| own.iter().any(|it| !it.memo.is_empty()))
    }

    /// Whether the last word is that the address is frozen for this asset, and the data show no payment out of it later.
    pub(crate) fn is_frozen(&self, purse: PurseId) -> bool {
        self.frozen_at(purse).is_some_and(|block| self.paid_later(purse, block).is_none())
    }

    /// The block as of which an address is stated to be frozen, if that is the last word.
    fn frozen_at(&self, purse: PurseId) -> Option<u64> {
        let rows = self.status.get(&purse)?.iter().rev();
        let (block, frozen) = rows.filter_map(|it| Some((it.block, it.frozen?))).next()?;
        frozen.then_some(block)
    }

    fn paid_later(&self, purse: PurseId, block: u64) -> Option<u64> {
        self.paid_at.get(&purse).copied().filter(|&paid| paid > block)
    }

    /// Purses stated to be frozen that paid later: the purse, the stated block, and the block of the last payment. By purse.
    pub(crate) fn refuted(&self) -> Vec<(PurseId, u64, u64)> {
        let refuted = |&purse: &PurseId| {
            let block = self.frozen_at(purse)?;
            Some((purse, block, self.paid_later(purse, block)?))
        };
        let mut all: Vec<_> = self.status.keys().filter_map(refuted).collect();
        all.sort_unstable();
        all
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

/// The block of the last transfer out of each purse that somebody states to be frozen.
fn last_payments(ledger: &Ledger, status: &HashMap<PurseId, Vec<&Status>>) -> HashMap<PurseId, u64> {
    let mut paid = HashMap::new();
    if !status.values().flatten().any(|it| it.frozen == Some(true)) {
        return paid;
    }
    let columns = ledger.columns();
    for place in (0..ledger.transfer_count()).filter(|&place| ledger.moves(place)) {
        let from = columns.from[place];
        if let Some(block) = columns.block(place).filter(|_| status.contains_key(&from)) {
            let last = paid.entry(from).or_insert(block);
            *last = block.max(*last);
        }
    }
    paid
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
