//! Which transfers are something to a deal, and what.
//!
//! A bit a transfer, and beside each 64 of them how many stand before: the rest is kept for marked transfers alone.

use super::super::view::Node;

/// What a transfer is to the deals of its transaction.
pub(super) mod mark {
    /// Part of its sender's deal.
    pub(in super::super) const FROM: u8 = 1;
    /// Part of its receiver's deal.
    pub(in super::super) const TO: u8 = 1 << 1;
    /// A branch that arrives by it ends.
    pub(in super::super) const END: u8 = 1 << 2;
    /// Part of a link.
    pub(in super::super) const LINK: u8 = 1 << 3;
}

/// The marked transfers.
#[derive(Default)]
pub(super) struct Marked {
    /// For each 64 transfers: a bit for each that is marked, and how many are in all words before. Empty where none is.
    words: Vec<(u64, u32)>,
    /// The transfers that are marked, rising.
    places: Vec<u64>,
    marks: Vec<u8>,
    /// The ended node of each; of those that bear no such mark, none that counts.
    ends: Vec<Node>,
}

impl Marked {
    /// Takes marks up, their places rising, over so many transfers.
    pub(super) fn of(marks: impl Iterator<Item = (u64, u8, Node)>, transfers: usize) -> Self {
        let mut marked = Self::default();
        for (place, mark, end) in marks {
            marked.places.push(place);
            marked.marks.push(mark);
            marked.ends.push(end);
        }
        if marked.places.is_empty() {
            return marked;
        }
        marked.words = vec![(0, 0); transfers.div_ceil(64)];
        for &place in &marked.places {
            marked.words[word(place)].0 |= 1 << (place % 64);
        }
        let mut before = 0;
        for word in &mut marked.words {
            word.1 = before;
            before += word.0.count_ones();
        }
        marked
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn places(&self) -> &[u64] {
        &self.places
    }

    /// The number of a marked transfer among them.
    #[inline]
    fn number(&self, place: usize) -> Option<usize> {
        let (marked, before) = self.words.get(place / 64).copied()?;
        let bit = 1 << (place % 64);
        (marked & bit != 0).then(|| before as usize + (marked & (bit - 1)).count_ones() as usize)
    }

    /// Whether a transfer is marked at all.
    #[inline]
    pub(super) fn has(&self, place: usize) -> bool {
        self.words.get(place / 64).is_some_and(|word| word.0 >> (place % 64) & 1 != 0)
    }

    /// What a transfer is marked as: 0 where it is not.
    #[inline]
    pub(super) fn mark(&self, place: usize) -> u8 {
        self.number(place).map_or(0, |number| self.marks[number])
    }

    /// The ended node that a branch comes to by a transfer.
    #[inline]
    pub(super) fn end(&self, place: usize) -> Option<Node> {
        let number = self.number(place)?;
        (self.marks[number] & mark::END != 0).then(|| self.ends[number])
    }

    /// The marked transfers before a place: place, mark, and ended node.
    pub(super) fn before(&self, place: u64) -> impl Iterator<Item = (u64, u8, Option<Node>)> {
        let ends =
            self.ends.iter().zip(&self.marks).map(|(&end, mark)| (mark & mark::END != 0).then_some(end));
        let all = self.places.iter().zip(&self.marks).zip(ends);
        all.map(|((&place, &mark), end)| (place, mark, end)).take_while(move |marked| marked.0 < place)
    }
}

fn word(place: u64) -> usize {
    usize::try_from(place / 64).expect("the ledger is in memory")
}
