//! What accounts exchange in one transaction, and where branches end because of it.

use super::Known;
use super::seeds::Seeds;
use super::stops::Stops;
use crate::account::{AccountId, Address, AddressKind};
use crate::amount::Amount;
use crate::asset::{Asset, AssetId};
use crate::ledger::PurseId;
use crate::links::wraps::KNOWN;
use crate::trace::{Stop, StopRule};
use std::collections::{BTreeMap, BTreeSet};

/// What one account gave and got in one transaction, net.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    /// It is done after this row.
    pub(super) place: usize,
    pub(super) account: AccountId,
    /// Its rows.
    pub(super) rows: BTreeSet<usize>,
    pub(super) gives: Vec<(PurseId, Amount)>,
    /// And whether that is a price.
    pub(super) gets: Vec<(PurseId, Amount, bool)>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Deals {
    /// By place, then address.
    pub(super) all: Vec<Deal>,
    /// Rows that are part of the sender's deal, and of the receiver's.
    pub(super) given: BTreeSet<usize>,
    pub(super) got: BTreeSet<usize>,
    /// Rows by which branches end.
    pub(super) ends: BTreeMap<usize, Stop>,
}

/// A row, or the token's row of a wrap that no file has.
#[derive(Clone, Copy, Debug)]
struct Row {
    place: usize,
    from: Option<AccountId>,
    to: Option<AccountId>,
    asset: AssetId,
    value: Amount,
    real: bool,
    /// The same ends, with a token's contract for nobody.
    giver: Option<AccountId>,
    taker: Option<AccountId>,
}

/// Received and sent, by account and asset.
type Nets = BTreeMap<(AccountId, AssetId), (Amount, Amount)>;

fn more(one: Amount, other: Amount) -> Option<Amount> {
    one.minus(other).filter(|amount| !amount.is_zero())
}

/// What the known tokens are in this ledger: their assets, and contracts of wrapped coins with token and coin.
struct Table {
    tokens: BTreeSet<AssetId>,
    wraps: BTreeMap<AccountId, (AssetId, AssetId)>,
}

impl Table {
    fn read(known: &Known<'_>) -> Self {
        let mut table = Self { tokens: BTreeSet::new(), wraps: BTreeMap::new() };
        let ledger = known.ledger;
        for cells in KNOWN.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()) {
            let Some((chain, name)) = ledger.chains().find(|(_, name)| *name == cells[0]) else { continue };
            let contract =
                Address::parse(AddressKind::of_chain(name), cells[1].as_bytes()).expect("an address");
            let named = |contract| ledger.assets().find(&Asset { chain, contract });
            let Some(token) = named(Some(contract)) else { continue };
            table.tokens.insert(token);
            if let (Some(coin), Some(account)) = (named(None), ledger.accounts().find(chain, &contract))
                && cells[2] == "wrap"
            {
                table.wraps.insert(account, (token, coin));
            }
        }
        table
    }
}

impl Deals {
    /// Settles every transaction by itself.
    pub(super) fn find(known: &Known<'_>, seeds: &Seeds, stops: &Stops) -> Self {
        let mut deals = Self::default();
        for crossing in &stops.links.crossings {
            // What its sender had of its own ends; the value comes by the link.
            deals.got.insert(crossing.place);
            deals.ends.insert(crossing.place, Stop::Unclear);
        }
        if !known.options.swaps {
            return deals;
        }
        let transaction = |place: usize| known.ledger.columns().transaction[place];
        let tagged: BTreeSet<u32> = seeds.tags.keys().map(|&place| transaction(place)).collect();
        let mut rows: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let counts = |place: &usize| known.ledger.moves(*place) && !stops.links.has(*place);
        for place in known.places().filter(counts) {
            rows.entry(transaction(place)).or_default().push(place);
        }
        let table = Table::read(known);
        for (_, places) in rows.iter().filter(|(transaction, _)| !tagged.contains(transaction)) {
            deals.settle(known, seeds, stops, &table, places);
        }
        let address = |account| known.ledger.accounts().address(account).to_string();
        deals.all.sort_by_key(|deal| (deal.place, address(deal.account)));
        deals
    }

    fn settle(&mut self, known: &Known<'_>, seeds: &Seeds, stops: &Stops, table: &Table, places: &[usize]) {
        let ledger = known.ledger;
        let rows = read_rows(known, table, places);
        let nets = net(rows.iter().flat_map(|row| {
            [row.giver.map(|it| (it, row, false)), row.taker.map(|it| (it, row, true))].into_iter().flatten()
        }));
        let exchanging = both_ways(&nets);
        let is_full = |account: &AccountId| {
            stops.pools(*account)
                || matches!(stops.accounts.get(account), Some(Stop::Label(it)) if !StopRule::nets(*it))
        };
        let gives: BTreeSet<AccountId> = rows.iter().filter_map(|row| row.giver).collect();
        let takes: BTreeSet<AccountId> = rows.iter().filter_map(|row| row.taker).collect();
        let is_middle = |it: Option<AccountId>| {
            it.is_some_and(|it| gives.contains(&it) && takes.contains(&it) && !is_full(&it))
        };
        let is_part = |row: &&Row| is_middle(row.giver) && is_middle(row.taker) && row.giver != row.taker;
        let minted: BTreeSet<AssetId> = rows
            .iter()
            .filter(|row| row.from.is_none() && row.giver.is_some() && !table.tokens.contains(&row.asset))
            .map(|row| row.asset)
            .collect();

        let own = rows.iter().filter(is_part).flat_map(|row| {
            [row.from.map(|it| (it, row, false)), row.to.map(|it| (it, row, true))].into_iter().flatten()
        });
        let is_clear = !exchanging.is_empty() && is_clear(&nets, &exchanging);
        let own = if is_clear { net(own) } else { Nets::new() };
        let accounts: BTreeSet<AccountId> = own.keys().map(|key| key.0).collect();
        let mut with_deal = BTreeSet::new();
        for &account in &accounts {
            if stops.accounts.contains_key(&account)
                || stops.pools(account)
                || table.wraps.contains_key(&account)
            {
                continue;
            }
            let purse = |asset| ledger.purses().find(account, asset).expect("it moves the asset");
            let theirs = || own.iter().filter(|(key, _)| key.0 == account);
            let mut given: Vec<(PurseId, Amount)> =
                theirs().filter_map(|(key, &(came, went))| Some((purse(key.1), more(went, came)?))).collect();
            let mut got: Vec<(PurseId, Amount, bool)> = theirs()
                .filter_map(|(key, &(came, went))| {
                    let is_noise = seeds.set_aside.iter().any(|it| it.1 == purse(key.1));
                    let price = !minted.contains(&key.1) && !is_noise;
                    Some((purse(key.1), more(came, went)?, price))
                })
                .collect();
            let touches = |row: &&Row| row.from == Some(account) || row.to == Some(account);
            let idle = given.is_empty() && got.is_empty() && rows.iter().filter(touches).any(|row| !row.real);
            if (given.is_empty() || !got.iter().any(|it| it.2)) && !idle {
                continue;
            }
            let name = |purse: PurseId| ledger.asset_name(ledger.purses().asset(purse));
            given.sort_by_key(|it| name(it.0));
            got.sort_by_key(|it| name(it.0));
            let rows: BTreeSet<usize> =
                rows.iter().filter(is_part).filter(touches).map(|row| row.place).collect();
            let place = *rows.last().expect("it was netted");
            with_deal.insert(account);
            self.all.push(Deal { place, account, rows, gives: given, gets: got });
        }
        let has_deal = |it: Option<AccountId>| it.is_some_and(|it| with_deal.contains(&it));
        for row in rows.iter().filter(|row| row.real) {
            let part = is_part(&row);
            if part && has_deal(row.from) {
                self.given.insert(row.place);
            }
            if part && has_deal(row.to) {
                self.got.insert(row.place);
            }
            let Some(to) = row.to else { continue };
            let stays = stops.accounts.contains_key(&to) || stops.pools(to);
            let free = !stays && !seeds.accounts.contains(&to);
            let wraps = table.wraps.get(&to).is_some_and(|wrapped| wrapped.1 == row.asset);
            let exchanges = exchanging.contains(&to) || wraps;
            if self.got.contains(&row.place) || (free && exchanges) {
                let mints = minted.iter().any(|&token| contract_of(known, token) == Some(to));
                self.ends.insert(row.place, if mints { Stop::Position } else { Stop::Unclear });
            }
        }
    }
}

/// The account of a token's contract.
fn contract_of(known: &Known<'_>, asset: AssetId) -> Option<AccountId> {
    let asset = known.ledger.assets().get(asset);
    known.ledger.accounts().find(asset.chain, &asset.contract?)
}

/// The rows of a transaction, with the token's rows of wraps that are missing.
fn read_rows(known: &Known<'_>, table: &Table, places: &[usize]) -> Vec<Row> {
    let ledger = known.ledger;
    let columns = ledger.columns();
    let account = |purse: PurseId| (!ledger.is_void(purse)).then(|| ledger.purses().account(purse));
    let mut rows: Vec<Row> = places
        .iter()
        .map(|&place| {
            let (from, to) = (account(columns.from[place]), account(columns.to[place]));
            let (asset, value) = (ledger.purses().asset(columns.to[place]), columns.value.get(place));
            Row { place, from, to, asset, value, real: true, giver: from, taker: to }
        })
        .collect();
    let mut added = Vec::new();
    for (&contract, &(token, coin)) in &table.wraps {
        let mut of_token = rows.iter().filter(|row| row.asset == token);
        let minted = of_token.clone().any(|row| row.from.is_none_or(|it| it == contract));
        let burned = of_token.any(|row| row.to.is_none_or(|it| it == contract));
        let holds = |it: Option<AccountId>| it.is_some_and(|it| ledger.purses().find(it, token).is_some());
        for row in rows.iter().filter(|row| row.asset == coin) {
            let mut add = |from, to| {
                added.push(Row { from, to, giver: from, taker: to, asset: token, real: false, ..*row });
            };
            if row.to == Some(contract) && !minted && holds(row.from) {
                add(Some(contract), row.from);
            }
            if row.from == Some(contract) && !burned && holds(row.to) {
                add(row.to, Some(contract));
            }
        }
    }
    rows.extend(added);
    let present: BTreeSet<AccountId> = rows.iter().flat_map(|row| [row.from, row.to]).flatten().collect();
    for row in &mut rows {
        let contract = contract_of(known, row.asset).filter(|it| present.contains(it));
        if row.from.is_none() {
            row.giver = contract;
        } else if row.to.is_none() {
            row.taker = contract;
        }
    }
    rows
}

fn net<'a>(sides: impl Iterator<Item = (AccountId, &'a Row, bool)>) -> Nets {
    let mut nets = Nets::new();
    for (account, row, comes) in sides {
        let net = nets.entry((account, row.asset)).or_default();
        let side = if comes { &mut net.0 } else { &mut net.1 };
        *side = side.plus(row.value);
    }
    nets
}

/// The accounts that gain some asset and lose another.
fn both_ways(nets: &Nets) -> BTreeSet<AccountId> {
    let gain: BTreeSet<_> =
        nets.iter().filter(|(_, (came, went))| came > went).map(|(key, _)| key.0).collect();
    let lose: BTreeSet<_> =
        nets.iter().filter(|(_, (came, went))| came < went).map(|(key, _)| key.0).collect();
    gain.intersection(&lose).copied().collect()
}

/// Of each asset that somebody who exchanges gains or loses, the others may not gain more than those who exchange.
fn is_clear(nets: &Nets, exchanging: &BTreeSet<AccountId>) -> bool {
    let moved = nets.iter().filter(|(key, (came, went))| exchanging.contains(&key.0) && came != went);
    let moved: BTreeSet<AssetId> = moved.map(|(key, _)| key.1).collect();
    moved.into_iter().all(|asset| {
        let gained = |exchanges: bool| -> Amount {
            let rows =
                nets.iter().filter(|(key, _)| key.1 == asset && exchanging.contains(&key.0) == exchanges);
            rows.filter_map(|(_, &(came, went))| more(came, went)).sum()
        };
        gained(false) <= gained(true)
    })
}
