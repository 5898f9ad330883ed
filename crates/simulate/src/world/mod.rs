//! The simulated world: who holds what, what is to happen when, and the blocks of the moment.
//!
//! Everything happens at a *tick*, the place of a block; both chains have one a tick. At each tick first comes what
//! was scheduled for it, then the economy acts until as many transfers stand on the chains as the hour is due.
//!
//! # What always holds
//!
//! Nobody sends what he does not have: coins come into the world by rewards and mints alone, and [`World::transact`]
//! panics before a balance would fall below 0. The same parameters, size and seed give the same world.
//!
//! # Cost
//!
//! **O(n)** for n transfers; 32 bytes of memory a wallet, and what is under way.

mod balances;
mod clock;
mod money;
mod seen;

pub(crate) use balances::stablecoin;
pub(crate) use clock::{DAY, HOUR, minutes};

use crate::chain::{Block, Transaction, Transfer};
use crate::coin::{Chain, Coin};
use crate::economy::Event;
use crate::error::Error;
use crate::params::Parameters;
use crate::party::{Kind, Party};
use crate::random::{Random, mix};
use crate::theft::Thefts;
use crate::truth::{Link, Outcome};
use balances::Balances;
use clock::Clock;
pub(crate) use seen::Seen;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How large a world is, and which one of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// About how many transfers are written: no fewer, and a few more.
    pub transfers: u64,
    /// Which world of its kind.
    pub seed: u64,
    /// Counts, and hands on, transfers of tokens on Ethereum alone.
    pub tokens_only: bool,
}

impl Scope {
    /// The least number of transfers.
    pub const LEAST: u64 = 1_000;
    /// The largest number of transfers.
    pub const MOST: u64 = 4_000_000_000;

    /// # Errors
    /// An [`Error`] for a size out of bounds.
    pub fn check(&self) -> Result<(), Error> {
        if (Self::LEAST..=Self::MOST).contains(&self.transfers) {
            return Ok(());
        }
        let what = format!("a chain of {} transfers cannot be made", self.transfers);
        Err(Error::new(what).with_hint(format!("`--size` takes from {} to {}", Self::LEAST, Self::MOST)))
    }
}

/// What takes a world as it is made.
pub trait Sink {
    /// Takes the next block of a chain. Blocks of one tick come in the order of [`Chain::ALL`].
    ///
    /// # Errors
    /// Where it cannot be written.
    fn block(&mut self, block: &Block) -> Result<(), Error>;

    /// Takes what belongs together, as it becomes complete.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn link(&mut self, link: &Link) -> Result<(), Error>;
}

/// What is to happen at a tick; of several, the one scheduled first.
#[derive(Debug)]
struct Due {
    tick: u64,
    number: u64,
    event: Event,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.tick, self.number) == (other.tick, other.number)
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.tick, self.number).cmp(&(other.tick, other.number))
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct World<'p> {
    pub(crate) parameters: &'p Parameters,
    pub(crate) scope: Scope,
    pub(crate) random: Random,
    pub(crate) tick: u64,
    pub(crate) clock: Clock,
    /// How many wallets there are in the end.
    pub(crate) wallets: u64,
    /// How many parties each kind of business has.
    pub(crate) businesses: u64,
    /// How many invoices were made.
    pub(crate) invoices: u64,
    balances: Balances,
    blocks: [Block; 2],
    rows: u64,
    transactions: u64,
    due: BinaryHeap<Reverse<Due>>,
    scheduled: u64,
    pub(crate) thefts: Thefts,
    pub(crate) links: Vec<Link>,
    seen: Seen,
}

/// Makes a world, and hands it to a sink block by block.
///
/// # Errors
/// Where the sink fails, and for a scope out of bounds.
pub fn simulate(parameters: &Parameters, scope: Scope, sink: &mut dyn Sink) -> Result<Outcome, Error> {
    scope.check()?;
    let mut world = World::new(parameters, scope)?;
    // A round number of rows looks like a file that was cut.
    let rows = scope.transfers + 3 + mix(scope.seed) % 60;
    world.plan_thefts();
    for tick in 0..world.clock.ticks() {
        world.begin(tick);
        while let Some(event) = world.next_due() {
            world.happen(event);
        }
        let goal = world.clock.rows_by(tick, rows);
        while world.rows < goal {
            world.act();
        }
        world.hand_over(sink)?;
    }
    let open: Vec<Event> = world.due.drain().map(|Reverse(due)| due.event).collect();
    world.close(open);
    world.links.drain(..).try_for_each(|link| sink.link(&link))?;
    let World { rows, wallets, seen, thefts, .. } = world;
    Ok(Outcome { rows, wallets, seen, thefts: thefts.finish() })
}

impl<'p> World<'p> {
    fn new(parameters: &'p Parameters, scope: Scope) -> Result<Self, Error> {
        let wallets = (scope.transfers * parameters.wallets_per_thousand / 1000).max(200);
        let places = usize::try_from(wallets).map_err(|_| Error::new("too many wallets for this machine"))?;
        Ok(Self {
            parameters,
            scope,
            random: Random::new(scope.seed, 1),
            tick: 0,
            clock: Clock::new(scope.seed, parameters.days),
            wallets,
            businesses: (scope.transfers * parameters.economy.businesses / 100_000).clamp(3, 100_000),
            invoices: 0,
            balances: Balances::new(scope.seed, places),
            blocks: Chain::ALL.map(Block::new),
            rows: 0,
            transactions: 0,
            due: BinaryHeap::new(),
            scheduled: 0,
            thefts: Thefts::new(parameters)?,
            links: Vec::new(),
            seen: Seen::new(places),
        })
    }

    fn begin(&mut self, tick: u64) {
        self.tick = tick;
        self.blocks.iter_mut().for_each(|block| block.clear(tick));
    }

    fn next_due(&mut self) -> Option<Event> {
        let is_due = self.due.peek().is_some_and(|Reverse(due)| due.tick <= self.tick);
        if is_due { self.due.pop().map(|Reverse(due)| due.event) } else { None }
    }

    fn hand_over(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        for block in &self.blocks {
            let wanted = !self.scope.tokens_only || block.chain == Chain::Ethereum;
            if wanted && !block.transactions.is_empty() {
                sink.block(block)?;
            }
        }
        self.links.drain(..).try_for_each(|link| sink.link(&link))
    }

    /// Lets something happen after so many ticks, at least one.
    pub(crate) fn schedule(&mut self, ticks: u64, event: Event) {
        let tick = self.tick + ticks.max(1);
        self.due.push(Reverse(Due { tick, number: self.scheduled, event }));
        self.scheduled += 1;
    }

    /// What a party may spend: what it holds, less what it keeps for a thief.
    pub(crate) fn spendable(&self, party: Party, coin: Coin) -> u64 {
        let kept = self.thefts.held(party, coin);
        self.balances.get(party, coin).checked_sub(kept).expect("what is kept for a thief is there")
    }

    /// What a party holds, whoever it belongs to.
    pub(crate) fn balance(&self, party: Party, coin: Coin) -> u64 {
        self.balances.get(party, coin)
    }

    /// What a transaction costs now.
    pub(crate) fn fee(&self, chain: Chain, gas: u64) -> u64 {
        gas * self.clock.gas_price(chain, self.tick)
    }

    /// Puts a transaction onto the chain of its transfers. Its sender has the fee, and each sender of a transfer what
    /// he sends. Returns its number.
    pub(crate) fn transact(&mut self, sender: Option<Party>, gas: u64, moves: &[Transfer]) -> u64 {
        let chain = moves.first().expect("a transaction has transfers").coin.chain();
        let fee = if sender.is_some() { self.fee(chain, gas) } else { 0 };
        let block = &mut self.blocks[chain.index()];
        let start = block.transfers.len();
        if let Some(sender) = sender {
            self.balances.take(sender, chain.native(), fee);
            if moves[0].from != Some(sender) {
                // What is called, where the first to send is not who calls.
                let called = Party::token(moves[0].coin).or(moves[0].from).unwrap_or(sender);
                block.transfers.push(Transfer {
                    from: Some(sender),
                    to: called,
                    coin: chain.native(),
                    units: 0,
                });
            }
        }
        for transfer in moves {
            if let Some(from) = transfer.from {
                self.balances.take(from, transfer.coin, transfer.units);
            }
            self.balances.add(transfer.to, transfer.coin, transfer.units);
            self.thefts.mark(transfer);
            self.seen.see(transfer.to);
            block.transfers.push(*transfer);
        }
        let written = &block.transfers[start..];
        let count = if self.scope.tokens_only {
            written.iter().filter(|it| chain == Chain::Ethereum && !it.coin.is_native()).count()
        } else {
            written.len()
        };
        self.rows += count as u64;
        let number = self.transactions;
        self.transactions += 1;
        let transfers = start..block.transfers.len();
        block.transactions.push(Transaction { number, sender, fee, gas, transfers });
        number
    }

    /// Sends a simple payment; the sender has the amount and the fee.
    pub(crate) fn send(&mut self, from: Party, to: Party, coin: Coin, units: u64) -> u64 {
        self.transact(Some(from), gas_of(coin), &[transfer(from, to, coin, units)])
    }

    /// The exchange that a party uses.
    pub(crate) fn exchange_of(&self, party: Party) -> u64 {
        party.as_kind(Kind::Person).fate(self.scope.seed, 2) % self.parameters.economy.exchanges
    }

    /// One of the businesses of a kind, large ones more often.
    pub(crate) fn business(&mut self, kind: Kind) -> Party {
        let number = self.random.skewed(self.businesses, 2);
        Party::new(kind, number)
    }
}

/// The gas of a simple payment.
pub(crate) const fn gas_of(coin: Coin) -> u64 {
    if coin.is_native() { 21_000 } else { 60_000 }
}

/// A transfer.
pub(crate) const fn transfer(from: Party, to: Party, coin: Coin, units: u64) -> Transfer {
    Transfer { from: Some(from), to, coin, units }
}
