//! Marks: one bit a node. They stay in the cache where what they tell about does not.

/// A set of nodes of a part.
#[derive(Clone, Debug)]
pub(super) struct Marks(Vec<u64>);

impl Marks {
    /// No node of so many.
    pub(super) fn none(nodes: usize) -> Self {
        Self(vec![0; nodes.div_ceil(64)])
    }

    /// The nodes of which this is so, in order.
    pub(super) fn of(nodes: impl ExactSizeIterator<Item = bool>) -> Self {
        let mut marks = Self::none(nodes.len());
        for (node, _) in (0..).zip(nodes).filter(|(_, is_so)| *is_so) {
            marks.set(node);
        }
        marks
    }

    pub(super) fn set(&mut self, node: u32) {
        self.0[(node / 64) as usize] |= 1 << (node % 64);
    }

    pub(super) fn unset(&mut self, node: u32) {
        self.0[(node / 64) as usize] &= !(1 << (node % 64));
    }

    /// Whether a node is in the set. No number beyond the nodes is.
    pub(super) fn has(&self, node: u32) -> bool {
        self.0.get((node / 64) as usize).is_some_and(|marks| marks >> (node % 64) & 1 != 0)
    }
}
