//! Numbers: which nodes are followed, and the number of each in its part.
//!
//! A bit a node, and beside each 64 of them how many stand before: of millions of nodes all that fits into a core's
//! own cache, where a table of their numbers does not.

use super::super::view::Node;
use super::part::OUTSIDE;
use crate::pages::Pages;

/// Which nodes are followed, and their numbers.
pub(super) struct Numbers {
    /// For each 64 nodes: a bit for each that is followed, and how many are in all words before. The highest bit of
    /// that says whether one of the 64 is the zero address's.
    words: Pages<[u64; 2]>,
    /// The number in its part of each followed node, in their order. Empty where there is one part: then that order
    /// is the number.
    in_part: Vec<u32>,
}

const FOLLOWED: usize = 0;
const BEFORE: usize = 1;
const VOID: u64 = 1 << 63;

impl Numbers {
    /// The nodes of which this is so, in order. `void` says which of the first ones are the zero address's.
    pub(super) fn of(nodes: impl ExactSizeIterator<Item = bool>, void: &[u8]) -> Self {
        let mut numbers = Self { words: Pages::zeroed(nodes.len().div_ceil(64)), in_part: Vec::new() };
        for (node, _) in (0..).zip(nodes).filter(|(_, is_so)| *is_so) {
            numbers.follow(node);
        }
        for (word, void) in numbers.words.iter_mut().zip(void.chunks(64)) {
            if void.iter().any(|&void| void != 0) {
                word[BEFORE] = VOID;
            }
        }
        numbers
    }

    /// Follows one more. No number is right before [`Self::count`] has run.
    pub(super) fn follow(&mut self, node: Node) {
        self.words[(node / 64) as usize][FOLLOWED] |= 1 << (node % 64);
    }

    /// Counts the followed nodes, in order.
    pub(super) fn count(&mut self) {
        let mut before = 0;
        for word in &mut *self.words {
            word[BEFORE] = word[BEFORE] & VOID | before;
            before += u64::from(word[FOLLOWED].count_ones());
        }
    }

    /// Whether a node may be the zero address's: it is, or one near it. Mostly not, and then nobody need ask.
    #[inline]
    pub(super) fn may_be_void(&self, node: Node) -> bool {
        self.words.get((node / 64) as usize).is_some_and(|word| word[BEFORE] & VOID != 0)
    }

    /// Gives each followed node another number: one entry for each, in their order.
    pub(super) fn renumber(&mut self, in_part: Vec<u32>) {
        self.in_part = in_part;
    }

    /// The followed nodes, in order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node> {
        (0..).zip(&*self.words).flat_map(|(word, &[followed, _])| {
            (0..64).filter(move |bit| followed >> bit & 1 != 0).map(move |bit| word * 64 + bit)
        })
    }

    /// Whether a node is followed. No number beyond the nodes is.
    #[inline]
    pub(super) fn has(&self, node: Node) -> bool {
        self.words.get((node / 64) as usize).is_some_and(|word| word[FOLLOWED] >> (node % 64) & 1 != 0)
    }

    /// The number of a node in its part; [`OUTSIDE`] where it is not followed.
    #[inline]
    pub(super) fn get(&self, node: Node) -> u32 {
        let [followed, before] = self.words.get((node / 64) as usize).copied().unwrap_or_default();
        let bit = 1 << (node % 64);
        if followed & bit == 0 {
            return OUTSIDE;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the lower half: no more than there are nodes")]
        let order = before as u32 + (followed & (bit - 1)).count_ones();
        if self.in_part.is_empty() { order } else { self.in_part[order as usize] }
    }
}

#[cfg(test)]
mod tests {
    use super::{Numbers, OUTSIDE};

    #[test]
    fn followed_nodes_are_numbered_in_order() {
        let follows = |node: u32| node.is_multiple_of(3) || node == 64 || node == 127;
        let is_void = |node: u8| u8::from(node == 130);
        let mut numbers = Numbers::of((0..200).map(follows), &(0..180).map(is_void).collect::<Vec<_>>());
        numbers.follow(70);
        numbers.count();
        let nodes: Vec<u32> = (0..200).filter(|&node| follows(node) || node == 70).collect();
        assert_eq!(numbers.nodes().collect::<Vec<_>>(), nodes);
        for (number, &node) in (0..).zip(&nodes) {
            assert!(numbers.has(node));
            assert_eq!(numbers.get(node), number, "{node}");
        }
        assert!((0..300).chain([u32::MAX]).all(|node| numbers.has(node) == (numbers.get(node) != OUTSIDE)));
        assert_eq!((0..300).filter(|&node| numbers.has(node)).count(), nodes.len());
        assert!((0..300).all(|node| numbers.may_be_void(node) == (128..192).contains(&node)));
        numbers.renumber((0..).map(|number| number / 2).take(nodes.len()).collect());
        assert_eq!(numbers.get(nodes[9]), 4);
    }
}
