//! Seeds, resolved against a ledger: which purses a theft's taint enters, from where on, and by which
//! transfers.

use super::error::TraceError;
use super::theft::{AddressSeed, Seed, Since, Theft, TransactionSeed};
use super::view::View;
use crate::account::{AccountId, ChainId};
use crate::amount::Amount;
use crate::asset::AssetName;
use crate::ledger::{Columns, PurseId};
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

/// An address seed at one purse: from here on, clean money that arrives is stolen, and so is what the purse
/// sends beyond what it is seen to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Begin {
    /// The first transfer that it decides.
    pub(super) place: u64,
    /// The theft: an index into [`Seeds::thefts`].
    pub(super) theft: u32,
}

/// What a transaction seed does to one transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tagging {
    /// The theft: an index into [`Seeds::thefts`].
    pub(super) theft: u32,
    /// At most so many clean units become stolen, the last ones; `None` for all.
    pub(super) limit: Option<Amount>,
}

/// The seeds of all thefts.
#[derive(Debug, Default)]
pub(super) struct Seeds {
    /// The thefts' names, sorted by bytes.
    pub(super) thefts: Vec<String>,
    /// Accounts that bear an address seed: they never stop.
    pub(super) accounts: HashSet<AccountId>,
    /// Address seeds by purse, sorted by place.
    pub(super) purses: HashMap<PurseId, Vec<Begin>>,
    /// Transfers that a transaction seed tags, by place.
    pub(super) taggings: HashMap<u64, Tagging>,
    /// Accounts of entities, whose every payment begins a class: see [`super::entity`].
    pub(super) senders: HashMap<AccountId, u32>,
    /// The first transfer into a purse that a transaction seed of a theft tags.
    tagged: HashMap<(PurseId, u32), u64>,
    /// The purses into which a transaction seed tags a transfer.
    tagged_purses: HashSet<PurseId>,
    /// Thefts and purses of their seeds that were set aside, for nothing but noise came there; sorted.
    pub(super) set_aside: Vec<(u32, PurseId)>,
    /// The same while seeds are read, and where the theft would begin.
    decoys: Vec<(PurseId, Begin)>,
    /// Transfers before the end that name a purse of a seed's account, in position order.
    pub(super) rows: Vec<u64>,
}

impl Seeds {
    /// Resolves the seeds of all thefts.
    ///
    /// # Errors
    /// A seed that no row touches; two thefts that begin at once; a time against a ledger without times.
    pub(super) fn resolve(view: &View<'_>, thefts: &[Theft]) -> Result<Self, TraceError> {
        let mut names: Vec<String> = thefts.iter().map(|theft| theft.id.clone()).collect();
        names.sort_unstable();
        names.dedup();
        if thefts.iter().all(|theft| theft.seeds.is_empty()) {
            return Err(TraceError::new(
                "no theft is named",
                "say where the stolen money was: `--theft ID=ADDRESS`",
            ));
        }
        let mut seeds = Self { thefts: names, ..Self::default() };
        let mut found = Vec::new();
        for theft in thefts {
            let id = seeds.thefts.binary_search(&theft.id).expect("every theft's name is listed");
            let id = u32::try_from(id).expect("fewer than 2^32 thefts");
            for seed in &theft.seeds {
                found.push((id, theft, seed, accounts_of(view, theft, seed)?));
            }
        }
        let of_address = found.iter().filter(|entry| matches!(entry.2, Seed::Address(_)));
        seeds.accounts = of_address.flat_map(|entry| entry.3.iter().copied()).collect();
        seeds.rows = rows_of_accounts(view, &seeds.accounts);
        let rows_of = seeds.rows_by_account(view);
        for (id, theft, seed, accounts) in &found {
            match seed {
                Seed::Address(seed) => seeds.add_address(view, *id, theft, seed, (accounts, &rows_of))?,
                Seed::Transaction(seed) => seeds.add_transaction(view, *id, theft, seed, accounts)?,
            }
        }
        seeds.settle(view)?;
        Ok(seeds)
    }

    /// The rows of each account that bears a seed, in position order.
    fn rows_by_account(&self, view: &View<'_>) -> HashMap<AccountId, Vec<u64>> {
        let (columns, purses) = (view.ledger.columns(), view.ledger.purses());
        let mut rows_of: HashMap<AccountId, Vec<u64>> = HashMap::new();
        for &row in &self.rows {
            let [from, to] = [columns.from[index(row)], columns.to[index(row)]]
                .map(|purse| (purse != PurseId::NONE).then(|| purses.account(purse)));
            for account in [from, to.filter(|_| to != from)].into_iter().flatten() {
                if self.accounts.contains(&account) {
                    rows_of.entry(account).or_default().push(row);
                }
            }
        }
        rows_of
    }

    /// The address seed that decides at a purse, at a place.
    pub(super) fn deciding(&self, purse: PurseId, place: u64) -> Option<Begin> {
        let begins = self.purses.get(&purse)?;
        begins.iter().rev().find(|begin| begin.place <= place).copied()
    }

    /// Whether a purse is a seed of any theft: by its address, or named by a transaction.
    pub(super) fn has(&self, purse: PurseId) -> bool {
        self.purses.contains_key(&purse) || self.tagged_purses.contains(&purse)
    }

    /// Whether a purse is a seed of a theft that has begun: by its address, or named by a transaction.
    pub(super) fn has_begun(&self, purse: PurseId, theft: u32, place: u64) -> bool {
        let begun = |begin: &Begin| begin.theft == theft && begin.place <= place;
        self.purses.get(&purse).is_some_and(|begins| begins.iter().any(begun))
            || self.tagged.get(&(purse, theft)).is_some_and(|first| *first <= place)
    }

    /// Tags a transfer into a purse, of which no other theft has a claim.
    pub(super) fn tag(&mut self, place: u64, to: PurseId, tagging: Tagging) {
        self.taggings.insert(place, tagging);
        let first = self.tagged.entry((to, tagging.theft)).or_insert(place);
        *first = place.min(*first);
        self.tagged_purses.insert(to);
    }

    fn add_address(
        &mut self,
        view: &View<'_>,
        theft: u32,
        named: &Theft,
        seed: &AddressSeed,
        (accounts, rows_of): (&[AccountId], &HashMap<AccountId, Vec<u64>>),
    ) -> Result<(), TraceError> {
        check_since(view, named, seed, accounts)?;
        let ledger = view.ledger;
        let (columns, purses) = (ledger.columns(), ledger.purses());
        let mut first: HashMap<PurseId, u64> = HashMap::new();
        let mut receives: HashSet<PurseId> = HashSet::new();
        let rows = |&account: &AccountId| {
            rows_of.get(&account).into_iter().flatten().map(move |&row| (account, row))
        };
        for (account, row) in accounts.iter().flat_map(rows) {
            let place = index(row);
            let begun = has_begun(columns, seed.since, place);
            for (purse, into) in [(columns.from[place], false), (columns.to[place], true)] {
                if purse == PurseId::NONE || purses.account(purse) != account {
                    continue;
                }
                let asset = ledger.assets().get(purses.asset(purse));
                if seed.asset.as_ref().is_none_or(|name| name.names(&asset, ledger.chain_name(asset.chain))) {
                    if begun {
                        first.entry(purse).or_insert(row);
                    }
                    if into && ledger.moves(place) {
                        receives.insert(purse);
                    }
                }
            }
        }
        // A fee touches its payer's native purse, too.
        for fee in ledger.fees().iter().filter(|fee| accounts.contains(&purses.account(fee.payer))) {
            let asset = ledger.assets().get(purses.asset(fee.payer));
            let named = |name: &AssetName| name.names(&asset, ledger.chain_name(asset.chain));
            let counts = seed.asset.as_ref().is_none_or(named) && !view.is_after_end(index(fee.place));
            if counts && has_begun(columns, seed.since, index(fee.place)) {
                let place = first.entry(fee.payer).or_insert(fee.place);
                *place = fee.place.min(*place);
            }
        }
        if first.is_empty() {
            return Err(untouched(named, &seed_text(&seed.address.to_string(), seed.chain.as_deref()), view));
        }
        let mut first: Vec<(PurseId, u64)> = first.into_iter().collect();
        first.sort_unstable();
        for (purse, place) in first {
            // Any contract can emit a transfer "from" a thief: a token counts if he is seen to receive it.
            let native = ledger.assets().get(purses.asset(purse)).is_native();
            if native || seed.asset.is_some() || receives.contains(&purse) {
                if seed.asset.is_none() && view.is_decoy(purse) {
                    self.decoys.push((purse, Begin { place, theft }));
                } else {
                    self.purses.entry(purse).or_default().push(Begin { place, theft });
                }
            }
        }
        Ok(())
    }

    fn add_transaction(
        &mut self,
        view: &View<'_>,
        theft: u32,
        named: &Theft,
        seed: &TransactionSeed,
        accounts: &[AccountId],
    ) -> Result<(), TraceError> {
        let ledger = view.ledger;
        let (columns, purses) = (ledger.columns(), ledger.purses());
        let rows: Vec<usize> = rows_of_transaction(view, seed)
            .into_iter()
            .filter(|&place| {
                let asset = ledger.assets().get(purses.asset(columns.to[place]));
                seed.asset.as_ref().is_none_or(|name| name.names(&asset, ledger.chain_name(asset.chain)))
            })
            .collect();
        let mut tagged = false;
        for (at, &place) in rows.iter().enumerate() {
            let to = columns.to[place];
            if ledger.is_void(to) {
                continue;
            }
            let limit = if seed.address.is_some() {
                if !accounts.contains(&purses.account(to)) {
                    continue;
                }
                None
            } else {
                let value = |&place: &usize| columns.value.get(place);
                let into = |rows: &[usize]| -> Amount {
                    rows.iter().filter(|&&row| columns.to[row] == to).map(value).sum()
                };
                let out: Amount = rows.iter().filter(|&&row| columns.from[row] == to).map(value).sum();
                let Some(gain) = into(&rows).minus(out).filter(|gain| !gain.is_zero()) else { continue };
                Some(gain.minus(into(&rows[at + 1..])).unwrap_or(Amount::ZERO))
            };
            tagged = true;
            let known = self.taggings.entry(place as u64).or_insert(Tagging { theft, limit });
            let other = known.theft;
            // Of two seeds of one theft, the one that takes more decides.
            known.limit = known.limit.zip(limit).map(|(one, other)| one.max(other));
            if other != theft {
                return Err(self.at_once(theft, other, "the same transaction"));
            }
        }
        let mut taggings: Vec<(u64, Tagging)> =
            self.taggings.iter().map(|(place, it)| (*place, *it)).collect();
        taggings.sort_unstable_by_key(|entry| entry.0);
        for (place, tagging) in taggings {
            if tagging.theft == theft && tagging.limit != Some(Amount::ZERO) {
                let first = self.tagged.entry((columns.to[index(place)], theft)).or_insert(place);
                *first = place.min(*first);
            }
            self.tagged_purses.insert(columns.to[index(place)]);
        }
        if tagged {
            return Ok(());
        }
        let message = format!(
            "the transaction `{}` of the theft `{}` brings nobody anything in this ledger",
            transaction_text(view, seed),
            named.id
        );
        let hint = "look at its hash, its chain and asset, the receiver and `--until`; failed transactions move nothing";
        Err(TraceError::new(message, hint))
    }

    /// Sorts the seeds of each purse, and refuses two thefts that begin at the same row.
    fn settle(&mut self, view: &View<'_>) -> Result<(), TraceError> {
        // What one seed names by its asset no other one of it takes for a decoy.
        for (purse, begin) in std::mem::take(&mut self.decoys) {
            match self.purses.get_mut(&purse) {
                Some(begins) => begins.push(begin),
                None => self.set_aside.push((begin.theft, purse)),
            }
        }
        self.set_aside.sort_unstable();
        self.set_aside.dedup();
        let mut purses: Vec<PurseId> = self.purses.keys().copied().collect();
        purses.sort_unstable();
        for purse in purses {
            let begins = self.purses.get_mut(&purse).expect("the purse was listed");
            begins.sort_unstable_by_key(|begin| (begin.place, begin.theft));
            begins.dedup();
            let clash = begins.windows(2).find(|pair| pair[0].place == pair[1].place);
            if let Some((one, other)) = clash.map(|pair| (pair[0].theft, pair[1].theft)) {
                let what = format!(
                    "the same row of `{}` in `{}`",
                    view.ledger.purse_address(purse),
                    view.ledger.asset_name(view.ledger.purses().asset(purse))
                );
                return Err(self.at_once(one, other, &what));
            }
        }
        Ok(())
    }

    fn at_once(&self, one: u32, other: u32, what: &str) -> TraceError {
        let name = |theft: u32| &self.thefts[theft as usize];
        TraceError::new(
            format!("the thefts `{}` and `{}` begin at once, at {what}", name(one), name(other)),
            "give one of them a later `since`, or trace them in two runs",
        )
    }
}

fn index(place: u64) -> usize {
    usize::try_from(place).expect("the ledger is in memory")
}

fn has_begun(columns: &Columns, since: Since, place: usize) -> bool {
    match since {
        Since::Start => true,
        Since::Time(since) => columns.time(place).is_some_and(|time| time >= since),
        Since::Block(since) => columns.block(place).is_some_and(|block| block >= since),
    }
}

fn seed_text(address: &str, chain: Option<&str>) -> String {
    chain.map_or_else(|| address.to_owned(), |chain| format!("{chain}:{address}"))
}

fn transaction_text(view: &View<'_>, seed: &TransactionSeed) -> String {
    let kind = view
        .ledger
        .chains()
        .next()
        .map_or(crate::AddressKind::Evm, |(_, name)| crate::AddressKind::of_chain(name));
    let hash = seed.hash.to_text(kind);
    seed.address.map_or_else(|| hash.clone(), |address| format!("{hash}, received by {address}"))
}

/// The accounts that a seed names by its address: none for a transaction seed without one.
fn accounts_of(view: &View<'_>, theft: &Theft, seed: &Seed) -> Result<Vec<AccountId>, TraceError> {
    let (address, chain) = match seed {
        Seed::Address(seed) => (seed.address, &seed.chain),
        Seed::Transaction(TransactionSeed { address: Some(address), chain, .. }) => (*address, chain),
        Seed::Transaction(_) => return Ok(Vec::new()),
    };
    if address.is_zero() {
        return Err(TraceError::new(
            format!("the theft `{}` names the zero address as a seed: it is no purse", theft.id),
            "into the zero address is burned, out of it is minted; name the address that received the money",
        ));
    }
    let ledger = view.ledger;
    let chains = ledger.chains().filter(|(_, name)| chain.as_deref().is_none_or(|wanted| wanted == *name));
    let accounts: Vec<AccountId> =
        chains.filter_map(|(chain, _): (ChainId, &str)| ledger.accounts().find(chain, &address)).collect();
    if accounts.is_empty() {
        return Err(untouched(theft, &seed_text(&address.to_string(), chain.as_deref()), view));
    }
    Ok(accounts)
}

/// The error of a seed that no row touches.
fn untouched(theft: &Theft, seed: &str, view: &View<'_>) -> TraceError {
    let ledger = view.ledger;
    let columns = ledger.columns();
    let blocks = columns.blocks.runs().filter_map(|(block, _)| block);
    let blocks = blocks.fold(None, |span: Option<(u64, u64)>, block| {
        span.map_or(Some((block, block)), |(first, last)| Some((first.min(block), last.max(block))))
    });
    let span = match blocks {
        Some((first, last)) => format!(", blocks {first} to {last}"),
        None => String::new(),
    };
    let chains: Vec<&str> = ledger.chains().map(|(_, name)| name).collect();
    TraceError::new(
        format!(
            "seed `{seed}` of the theft `{}` is not in this ledger: no transfer that counts names it",
            theft.id
        ),
        format!(
            "the ledger holds {} transfers of {} accounts on {}{span}; look at the address, its chain and asset, `since` and `--until`",
            ledger.transfer_count(),
            ledger.accounts().len(),
            chains.join(", ")
        ),
    )
}

/// A time needs a ledger with times, a block one with blocks.
fn check_since(
    view: &View<'_>,
    theft: &Theft,
    seed: &AddressSeed,
    accounts: &[AccountId],
) -> Result<(), TraceError> {
    let ledger = view.ledger;
    let columns = ledger.columns();
    let on_chain = |place: &usize| {
        let account = ledger.purses().account(columns.to[*place]);
        accounts.iter().any(|it| ledger.accounts().chain(*it) == ledger.accounts().chain(account))
    };
    let mut places = (0..ledger.transfer_count()).filter(on_chain);
    let (known, what, hint) = match seed.since {
        Since::Start => return Ok(()),
        Since::Time(_) => (
            places.any(|place| columns.time(place).is_some()),
            "a time",
            "this ledger has block numbers only: give `since_block`, or `@block:N`",
        ),
        Since::Block(_) => (
            places.any(|place| columns.block(place).is_some()),
            "a block",
            "this ledger has times only: give `since` as a time, such as `2022-06-23T11:06:00Z`",
        ),
    };
    if known {
        return Ok(());
    }
    let message = format!(
        "seed `{}` of the theft `{}` begins at {what}, but no transfer of its chain has one",
        seed.address, theft.id
    );
    Err(TraceError::new(message, hint))
}

/// The transfers before the end that name a purse of one of these accounts.
fn rows_of_accounts(view: &View<'_>, accounts: &HashSet<AccountId>) -> Vec<u64> {
    if accounts.is_empty() {
        return Vec::new();
    }
    let ledger = view.ledger;
    let columns = ledger.columns();
    let theirs: Vec<bool> =
        ledger.purses().iter().map(|purse| accounts.contains(&ledger.purses().account(purse))).collect();
    let is_theirs = |purse: PurseId| purse != PurseId::NONE && theirs[purse.index()];
    (0..ledger.transfer_count())
        .into_par_iter()
        .filter(|&place| is_theirs(columns.from[place]) || is_theirs(columns.to[place]))
        .filter(|&place| !view.is_after_end(place))
        .map(|place| place as u64)
        .collect()
}

/// The transfers of a seed's transaction that move something before the end.
fn rows_of_transaction(view: &View<'_>, seed: &TransactionSeed) -> Vec<usize> {
    let ledger = view.ledger;
    let columns = ledger.columns();
    let wanted: HashSet<u32> = ledger.transactions().find(&seed.hash).collect();
    let on_chain = |place: usize| {
        seed.chain.as_deref().is_none_or(|chain| chain == ledger.purse_chain(columns.to[place]))
    };
    (0..ledger.transfer_count())
        .into_par_iter()
        .filter(|&place| wanted.contains(&columns.transaction[place]) && on_chain(place) && view.moves(place))
        .collect()
}
