//! A set of nodes, one bit each: a million fit into a core's own cache.

use super::Node;

/// A set of nodes, or of other numbers counted from 0.
#[derive(Clone)]
pub(in super::super) struct Bits(Vec<u64>);

impl Bits {
    /// The empty set, with room for nodes below this number.
    pub(in super::super) fn new(nodes: usize) -> Self {
        Self(vec![0; nodes.div_ceil(64)])
    }

    /// The numbers of these that hold.
    pub(in super::super) fn of(holds: impl ExactSizeIterator<Item = bool>) -> Self {
        let mut bits = Self::new(holds.len());
        (0..).zip(holds).filter(|(_, holds)| *holds).for_each(|(node, _)| bits.set(node));
        bits
    }

    /// 1 where the node is in the set, 0 where it is not or where there is no such node.
    #[inline]
    pub(in super::super) fn get(&self, node: Node) -> u64 {
        self.0.get((node >> 6) as usize).map_or(0, |word| word >> (node & 63) & 1)
    }

    #[inline]
    pub(in super::super) fn set(&mut self, node: Node) {
        self.0[(node >> 6) as usize] |= 1 << (node & 63);
    }

    /// How many there are.
    pub(in super::super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}
