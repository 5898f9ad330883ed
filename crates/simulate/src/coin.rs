//! What moves: the native coins of two chains, and tokens on them.
//!
//! Tokens are real contracts, so that decimals, symbols and issuer control come from the project's own tables. A
//! *unit* is what the simulation counts in: the base unit, or 10^9 of them where coins have 18 decimals, so that 64
//! bits hold every balance.

/// One of the coins that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coin(u8);

/// What a coin is.
#[derive(Debug)]
struct CoinFact {
    name: &'static str,
    chain: Chain,
    contract: Option<&'static str>,
    decimals: u32,
    /// Base units a unit.
    scale: u64,
    /// Its price in the simulated world, which never changes: millionths of a dollar a whole coin.
    price: u64,
}

/// One of the two chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// Where thefts happen.
    Ethereum,
    /// Where a bridge leads.
    Polygon,
}

impl Chain {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ethereum, Self::Polygon];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ethereum => "ethereum",
            Self::Polygon => "polygon",
        }
    }

    /// Its native coin.
    #[must_use]
    pub const fn native(self) -> Coin {
        match self {
            Self::Ethereum => Coin::ETH,
            Self::Polygon => Coin::POL,
        }
    }

    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Ethereum => 0,
            Self::Polygon => 1,
        }
    }
}

const fn native(name: &'static str, chain: Chain, price: u64) -> CoinFact {
    CoinFact { name, chain, contract: None, decimals: 18, scale: 1_000_000_000, price }
}

const fn token(
    name: &'static str,
    chain: Chain,
    contract: &'static str,
    decimals: u32,
    price: u64,
) -> CoinFact {
    let scale = if decimals == 18 { 1_000_000_000 } else { 1 };
    CoinFact { name, chain, contract: Some(contract), decimals, scale, price }
}

const FACTS: [CoinFact; 9] = [
    native("eth", Chain::Ethereum, 2_000_000_000),
    token("usdt", Chain::Ethereum, "0xdac17f958d2ee523a2206206994597c13d831ec7", 6, 1_000_000),
    token("usdc", Chain::Ethereum, "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", 6, 1_000_000),
    token("dai", Chain::Ethereum, "0x6b175474e89094c44da98b954eedeac495271d0f", 18, 1_000_000),
    token("wbtc", Chain::Ethereum, "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599", 8, 30_000_000_000),
    // A made-up token that is worth nothing and given to everybody.
    token("spam", Chain::Ethereum, "0x5ca1ab1e00000000000000000000000000005ca1", 18, 0),
    native("pol", Chain::Polygon, 500_000),
    token("usdt.polygon", Chain::Polygon, "0xc2132d05d31c914a87c6611c10748aeb04b58e8f", 6, 1_000_000),
    token("usdc.polygon", Chain::Polygon, "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359", 6, 1_000_000),
];

impl Coin {
    /// The native coin of Ethereum.
    pub const ETH: Self = Self(0);
    /// A stablecoin whose issuer can freeze it.
    pub const USDT: Self = Self(1);
    /// Another one.
    pub const USDC: Self = Self(2);
    /// A stablecoin that nobody can freeze.
    pub const DAI: Self = Self(3);
    /// Wrapped bitcoin.
    pub const WBTC: Self = Self(4);
    /// A worthless token.
    pub const SPAM: Self = Self(5);
    /// The native coin of Polygon.
    pub const POL: Self = Self(6);
    /// [`Coin::USDT`] on Polygon.
    pub const USDT_POLYGON: Self = Self(7);
    /// [`Coin::USDC`] on Polygon.
    pub const USDC_POLYGON: Self = Self(8);

    /// All coins.
    pub fn all() -> impl Iterator<Item = Self> {
        (0_u8..).take(FACTS.len()).map(Self)
    }

    /// Finds a coin by its name in a file of parameters.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|coin| coin.name() == name)
    }

    const fn fact(self) -> &'static CoinFact {
        &FACTS[self.index()]
    }

    pub(crate) const fn number(self) -> u64 {
        self.0 as u64
    }

    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) const fn of_number(number: u64) -> Self {
        Self((number & 0xf) as u8)
    }

    /// Its name in a file of parameters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.fact().name
    }

    /// The chain it is on.
    #[must_use]
    pub const fn chain(self) -> Chain {
        self.fact().chain
    }

    /// The token's contract; `None` for a native coin.
    #[must_use]
    pub const fn contract(self) -> Option<&'static str> {
        self.fact().contract
    }

    /// The bytes of its contract; zeros for a native coin.
    pub(crate) fn contract_bytes(self) -> [u8; 20] {
        let mut bytes = [0; 20];
        if let Some(text) = self.contract() {
            for (byte, digits) in bytes.iter_mut().zip(text.as_bytes()[2..].chunks(2)) {
                let digits = std::str::from_utf8(digits).expect("contracts are hex digits");
                *byte = u8::from_str_radix(digits, 16).expect("contracts are hex digits");
            }
        }
        bytes
    }

    /// How many decimals people write it with.
    #[must_use]
    pub const fn decimals(self) -> u32 {
        self.fact().decimals
    }

    /// Whether it is the native coin of its chain.
    #[must_use]
    pub const fn is_native(self) -> bool {
        self.fact().contract.is_none()
    }

    /// Its amount in base units.
    #[must_use]
    pub fn base_units(self, units: u64) -> u128 {
        u128::from(units) * u128::from(self.fact().scale)
    }

    /// So many whole coins, in units.
    #[must_use]
    pub fn whole(self, coins: u64) -> u64 {
        coins * self.one()
    }

    /// One whole coin, in units.
    pub(crate) const fn one(self) -> u64 {
        10_u64.pow(self.fact().decimals) / self.fact().scale
    }

    /// What so many units are worth, in millionths of a dollar.
    pub(crate) fn worth(self, units: u64) -> u64 {
        let worth = u128::from(units) * u128::from(self.fact().price) / u128::from(self.one());
        u64::try_from(worth).unwrap_or(u64::MAX)
    }

    /// How many units so many millionths of a dollar buy; 0 of a coin that is worth nothing.
    pub(crate) fn bought_for(self, dollars: u64) -> u64 {
        let price = u128::from(self.fact().price);
        let units = (u128::from(dollars) * u128::from(self.one())).checked_div(price).unwrap_or(0);
        u64::try_from(units).unwrap_or(u64::MAX)
    }

    /// The price of one whole coin, in millionths of a dollar.
    #[must_use]
    pub const fn price(self) -> u64 {
        self.fact().price
    }

    /// As files name it: `ethereum:native`, `polygon:0x…`.
    #[must_use]
    pub fn asset(self) -> String {
        format!("{}:{}", self.chain().name(), self.contract().unwrap_or("native"))
    }

    /// The same coin on the other chain, where a bridge takes it.
    #[must_use]
    pub const fn across(self) -> Option<Self> {
        match self {
            Self::USDT => Some(Self::USDT_POLYGON),
            Self::USDC => Some(Self::USDC_POLYGON),
            Self::USDT_POLYGON => Some(Self::USDT),
            Self::USDC_POLYGON => Some(Self::USDC),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Coin;

    #[test]
    fn units_and_dollars_agree() {
        assert_eq!(Coin::ETH.worth(Coin::ETH.whole(3)), 6_000_000_000);
        assert_eq!(Coin::USDT.bought_for(5_000_000), Coin::USDT.whole(5));
        assert_eq!(Coin::ETH.base_units(Coin::ETH.whole(1)), 10_u128.pow(18));
        assert_eq!(Coin::SPAM.bought_for(1), 0);
        assert!(Coin::all().all(|coin| Coin::find(coin.name()) == Some(coin)));
    }
}
