//! Where taint enters: seeds turned into rows of the ledger.

use super::Known;
use crate::account::AccountId;
use crate::amount::Amount;
use crate::ledger::PurseId;
use crate::trace::{AddressSeed, Seed, Since, TransactionSeed};
use std::collections::{BTreeMap, BTreeSet};

/// From which row on an address seed holds for a purse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begin {
    pub(super) place: usize,
    pub(super) theft: usize,
}

/// What a transaction seed takes of one transfer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    pub(super) theft: usize,
    /// At most so many clean units.
    pub(super) most: Amount,
}

/// The seeds of all thefts.
#[derive(Debug, Default)]
pub(super) struct Seeds {
    /// Per purse, in the order in which they begin.
    pub(super) begins: BTreeMap<PurseId, Vec<Begin>>,
    /// Per place.
    pub(super) tags: BTreeMap<usize, Tag>,
    /// Accounts of address seeds: they never stop.
    pub(super) accounts: BTreeSet<AccountId>,
    /// Theft and purse, where a seed without an asset meets nothing but noise.
    pub(super) set_aside: BTreeSet<(usize, PurseId)>,
    /// The same, before it is known whether another seed names the asset.
    decoys: Vec<(PurseId, Begin)>,
}

impl Seeds {
    /// Finds the rows that all seeds speak of.
    pub(super) fn find(known: &Known<'_>) -> Result<Self, String> {
        let mut seeds = Self::default();
        for (theft, (name, stated)) in known.thefts.iter().enumerate() {
            for seed in stated {
                match seed {
                    Seed::Address(seed) => seeds.add_address(known, theft, name, seed)?,
                    Seed::Transaction(seed) => seeds.add_transaction(known, theft, name, seed)?,
                }
            }
        }
        for (purse, begin) in std::mem::take(&mut seeds.decoys) {
            if let Some(begins) = seeds.begins.get_mut(&purse) {
                begins.push(begin);
            } else {
                seeds.set_aside.insert((begin.theft, purse));
            }
        }
        for (purse, begins) in &mut seeds.begins {
            begins.sort_by_key(|begin| begin.place);
            for pair in begins.windows(2) {
                if pair[0].place == pair[1].place && pair[0].theft != pair[1].theft {
                    let [one, other] = [pair[0], pair[1]].map(|begin| &known.thefts[begin.theft].0);
                    let address = known.ledger.purse_address(*purse);
                    return Err(format!("the thefts `{one}` and `{other}` begin at `{address}` at once"));
                }
            }
        }
        Ok(seeds)
    }

    /// The address seed that decides for a purse at a place.
    pub(super) fn deciding(&self, purse: PurseId, place: usize) -> Option<Begin> {
        self.begins.get(&purse)?.iter().rfind(|begin| begin.place <= place).copied()
    }

    fn add_address(
        &mut self,
        known: &Known<'_>,
        theft: usize,
        name: &str,
        seed: &AddressSeed,
    ) -> Result<(), String> {
        let AddressSeed { chain, address, since, asset } = seed;
        if address.is_zero() {
            return Err(format!("theft `{name}`: the zero address is no seed"));
        }
        let ledger = known.ledger;
        let columns = ledger.columns();
        let rows = 0..ledger.transfer_count();
        let known_since = match since {
            Since::Start => true,
            Since::Time(_) => rows.clone().any(|place| columns.time(place).is_some()),
            Since::Block(_) => rows.clone().any(|place| columns.block(place).is_some()),
        };
        if !known_since {
            return Err(format!("theft `{name}`: the ledger does not tell what came since then"));
        }
        let mut touched = false;
        for (chain, _) in ledger.chains().filter(|(_, it)| chain.as_ref().is_none_or(|wanted| wanted == it)) {
            let Some(account) = ledger.accounts().find(chain, address) else { continue };
            self.accounts.insert(account);
            for purse in ledger.purses().iter().filter(|&purse| ledger.purses().account(purse) == account) {
                let held = ledger.assets().get(ledger.purses().asset(purse));
                let named = asset.as_ref().map(|asset| asset.names(&held, ledger.chain_name(chain)));
                if named == Some(false) {
                    continue;
                }
                let first = known.places().find(|&place| {
                    let pays =
                        ledger.fees().iter().any(|fee| fee.place == place as u64 && fee.payer == purse);
                    let names = columns.from[place] == purse || columns.to[place] == purse || pays;
                    names
                        && match since {
                            Since::Start => true,
                            Since::Time(since) => columns.time(place).is_some_and(|time| time >= *since),
                            Since::Block(since) => columns.block(place).is_some_and(|block| block >= *since),
                        }
                });
                let Some(place) = first else { continue };
                touched = true;
                let arrives = |place: &usize| columns.to[*place] == purse && ledger.moves(*place);
                let unseen = held.is_native() || named.is_some() || known.places().any(|it| arrives(&it));
                if unseen && asset.is_none() && known.is_decoy(purse) {
                    self.decoys.push((purse, Begin { place, theft }));
                } else if unseen {
                    self.begins.entry(purse).or_default().push(Begin { place, theft });
                }
            }
        }
        if touched { Ok(()) } else { Err(format!("theft `{name}`: no row touches the seed `{address}`")) }
    }

    fn add_transaction(
        &mut self,
        known: &Known<'_>,
        theft: usize,
        name: &str,
        seed: &TransactionSeed,
    ) -> Result<(), String> {
        let TransactionSeed { chain, hash, address, asset } = seed;
        if address.is_some_and(|address| address.is_zero()) {
            return Err(format!("theft `{name}`: the zero address is no seed"));
        }
        let ledger = known.ledger;
        let columns = ledger.columns();
        let in_transaction = |place: &usize| {
            let at = ledger.purse_chain(columns.to[*place]);
            ledger.transactions().hash(columns.transaction[*place]).as_ref() == Some(hash)
                && chain.as_ref().is_none_or(|wanted| wanted == at)
        };
        let places: Vec<usize> = known.places().filter(in_transaction).collect();
        let into = |place: &usize| {
            let purse = columns.to[*place];
            let held = ledger.assets().get(ledger.purses().asset(purse));
            address.is_none_or(|address| ledger.purse_address(purse) == address)
                && asset.as_ref().is_none_or(|asset| asset.names(&held, ledger.purse_chain(purse)))
        };
        let mut touched = false;
        for &place in places.iter().filter(|&place| into(place)) {
            let purse = columns.to[place];
            if ledger.is_void(purse) || !ledger.moves(place) {
                continue;
            }
            let (most, gain) = if address.is_some() {
                (columns.value.get(place), columns.value.get(place))
            } else {
                // What it gained, less what came later.
                let moving = |&it: &usize| ledger.moves(it);
                let same = |&it: &usize| columns.transaction[it] == columns.transaction[place];
                let rows = || places.iter().copied().filter(moving).filter(same);
                let value = |it: usize| columns.value.get(it);
                let received: Amount = rows().filter(|&it| columns.to[it] == purse).map(value).sum();
                let sent: Amount = rows().filter(|&it| columns.from[it] == purse).map(value).sum();
                let later = rows().filter(|&it| it > place && columns.to[it] == purse).map(value).sum();
                let gain = received.minus(sent).unwrap_or(Amount::ZERO);
                (gain.minus(later).unwrap_or(Amount::ZERO), gain)
            };
            if gain.is_zero() {
                continue;
            }
            touched = true;
            let tag = self.tags.entry(place).or_insert(Tag { theft, most });
            if tag.theft != theft {
                let (other, address) = (&known.thefts[tag.theft].0, ledger.purse_address(purse));
                return Err(format!("the thefts `{other}` and `{name}` begin at `{address}` at once"));
            }
            tag.most = tag.most.max(most);
        }
        if !touched {
            return Err(format!("theft `{name}`: the seed transaction brings nobody anything"));
        }
        Ok(())
    }
}
