//! Who is who before any transfer is looked at: exchange wallets, labelled deposit accounts, known services.

use super::found::SOURCE;
use crate::account::AccountId;
use crate::label::{Category, Label, Labels};
use crate::ledger::{Ledger, PurseId};
use std::collections::BTreeMap;

/// An exchange: an index into [`Parties::exchanges`].
pub(super) type Exchange = u32;

/// What the labels say that an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nobody has said, or nothing that matters here.
    Unknown,
    /// A wallet of an exchange.
    Wallet(Exchange),
    /// A customer's deposit account at an exchange.
    Deposit(Exchange),
    /// Somebody's own, by a label of category `theft` or `other`.
    Own,
    /// A service, a contract of one, or a seed: never a deposit account.
    Never,
}

/// The labelled parties of a ledger. One exchange is one name, whatever the case of its letters.
pub(super) struct Parties {
    /// The names of the exchanges, as the least label by bytes writes them.
    pub(super) exchanges: Vec<String>,
    /// The accounts that have a role, by account.
    roles: Vec<(AccountId, Role)>,
    /// One entry an account: 0, or one more than its place in `roles`.
    place: Vec<u32>,
}

impl Parties {
    /// Reads them off the labels. `own` are accounts that are never deposit accounts: seeds.
    ///
    /// # Panics
    /// On 2^32 accounts or more.
    pub(super) fn of(ledger: &Ledger, labels: &Labels, own: &[AccountId]) -> Self {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let is_somebody = |account: &AccountId| !ledger.accounts().address(*account).is_zero();
        let named = labels.accounts().filter(is_somebody).filter_map(|account| role_label(labels, account));
        for label in named.filter(|label| is_of_exchange(label)) {
            let name = label.holder();
            let least = names.entry(name.to_lowercase()).or_insert_with(|| name.to_owned());
            if name < least.as_str() {
                name.clone_into(least);
            }
        }
        let numbers: BTreeMap<&str, Exchange> = names.keys().map(String::as_str).zip(0..).collect();
        let number = |label: &Label| numbers[label.holder().to_lowercase().as_str()];
        let mut roles: BTreeMap<AccountId, Role> = labels
            .accounts()
            .filter(is_somebody)
            .filter_map(|account| {
                let label = role_label(labels, account)?;
                let role = match label.category {
                    Category::ExchangeDeposit => Role::Deposit(number(label)),
                    Category::Exchange if !label.is_of_reserves() => Role::Wallet(number(label)),
                    Category::Theft | Category::Other => Role::Own,
                    _ => Role::Never,
                };
                Some((account, role))
            })
            .collect();
        for &account in own {
            let role = roles.entry(account).or_insert(Role::Never);
            if !matches!(role, Role::Wallet(_)) {
                *role = Role::Never;
            }
        }
        let roles: Vec<(AccountId, Role)> = roles.into_iter().collect();
        let mut place = vec![0; ledger.accounts().len()];
        for (at, (account, _)) in (1..).zip(&roles) {
            place[account.index()] = at;
        }
        Self { exchanges: names.into_values().collect(), roles, place }
    }

    /// What an account is.
    pub(super) fn role(&self, account: AccountId) -> Role {
        let place = self.place[account.index()] as usize;
        place.checked_sub(1).map_or(Role::Unknown, |at| self.roles[at].1)
    }

    /// The labelled deposit accounts, by account.
    pub(super) fn labelled(&self) -> impl Iterator<Item = (AccountId, Exchange)> {
        self.roles.iter().filter_map(|&(account, role)| match role {
            Role::Deposit(exchange) => Some((account, exchange)),
            _ => None,
        })
    }

    /// Whether any exchange wallet is known.
    pub(super) fn has_wallets(&self) -> bool {
        self.roles.iter().any(|(_, role)| matches!(role, Role::Wallet(_)))
    }

    /// The account that holds a purse, unless it can hold nothing.
    pub(super) fn holder(ledger: &Ledger, purse: PurseId) -> Option<AccountId> {
        (!ledger.is_void(purse)).then(|| ledger.purses().account(purse))
    }
}

fn is_of_exchange(label: &Label) -> bool {
    matches!(label.category, Category::Exchange | Category::ExchangeDeposit)
}

/// The label that decides what an account is: a deposit account before a wallet, both before a service, and that
/// before somebody's own; of one kind the strongest. What a detection said earlier, and `sanctioned`, decides
/// nothing.
fn role_label(labels: &Labels, account: AccountId) -> Option<&Label> {
    let kind = |label: &Label| match label.category {
        Category::ExchangeDeposit => 0,
        Category::Exchange if !label.is_of_reserves() => 1,
        Category::Theft | Category::Other => 3,
        _ => 2,
    };
    let counts = |label: &&Label| label.source != SOURCE && label.category != Category::Sanctioned;
    labels.of(account).filter(counts).min_by_key(|label| kind(label))
}
