//! The flow index: for each purse, its outgoing transfers in position order.
//!
//! Built by a parallel counting sort into disjoint windows, without locks: one pass counts, then each thread
//! owns a range of purses and fills their part of the array.

use super::{Ledger, PurseId};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// For each purse, the places of its outgoing transfers that move something.
///
/// `offsets` has one entry more than there are purses; purse `p` owns `places[offsets[p]..offsets[p + 1]]`,
/// sorted by position.
#[derive(Clone, Debug)]
pub struct FlowIndex {
    offsets: Vec<u64>,
    places: Vec<u32>,
}

impl FlowIndex {
    /// Builds the index.
    ///
    /// # Cost
    /// **O(n · t / t)**: each of t threads reads the senders of all n transfers once and writes its own part.
    /// 4 bytes a transfer and 8 a purse.
    ///
    /// # Panics
    /// On 2^32 transfers or more: such a ledger is traced by passes over its columns.
    #[must_use]
    pub fn build(ledger: &Ledger) -> Self {
        let from = &ledger.columns().from;
        assert!(u32::try_from(from.len()).is_ok(), "an index holds fewer than 2^32 transfers");
        let counts: Vec<AtomicU32> = (0..ledger.purses().len()).map(|_| AtomicU32::new(0)).collect();
        from.par_iter().enumerate().for_each(|(place, &purse)| {
            if purse != PurseId::NONE && ledger.moves(place) {
                counts[purse.index()].fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut offsets = Vec::with_capacity(counts.len() + 1);
        let mut total = 0_u64;
        offsets.push(0);
        for count in &counts {
            total += u64::from(count.load(Ordering::Relaxed));
            offsets.push(total);
        }
        let mut places = vec![0_u32; usize::try_from(total).expect("the index is in memory")];
        let windows = split(&offsets, &mut places, rayon::current_num_threads());
        windows.into_par_iter().for_each(|(purses, window)| {
            let base = offsets[purses.start];
            let mut next: Vec<u64> = offsets[purses.clone()].iter().map(|&offset| offset - base).collect();
            for (place, &purse) in (0_u32..).zip(from) {
                if purse != PurseId::NONE && purses.contains(&purse.index()) && ledger.moves(place as usize) {
                    let slot = &mut next[purse.index() - purses.start];
                    window[usize::try_from(*slot).expect("the index is in memory")] = place;
                    *slot += 1;
                }
            }
        });
        Self { offsets, places }
    }

    /// The outgoing transfers of a purse that move something, in position order.
    ///
    /// # Panics
    /// If the purse is not of the ledger that the index was built from.
    #[must_use]
    pub fn outgoing(&self, purse: PurseId) -> &[u32] {
        let at = |offset: u64| usize::try_from(offset).expect("the index is in memory");
        let purse = purse.index();
        &self.places[at(self.offsets[purse])..at(self.offsets[purse + 1])]
    }
}

/// Cuts the array into one window a thread, each owning a range of purses and about as many transfers.
fn split<'a>(
    offsets: &[u64],
    mut places: &'a mut [u32],
    threads: usize,
) -> Vec<(std::ops::Range<usize>, &'a mut [u32])> {
    let purses = offsets.len() - 1;
    let share = (places.len() / threads).max(1) as u64;
    let mut windows = Vec::new();
    let mut start = 0;
    while start < purses {
        let goal = offsets[start] + share;
        let last = windows.len() + 1 == threads;
        let end = if last { purses } else { offsets.partition_point(|&offset| offset < goal) };
        let end = end.clamp(start + 1, purses);
        let length = usize::try_from(offsets[end] - offsets[start]).expect("the index is in memory");
        let (window, rest) = places.split_at_mut(length);
        windows.push((start..end, window));
        places = rest;
        start = end;
    }
    windows
}
