//! A small way to write down ledgers, labels and thefts: accounts are numbers, account 0 is the zero address.

use dyetrace_core::asset::{Asset, AssetName};
use dyetrace_core::attribution::deposits::SOURCE;
use dyetrace_core::ledger::{Covers, Kind, Row, RowPlace, Source, TxHash};
use dyetrace_core::links::Link;
use dyetrace_core::trace::{AddressSeed, Pool, Seed, Since, Theft, TraceOptions, TransactionSeed};
use dyetrace_core::{Address, AddressKind, Amount, Category, Label, Labels, Ledger, LedgerBuilder, PurseId};

/// The chains there are.
pub(crate) const CHAINS: [&str; 3] = ["ethereum", "arbitrum", "tron"];

/// The contract of the wrapped coin, and its token.
pub(crate) const WRAPPER: u8 = 77;
pub(crate) const WRAPPED: u8 = 9;
/// A vault, and the token of its shares.
pub(crate) const VAULT: u8 = 5;
pub(crate) const SHARES: u8 = 8;

/// Who holds something: a number on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coin {
    /// The chain's own coin.
    Native,
    /// One of a few contracts.
    Token(u8),
}

/// One transfer of a transaction. Without a sender it is a reward.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) from: Option<u8>,
    pub(crate) to: u8,
    pub(crate) coin: Coin,
    pub(crate) value: Amount,
    pub(crate) event: Option<u64>,
}

/// One transaction. Its hash is its number among the transactions.
#[derive(Clone, Debug)]
pub(crate) struct Tx {
    pub(crate) chain: usize,
    pub(crate) block: u64,
    pub(crate) index: Option<u64>,
    pub(crate) hashed: bool,
    pub(crate) fee: Option<Amount>,
    pub(crate) moves: Vec<Move>,
}

/// What rows tell of their position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    Blocks,
    Times,
    Both,
}

/// A seed of a theft.
#[derive(Clone, Debug)]
pub(crate) enum SeedAt {
    Account { account: u8, since: Since, chain: Option<usize>, coin: Option<Coin> },
    Transaction { number: usize, account: Option<u8>, chain: Option<usize>, coin: Option<Coin> },
}

/// A whole case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) clock: Clock,
    pub(crate) transactions: Vec<Tx>,
    pub(crate) covers: Option<Vec<u8>>,
    pub(crate) labels: Vec<(u8, Option<usize>, Category)>,
    pub(crate) thefts: Vec<(String, Vec<SeedAt>)>,
    pub(crate) options: TraceOptions,
    pub(crate) least: Vec<(Option<usize>, Coin, Amount)>,
    pub(crate) links: Vec<LinkAt>,
    pub(crate) pools: Vec<PoolAt>,
}

/// A pool on all chains, and what it held before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolAt {
    pub(crate) account: u8,
    pub(crate) outstanding: Option<(Coin, Amount)>,
}

/// A link between transfers, by their places.
#[derive(Clone, Debug)]
pub(crate) struct LinkAt {
    /// The source first, unless they are to be put in order.
    pub(crate) rows: Vec<u64>,
    pub(crate) in_order: bool,
    pub(crate) is_inferred: bool,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            clock: Clock::Both,
            transactions: Vec::new(),
            covers: None,
            labels: Vec::new(),
            thefts: Vec::new(),
            options: TraceOptions::default(),
            least: Vec::new(),
            links: Vec::new(),
            pools: Vec::new(),
        }
    }
}

/// A time for each block, on all chains.
pub(crate) fn time_of(block: u64) -> i64 {
    1_000 + 12 * i64::try_from(block).unwrap()
}

/// The address of an account: on Tron a text, else 20 bytes.
pub(crate) fn address(chain: usize, account: u8) -> Address {
    match (AddressKind::of_chain(CHAINS[chain]), account) {
        (AddressKind::Evm, WRAPPER) => {
            Address::parse(AddressKind::Evm, b"0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2").unwrap()
        }
        (AddressKind::Evm, _) => Address::from_evm([account; 20]),
        (AddressKind::Text, 0) => {
            Address::parse(AddressKind::Text, b"T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb").unwrap()
        }
        (AddressKind::Text, _) => {
            Address::parse(AddressKind::Text, format!("T{account}").as_bytes()).unwrap()
        }
    }
}

fn contract(chain: usize, coin: Coin) -> Option<Address> {
    match coin {
        Coin::Native => None,
        // The wrapped coin's contract takes part under the same address, and so does that of a vault's shares.
        Coin::Token(WRAPPED) => Some(address(chain, WRAPPER)),
        Coin::Token(SHARES) => Some(address(chain, VAULT)),
        Coin::Token(number) => Some(address(chain, 200 + number)),
    }
}

/// The hash of a transaction.
pub(crate) fn hash(number: usize) -> TxHash {
    TxHash::parse(format!("{number:064x}").as_bytes()).unwrap()
}

fn asset_name(chain: Option<usize>, coin: Coin) -> AssetName {
    let contract = contract(chain.unwrap_or(0), coin);
    AssetName { chain: chain.map(|chain| CHAINS[chain].to_owned()), contract }
}

impl Case {
    /// Puts everything together. A fee that an earlier transaction of the same index states otherwise is left
    /// out.
    pub(crate) fn build(&self) -> (Ledger, Labels, Vec<Theft>, TraceOptions) {
        let mut builder = LedgerBuilder::default();
        for chain in CHAINS {
            builder.chain(chain);
        }
        let covers = match &self.covers {
            None => Covers::All,
            Some(accounts) => Covers::These(
                (0..CHAINS.len())
                    .flat_map(|chain| accounts.iter().map(move |&it| address(chain, it)))
                    .collect(),
            ),
        };
        builder.add_source(Source { covers, native: true, tokens: true });
        let mut line = 0;
        for (number, tx) in self.transactions.iter().enumerate() {
            let chain = builder.chain(CHAINS[tx.chain]);
            for (at, it) in tx.moves.iter().enumerate() {
                let kind = match (it.from, it.coin) {
                    (None, _) => Kind::Reward,
                    (_, Coin::Native) => Kind::External,
                    (_, Coin::Token(_)) => Kind::Token,
                };
                let row = Row {
                    chain,
                    block: (self.clock != Clock::Times).then_some(tx.block),
                    time: (self.clock != Clock::Blocks).then(|| time_of(tx.block)),
                    transaction_index: tx.index,
                    event_index: it.event,
                    transaction_hash: tx.hashed.then(|| hash(number)),
                    from: it.from.map(|from| address(tx.chain, from)),
                    to: address(tx.chain, it.to),
                    contract: contract(tx.chain, it.coin),
                    value: it.value,
                    fee: tx.fee.filter(|_| at == 0),
                    kind,
                };
                line += 1;
                let place = RowPlace { source: 0, line };
                if builder.push(place, row.clone()).is_err() {
                    builder.push(place, Row { fee: None, ..row }).unwrap();
                }
            }
        }
        let ledger = builder.finish().unwrap();
        let labels = self.labels.iter().flat_map(|&(account, chain, category)| {
            let on = |at: usize| Label {
                address: address(at, account),
                chain: chain.map(|chain| CHAINS[chain].to_owned()),
                text: format!("{category} {account}"),
                category,
                entity: String::new(),
                // Some deposit accounts are known by their sweeps alone.
                source: if account % 2 == 0 { SOURCE } else { "test" }.to_owned(),
                as_of: String::new(),
                confidence: 50,
            };
            // The addresses of all EVM chains are the same.
            chain.map_or(vec![on(0), on(2)], |chain| vec![on(chain)])
        });
        let labels = Labels::bind(&ledger, labels.collect());
        let thefts = self
            .thefts
            .iter()
            .map(|(id, seeds)| Theft { id: id.clone(), seeds: seeds.iter().map(SeedAt::to_seed).collect() });
        let least = self.least.iter().map(|&(chain, coin, least)| (asset_name(chain, coin), least)).collect();
        let links = self.links.iter().map(|link| link.to_link()).collect();
        let pools = self.pools.iter().flat_map(|pool| pool.to_pools(&ledger)).collect();
        let options = TraceOptions { min_amount: least, links, pools, ..self.options.clone() };
        (ledger, labels, thefts.collect(), options)
    }
}

impl PoolAt {
    fn to_pools(self, ledger: &Ledger) -> Vec<Pool> {
        let on = |chain: usize| {
            let id = ledger.find_chain(CHAINS[chain])?;
            let account = ledger.accounts().find(id, &address(chain, self.account))?;
            let held = self.outstanding.and_then(|(coin, held)| {
                let asset = Asset { chain: id, contract: contract(chain, coin) };
                Some((ledger.assets().find(&asset)?, held))
            });
            Some(Pool { account, outstanding: held.into_iter().collect() })
        };
        (0..CHAINS.len()).filter_map(on).collect()
    }
}

impl LinkAt {
    fn to_link(&self) -> Link {
        let mut rows = self.rows.clone();
        if self.in_order {
            rows.sort_unstable();
            rows.dedup();
        }
        let destinations = rows.split_off(1);
        let (method, confidence) = ("test".to_owned(), Link::CERTAIN);
        Link { source: rows[0], destinations, method, confidence, is_inferred: self.is_inferred }
    }
}

impl SeedAt {
    fn to_seed(&self) -> Seed {
        let name = |chain: Option<usize>| chain.map(|chain| CHAINS[chain].to_owned());
        match *self {
            Self::Account { account, since, chain, coin } => Seed::Address(AddressSeed {
                chain: name(chain),
                address: address(chain.unwrap_or(0), account),
                since,
                asset: coin.map(|coin| asset_name(chain, coin)),
            }),
            Self::Transaction { number, account, chain, coin } => Seed::Transaction(TransactionSeed {
                chain: name(chain),
                hash: hash(number),
                address: account.map(|account| address(chain.unwrap_or(0), account)),
                asset: coin.map(|coin| asset_name(chain, coin)),
            }),
        }
    }
}

/// Writes a transfer of the native coin.
pub(crate) fn sends(from: u8, to: u8, value: u128) -> Move {
    Move { from: Some(from), to, coin: Coin::Native, value: Amount::from(value), event: None }
}

/// Writes a transfer of a token.
pub(crate) fn sends_token(from: u8, to: u8, token: u8, value: u128) -> Move {
    Move { coin: Coin::Token(token), ..sends(from, to, value) }
}

/// A transaction of its own block, with a hash and known order.
pub(crate) fn tx(block: u64, moves: impl IntoIterator<Item = Move>) -> Tx {
    let moves = (0..).zip(moves).map(|(event, it)| Move { event: Some(event), ..it }).collect();
    Tx { chain: 0, block, index: Some(0), hashed: true, fee: None, moves }
}

/// A ledger of one transaction a block.
pub(crate) fn in_order(moves: impl IntoIterator<Item = Move>) -> Vec<Tx> {
    (1..).zip(moves).map(|(block, it)| tx(block, [it])).collect()
}

/// Everything that arrives at an account is stolen.
pub(crate) fn thief(account: u8) -> SeedAt {
    SeedAt::Account { account, since: Since::Start, chain: None, coin: None }
}

/// The native purse of an account on the first chain.
pub(crate) fn native_purse(ledger: &Ledger, account: u8) -> PurseId {
    let chain = ledger.find_chain(CHAINS[0]).unwrap();
    let found = ledger.purses().iter().find(|&purse| {
        let asset = ledger.assets().get(ledger.purses().asset(purse));
        asset.is_native() && asset.chain == chain && ledger.purse_address(purse) == address(0, account)
    });
    found.unwrap_or_else(|| panic!("account {account} has no native purse"))
}
