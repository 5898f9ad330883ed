//! Entities: labelled holders as origins of money.
//!
//! A trace asks where stolen money went, and at an exchange's wallet it stops. Whoever asks where money came from
//! wants that wallet as a beginning, too: what it pays out is the exchange's. So an entity's accounts both end what comes
//! to them, whatever class it is, and begin a class of their own with each transfer that they send: all of it arrives
//! as theirs, in the way of a seed's transaction. Between accounts of one entity nothing begins.
//!
//! What an entity gives in an exchange is no payment, and a token counts only from a purse that is seen to receive it: any
//! contract can write a transfer "from" an exchange.

use super::seed::{Seeds, Tagging};
use super::view::View;
use crate::account::AccountId;
use crate::label::{Category, Labels};
use crate::ledger::PurseId;
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// A holder whose money is told apart from everybody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its name: that of its class. Entities are listed by the bytes of their names.
    pub name: String,
    /// Its accounts. Of an account that two entities name, it is the one's that is named first.
    pub accounts: Vec<AccountId>,
}

/// Whether each holder is an origin of its own, or all of one category together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// `exchange: Binance`.
    Holder,
    /// `exchange`.
    Category,
}

impl Entity {
    /// The categories that are origins by default. Of an account with labels of several, the first here decides.
    ///
    /// Not among them: `exchange_deposit` (what it sends is a customer's, and goes to its exchange), what exchanges and hands
    /// on (`dex, defi, token`), and what says nothing of whose money it is (`issuer, burn, other`).
    pub const CATEGORIES: [Category; 9] = [
        Category::Sanctioned,
        Category::Theft,
        Category::Mixer,
        Category::Gambling,
        Category::Bridge,
        Category::Service,
        Category::Payment,
        Category::Exchange,
        Category::Miner,
    ];

    /// The entities that labels name, of these categories, in their order of precedence; by name.
    ///
    /// The name of a holder is that of the account's strongest label of the category: who holds it, else its text.
    #[must_use]
    pub fn of_labels(labels: &Labels, categories: &[Category], grouping: Grouping) -> Vec<Self> {
        let mut entities: BTreeMap<String, Vec<AccountId>> = BTreeMap::new();
        for account in labels.accounts() {
            let deciding = categories
                .iter()
                .find_map(|category| labels.of(account).find(|label| label.category == *category));
            let Some(label) = deciding else { continue };
            let name = match grouping {
                Grouping::Category => label.category.as_str().to_owned(),
                Grouping::Holder => format!("{}: {}", label.category, label.holder()),
            };
            entities.entry(name).or_default().push(account);
        }
        entities.into_iter().map(|(name, accounts)| Self { name, accounts }).collect()
    }
}

impl Seeds {
    /// The seeds that entities make, still without their transfers: see [`Self::tag_entities`].
    pub(super) fn of_entities(entities: &[Entity]) -> Self {
        let mut thefts: Vec<String> = entities.iter().map(|entity| entity.name.clone()).collect();
        thefts.sort_unstable();
        thefts.dedup();
        let mut senders = HashMap::new();
        for entity in entities {
            let id = thefts.binary_search(&entity.name).expect("every entity's name is listed");
            let id = u32::try_from(id).expect("fewer than 2^32 entities");
            for &account in &entity.accounts {
                senders.entry(account).or_insert(id);
            }
        }
        let mut seeds = Self::default();
        (seeds.thefts, seeds.senders) = (thefts, senders);
        seeds
    }

    /// Tags what the entities' accounts send, now that the view knows who exchanges.
    ///
    /// # Cost
    /// Two passes over the ledger.
    pub(super) fn tag_entities(&mut self, view: &View<'_>) {
        let ledger = view.ledger;
        let (columns, purses) = (ledger.columns(), ledger.purses());
        let entity = |purse: PurseId| {
            if purse == PurseId::NONE { None } else { self.senders.get(&purses.account(purse)).copied() }
        };
        let of_purse: Vec<Option<u32>> = purses.iter().map(entity).collect();
        let of = |purse: PurseId| of_purse.get(purse.index()).copied().flatten();
        let mut receives = vec![false; of_purse.len()];
        for place in (0..ledger.transfer_count()).filter(|&place| ledger.moves(place)) {
            receives[columns.to[place].index()] |= of(columns.to[place]).is_some();
        }
        let mut tagged: Vec<(u64, PurseId, u32)> = Vec::new();
        for place in 0..ledger.transfer_count() {
            let (from, to) = (columns.from[place], columns.to[place]);
            let Some(theft) = of(from) else { continue };
            let native = ledger.assets().get(purses.asset(from)).is_native();
            let dealt = view.deals.is_given(place) || view.deals.is_got(place);
            let counts = (native || receives[from.index()]) && of(to) != Some(theft) && !ledger.is_void(to);
            if counts && !dealt && view.moves(place) && !view.is_dust(place) {
                tagged.push((place as u64, to, theft));
            }
        }
        for (place, to, theft) in tagged {
            self.tag(place, to, Tagging { theft, limit: None });
        }
    }
}
