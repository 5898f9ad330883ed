//! Which token is how common, and which accounts have it first.
//!
//! Slots hold tokens, more slots the commoner the token, in a drawn order. An account's first token is that of the
//! slot with its number, modulo the number of slots; so the accounts of a token are found without a list of them.

use super::ACCOUNTS;
use crate::random::SplitMix;

/// How many token contracts there are.
pub const TOKENS: u32 = 500;

/// Slots of the commonest token.
const MOST_SLOTS: u64 = 2_000;

#[derive(Clone, Debug)]
pub(super) struct Tokens {
    /// The token of each slot.
    slots: Vec<u32>,
    /// The slots of each token, in rising order.
    slots_of: Vec<Vec<u32>>,
}

impl Tokens {
    pub(super) fn draw(random: &mut SplitMix) -> Self {
        let mut slots: Vec<u32> = Vec::new();
        for token in 0..TOKENS {
            // 16 · rank^1.25, rounded down.
            let rank = u64::from(token) + 1;
            let rarity = (rank.pow(5) << 16).isqrt().isqrt();
            slots.extend((0..(MOST_SLOTS * 16 / rarity).max(1)).map(|_| token));
        }
        let mut slots_of = vec![Vec::new(); TOKENS as usize];
        for (left, slot) in (1..=u32::try_from(slots.len()).expect("thousands of slots")).rev().zip(0..) {
            slots.swap(slot as usize, (slot + random.below(left)) as usize);
            slots_of[slots[slot as usize] as usize].push(slot);
        }
        Self { slots, slots_of }
    }

    /// The token of the slot that a number falls on.
    pub(super) fn first_of(&self, number: u64) -> u32 {
        let slot = number % u64::from(self.slot_count());
        self.slots[usize::try_from(slot).expect("thousands of slots")]
    }

    /// Any token, the common ones more often.
    pub(super) fn any(&self, random: &mut SplitMix) -> u32 {
        self.slots[random.below(self.slot_count()) as usize]
    }

    /// The next account, from this one on, whose first token it is; after the last account it is the first one.
    pub(super) fn holder(&self, token: u32, from: u32) -> u32 {
        let slots = &self.slots_of[token as usize];
        let (round, slot) = (from / self.slot_count(), from % self.slot_count());
        let start = round * self.slot_count();
        let holder = match slots.get(slots.partition_point(|it| *it < slot)) {
            Some(found) => start + found,
            None => start + self.slot_count() + slots[0],
        };
        if holder < ACCOUNTS { holder } else { slots[0] }
    }

    fn slot_count(&self) -> u32 {
        u32::try_from(self.slots.len()).expect("thousands of slots")
    }
}

/// How many decimals a token has: the second and third commonest have 6, as have some of the rest.
pub(super) const fn decimals(token: u32) -> u32 {
    if matches!(token, 1 | 2) || token % 8 == 5 { 6 } else { 18 }
}

/// Whether so many units were made that amounts need 20 bits more.
pub(super) const fn has_huge_supply(token: u32) -> bool {
    token % 16 == 7
}

#[cfg(test)]
mod tests {
    use super::{ACCOUNTS, TOKENS, Tokens};
    use crate::random::SplitMix;

    #[test]
    fn the_holder_is_the_next_account_whose_first_token_it_is() {
        let tokens = Tokens::draw(&mut SplitMix::new(1));
        assert!(tokens.slots_of.iter().all(|slots| !slots.is_empty() && slots.is_sorted()));
        for token in [0, 1, 100, TOKENS - 1] {
            for from in [0, 63, 7_000, 8_000, 900_001] {
                let plain = (from..ACCOUNTS).find(|it| tokens.first_of(u64::from(*it)) == token);
                assert_eq!(Some(tokens.holder(token, from)), plain);
            }
            assert_eq!(tokens.holder(token, ACCOUNTS), tokens.holder(token, 0));
        }
    }
}
