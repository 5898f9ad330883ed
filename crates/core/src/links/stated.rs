//! Links that somebody states by two transactions, found in a ledger.
//!
//! Which transfers of the two are meant: those with the stated event indices. Where none is stated, of the source the one
//! into an account at which value stays (a bridge, a mixer, an exchange), or that is burned, or the only one there is; of the
//! destination the one out of such an account, or that is minted, or the only one; of several the one to whoever paid the source;
//! of a mixer all of them, for a withdrawal pays its relayer, too. Else nobody can tell, and the events have to be stated.

use super::pair::Link;
use crate::label::{Category, Labels};
use crate::ledger::{Ledger, PurseId, TxHash};
use hashbrown::{HashMap, HashSet};

/// One end of a stated link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedEnd {
    /// The chain, if it is stated.
    pub chain: Option<String>,
    /// The transaction.
    pub transaction: TxHash,
    /// The event indices of the transfers that are meant, if they are stated.
    pub events: Vec<u64>,
}

/// A link by its two transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedLink {
    /// Where the value goes in.
    pub source: StatedEnd,
    /// Where it comes out.
    pub destination: StatedEnd,
    /// A word for how it was found: data.
    pub method: String,
    /// How likely it holds, in millionths.
    pub confidence: u32,
    /// Whether it is anything less than an exact identifier.
    pub is_inferred: bool,
}

/// Why a stated link cannot be found in a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatedFault {
    /// One of its transactions is not in the data.
    Absent(&'static str),
    /// Which transfer is meant cannot be told.
    Unclear(String),
}

/// Finds stated links in a ledger, one answer each.
///
/// # Cost
/// **O(n)** for n transfers.
#[must_use]
pub fn find_stated(ledger: &Ledger, labels: &Labels, links: &[StatedLink]) -> Vec<Result<Link, StatedFault>> {
    let rows = Rows::of(ledger, links);
    links.iter().map(|link| rows.find(labels, link)).collect()
}

/// The transfers of the transactions that links name.
struct Rows<'a> {
    ledger: &'a Ledger,
    of: HashMap<TxHash, Vec<u64>>,
}

impl<'a> Rows<'a> {
    fn of(ledger: &'a Ledger, links: &[StatedLink]) -> Self {
        let ends = links.iter().flat_map(|link| [&link.source, &link.destination]);
        let wanted: HashSet<&TxHash> = ends.map(|end| &end.transaction).collect();
        let mut of: HashMap<TxHash, Vec<u64>> = HashMap::new();
        if wanted.is_empty() {
            return Self { ledger, of };
        }
        let transactions = ledger.transactions();
        let count = u32::try_from(transactions.len()).expect("fewer than 2^32 transactions");
        let numbers: HashMap<u32, TxHash> = (0..count)
            .filter_map(|number| transactions.hash(number).map(|hash| (number, hash)))
            .filter(|(_, hash)| wanted.contains(hash))
            .collect();
        for (place, transaction) in ledger.columns().transaction.iter().enumerate() {
            if let Some(hash) = numbers.get(transaction) {
                of.entry(hash.clone()).or_default().push(place as u64);
            }
        }
        Self { ledger, of }
    }

    fn find(&self, labels: &Labels, link: &StatedLink) -> Result<Link, StatedFault> {
        let columns = self.ledger.columns();
        let stays = |purse: PurseId| {
            let stops = |category| labels.has(self.ledger.purses().account(purse), category);
            self.ledger.is_void(purse) || STAYS.into_iter().any(stops)
        };
        let sources = self.end(&link.source, "source", |place| stays(columns.to[place]))?;
        let [source] = sources[..] else { return Err(unclear("source", sources.len())) };
        let out = |place: usize| columns.from[place] != PurseId::NONE && stays(columns.from[place]);
        let mut destinations = self.end(&link.destination, "destination", out)?;
        if destinations.len() > 1 && link.destination.events.is_empty() {
            let payer = columns.from[at(source)];
            let address =
                |purse: PurseId| (!self.ledger.is_void(purse)).then(|| self.ledger.purse_address(purse));
            let theirs: Vec<u64> = destinations
                .iter()
                .copied()
                .filter(|&it| address(columns.to[at(it)]) == address(payer))
                .collect();
            let mixes = |purse: PurseId| {
                !self.ledger.is_void(purse)
                    && labels.has(self.ledger.purses().account(purse), Category::Mixer)
            };
            if theirs.len() == 1 {
                destinations = theirs;
            } else if !destinations.iter().all(|&it| mixes(columns.from[at(it)])) {
                return Err(unclear("destination", destinations.len()));
            }
        }
        let StatedLink { method, confidence, is_inferred, .. } = link.clone();
        Ok(Link { source, destinations, method, confidence, is_inferred })
    }

    /// The transfers that an end means.
    fn end(
        &self,
        end: &StatedEnd,
        which: &'static str,
        fits: impl Fn(usize) -> bool,
    ) -> Result<Vec<u64>, StatedFault> {
        let ledger = self.ledger;
        let on_chain = |place: &u64| {
            let purse = ledger.columns().to[at(*place)];
            end.chain.as_ref().is_none_or(|chain| chain == ledger.purse_chain(purse))
        };
        let all = self.of.get(&end.transaction).into_iter().flatten().copied();
        let moving: Vec<u64> = all.filter(on_chain).filter(|&place| ledger.moves(at(place))).collect();
        if moving.is_empty() {
            return Err(StatedFault::Absent(which));
        }
        if !end.events.is_empty() {
            let stated = |place: &u64| {
                ledger.columns().event_index(at(*place)).is_some_and(|event| end.events.contains(&event))
            };
            let rows: Vec<u64> = moving.into_iter().filter(stated).collect();
            return if rows.len() == end.events.len() { Ok(rows) } else { Err(unclear(which, rows.len())) };
        }
        let fitting: Vec<u64> = moving.iter().copied().filter(|&place| fits(at(place))).collect();
        match (fitting.len(), moving.len()) {
            (0, 1) => Ok(moving),
            (0, several) => Err(unclear(which, several)),
            _ => Ok(fitting),
        }
    }
}

/// Accounts at which value stays.
const STAYS: [Category; 7] = [
    Category::Bridge,
    Category::Mixer,
    Category::Exchange,
    Category::ExchangeDeposit,
    Category::Payment,
    Category::Gambling,
    Category::Service,
];

fn unclear(which: &str, rows: usize) -> StatedFault {
    StatedFault::Unclear(format!(
        "{rows} transfers of the {which} transaction could be meant: state `{which}_event`"
    ))
}

fn at(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}
