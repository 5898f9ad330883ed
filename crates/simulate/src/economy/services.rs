//! Pools, bridges and mixers: what leaves in another form than it came.

use super::{Crossing, Event, Note};
use crate::chain::Transfer;
use crate::coin::{Chain, Coin};
use crate::party::{Kind, Party};
use crate::truth::Link;
use crate::world::{World, gas_of, stablecoin, transfer};

/// The gas of a swap, of a mixer's deposit and of its withdrawal, of either leg of a bridge.
const SWAP_GAS: u64 = 180_000;
const MIX_GAS: u64 = 900_000;
const UNMIX_GAS: u64 = 350_000;
const BRIDGE_GAS: u64 = 110_000;

/// How many ticks an honest note stays in a mixer: quantiles, from minutes to weeks.
const NOTE_STAYS: [u64; 9] = [30, 300, 1_200, 3_600, 7_200, 14_400, 36_000, 80_000, 200_000];

/// A relayer's fee in hundredths of a per cent: quantiles.
const RELAYER_SHARES: [u64; 7] = [3, 4, 7, 11, 17, 28, 45];

/// How many ticks a bridge takes: quantiles.
const CROSSINGS: [u64; 9] = [8, 12, 16, 22, 30, 45, 65, 90, 140];

impl World<'_> {
    /// A wallet swaps its stablecoin for the native coin, or the other way.
    pub(super) fn swap(&mut self) {
        let person = self.person();
        let stable = stablecoin(self.scope.seed, person);
        let (sold, bought) = if self.random.chance(500) { (stable, Coin::ETH) } else { (Coin::ETH, stable) };
        let units = self.amount(sold).max(sold.bought_for(1_000_000));
        self.exchange_coins(person, sold, units, bought);
    }

    /// Swaps in one transaction, and returns how much is bought: a hundredth less or more than the price, and less the
    /// pool's 0.3 %. The native coin goes through the router, a token straight into the pool.
    pub(crate) fn exchange_coins(&mut self, who: Party, sold: Coin, units: u64, bought: Coin) -> u64 {
        let pool = self.pool_of(sold, bought);
        let router = Party::new(Kind::Router, who.fate(self.scope.seed, 5) % 2);
        let dollars = sold.worth(units);
        let fair = bought.bought_for(dollars);
        let back = fair / 10_000 * self.random.between(9_870, 10_070);
        let back = back.max(1);
        self.fund(who, sold, units, SWAP_GAS);
        self.fund(pool, bought, back, 0);
        let mut moves: Vec<Transfer> = Vec::with_capacity(4);
        if sold.is_native() {
            moves.push(transfer(who, router, sold, units));
            moves.push(transfer(router, pool, sold, units));
        } else {
            moves.push(transfer(who, pool, sold, units));
        }
        if bought.is_native() {
            moves.push(transfer(pool, router, bought, back));
            moves.push(transfer(router, who, bought, back));
        } else {
            moves.push(transfer(pool, who, bought, back));
        }
        let transaction = self.transact(Some(who), SWAP_GAS, &moves);
        self.links.push(Link::Swap {
            transaction,
            account: who,
            sold,
            sold_units: units,
            bought,
            bought_units: back,
        });
        back
    }

    /// A wallet sends a stablecoin over the bridge, mostly to itself.
    pub(super) fn cross(&mut self) {
        let person = self.person();
        let home = stablecoin(self.scope.seed, person);
        let Some(far) = home.across() else { return };
        let back = self.random.chance(400) && self.spendable(person, far) > far.whole(20);
        let left = if back { far } else { home };
        let units = if back { self.spendable(person, far) / 2 } else { self.amount(left).max(left.whole(5)) };
        let to = if self.random.chance(985) { person } else { self.person() };
        self.depart(person, to, left, units, None);
    }

    /// The first leg of a crossing: what is at home on Ethereum is locked there, what is minted elsewhere is burned.
    pub(crate) fn depart(
        &mut self,
        from: Party,
        to: Party,
        left: Coin,
        units: u64,
        lots: Option<(usize, usize)>,
    ) -> u64 {
        let bridge = Party::new(Kind::Bridge, 0);
        self.fund(from, left, units, BRIDGE_GAS);
        let into = if left.chain() == Chain::Ethereum { bridge } else { Party::ZERO };
        let departure = self.transact(Some(from), BRIDGE_GAS, &[transfer(from, into, left, units)]);
        let ticks = self.random.of_quantiles(&CROSSINGS);
        self.schedule(ticks, Event::Arrive(Crossing { from, to, left, units, departure, lots }));
        departure
    }

    /// The second leg: minted or released, less a fee of some thousandths.
    pub(super) fn arrive(&mut self, crossing: Crossing) {
        let Crossing { from, to, left, units, departure, lots } = crossing;
        let coin = left.across().expect("only such coins cross");
        let paid = units - units * self.random.between(0, 8) / 1000;
        let operator = Party::new(Kind::Relayer, 1 << 20);
        let native = coin.chain().native();
        self.fund(operator, native, 0, BRIDGE_GAS);
        let out_of = if coin.chain() == Chain::Ethereum { Party::new(Kind::Bridge, 0) } else { Party::ZERO };
        if out_of != Party::ZERO {
            self.fund(out_of, coin, paid, 0);
        }
        let arrival = self.transact(Some(operator), BRIDGE_GAS, &[transfer(out_of, to, coin, paid)]);
        self.links.push(Link::Bridge {
            departure,
            from,
            left,
            left_units: units,
            arrival: Some(arrival),
            to,
            arrived: coin,
            arrived_units: paid,
        });
        self.lot_crossed(lots, units, paid);
    }

    /// A wallet puts a note into a mixer; it comes out much later at a fresh wallet.
    pub(super) fn mix(&mut self) {
        let person = self.person();
        let note = self.random.pick(&[1, 1, 1, 10, 10, 100]);
        let recipient = if self.random.chance(15) { person } else { self.person() };
        // Whoever has more than a note's worth puts in several, and takes them out at one place.
        let ticks = self.random.of_quantiles(&NOTE_STAYS);
        for _ in 0..=self.random.skewed(9, 2) {
            let apart = self.random.between(1, 600);
            self.put_note(person, note, recipient, ticks + apart, None);
        }
    }

    /// Puts a note into the mixer of its denomination.
    pub(crate) fn put_note(
        &mut self,
        from: Party,
        note: u64,
        to: Party,
        ticks: u64,
        lots: Option<(usize, usize)>,
    ) -> u64 {
        let pool = Party::new(Kind::Mixer, note);
        let units = Coin::ETH.whole(note);
        self.fund(from, Coin::ETH, units, MIX_GAS);
        let deposit = self.transact(Some(from), MIX_GAS, &[transfer(from, pool, Coin::ETH, units)]);
        self.schedule(ticks, Event::Unmix(Note { pool, depositor: from, deposit, recipient: to, lots }));
        deposit
    }

    /// What a note's deposit costs beside the note.
    pub(crate) fn note_fee(&self) -> u64 {
        self.fee(Chain::Ethereum, MIX_GAS)
    }

    /// A relayer takes a note out, for a fee.
    pub(super) fn unmix(&mut self, note: Note) {
        let Note { pool, depositor, deposit, recipient, lots } = note;
        let relayer = self.business(Kind::Relayer);
        let units = Coin::ETH.whole(pool.number());
        // Some take out their notes themselves. A thief's fresh account has no gas for that.
        let alone = lots.is_none() && self.random.chance(240);
        let share = units / 10_000 * self.random.of_quantiles(&RELAYER_SHARES);
        let fee = if alone { 0 } else { share.max(self.fee(Chain::Ethereum, UNMIX_GAS) * 2) };
        let relayer = if alone { recipient } else { relayer };
        self.fund(relayer, Coin::ETH, 0, UNMIX_GAS);
        let moves =
            [transfer(pool, recipient, Coin::ETH, units - fee), transfer(pool, relayer, Coin::ETH, fee)];
        let moves = if alone { &moves[..1] } else { &moves[..] };
        let withdrawal = self.transact(Some(relayer), UNMIX_GAS, moves);
        self.links.push(Link::Mix {
            pool,
            deposit,
            depositor,
            withdrawal: Some((withdrawal, recipient, relayer)),
        });
        self.lot_unmixed(lots, pool, units, units - fee);
    }

    /// The gas of a swap costs so much.
    pub(crate) fn swap_fee(&self) -> u64 {
        self.fee(Chain::Ethereum, SWAP_GAS)
    }

    /// The gas of a bridge's first leg costs so much.
    pub(crate) fn bridge_fee(&self, chain: Chain) -> u64 {
        self.fee(chain, BRIDGE_GAS)
    }

    /// The world ends: what is under way stays so.
    pub(crate) fn close(&mut self, open: Vec<Event>) {
        let mut ends: Vec<Link> = open
            .into_iter()
            .filter_map(|event| match event {
                Event::Unmix(Note { pool, depositor, deposit, .. }) => {
                    Some(Link::Mix { pool, deposit, depositor, withdrawal: None })
                }
                Event::Arrive(Crossing { from, to, left, units, departure, .. }) => Some(Link::Bridge {
                    departure,
                    from,
                    left,
                    left_units: units,
                    arrival: None,
                    to,
                    arrived: left.across().expect("only such coins cross"),
                    arrived_units: 0,
                }),
                _ => None,
            })
            .collect();
        ends.sort_unstable_by_key(Link::first);
        self.links.extend(ends);
    }
}

impl World<'_> {
    /// The pool of two coins.
    pub(crate) fn pool_of(&self, one: Coin, other: Coin) -> Party {
        Party::new(Kind::Pool, one.max(other).number() * 16 + one.min(other).number())
    }

    /// The gas of a simple payment costs so much.
    pub(crate) fn payment_fee(&self, coin: Coin) -> u64 {
        self.fee(coin.chain(), gas_of(coin))
    }
}
