//! Labels: outside knowledge about an account, each with its source, date and confidence.
//!
//! An account may have many labels. All are kept. They decide what the trace does by their [`Category`]; the
//! strongest one gives the name that is shown.

use crate::account::{AccountId, Address};
use crate::ledger::Ledger;
use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

/// What kind of account a label says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each name is the word that stands in the files")]
pub enum Category {
    ExchangeDeposit,
    Exchange,
    Mixer,
    Bridge,
    Defi,
    Dex,
    Token,
    Payment,
    Gambling,
    Service,
    Burn,
    Issuer,
    Miner,
    Sanctioned,
    Theft,
    Other,
}

impl Category {
    /// All categories, in the order in which one decides where an account has several.
    pub const ALL: [Self; 16] = [
        Self::ExchangeDeposit,
        Self::Exchange,
        Self::Mixer,
        Self::Bridge,
        Self::Defi,
        Self::Dex,
        Self::Token,
        Self::Payment,
        Self::Gambling,
        Self::Service,
        Self::Burn,
        Self::Issuer,
        Self::Miner,
        Self::Sanctioned,
        Self::Theft,
        Self::Other,
    ];

    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExchangeDeposit => "exchange_deposit",
            Self::Exchange => "exchange",
            Self::Mixer => "mixer",
            Self::Bridge => "bridge",
            Self::Defi => "defi",
            Self::Dex => "dex",
            Self::Token => "token",
            Self::Payment => "payment",
            Self::Gambling => "gambling",
            Self::Service => "service",
            Self::Burn => "burn",
            Self::Issuer => "issuer",
            Self::Miner => "miner",
            Self::Sanctioned => "sanctioned",
            Self::Theft => "theft",
            Self::Other => "other",
        }
    }

    /// Whether a label of this category says who the account is, so that it is no unknown hub.
    #[must_use]
    pub const fn names_the_account(self) -> bool {
        !matches!(self, Self::Theft | Self::Sanctioned | Self::Other)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Category {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|category| category.as_str() == word).ok_or(())
    }
}

/// One label, as read: it holds for an address, on one chain or on all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The address it speaks of.
    pub address: Address,
    /// The chain it holds on; `None` for all chains.
    pub chain: Option<String>,
    /// The text, as its source writes it. Data, never markup or a path.
    pub text: String,
    /// What kind of account it says this is.
    pub category: Category,
    /// Who holds the account, such as `Binance`; empty where not known.
    pub entity: String,
    /// Where the label comes from.
    pub source: String,
    /// The day it was true, `YYYY-MM-DD`; empty where not known.
    pub as_of: String,
    /// How sure its source is, 0 to 100.
    pub confidence: u8,
}

impl Label {
    /// The order in which labels of one account are listed: strongest first.
    fn strength(&self) -> impl Ord + '_ {
        (Reverse(self.confidence), Reverse(&self.as_of), &self.source, &self.text, self.category)
    }

    /// The name of the holder: the entity, or the text where no entity is given.
    #[must_use]
    pub fn holder(&self) -> &str {
        if self.entity.is_empty() { &self.text } else { &self.entity }
    }
}

/// The labels of a ledger's accounts.
///
/// `places` is sorted by account; an account's labels are neighbours there, strongest first.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    places: Vec<(AccountId, u32)>,
    labels: Vec<Label>,
}

impl Labels {
    /// Ties labels to the accounts of a ledger. Labels of addresses that are not in it are dropped; equal
    /// labels count once.
    ///
    /// # Cost
    /// **O(n · c + n log n)** for n labels and c chains.
    ///
    /// # Panics
    /// On more than 2^32 labels.
    #[must_use]
    pub fn bind(ledger: &Ledger, mut labels: Vec<Label>) -> Self {
        labels.sort_by(|a, b| {
            (&a.address, &a.chain, a.strength(), &a.entity).cmp(&(
                &b.address,
                &b.chain,
                b.strength(),
                &b.entity,
            ))
        });
        labels.dedup();
        let mut places = Vec::new();
        for (index, label) in (0_u32..).zip(&labels) {
            for (chain, name) in ledger.chains() {
                if label.chain.as_deref().is_none_or(|wanted| wanted == name)
                    && let Some(account) = ledger.accounts().find(chain, &label.address)
                {
                    places.push((account, index));
                }
            }
        }
        places.sort_by(|a, b| {
            let strength = |place: &(AccountId, u32)| labels[place.1 as usize].strength();
            a.0.cmp(&b.0).then_with(|| strength(a).cmp(&strength(b))).then(a.1.cmp(&b.1))
        });
        Self { places, labels }
    }

    /// The same with more labels, as if all had been tied to the ledger at once.
    ///
    /// # Cost
    /// As [`Labels::bind`].
    #[must_use]
    pub fn and(self, ledger: &Ledger, more: impl IntoIterator<Item = Label>) -> Self {
        let mut labels = self.labels;
        labels.extend(more);
        Self::bind(ledger, labels)
    }

    /// The labels of an account, strongest first.
    pub fn of(&self, account: AccountId) -> impl Iterator<Item = &Label> {
        let start = self.places.partition_point(|place| place.0 < account);
        let theirs = self.places[start..].iter().take_while(move |place| place.0 == account);
        theirs.map(|place| &self.labels[place.1 as usize])
    }

    /// The label whose name is shown.
    #[must_use]
    pub fn strongest(&self, account: AccountId) -> Option<&Label> {
        self.of(account).next()
    }

    /// Whether any label of the account has this category.
    #[must_use]
    pub fn has(&self, account: AccountId, category: Category) -> bool {
        self.of(account).any(|label| label.category == category)
    }

    /// The accounts that have a label, each once, in order.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        let firsts = self.places.iter().enumerate();
        firsts.filter(|(i, place)| *i == 0 || self.places[i - 1].0 != place.0).map(|(_, place)| place.0)
    }
}
