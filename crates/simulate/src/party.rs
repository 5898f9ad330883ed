//! Who holds accounts, and under which address.
//!
//! A party is a kind and a number: nothing about it is stored. Its address is mixed from the seed and the party, the
//! same on both chains.

use crate::coin::Coin;
use crate::random::mix;

/// One account's holder, on either chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Party(u64);

/// What a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A private wallet.
    Person,
    /// A deposit account of a customer at an exchange; its number is the customer's.
    Deposit,
    /// An exchange's hot wallet.
    Hot,
    /// An exchange's cold wallet.
    Cold,
    /// Pays the gas of an exchange's sweeps.
    GasStation,
    /// A shop.
    Merchant,
    /// Pays salaries.
    Employer,
    /// A payment processor's own wallet.
    Processor,
    /// A processor's account for one invoice.
    Invoice,
    /// A contract that passes on what it gets at once.
    Forwarder,
    /// Trades large amounts by hand, and cashes out at one exchange.
    Desk,
    /// A pool of two coins.
    Pool,
    /// What calls pools for people.
    Router,
    /// Stocks pools.
    Maker,
    /// A bridge's contract.
    Bridge,
    /// A mixer's pool of one denomination.
    Mixer,
    /// Sends withdrawals of a mixer for a fee.
    Relayer,
    /// Sends what nobody asked for.
    Spammer,
    /// Looks like another account; its number is that one's.
    Lookalike,
    /// Issues tokens.
    Issuer,
    /// Was robbed.
    Victim,
    /// Belongs to a thief.
    Thief,
    /// A token's contract; its number is the token's.
    Token,
    /// The zero address.
    Zero,
}

impl Kind {
    const ALL: [Self; 24] = [
        Self::Person,
        Self::Deposit,
        Self::Hot,
        Self::Cold,
        Self::GasStation,
        Self::Merchant,
        Self::Employer,
        Self::Processor,
        Self::Invoice,
        Self::Forwarder,
        Self::Desk,
        Self::Pool,
        Self::Router,
        Self::Maker,
        Self::Bridge,
        Self::Mixer,
        Self::Relayer,
        Self::Spammer,
        Self::Lookalike,
        Self::Issuer,
        Self::Victim,
        Self::Thief,
        Self::Token,
        Self::Zero,
    ];

    /// Its name in files of truth.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Deposit => "deposit",
            Self::Hot => "hot",
            Self::Cold => "cold",
            Self::GasStation => "gas_station",
            Self::Merchant => "merchant",
            Self::Employer => "employer",
            Self::Processor => "processor",
            Self::Invoice => "invoice",
            Self::Forwarder => "forwarder",
            Self::Desk => "desk",
            Self::Pool => "pool",
            Self::Router => "router",
            Self::Maker => "maker",
            Self::Bridge => "bridge",
            Self::Mixer => "mixer",
            Self::Relayer => "relayer",
            Self::Spammer => "spammer",
            Self::Lookalike => "lookalike",
            Self::Issuer => "issuer",
            Self::Victim => "victim",
            Self::Thief => "thief",
            Self::Token => "token",
            Self::Zero => "zero",
        }
    }

    /// Whether what it holds is in nobody's hand alone: whoever pays in does not choose what is paid out.
    #[must_use]
    pub const fn is_service(self) -> bool {
        matches!(
            self,
            Self::Deposit
                | Self::Hot
                | Self::Cold
                | Self::Pool
                | Self::Router
                | Self::Bridge
                | Self::Mixer
                | Self::Zero
        )
    }
}

/// How many bits the number of a party has.
const NUMBER_BITS: u32 = 56;

impl Party {
    /// The zero address.
    pub const ZERO: Self = Self::new(Kind::Zero, 0);

    /// The party of a kind with this number, below 2^56.
    #[must_use]
    pub const fn new(kind: Kind, number: u64) -> Self {
        Self((kind as u64) << NUMBER_BITS | number)
    }

    /// The contract of a token; `None` for a native coin.
    #[must_use]
    pub(crate) fn token(coin: Coin) -> Option<Self> {
        coin.contract().map(|_| Self::new(Kind::Token, coin.number()))
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        // The highest byte, as it was put there.
        Kind::ALL[usize::from(self.0.to_be_bytes()[0])]
    }

    /// Its number among its kind.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0 & ((1 << NUMBER_BITS) - 1)
    }

    /// Another kind of party with the same number.
    #[must_use]
    pub const fn as_kind(self, kind: Kind) -> Self {
        Self::new(kind, self.number())
    }

    /// A number that is drawn once for it, whatever happens.
    pub(crate) const fn fate(self, seed: u64, question: u64) -> u64 {
        mix(mix(seed ^ self.0) ^ question)
    }
}

/// Writes a party's address.
///
/// A look-alike shares the first and the last two bytes with the person whose number it bears, as bought addresses
/// do.
#[must_use]
pub fn address(seed: u64, party: Party) -> [u8; 20] {
    let mut bytes = [0; 20];
    if party.kind() == Kind::Zero {
        return bytes;
    }
    if party.kind() == Kind::Token {
        return Coin::of_number(party.number()).contract_bytes();
    }
    let mut word = mix(seed ^ mix(party.0));
    for part in bytes.chunks_mut(8) {
        word = mix(word);
        part.copy_from_slice(&word.to_le_bytes()[..part.len()]);
    }
    if party.kind() == Kind::Lookalike {
        let model = address(seed, party.as_kind(Kind::Person));
        bytes[..2].copy_from_slice(&model[..2]);
        bytes[18..].copy_from_slice(&model[18..]);
    }
    bytes
}

/// Writes the hash of a transaction.
#[must_use]
pub fn transaction_hash(seed: u64, number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut word = mix(!seed ^ mix(number));
    for part in bytes.chunks_mut(8) {
        word = mix(word);
        part.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Kind, Party, address};

    #[test]
    fn a_party_is_its_kind_and_number() {
        for kind in Kind::ALL {
            let party = Party::new(kind, 12_345);
            assert_eq!((party.kind(), party.number()), (kind, 12_345));
        }
    }

    #[test]
    fn a_lookalike_looks_like_its_model_and_is_not_it() {
        let person = Party::new(Kind::Person, 5);
        let [model, copy] = [person, person.as_kind(Kind::Lookalike)].map(|party| address(1, party));
        assert_eq!((&model[..2], &model[18..]), (&copy[..2], &copy[18..]));
        assert_ne!(model, copy);
        assert_ne!(model, address(2, person));
    }
}
