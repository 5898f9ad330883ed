//! One transaction, settled: a pure function of its transfers and of a few facts about accounts and assets.

use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;

/// One transfer of the transaction, or the missing one of a wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    /// Its place in the ledger; that of the coin's transfer for the missing one of a wrap.
    pub(crate) place: u64,
    /// `None` for the zero address and for nobody.
    pub(crate) from: Option<AccountId>,
    /// `None` for the zero address.
    pub(crate) to: Option<AccountId>,
    pub(crate) asset: AssetId,
    pub(crate) value: Amount,
    /// Stands in no file.
    pub(crate) is_added: bool,
}

/// What has to be known beside the transfers.
pub(crate) trait Facts {
    /// The account of a token's contract.
    fn contract(&self, asset: AssetId) -> Option<AccountId>;
    /// Whether an account keeps what arrives, whatever the transaction.
    fn is_stop(&self, account: AccountId) -> bool;
    /// Whether an account's money is followed at all.
    fn is_followed(&self, account: AccountId) -> bool;
    /// Whether a branch may end at an account that exchanges.
    fn may_end(&self, account: AccountId) -> bool;
    /// Whether an account is the contract of a wrapped coin.
    fn is_wrapper(&self, account: AccountId) -> bool;
    /// Whether an account is the contract that wraps this coin.
    fn wraps(&self, account: AccountId, coin: AssetId) -> bool;
    /// Whether a token is known to be got by an exchange also where it is minted.
    fn is_stake(&self, asset: AssetId) -> bool;
    /// Whether an asset that an account got may be a price: it is no noise there.
    fn is_price(&self, account: AccountId, asset: AssetId) -> bool;
}

/// What an account gave and got in a transaction, net.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deal {
    pub(crate) account: AccountId,
    /// The places of its transfers, rising. The deal is done after the last of them.
    pub(crate) places: Vec<u64>,
    pub(crate) gives: Vec<(AssetId, Amount)>,
    /// What it got, and whether that counts as a price.
    pub(crate) gets: Vec<(AssetId, Amount, bool)>,
}

/// Why a branch ends at an account that exchanges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum End {
    /// It minted something for it.
    Position,
    /// Nobody can tell what it was given for.
    Unclear,
}

/// What one transaction comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) deals: Vec<Deal>,
    /// For each leg, whether it is part of its sender's deal, and of its receiver's.
    pub(crate) is_part: Vec<[bool; 2]>,
    /// For each leg, how a branch that arrives by it ends, if it does.
    pub(crate) ends: Vec<Option<End>>,
}

/// The legs of an account in an asset, summed.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    into: Amount,
    out: Amount,
}

impl Sums {
    fn gain(self) -> Option<Amount> {
        self.into.minus(self.out).filter(|gain| !gain.is_zero())
    }

    fn loss(self) -> Option<Amount> {
        self.out.minus(self.into).filter(|loss| !loss.is_zero())
    }
}

/// Sums by account and asset, sorted.
#[derive(Default)]
struct Nets(Vec<((AccountId, AssetId), Sums)>);

impl Nets {
    /// Sums entries of account, asset, whether it comes in, and how much.
    fn of(mut entries: Vec<(AccountId, AssetId, bool, Amount)>) -> Self {
        entries.sort_unstable_by_key(|&(account, asset, _, _)| (account, asset));
        let mut nets: Vec<((AccountId, AssetId), Sums)> = Vec::new();
        for (account, asset, comes, value) in entries {
            if nets.last().is_none_or(|last| last.0 != (account, asset)) {
                nets.push(((account, asset), Sums::default()));
            }
            let sums = &mut nets.last_mut().expect("it was pushed").1;
            let side = if comes { &mut sums.into } else { &mut sums.out };
            *side = side.plus(value);
        }
        Self(nets)
    }

    /// The entries of each account.
    fn by_account(&self) -> impl Iterator<Item = &[((AccountId, AssetId), Sums)]> {
        self.0.chunk_by(|one, other| one.0.0 == other.0.0)
    }
}

/// Whether some net is above 0 and some below.
fn exchanges(of_account: &[((AccountId, AssetId), Sums)]) -> bool {
    of_account.iter().any(|(_, sums)| sums.gain().is_some())
        && of_account.iter().any(|(_, sums)| sums.loss().is_some())
}

/// Settles a transaction; `None` where nobody exchanges.
pub(crate) fn settle(legs: &[Leg], facts: &impl Facts) -> Option<Settled> {
    let ends: Vec<[Option<AccountId>; 2]> = name_ends(legs, facts);
    let both = |(leg, [from, to]): (&Leg, &[Option<AccountId>; 2])| {
        let sent = from.map(|from| (from, leg.asset, false, leg.value));
        let came = to.map(|to| (to, leg.asset, true, leg.value));
        sent.into_iter().chain(came)
    };
    let nets = Nets::of(legs.iter().zip(&ends).flat_map(both).collect());
    let exchanging: Vec<AccountId> =
        nets.by_account().filter(|it| exchanges(it)).map(|it| it[0].0.0).collect();
    let wraps = |leg: &Leg| leg.to.is_some_and(|to| facts.wraps(to, leg.asset));
    if exchanging.is_empty() && !legs.iter().any(wraps) {
        return None;
    }
    let is_exchanging = |account: AccountId| exchanging.binary_search(&account).is_ok();

    // Who only sends, who only receives.
    let sorted = |side: usize| {
        let mut accounts: Vec<AccountId> = ends.iter().filter_map(|ends| ends[side]).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    };
    let (senders, receivers) = (sorted(0), sorted(1));
    let deals_with = |account: AccountId| {
        senders.binary_search(&account).is_ok()
            && receivers.binary_search(&account).is_ok()
            && !facts.is_stop(account)
    };
    let is_part = |[from, to]: &[Option<AccountId>; 2]| {
        from.is_some_and(deals_with) && to.is_some_and(deals_with) && from != to
    };
    let minted: Vec<AssetId> = legs
        .iter()
        .zip(&ends)
        .filter(|(leg, ends)| leg.from.is_none() && ends[0].is_some() && !facts.is_stake(leg.asset))
        .map(|(leg, _)| leg.asset)
        .collect();
    let deals = if !exchanging.is_empty() && is_clear(&nets, is_exchanging) {
        // What a contract mints or burns it does not hold: its own legs alone count.
        let own = |(leg, _): (&Leg, &[Option<AccountId>; 2])| {
            let sent = leg.from.map(|from| (from, leg.asset, false, leg.value));
            let came = leg.to.map(|to| (to, leg.asset, true, leg.value));
            sent.into_iter().chain(came)
        };
        let parts = legs.iter().zip(&ends).filter(|(_, ends)| is_part(ends));
        find_deals(legs, &Nets::of(parts.flat_map(own).collect()), &minted, &is_part, &ends, facts)
    } else {
        Vec::new()
    };
    let has_deal =
        |account: Option<AccountId>| account.is_some_and(|it| deals.iter().any(|deal| deal.account == it));
    let mut settled = Settled::default();
    for (leg, ends) in legs.iter().zip(&ends) {
        let part = is_part(ends);
        let is_part = [part && has_deal(leg.from), part && has_deal(leg.to)];
        let end = leg.to.filter(|&to| is_part[1] || (facts.may_end(to) && (is_exchanging(to) || wraps(leg))));
        let has_minted =
            |account: AccountId| minted.iter().any(|&token| facts.contract(token) == Some(account));
        settled.ends.push(end.map(|to| if has_minted(to) { End::Position } else { End::Unclear }));
        settled.is_part.push(is_part);
    }
    settled.deals = deals;
    Some(settled)
}

/// The two accounts of each leg: what is minted or burned comes from or goes to the token's contract, if that takes part.
fn name_ends(legs: &[Leg], facts: &impl Facts) -> Vec<[Option<AccountId>; 2]> {
    let mut accounts: Vec<AccountId> = legs.iter().flat_map(|leg| [leg.from, leg.to]).flatten().collect();
    accounts.sort_unstable();
    let takes_part = |account: &AccountId| accounts.binary_search(account).is_ok();
    let contract = |leg: &Leg| facts.contract(leg.asset).filter(takes_part);
    legs.iter()
        .map(|leg| match (leg.from, leg.to) {
            (None, to) => [contract(leg), to],
            (from, None) => [from, contract(leg)],
            (from, to) => [from, to],
        })
        .collect()
}

/// Whether of each asset that an exchanging account gains or loses, the others gain no more than those that exchange.
fn is_clear(nets: &Nets, is_exchanging: impl Fn(AccountId) -> bool) -> bool {
    let mut gains: Vec<(AssetId, bool, Amount)> = Vec::new();
    let mut moved: Vec<AssetId> = Vec::new();
    for &((account, asset), sums) in &nets.0 {
        let exchanging = is_exchanging(account);
        gains.extend(sums.gain().map(|gain| (asset, exchanging, gain)));
        if exchanging && sums.into != sums.out {
            moved.push(asset);
        }
    }
    moved.sort_unstable();
    moved.dedup();
    moved.into_iter().all(|asset| {
        let sum = |exchanging: bool| -> Amount {
            gains.iter().filter(|it| it.0 == asset && it.1 == exchanging).map(|it| it.2).sum()
        };
        sum(false) <= sum(true)
    })
}

fn find_deals(
    legs: &[Leg],
    nets: &Nets,
    minted: &[AssetId],
    is_part: &impl Fn(&[Option<AccountId>; 2]) -> bool,
    ends: &[[Option<AccountId>; 2]],
    facts: &impl Facts,
) -> Vec<Deal> {
    let mut deals = Vec::new();
    for of_account in nets.by_account() {
        let account = of_account[0].0.0;
        if !facts.is_followed(account) || facts.is_wrapper(account) {
            continue;
        }
        let loss = |&((_, asset), sums): &((AccountId, AssetId), Sums)| Some((asset, sums.loss()?));
        let gain = |&((_, asset), sums): &((AccountId, AssetId), Sums)| {
            let counts = !minted.contains(&asset) && facts.is_price(account, asset);
            Some((asset, sums.gain()?, counts))
        };
        let gives: Vec<_> = of_account.iter().filter_map(loss).collect();
        let gets: Vec<_> = of_account.iter().filter_map(gain).collect();
        let is_theirs = |leg: &&Leg| leg.from == Some(account) || leg.to == Some(account);
        let converts = !gives.is_empty() && gets.iter().any(|got| got.2);
        // Who only hands on what is wrapped on the way has nothing left over, but no file brings it the token.
        let hands_on =
            gives.is_empty() && gets.is_empty() && legs.iter().filter(is_theirs).any(|leg| leg.is_added);
        if !converts && !hands_on {
            continue;
        }
        let theirs = legs.iter().zip(ends).filter(|(leg, ends)| is_part(ends) && is_theirs(leg));
        let mut places: Vec<u64> = theirs.map(|(leg, _)| leg.place).collect();
        places.sort_unstable();
        places.dedup();
        deals.push(Deal { account, places, gives, gets });
    }
    deals
}
