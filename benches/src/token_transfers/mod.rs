//! The reference file of ingest: token transfers as ethereum-etl writes them, with the block time.
//!
//! ```text
//! token_address,from_address,to_address,value,transaction_hash,log_index,block_number,block_timestamp
//! ```
//!
//! [`TokenTransfers`] never ends; a file of n rows is its first n transfers, so that a short file begins a longer
//! one. Five million of seed 1 are 1,198,834,148 bytes: 1,076,666 accounts, 1,370,778 pairs of an account and a token
//! it moves, 2,664,929 transactions.
//!
//! # The shape
//!
//! - **Accounts** are numbers below [`ACCOUNTS`], by rank: a sender is drawn as floor(accounts · u³) and a receiver as
//!   floor(accounts · u⁴), so that transfers fall as rank^-2/3 and rank^-3/4. Addresses do not tell the rank.
//! - **Tokens**: 500, of which the one of rank k moves about k^-1.25 as often as the first: the first makes a
//!   good quarter of all transfers, the first ten make two thirds.
//! - **Holdings**: half of the accounts have one token of their own, 35 % two and 15 % three; 70 % of the transfers that
//!   an account decides are of the first. One party decides the token; the other becomes the next account in rank
//!   order, from the drawn one on, whose first token it is. A rare token thus has few accounts, and one of low rank
//!   that gets a large part of it. The first 64 accounts (exchanges, pools) have every token and decide none.
//! - **Zero address**: one transfer in 128 is a mint, one in 256 a burn.
//! - **Values**: three quarters of the transfers are of tokens of 18 decimals, the rest of 6. Bits are drawn, 54 to 92
//!   with 18 decimals (most 60 to 90) and 14 to 44 with 6; some tokens have a huge supply and 20 bits more. An eighth
//!   are whole tokens. One in 512 is 0; four in a million take all of 256 bits, half of them 2^256 − 1.
//! - **Transactions** have one transfer (65 %), two (20 %) or three to eight. After the first, the next sender is the
//!   last receiver or the last sender, at even odds.
//! - **Blocks** have 150 transfers on average, a transaction never crosses two, and one comes every 12 s. Log indices
//!   rise inside a block, with gaps.
//!
//! # What always holds
//!
//! The same seed gives the same bytes on every machine: all is whole numbers from splitmix64. Rows stand in chain
//! order. No transfer has one account on both sides.
//!
//! # Left out
//!
//! NFTs, empty blocks, and balances: an account may pay what it never got.

mod count;
mod read;
mod token;
mod write;

pub use count::TokenTransferCount;
pub use read::{PlainColumns, U256};
pub use token::TOKENS;
pub use write::{Names, Quoting, TOKEN_TRANSFERS_HEADER};

use crate::random::{SplitMix, mix};
use dyetrace_core::Amount;
use token::Tokens;

/// How many accounts may occur, beside the zero address.
pub const ACCOUNTS: u32 = 1_200_000;
/// The number of the zero address.
pub const ZERO_ADDRESS: u32 = ACCOUNTS;
/// Accounts below this number have every token.
const HUBS: u32 = 64;

const FIRST_BLOCK: u64 = 15_000_000;
const FIRST_TIME: u64 = 1_655_000_000;
const BLOCK_SECONDS: u64 = 12;

/// One transfer of a token. Accounts, tokens and transactions are numbers from 0; [`Names`] has their hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenTransfer {
    /// The token, below [`TOKENS`].
    pub token: u32,
    /// The sender; [`ZERO_ADDRESS`] for a mint.
    pub from: u32,
    /// The receiver; [`ZERO_ADDRESS`] for a burn.
    pub to: u32,
    /// Base units.
    pub value: Amount,
    /// The transaction, counted from 0 over the whole file.
    pub transaction: u64,
    /// The log's place in its block.
    pub log_index: u32,
    /// The block.
    pub block: u64,
}

impl TokenTransfer {
    /// When the block was made, in Unix seconds.
    #[must_use]
    pub const fn time(&self) -> u64 {
        FIRST_TIME + (self.block - FIRST_BLOCK) * BLOCK_SECONDS
    }
}

/// All transfers of a seed, in chain order, without an end.
#[derive(Clone, Debug)]
pub struct TokenTransfers {
    random: SplitMix,
    key: u64,
    tokens: Tokens,
    last: Option<TokenTransfer>,
    left_in_transaction: u32,
    left_in_block: u32,
}

impl TokenTransfers {
    /// Starts at the first transfer of the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut random = SplitMix::new(seed);
        let key = random.next_u64();
        let tokens = Tokens::draw(&mut random);
        Self { random, key, tokens, last: None, left_in_transaction: 0, left_in_block: 0 }
    }

    /// Block, transaction and log index of the next transfer.
    fn place(&mut self) -> (u64, u64, u32) {
        let random = &mut self.random;
        let gap = if random.below(4) == 0 { random.below(6) } else { 0 };
        let (block, transaction, log_index) = match &self.last {
            Some(last) if self.left_in_transaction > 0 => {
                (last.block, last.transaction, last.log_index + 1 + gap)
            }
            Some(last) if self.left_in_block > 0 => {
                (last.block, last.transaction + 1, last.log_index + 1 + gap + random.below(4))
            }
            Some(last) => (last.block + 1, last.transaction + 1, gap),
            None => (FIRST_BLOCK, 0, gap),
        };
        if self.left_in_block == 0 && self.left_in_transaction == 0 {
            self.left_in_block = 100 + random.below(100);
        }
        if self.left_in_transaction == 0 {
            self.left_in_transaction = match random.below(100) {
                0..65 => 1,
                65..85 => 2,
                _ => 3 + random.below(6),
            };
        }
        self.left_in_transaction -= 1;
        self.left_in_block = self.left_in_block.saturating_sub(1);
        (block, transaction, log_index)
    }

    /// Who sends in the transaction that goes on, if anybody must.
    fn bound_sender(&mut self, transaction: u64) -> Option<u32> {
        let last = self.last.filter(|last| last.transaction == transaction)?;
        let sender = if self.random.below(2) == 0 { last.to } else { last.from };
        Some(sender).filter(|sender| *sender != ZERO_ADDRESS)
    }

    /// Token, sender and receiver.
    fn parties(&mut self, transaction: u64) -> (u32, u32, u32) {
        let bound = self.bound_sender(transaction);
        let from = self.random.skewed(ACCOUNTS, 3);
        let to = self.random.skewed(ACCOUNTS, 4);
        if bound.is_none() && self.random.below(128) == 0 {
            return (self.token_of(to), ZERO_ADDRESS, to);
        }
        let from = bound.unwrap_or(from);
        if self.random.below(256) == 0 {
            return (self.token_of(from), from, ZERO_ADDRESS);
        }
        let sender_decides = match (from < HUBS, to < HUBS) {
            (true, true) => {
                let to = if from == to { (to + 1) % HUBS } else { to };
                return (self.tokens.any(&mut self.random), from, to);
            }
            (false, true) => true,
            (true, false) => false,
            (false, false) => bound.is_some() || self.random.below(2) == 0,
        };
        let (token, from, to) = if sender_decides {
            let token = self.token_of(from);
            (token, from, if to < HUBS { to } else { self.tokens.holder(token, to) })
        } else {
            let token = self.token_of(to);
            (token, if from < HUBS { from } else { self.tokens.holder(token, from) }, to)
        };
        let to = if from == to { self.tokens.holder(token, to + 1) } else { to };
        (token, from, to)
    }

    /// A token that the account has: one of its own, or of a hub any.
    fn token_of(&mut self, account: u32) -> u32 {
        if account < HUBS {
            return self.tokens.any(&mut self.random);
        }
        let own = mix(self.key ^ u64::from(account) ^ (6 << 56));
        let count = match own % 20 {
            0..10 => 1,
            10..17 => 2,
            _ => 3,
        };
        let wanted = match self.random.below(10) {
            0..7 => 0,
            7 | 8 => 1,
            _ => 2,
        };
        match wanted.min(count - 1) {
            0 => self.tokens.first_of(u64::from(account)),
            1 => self.tokens.first_of((own >> 8) & 0xff_ffff),
            _ => self.tokens.first_of(own >> 32),
        }
    }

    fn value(&mut self, token: u32) -> Amount {
        let random = &mut self.random;
        if random.below(250_000) == 0 {
            let mut limbs = [u64::MAX; 5];
            limbs[4] = 0;
            if random.below(2) == 0 {
                limbs[..4].fill_with(|| random.next_u64());
                limbs[3] |= 1 << 63;
            }
            return Amount::from_wide(ruint::Uint::from_limbs(limbs));
        }
        if random.below(512) == 0 {
            return Amount::ZERO;
        }
        let decimals = token::decimals(token);
        let (least_bits, spread) = if decimals == 18 { (54, 20) } else { (14, 16) };
        if random.below(8) == 0 {
            return Amount::from(u128::from(random.skewed(100_000, 4) + 1) * 10_u128.pow(decimals));
        }
        let more = if token::has_huge_supply(token) { 20 } else { 0 };
        let bits = least_bits + random.below(spread) + random.below(spread) + more;
        let drawn = u128::from(random.next_u64()) << 64 | u128::from(random.next_u64());
        let top = 1_u128 << (bits - 1);
        Amount::from(top | (drawn & (top - 1)))
    }
}

impl Iterator for TokenTransfers {
    type Item = TokenTransfer;

    fn next(&mut self) -> Option<TokenTransfer> {
        let (block, transaction, log_index) = self.place();
        let (token, from, to) = self.parties(transaction);
        let value = self.value(token);
        let transfer = TokenTransfer { token, from, to, value, transaction, log_index, block };
        self.last = Some(transfer);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::{ACCOUNTS, Names, Quoting, TOKENS, TokenTransferCount, TokenTransfers, ZERO_ADDRESS};
    use super::{TOKEN_TRANSFERS_HEADER, TokenTransfer};
    use sha2::{Digest, Sha256};

    fn csv(seed: u64, rows: usize, quoting: Quoting) -> String {
        let mut text = TOKEN_TRANSFERS_HEADER.to_owned();
        let names = Names::of_seed(seed);
        for (number, transfer) in TokenTransfers::new(seed).take(rows).enumerate() {
            names.write_csv(number, &transfer, quoting, &mut text);
        }
        text
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_on_every_machine() {
        let text = csv(1, 1_000, Quoting::Never);
        let hash: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, "3eed2765265302161e3f9f9a23080deaf7447b04d4f0ff6d24a15146507f5eaa");
        assert!(csv(1, 2_000, Quoting::Never).starts_with(&text));
        assert_ne!(csv(2, 1_000, Quoting::Never), text);
    }

    #[test]
    fn rows_stand_in_chain_order_and_name_what_there_is() {
        let transfers: Vec<TokenTransfer> = TokenTransfers::new(1).take(100_000).collect();
        let place = |it: &TokenTransfer| (it.block, it.log_index);
        assert!(transfers.is_sorted_by(|one, next| place(one) < place(next)));
        assert!(transfers.is_sorted_by_key(|it| it.transaction));
        let crossing = |pair: &&[TokenTransfer]| {
            pair[0].transaction == pair[1].transaction && pair[0].block != pair[1].block
        };
        assert_eq!(transfers.windows(2).filter(crossing).count(), 0);
        for transfer in &transfers {
            assert!(transfer.token < TOKENS && transfer.from <= ACCOUNTS && transfer.to <= ACCOUNTS);
            assert_ne!(transfer.from, transfer.to);
        }
        assert_eq!((transfers[0].block, transfers[0].time()), (15_000_000, 1_655_000_000));
    }

    #[test]
    fn the_shape_is_the_one_that_is_documented() {
        let rows = 300_000;
        let mut count = TokenTransferCount::default();
        let mut of_token = vec![0_u64; TOKENS as usize];
        let (mut mints, mut last_block) = (0, 0);
        for transfer in TokenTransfers::new(1).take(rows) {
            count.add(&transfer);
            of_token[transfer.token as usize] += 1;
            mints += u64::from(transfer.from == ZERO_ADDRESS);
            last_block = transfer.block;
        }
        let rows = rows as u64;
        let percent = |part: u64, whole: u64| part * 100 / whole;
        assert_eq!(count.rows, rows);
        // 1.875 transfers a transaction.
        assert!((52..55).contains(&percent(count.transactions, rows)), "{count:?}");
        assert!((147..153).contains(&(rows / (last_block - 14_999_999))), "{last_block}");
        assert!((22..30).contains(&percent(of_token[0], rows)), "{}", of_token[0]);
        assert!((55..70).contains(&percent(of_token[..10].iter().sum(), rows)));
        assert!(of_token.iter().filter(|it| **it > 0).count() > 450);
        assert!((60..85).contains(&percent(count.above_64_bits, rows)), "{count:?}");
        assert!((1..10).contains(&count.above_128_bits), "{count:?}");
        assert!((100..200).contains(&percent(count.holdings, count.accounts)), "{count:?}");
        assert!((1_000..3_000).contains(&mints), "{mints}");
    }

    #[test]
    fn every_thousandth_row_has_one_quoted_field() {
        let (plain, quoted) = (csv(1, 9_000, Quoting::Never), csv(1, 9_000, Quoting::EveryThousandth));
        assert_eq!(quoted.replace('"', ""), plain);
        assert!(!plain.contains('"'));
        let with_quotes: Vec<usize> = quoted
            .lines()
            .skip(1)
            .enumerate()
            .filter(|(_, line)| line.matches('"').count() == 2)
            .map(|(number, _)| number)
            .collect();
        assert_eq!(with_quotes, (0..9).map(|it| it * 1_000 + 999).collect::<Vec<_>>());
    }
}
