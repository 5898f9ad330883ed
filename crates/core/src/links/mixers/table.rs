//! The pools and contracts that are known, as a small table of facts: `known.csv` beside this file.
//!
//! A pool is known by its chain *and* its address: the same address stands for other coins and other sizes on other
//! chains. A name (`ethereum:eth_100`) is for people; where two pools of one chain take notes of one size, the second
//! is called `…_2`.

use crate::account::{Address, AddressKind};
use crate::amount::Amount;

/// The table: `chain,address,role,token,symbol,denomination,decimals,name`.
const KNOWN: &str = include_str!("known.csv");

/// A pool: notes of one size of one asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its chain.
    pub chain: String,
    /// Its contract.
    pub address: Address,
    /// The token that it takes; `None` for the chain's coin.
    pub token: Option<Address>,
    /// What the asset is called.
    pub symbol: String,
    /// How many decimals the asset has.
    pub decimals: u8,
    /// What a note is worth, in base units.
    pub denomination: Amount,
    /// Its name on its chain, such as `eth_100`.
    pub name: String,
}

impl Pool {
    /// Its name with its chain: `ethereum:eth_100`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}:{}", self.chain, self.name)
    }
}

/// What a contract that is no pool does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Passes notes on to pools.
    Router,
    /// Holds shielded tokens of any amount, and takes a fee in and out.
    Railgun,
    /// Wraps coins before they are shielded.
    RelayAdapt,
}

/// A contract that is no pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its chain.
    pub chain: String,
    /// Its address.
    pub address: Address,
    /// What it does.
    pub role: Role,
}

/// All pools and contracts that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MixerTable {
    /// The pools; elsewhere a pool is a number in this list.
    pub pools: Vec<Pool>,
    /// The other contracts.
    pub services: Vec<Service>,
}

impl MixerTable {
    /// The project's own table.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn known() -> Self {
        let mut table = Self::default();
        for line in KNOWN.lines().skip(1) {
            table.add(line).expect("each line of the table is a fact");
        }
        table
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let cells: Vec<&str> = line.split(',').collect();
        let [chain, address, role, token, symbol, denomination, decimals, name] = cells[..] else {
            return None;
        };
        let kind = AddressKind::of_chain(chain);
        let address = Address::parse(kind, address.as_bytes()).ok()?;
        let chain = chain.to_owned();
        let role = match role {
            "pool" => {
                let token = match token {
                    "" => None,
                    token => Some(Address::parse(kind, token.as_bytes()).ok()?),
                };
                let decimals = decimals.parse().ok()?;
                let denomination = Amount::parse_decimal(denomination.as_bytes(), decimals).ok()?;
                let (symbol, name) = (symbol.to_owned(), name.to_owned());
                self.pools.push(Pool { chain, address, token, symbol, decimals, denomination, name });
                return Some(());
            }
            "router" => Role::Router,
            "railgun" => Role::Railgun,
            "relay_adapt" => Role::RelayAdapt,
            _ => return None,
        };
        self.services.push(Service { chain, address, role });
        Some(())
    }

    /// Finds a pool by chain and address.
    #[must_use]
    pub fn find(&self, chain: &str, address: &Address) -> Option<usize> {
        self.pools.iter().position(|pool| pool.chain == chain && pool.address == *address)
    }

    /// Finds a pool as a person names it: `ethereum:eth_100`, `ethereum:0x…`, or `eth_100` on Ethereum.
    #[must_use]
    pub fn named(&self, text: &str) -> Option<usize> {
        let text = text.to_ascii_lowercase();
        let (chain, rest) = text.split_once(':').unwrap_or(("ethereum", &text));
        let address = Address::parse(AddressKind::Evm, rest.as_bytes()).ok();
        self.pools.iter().position(|pool| {
            pool.chain == chain && (pool.name == rest || address.is_some_and(|it| it == pool.address))
        })
    }

    /// Whether an address is a pool or another contract of the table.
    #[must_use]
    pub fn knows(&self, chain: &str, address: &Address) -> bool {
        self.find(chain, address).is_some()
            || self.services.iter().any(|it| it.chain == chain && it.address == *address)
    }
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, MixerTable, Role};
    use crate::account::{Address, AddressKind};
    use crate::amount::Amount;

    #[test]
    fn each_line_is_a_fact_and_each_name_stands_once() {
        let table = MixerTable::known();
        assert_eq!(table.pools.len() + table.services.len(), KNOWN.lines().count() - 1);
        assert_eq!(table.pools.len(), 59);
        for (number, pool) in table.pools.iter().enumerate() {
            assert_eq!(table.named(&pool.full_name()), Some(number), "{}", pool.full_name());
            assert_eq!(table.find(&pool.chain, &pool.address), Some(number));
            assert!(!pool.denomination.is_zero());
        }
        assert_eq!(table.services.iter().filter(|it| it.role == Role::Router).count(), 11);
    }

    #[test]
    fn one_address_is_another_pool_on_another_chain() {
        let table = MixerTable::known();
        let address =
            Address::parse(AddressKind::Evm, b"0x1e34a77868e19a6647b1f2f47b51ed72dede95dd").unwrap();
        let symbol = |chain: &str| table.find(chain, &address).map(|at| table.pools[at].symbol.clone());
        let symbols = ["bsc", "polygon", "gnosis", "avalanche", "arbitrum", "ethereum"].map(symbol);
        let expected = [Some("BNB"), Some("MATIC"), Some("xDAI"), Some("AVAX"), Some("ETH"), None];
        assert_eq!(symbols.each_ref().map(|it| it.as_deref()), expected);
        let hundred = table.named("eth_100").unwrap();
        assert_eq!(table.pools[hundred].denomination, Amount::from(100 * 10_u128.pow(18)));
        assert_eq!(table.named("0xa160cdab225685da1d56aa342ad8841c3b53f291"), Some(hundred));
        assert_eq!(table.named("eth_7"), None);
    }
}
