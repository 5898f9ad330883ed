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

    /// Whether one account can hardly be both: `exchange` and `mixer`, a thief and anybody who is named.
    ///
    /// A sanction can be laid on anybody and `other` says nothing. `service` is the general word for whoever keeps
    /// the money of others. The contracts of one protocol are often several things at once.
    #[must_use]
    pub fn contradicts(self, other: Self) -> bool {
        let is_mute = |it: Self| matches!(it, Self::Other | Self::Sanctioned);
        let is_contract =
            |it: Self| matches!(it, Self::Bridge | Self::Defi | Self::Dex | Self::Token | Self::Issuer);
        let keeps_money = |it: Self| it.names_the_account() && (!is_contract(it) || it == Self::Bridge);
        let is_general = |it: Self, than: Self| it == Self::Service && keeps_money(than);
        let agree = self == other
            || is_mute(self)
            || is_mute(other)
            || is_contract(self) && is_contract(other)
            || is_general(self, other)
            || is_general(other, self);
        !agree
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
    /// How the text of a label ends that comes from an exchange's list of its reserves.
    pub const OF_RESERVES: &str = "proof of reserves";

    /// Whether it says no more than that an exchange holds the account: not whether that is a wallet of its own or a
    /// customer's deposit account. Nobody's account is told by what is paid there.
    #[must_use]
    pub fn is_of_reserves(&self) -> bool {
        self.category == Category::Exchange && self.text.ends_with(Self::OF_RESERVES)
    }

    /// The order in which labels of one account are listed: strongest first.
    fn strength(&self) -> impl Ord + '_ {
        (Reverse(self.confidence), Reverse(&self.as_of), &self.source, &self.text, self.category)
    }

    /// Whether two labels of one address cannot both be right: their categories or the holders they name disagree.
    ///
    /// Names are compared by their letters and digits without case; one that goes on where the other ends
    /// (`Uniswap`, `Uniswap V2`) agrees with it. Whom a sanction or a theft names is not whose the account is.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        let apart = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        if apart(&self.chain, &other.chain) {
            return false;
        }
        let blames = |label: &Self| matches!(label.category, Category::Theft | Category::Sanctioned);
        let names_disagree = || {
            let letters = |name: &str| -> String {
                name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
            };
            let (a, b) = (letters(&self.entity), letters(&other.entity));
            !a.starts_with(&b) && !b.starts_with(&a)
        };
        self.category.contradicts(other.category) || (!blames(self) && !blames(other) && names_disagree())
    }

    /// The name of the holder: the entity, or the text where no entity is given.
    #[must_use]
    pub fn holder(&self) -> &str {
        if self.entity.is_empty() { &self.text } else { &self.entity }
    }
}

/// Returns the labels that contradict each other: of each address that has some the strongest, and the strongest of
/// those it disagrees with; by address.
///
/// # Cost
/// **O(n log n)** for n labels.
#[must_use]
pub fn contradictions(labels: &[Label]) -> Vec<[&Label; 2]> {
    let mut sorted: Vec<&Label> = labels.iter().collect();
    sorted.sort_by(|a, b| (&a.address, a.strength(), &a.entity).cmp(&(&b.address, b.strength(), &b.entity)));
    let of_one_address = sorted.chunk_by(|a, b| a.address == b.address);
    of_one_address.filter_map(|labels| first_contradiction(labels.iter().copied())).collect()
}

/// The first two labels, in their order, that contradict each other.
fn first_contradiction<'l>(labels: impl Iterator<Item = &'l Label>) -> Option<[&'l Label; 2]> {
    // Of labels that say the same the first is enough: lists repeat themselves a thousand times.
    let mut said: Vec<&Label> = Vec::new();
    for label in labels {
        let same = |it: &&Label| {
            (it.category, &it.entity, &it.chain) == (label.category, &label.entity, &label.chain)
        };
        if !said.iter().any(same) {
            said.push(label);
        }
    }
    said.iter().enumerate().find_map(|(at, label)| {
        let other = said[at + 1..].iter().find(|other| label.contradicts(other))?;
        Some([*label, *other])
    })
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
    /// **O(n · c + m log m)** for n labels, c chains, and m labels of accounts in the ledger.
    ///
    /// # Panics
    /// On more than 2^32 labels.
    #[must_use]
    pub fn bind(ledger: &Ledger, mut labels: Vec<Label>) -> Self {
        // Most labels of a large list speak of accounts that are not here.
        let is_here = |label: &Label| {
            let mut chains = ledger.chains();
            chains.any(|(chain, name)| {
                label.chain.as_deref().is_none_or(|wanted| wanted == name)
                    && ledger.accounts().find(chain, &label.address).is_some()
            })
        };
        labels.retain(is_here);
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

    /// The two strongest labels of an account that contradict each other.
    #[must_use]
    pub fn contradiction(&self, account: AccountId) -> Option<[&Label; 2]> {
        first_contradiction(self.of(account))
    }

    /// The accounts that have a label, each once, in order.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> + '_ {
        let firsts = self.places.iter().enumerate();
        firsts.filter(|(i, place)| *i == 0 || self.places[i - 1].0 != place.0).map(|(_, place)| place.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Category, Label, contradictions};
    use crate::account::Address;

    fn label(account: u8, category: Category, entity: &str, confidence: u8) -> Label {
        Label {
            address: Address::from_evm([account; 20]),
            chain: None,
            text: format!("{category} {entity}"),
            category,
            entity: entity.to_owned(),
            source: "s".to_owned(),
            as_of: String::new(),
            confidence,
        }
    }

    #[test]
    fn contradictions_are_found_once_an_address_strongest_first() {
        use Category::{
            Bridge, Dex, Exchange, ExchangeDeposit, Mixer, Other, Sanctioned, Service, Theft, Token,
        };
        let on = |chain: &str, label: Label| Label { chain: Some(chain.to_owned()), ..label };
        let labels = [
            label(9, Exchange, "Binance", 10),
            label(9, Mixer, "", 20),
            label(9, ExchangeDeposit, "OKX", 30),
            label(1, Mixer, "Tornado Cash", 50),
            label(1, Sanctioned, "OFAC", 50),
            label(1, Other, "tornado.cash", 50),
            label(2, Dex, "Uniswap", 50),
            label(2, Token, "Uniswap V2", 50),
            label(2, Bridge, "", 50),
            label(3, Service, "", 50),
            label(3, Exchange, "", 50),
            label(4, Exchange, "Kraken", 50),
            label(4, Exchange, "Huobi", 50),
            label(5, Theft, "Lazarus", 50),
            label(5, Exchange, "KuCoin", 60),
            on("bsc", label(6, Mixer, "", 50)),
            on("ethereum", label(6, Exchange, "", 50)),
        ];
        let found = contradictions(&labels);
        let said: Vec<_> =
            found.iter().map(|pair| pair.map(|it| (it.address.as_bytes()[0], it.category))).collect();
        assert_eq!(
            said,
            [[(4, Exchange), (4, Exchange)], [(5, Exchange), (5, Theft)], [(9, ExchangeDeposit), (9, Mixer)],]
        );
    }

    #[test]
    fn what_contradicts_does_so_both_ways_and_never_itself() {
        for a in Category::ALL {
            assert!(!a.contradicts(a));
            for b in Category::ALL {
                assert_eq!(a.contradicts(b), b.contradicts(a), "{a} {b}");
            }
        }
        assert!(Category::Exchange.contradicts(Category::ExchangeDeposit));
        assert!(Category::Theft.contradicts(Category::Service));
        assert!(!Category::Bridge.contradicts(Category::Service));
    }
}
