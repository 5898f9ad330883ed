//! One pass over the transfers: what is on each chain, what moves of each asset, and where rows are missing.

use super::gaps::{Distances, Gaps};
use crate::facts::InputFact;
use crate::read::Reading;
use crate::schema::Dialect;
use dyetrace_core::ledger::Columns;
use dyetrace_core::{Amount, AssetId, ChainId, Ledger, RowPlace};

/// What is on one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainFact {
    /// Its name.
    pub chain: String,
    /// How many transfers are on it.
    pub transfers: u64,
    /// How many blocks have transfers; 0 where the chain has only times.
    pub blocks: u64,
    /// The lowest and the highest block number.
    pub block_span: Option<(u64, u64)>,
    /// The earliest and the latest block time, in Unix seconds.
    pub time_span: Option<(i64, i64)>,
    /// Blocks with transfers of which no time is known.
    pub untimed_blocks: u64,
    /// Transfers of which no time is known.
    pub untimed_transfers: u64,
    /// Where the time first is earlier than that of an earlier block.
    pub runs_back: Option<RunsBack>,
    /// The longest time between two transfers that follow one another.
    pub silence: Option<Silence>,
    /// What is missing in files that hold whole blocks, by dialect.
    pub gaps: Vec<(&'static str, Gaps)>,
}

/// A time that is earlier than that of an earlier block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunsBack {
    /// The block, where it has a number.
    pub block: Option<u64>,
    /// Its time, in Unix seconds.
    pub time: i64,
    /// The later time of a block before it.
    pub before: i64,
    /// The file and line of its first row.
    pub place: (String, u64),
}

/// A time without a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The time before it, in Unix seconds.
    pub from: i64,
    /// The time after it, in Unix seconds.
    pub to: i64,
}

/// What moves of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetFact {
    /// The asset.
    pub id: AssetId,
    /// Its name: `chain:native` or `chain:0x…`.
    pub name: String,
    /// Its symbol and decimals, where known.
    pub token: Option<(String, u8)>,
    /// How many transfers move it.
    pub transfers: u64,
    /// The sum of their amounts, in base units.
    pub units: Amount,
}

/// A chain while its transfers are counted.
#[derive(Default)]
struct Chain {
    fact: ChainFact,
    last: Option<(u64, i64)>,
    latest: Option<i64>,
    distances: Vec<(&'static str, Distances)>,
}

/// Counts the transfers by chain and by asset: chains in first-seen order, assets with most transfers first.
///
/// # Cost
/// **O(n)** for n transfers; 8 bytes a block of files that hold whole blocks. Where files of several dialects are
/// mixed and one holds whole blocks, **O(n log m)** for m stretches of lines.
pub(super) fn census(reading: &Reading) -> (Vec<ChainFact>, Vec<AssetFact>) {
    let ledger = &reading.ledger;
    let columns = ledger.columns();
    let sources = Sources::of(reading);
    let chain_of_asset: Vec<ChainId> = ledger.assets().iter().map(|(_, asset)| asset.chain).collect();
    let mut moved = vec![(0_u64, Amount::ZERO); chain_of_asset.len()];
    let mut chains: Vec<Chain> = Vec::new();
    for (_, name) in ledger.chains() {
        chains.push(Chain {
            fact: ChainFact { chain: name.to_owned(), ..ChainFact::default() },
            ..Chain::default()
        });
    }
    let blocks = &columns.blocks;
    let ends = blocks.starts.iter().skip(1).copied().chain([ledger.transfer_count() as u64]);
    let runs = blocks.starts.iter().zip(ends).zip(blocks.block.iter().zip(blocks.time.iter()));
    for ((&start, end), (&block, &time)) in runs {
        // Rows of a run mostly are on one chain, and of one dialect.
        let mut last = None;
        for place in start..end {
            let place = usize::try_from(place).expect("rows are in memory");
            let asset = ledger.purses().asset(columns.to[place]).index();
            let (count, sum) = &mut moved[asset];
            *count += 1;
            *sum = sum.plus(columns.value.get(place));
            let chain = &mut chains[usize::from(chain_of_asset[asset].0)];
            chain.fact.transfers += 1;
            chain.fact.untimed_transfers += u64::from(time == Columns::NO_TIME);
            let dialect = sources.dialect(ledger, place);
            let here = (chain_of_asset[asset], dialect);
            if last.replace(here) != Some(here) {
                chain.take(block, time, || reading.place(ledger.origin().place(place)));
                chain.take_whole(block, time, dialect);
            }
        }
    }
    let chains = chains.into_iter().filter(|chain| chain.fact.transfers > 0).map(Chain::finish).collect();
    (chains, assets(reading, &moved))
}

fn assets(reading: &Reading, moved: &[(u64, Amount)]) -> Vec<AssetFact> {
    let ledger = &reading.ledger;
    let mut tokens = reading.tokens.clone();
    tokens.mark_dollars(&reading.facts);
    let of = |((id, asset), &(transfers, units)): ((AssetId, dyetrace_core::Asset), &(u64, Amount))| {
        let token = tokens.get(ledger.chain_name(asset.chain), asset.contract.as_ref());
        let token = token.map(|token| (token.symbol.clone(), token.decimals));
        AssetFact { id, name: ledger.asset_name(id), token, transfers, units }
    };
    let mut facts: Vec<AssetFact> =
        ledger.assets().iter().zip(moved).filter(|(_, moved)| moved.0 > 0).map(of).collect();
    facts.sort_by(|a, b| b.transfers.cmp(&a.transfers).then_with(|| a.name.cmp(&b.name)));
    facts
}

/// Which rows are of files that hold whole blocks.
struct Sources {
    /// One entry a source: the name of its dialect, where that holds whole blocks.
    whole: Vec<Option<&'static str>>,
    /// The one entry, where all are the same.
    only: Option<Option<&'static str>>,
}

impl Sources {
    fn of(reading: &Reading) -> Self {
        let is_whole = |dialect: &&Dialect| dialect.form.is_of_whole_blocks();
        let name = |fact: &InputFact| fact.dialect().filter(is_whole).map(|dialect| dialect.name);
        let whole: Vec<_> = reading.source_facts().map(name).collect();
        let one = whole.iter().all(|it| *it == whole[0]);
        let only = if one { Some(whole.first().copied().flatten()) } else { None };
        Self { whole, only }
    }

    /// The dialect of a transfer's row, where its file holds whole blocks.
    fn dialect(&self, ledger: &Ledger, place: usize) -> Option<&'static str> {
        self.only.unwrap_or_else(|| {
            let source = ledger.origin().place(place).source;
            self.whole.get(source as usize).copied().flatten()
        })
    }
}

impl Chain {
    /// Takes a block, which comes after the ones before.
    fn take(&mut self, block: u64, time: i64, place: impl FnOnce() -> (String, u64)) {
        let fact = &mut self.fact;
        if self.last == Some((block, time)) {
            return;
        }
        let is_new = self.last.is_none_or(|last| last.0 != block);
        self.last = Some((block, time));
        let block = Some(block).filter(|&block| block != Columns::NO_BLOCK);
        if let Some(block) = block {
            fact.blocks += u64::from(is_new);
            let (first, last) = fact.block_span.unwrap_or((block, block));
            fact.block_span = Some((first.min(block), last.max(block)));
        }
        if time == Columns::NO_TIME {
            fact.untimed_blocks += u64::from(is_new);
            return;
        }
        let (first, last) = fact.time_span.unwrap_or((time, time));
        fact.time_span = Some((first.min(time), last.max(time)));
        if let Some(latest) = self.latest {
            if time < latest && fact.runs_back.is_none() {
                fact.runs_back = Some(RunsBack { block, time, before: latest, place: place() });
            }
            if fact.silence.is_none_or(|known| time - latest > known.to - known.from) && time > latest {
                fact.silence = Some(Silence { from: latest, to: time });
            }
        }
        self.latest = Some(self.latest.map_or(time, |latest| latest.max(time)));
    }

    /// Takes a block of a file that holds whole blocks.
    fn take_whole(&mut self, block: u64, time: i64, dialect: Option<&'static str>) {
        let Some(dialect) = dialect.filter(|_| block != Columns::NO_BLOCK) else { return };
        let at = self.distances.iter().position(|(known, _)| *known == dialect);
        let at = at.unwrap_or_else(|| {
            self.distances.push((dialect, Distances::default()));
            self.distances.len() - 1
        });
        self.distances[at].1.take(block, Some(time).filter(|&time| time != Columns::NO_TIME));
    }

    fn finish(self) -> ChainFact {
        let Self { mut fact, distances, .. } = self;
        fact.gaps = distances.into_iter().map(|(dialect, distances)| (dialect, distances.finish())).collect();
        fact
    }
}

impl Reading {
    /// The facts of the files that are sources of transfers, in the order of their numbers.
    pub(crate) fn source_facts(&self) -> impl Iterator<Item = &InputFact> {
        self.facts.iter().filter(|fact| fact.dialect().is_some_and(|it| !it.form.is_joined()))
    }

    /// The file and line of a row.
    pub(crate) fn place(&self, place: RowPlace) -> (String, u64) {
        let name = self.source_facts().nth(place.source as usize).map(|fact| fact.name.clone());
        (name.unwrap_or_default(), place.line)
    }
}
