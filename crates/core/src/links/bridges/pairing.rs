//! Pairing: which out is the other side of which in, how sure that is, and what chance would find.

use super::assets::is_a_little_less;
use super::legs::{Leg, Legs};
use crate::account::Address;
use crate::label::Labels;
use crate::ledger::Ledger;
use crate::links::Link;
use hashbrown::{HashMap, HashSet};
use std::collections::BTreeMap;

/// The choices of a search. Each default is a named constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeOptions {
    /// Outs are looked for so many seconds after an in: first within the first, then within the next.
    pub windows: Vec<i64>,
    /// An out is at most so many thousandths less.
    pub thousandths: u16,
    /// A placebo looks so many seconds later.
    pub shift: i64,
    /// Pairs of at least this confidence, in millionths, are followed.
    pub follow: u32,
}

impl BridgeOptions {
    /// 30 minutes, then 60.
    pub const WINDOWS: [i64; 2] = [1_800, 3_600];
    /// 3 %.
    pub const THOUSANDTHS: u16 = 30;
    /// Six hours.
    pub const SHIFT: i64 = 6 * 3_600;
    /// 90 %.
    pub const FOLLOW: u32 = 900_000;
}

impl Default for BridgeOptions {
    fn default() -> Self {
        let windows = Self::WINDOWS.to_vec();
        Self { windows, thousandths: Self::THOUSANDTHS, shift: Self::SHIFT, follow: Self::FOLLOW }
    }
}

/// Why two legs are taken for a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// To the address that paid in, and nothing else fits either.
    Same,
    /// To the address that paid in, several times: as many outs as ins fit each other, in order of time.
    InOrder,
    /// Back to the address that paid in, on the same chain, by the same bridge.
    Refund,
    /// To another address, and nothing else fits either.
    Other,
}

impl Band {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Same, Self::InOrder, Self::Refund, Self::Other];

    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same_address",
            Self::InOrder => "same_address_in_order",
            Self::Refund => "refund",
            Self::Other => "other_address",
        }
    }

    /// The word of a link of this band.
    #[must_use]
    pub const fn method(self) -> &'static str {
        if matches!(self, Self::Refund) { "refund" } else { "bridge" }
    }

    /// No pair of the band is surer than this, in millionths: by published tests of the rule, where there are some.
    const fn most(self) -> u32 {
        match self {
            Self::Same => 958_100,
            Self::InOrder | Self::Refund => 950_000,
            Self::Other => 500_000,
        }
    }
}

/// What became of a transfer into a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// Paired, and sure enough to be followed.
    Paired,
    /// Paired, and not sure enough.
    Candidate,
    /// Several outs fit, or several ins one out.
    Ambiguous,
    /// Nothing fits.
    Unpaired,
}

impl Fate {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paired => "paired",
            Self::Candidate => "candidate",
            Self::Ambiguous => "ambiguous",
            Self::Unpaired => "unpaired",
        }
    }
}

/// A transfer into a bridge, and what was found of its other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BridgePair {
    /// The place of the transfer into the bridge.
    pub source: u64,
    /// What became of it.
    pub fate: Fate,
    /// How it was found, of a pair.
    pub band: Option<Band>,
    /// The place of the transfer out, of a pair.
    pub destination: Option<u64>,
    /// In millionths, of a pair.
    pub confidence: u32,
    /// How many transfers out fit.
    pub candidates: u32,
}

/// How many pairs of a band there are, and what chance finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BandCount {
    /// Pairs.
    pub found: u64,
    /// Pairs that the same search finds some hours later: by chance.
    pub placebo: u64,
}

impl BandCount {
    /// How many of a thousand pairs chance makes, rounded up; `None` without pairs.
    #[must_use]
    pub const fn error_per_thousand(&self) -> Option<u64> {
        if self.found == 0 { None } else { Some((1_000 * self.placebo).div_ceil(self.found)) }
    }

    fn confidence(&self, band: Band) -> u32 {
        let chance = (1_000_000 * self.placebo).checked_div(self.found).unwrap_or(0);
        let left = 1_000_000_u64.saturating_sub(chance);
        band.most().min(u32::try_from(left).expect("at most a million"))
    }
}

/// All transfers into bridges, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bridges {
    /// By source.
    pub pairs: Vec<BridgePair>,
    /// One entry for each of [`Band::ALL`].
    pub bands: [BandCount; 4],
    /// Transfers at bridges that have no time: they cannot be paired.
    pub without_time: u64,
}

impl Bridges {
    /// The links of the pairs that are sure enough.
    pub fn links(&self) -> impl Iterator<Item = Link> + '_ {
        self.pairs.iter().filter(|pair| pair.fate == Fate::Paired).filter_map(|pair| {
            Some(Link {
                source: pair.source,
                destinations: vec![pair.destination?],
                method: pair.band?.method().to_owned(),
                confidence: pair.confidence,
                is_inferred: true,
            })
        })
    }
}

/// Pairs the transfers into bridges with those out of them. A bridge is an account with a label `bridge`; `taken` are
/// transfers that other links have.
///
/// # Cost
/// **O(n + m log m)** for n transfers and m of them at bridges, and for each of these the outs of its class of asset
/// in the time looked at.
#[must_use]
pub fn pair_bridges(ledger: &Ledger, labels: &Labels, taken: &[u64], options: &BridgeOptions) -> Bridges {
    let legs = Legs::find(ledger, labels, &taken.iter().copied().collect());
    let found = Search::new(&legs, options, 0).run();
    let placebo = Search::new(&legs, options, options.shift).run();
    let mut bridges = Bridges { without_time: legs.without_time, ..Bridges::default() };
    let count =
        |search: &[Found], band: Band| search.iter().filter(|it| it.band == Some(band)).count() as u64;
    for (counts, band) in bridges.bands.iter_mut().zip(Band::ALL) {
        *counts = BandCount { found: count(&found, band), placebo: count(&placebo, band) };
    }
    for (into, found) in legs.into.iter().zip(found) {
        let confidence = found.band.map_or(0, |band| bridges.bands[band as usize].confidence(band));
        let fate = match found.band {
            Some(_) if confidence >= options.follow => Fate::Paired,
            Some(_) => Fate::Candidate,
            None if found.candidates > 0 => Fate::Ambiguous,
            None => Fate::Unpaired,
        };
        bridges.pairs.push(BridgePair {
            source: into.place,
            fate,
            band: found.band,
            destination: found.out.map(|out| legs.out[out].place),
            confidence,
            candidates: found.candidates,
        });
    }
    bridges
}

/// What was found for one in.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    band: Option<Band>,
    out: Option<usize>,
    candidates: u32,
}

struct Search<'a> {
    legs: &'a Legs,
    options: &'a BridgeOptions,
    shift: i64,
    /// One entry an in.
    found: Vec<Found>,
    /// One entry an out: whether it is spoken for.
    used: Vec<bool>,
    /// Outs by class and receiver, and by class, in position order.
    of_party: HashMap<(u16, Address), Vec<usize>>,
    of_class: HashMap<u16, Vec<usize>>,
    /// What bridges pay on a chain to an address in an asset.
    refunds: HashMap<(usize, Address), Vec<usize>>,
}

impl<'a> Search<'a> {
    fn new(legs: &'a Legs, options: &'a BridgeOptions, shift: i64) -> Self {
        let (mut of_party, mut of_class) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        let mut refunds = HashMap::<_, Vec<usize>>::new();
        for (out, leg) in legs.out.iter().enumerate() {
            if let Some(class) = leg.class {
                of_party.entry((class.number, leg.party)).or_default().push(out);
                of_class.entry(class.number).or_default().push(out);
            }
            refunds.entry((leg.asset, leg.party)).or_default().push(out);
        }
        let (found, used) = (vec![Found::default(); legs.into.len()], vec![false; legs.out.len()]);
        Self { legs, options, shift, found, used, of_party, of_class, refunds }
    }

    fn run(mut self) -> Vec<Found> {
        for &window in &self.options.windows {
            self.match_all([Band::Same, Band::InOrder], |search, into| search.same_address(into, window));
        }
        let window = self.options.windows.iter().copied().max().unwrap_or(0);
        self.match_all([Band::Refund; 2], |search, into| search.refunds(into, window));
        let window = self.options.windows.iter().copied().min().unwrap_or(0);
        self.name_others(window);
        self.found
    }

    /// Of some outs in position order, those that fit an in.
    fn fitting(&self, into: &Leg, outs: &[usize], window: i64, fits: impl Fn(&Leg) -> bool) -> Vec<usize> {
        let legs = &self.legs.out;
        let begin = into.time + self.shift;
        let start = outs.partition_point(|&out| legs[out].place <= into.place);
        // Blocks of several chains are in order of time; a chain whose clock runs back is looked at to the end of the hour.
        let later = outs[start..].iter().copied().take_while(|&out| legs[out].time <= begin + 2 * window);
        later
            .filter(|&out| {
                let leg = &legs[out];
                !self.used[out] && leg.time >= begin && leg.time <= begin + window && fits(leg)
            })
            .collect()
    }

    fn is_less(&self, into: &Leg, out: &Leg) -> bool {
        let decimals = |leg: &Leg| leg.class.map_or(0, |class| class.decimals);
        is_a_little_less((into.value, decimals(into)), (out.value, decimals(out)), self.options.thousandths)
    }

    fn same_address(&self, into: &Leg, window: i64) -> Vec<usize> {
        let Some(class) = into.class else { return Vec::new() };
        let parties = std::iter::once(into.party).chain(into.actor);
        let mut all: Vec<usize> = parties
            .filter_map(|party| self.of_party.get(&(class.number, party)))
            .flat_map(|outs| {
                self.fitting(into, outs, window, |out| out.chain != into.chain && self.is_less(into, out))
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn refunds(&self, into: &Leg, window: i64) -> Vec<usize> {
        let parties = std::iter::once(into.party).chain(into.actor);
        let mut all: Vec<usize> = parties
            .filter_map(|party| self.refunds.get(&(into.asset, party)))
            .flat_map(|outs| {
                let fits = |out: &Leg| out.bridge == into.bridge && self.is_less(into, out);
                self.fitting(into, outs, window, fits)
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Takes pairs among ins without any and the outs that fit them: where nothing else fits, or by order.
    fn match_all(&mut self, bands: [Band; 2], fitting: impl Fn(&Self, &Leg) -> Vec<usize>) {
        let open: Vec<usize> = (0..self.found.len()).filter(|&it| self.found[it].candidates == 0).collect();
        let fits: Vec<(usize, Vec<usize>)> =
            open.into_iter().map(|into| (into, fitting(self, &self.legs.into[into]))).collect();
        for group in groups(&fits) {
            let outs: std::collections::BTreeSet<usize> =
                group.iter().flat_map(|&at| fits[at].1.iter().copied()).collect();
            for &at in &group {
                self.found[fits[at].0].candidates = u32::try_from(fits[at].1.len()).unwrap_or(u32::MAX);
            }
            if outs.len() != group.len() {
                // What may be somebody's is nobody else's.
                outs.iter().for_each(|&out| self.used[out] = true);
                continue;
            }
            let mut taken = HashSet::new();
            let pairs: Option<Vec<(usize, usize)>> = group
                .iter()
                .map(|&at| {
                    let (into, outs) = &fits[at];
                    let out = outs.iter().copied().find(|&out| taken.insert(out))?;
                    Some((*into, out))
                })
                .collect();
            outs.iter().for_each(|&out| self.used[out] = true);
            for (into, out) in pairs.into_iter().flatten() {
                let band = bands[usize::from(group.len() > 1)];
                let candidates = self.found[into].candidates;
                self.found[into] = Found { band: Some(band), out: Some(out), candidates };
            }
        }
    }

    /// Names candidates that go to other addresses.
    fn name_others(&mut self, window: i64) {
        let open: Vec<usize> = (0..self.found.len()).filter(|&it| self.found[it].candidates == 0).collect();
        let mut claims: HashMap<usize, u32> = HashMap::new();
        let mut fits = Vec::new();
        for into in open {
            let leg = &self.legs.into[into];
            let Some(outs) = leg.class.and_then(|class| self.of_class.get(&class.number)) else { continue };
            let theirs =
                self.fitting(leg, outs, window, |out| out.chain != leg.chain && self.is_less(leg, out));
            theirs.iter().for_each(|&out| *claims.entry(out).or_default() += 1);
            fits.push((into, theirs));
        }
        for (into, outs) in fits {
            let candidates = u32::try_from(outs.len()).unwrap_or(u32::MAX);
            let only = outs.first().copied().filter(|out| candidates == 1 && claims[out] == 1);
            self.found[into] = Found { band: only.map(|_| Band::Other), out: only, candidates };
        }
    }
}

/// The ins that have outs in common, together; by indices, rising. Ins without outs are in none.
fn groups(fits: &[(usize, Vec<usize>)]) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..fits.len()).collect();
    fn find(leader: &mut [usize], mut at: usize) -> usize {
        while leader[at] != at {
            leader[at] = leader[leader[at]];
            at = leader[at];
        }
        at
    }
    let mut first: HashMap<usize, usize> = HashMap::new();
    for (at, (_, outs)) in fits.iter().enumerate() {
        for &out in outs {
            let other = *first.entry(out).or_insert(at);
            let (one, other) = (find(&mut leader, at), find(&mut leader, other));
            leader[one.max(other)] = one.min(other);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in (0..fits.len()).filter(|&at| !fits[at].1.is_empty()) {
        groups.entry(find(&mut leader, at)).or_default().push(at);
    }
    groups.into_values().collect()
}
