//! What a thief does on the way: waits, splits, peels, swaps, mixes, crosses bridges.

use super::Lot;
use super::steps::Act;
use crate::coin::Coin;
use crate::economy::Event;
use crate::party::{Kind, Party};
use crate::truth::{Place, Role, Spot, Through};
use crate::world::{HOUR, World, minutes};

impl World<'_> {
    /// Does the next step of a lot, or as much of it as is done at once.
    pub(crate) fn go_on(&mut self, lot: usize) {
        let Some(step) = self.thefts.lots[lot].step else { return };
        let node = self.thefts.node(step);
        match node.act {
            Act::Wait { hours } => {
                let ticks = self.random.within(hours) * HOUR + self.random.below(HOUR);
                self.advance(lot, node.next, ticks);
            }
            Act::Branch { thousandths, side } => {
                let to = if self.random.chance(thousandths) { side } else { node.next };
                self.advance(lot, to, 1);
            }
            Act::FanOut { ways, minutes } => self.fan_out(lot, node.next, ways, minutes),
            Act::Peel { hops, thousandths, minutes } => {
                self.peel(lot, node.next, hops, thousandths, minutes);
            }
            Act::Swap { to, dollars, minutes } => self.swap_lot(lot, node.next, to, dollars, minutes),
            Act::Mix { note, minutes, hours, burst } => {
                self.mix_lot(lot, node.next, note, minutes, hours, burst);
            }
            Act::Bridge { dollars, minutes } => self.cross_lot(lot, node.next, dollars, minutes),
            Act::Mule { fee, hours } => self.mule(lot, node.next, fee, hours),
            Act::Desk { to, minutes } => self.sell_to_desk(lot, node.next, to, minutes),
            Act::CashOut { dollars, minutes, deposits, recruited } => {
                self.cash_out(lot, dollars, minutes, deposits, recruited);
            }
        }
    }

    /// Lets a lot go on with a step after so many ticks.
    pub(super) fn advance(&mut self, lot: usize, step: Option<usize>, ticks: u64) {
        let it = &mut self.thefts.lots[lot];
        (it.step, it.progress, it.goal) = (step, 0, None);
        if step.is_some() {
            self.schedule(ticks, Event::Lot(lot));
        }
    }

    /// Lets a lot go on with the step that it is at.
    pub(super) fn again(&mut self, lot: usize, pause: [u64; 2]) {
        let ticks = minutes(self.random.within(pause)) + self.random.below(5);
        self.schedule(ticks, Event::Lot(lot));
    }

    /// Sees to the gas of a lot's next transaction: clean money of its holder pays it, else the lot, where it is of the
    /// native coin, else the holder buys some.
    pub(super) fn pay_gas(&mut self, lot: usize, fee: u64) {
        let Lot { at, coin, units, .. } = self.thefts.lots[lot];
        let native = coin.chain().native();
        let clean = self.spendable(at, native);
        if clean >= fee {
            return;
        }
        if coin == native {
            let short = (fee - clean).min(units);
            self.thefts.shrink(lot, short);
            self.thefts.rest(lot, Party::ZERO, Place::Fees, short);
        } else {
            self.fund(at, native, fee, 0);
        }
    }

    /// Whether a lot can pay for a transaction and has something left.
    pub(super) fn can_move(&self, lot: usize, fee: u64) -> bool {
        let Lot { at, coin, units, .. } = self.thefts.lots[lot];
        let native = coin.chain().native();
        units > 0 && (coin != native || units + self.spendable(at, native) > fee * 2)
    }

    /// Sends up to so many units of a lot. Returns how many.
    pub(super) fn send_of(&mut self, lot: usize, to: Party, units: u64) -> u64 {
        let Lot { at, coin, .. } = self.thefts.lots[lot];
        self.pay_gas(lot, self.payment_fee(coin));
        let units = units.min(self.thefts.lots[lot].units);
        self.thefts.shrink(lot, units);
        self.send(at, to, coin, units);
        units
    }

    /// Sends up to so many units of a lot to a fresh account, as a lot of its own.
    fn split(&mut self, lot: usize, units: u64, step: Option<usize>) -> usize {
        let Lot { theft, coin, through, .. } = self.thefts.lots[lot];
        let account = self.thefts.account();
        let sent = self.send_of(lot, account, units);
        self.thefts.lot(theft, account, coin, sent, step, through)
    }

    fn fan_out(&mut self, lot: usize, next: Option<usize>, ways: u64, pause: [u64; 2]) {
        let Lot { coin, units, progress, .. } = self.thefts.lots[lot];
        if !self.can_move(lot, self.payment_fee(coin)) {
            return;
        }
        let left = ways - progress;
        let part = if left == 1 {
            units
        } else {
            (units / left / 1000 * self.random.between(700, 1300)).clamp(1, units)
        };
        let child = self.split(lot, part, next);
        self.again(child, [2, 40]);
        self.thefts.lots[lot].progress += 1;
        if left > 1 {
            self.again(lot, pause);
        }
    }

    fn peel(&mut self, lot: usize, next: Option<usize>, hops: u64, thousandths: [u64; 2], pause: [u64; 2]) {
        let Lot { coin, units, progress, step, .. } = self.thefts.lots[lot];
        if progress == hops || !self.can_move(lot, 2 * self.payment_fee(coin)) {
            self.advance(lot, next, 1);
            return;
        }
        let part = (units / 1000 * self.random.within(thousandths)).max(1);
        let peeled = self.split(lot, part, next);
        self.again(peeled, [1, 60]);
        let rest = self.split(lot, u64::MAX, step);
        self.thefts.lots[rest].progress = progress + 1;
        self.again(rest, pause);
    }

    fn swap_lot(&mut self, lot: usize, next: Option<usize>, to: Coin, dollars: [u64; 2], pause: [u64; 2]) {
        let Lot { theft, at, coin, through, becomes, .. } = self.thefts.lots[lot];
        if coin == to || coin.chain() != to.chain() {
            self.advance(lot, next, 1);
            return;
        }
        let fee = self.swap_fee();
        if self.can_move(lot, fee) {
            self.pay_gas(lot, fee);
            let units = self.thefts.lots[lot].units;
            let piece = coin.bought_for(self.random.within(dollars) * 1_000_000);
            // No small rest.
            let piece = if piece * 5 / 4 >= units { units } else { piece };
            self.thefts.shrink(lot, piece);
            self.thefts.stop(lot, self.pool_of(coin, to), Place::Pool, piece);
            self.thefts.touch(theft, self.pool_of(coin, to), Role::Service);
            let back = self.exchange_coins(at, coin, piece, to);
            self.thefts.converted(theft, (coin, piece), (to, back));
            match becomes {
                Some(proceeds) => self.thefts.grow(proceeds, back),
                None => {
                    let through = through.and(Through::SWAP);
                    let proceeds = self.thefts.lot(theft, at, to, back, next, through);
                    self.thefts.lots[lot].becomes = Some(proceeds);
                }
            }
            if self.can_move(lot, fee) {
                self.again(lot, pause);
                return;
            }
        }
        if let Some(proceeds) = self.thefts.lots[lot].becomes {
            self.again(proceeds, [5, 60]);
        }
    }

    fn mix_lot(
        &mut self,
        lot: usize,
        next: Option<usize>,
        note: u64,
        pause: [u64; 2],
        hours: [u64; 2],
        burst: [u64; 2],
    ) {
        let Lot { theft, at, coin, through, .. } = self.thefts.lots[lot];
        let (fee, units) = (self.note_fee(), Coin::ETH.whole(note));
        if coin == Coin::ETH {
            self.pay_gas(lot, fee);
        }
        if coin != Coin::ETH || self.thefts.lots[lot].units < units {
            return;
        }
        let (recipient, left, out) = match (self.thefts.lots[lot].goal, self.thefts.lots[lot].becomes) {
            (Some(goal), Some(_)) if goal.1 > 0 => goal,
            _ => {
                let recipient = self.thefts.account();
                let exit = self.thefts.lot(theft, recipient, coin, 0, next, through.and(Through::MIXER));
                self.thefts.lots[lot].becomes = Some(exit);
                let out = self.tick + self.random.within(hours) * HOUR + self.random.below(HOUR);
                (recipient, self.random.within(burst), out)
            }
        };
        let exit = self.thefts.lots[lot].becomes.expect("it was just made");
        self.thefts.shrink(lot, units);
        let pool = Party::new(Kind::Mixer, note);
        self.thefts.rest(lot, pool, Place::Mixer, units);
        self.thefts.touch(theft, pool, Role::Service);
        let ticks = out.saturating_sub(self.tick) + self.random.between(1, 40);
        self.put_note(at, note, recipient, ticks, Some((exit, lot)));
        self.thefts.lots[exit].awaited += 1;
        self.thefts.lots[lot].goal = Some((recipient, left - 1, out));
        let more = self.thefts.lots[lot].units >= units + fee;
        self.thefts.lots[exit].closed = left == 1 || !more;
        if more {
            self.again(lot, pause);
        }
    }

    /// A note of a thief came out of a mixer.
    pub(crate) fn lot_unmixed(&mut self, lots: Option<(usize, usize)>, pool: Party, units: u64, paid: u64) {
        let Some((exit, entry)) = lots else { return };
        let Lot { theft, coin, through, .. } = self.thefts.lots[entry];
        self.thefts.unrest(theft, Spot { party: pool, coin, place: Place::Mixer, through }, units);
        self.thefts.grow(exit, units);
        self.thefts.shrink(exit, units - paid);
        self.thefts.rest(exit, Party::ZERO, Place::Paid, units - paid);
        self.part_came(exit);
    }

    fn cross_lot(&mut self, lot: usize, next: Option<usize>, dollars: [u64; 2], pause: [u64; 2]) {
        let Lot { theft, at, coin, through, becomes, .. } = self.thefts.lots[lot];
        let Some(far) = coin.across() else { return };
        let fee = self.bridge_fee(coin.chain());
        if !self.can_move(lot, fee) {
            return;
        }
        self.pay_gas(lot, fee);
        let units = self.thefts.lots[lot].units;
        let piece = coin.bought_for(self.random.within(dollars) * 1_000_000);
        let piece = if piece * 5 / 4 >= units { units } else { piece };
        let arriving =
            becomes.unwrap_or_else(|| self.thefts.lot(theft, at, far, 0, next, through.and(Through::BRIDGE)));
        self.thefts.lots[lot].becomes = Some(arriving);
        self.thefts.lots[arriving].awaited += 1;
        self.thefts.shrink(lot, piece);
        let bridge = Party::new(Kind::Bridge, 0);
        self.thefts.rest(lot, bridge, Place::Bridge, piece);
        self.thefts.touch(theft, bridge, Role::Service);
        self.depart(at, at, coin, piece, Some((arriving, lot)));
        if piece < units {
            self.again(lot, pause);
        } else {
            self.thefts.lots[arriving].closed = true;
        }
    }

    /// Money of a thief arrived over a bridge.
    pub(crate) fn lot_crossed(&mut self, lots: Option<(usize, usize)>, units: u64, paid: u64) {
        let Some((arriving, left)) = lots else { return };
        let Lot { theft, coin, through, .. } = self.thefts.lots[left];
        let party = Party::new(Kind::Bridge, 0);
        self.thefts.unrest(theft, Spot { party, coin, place: Place::Bridge, through }, units);
        self.thefts.converted(theft, (coin, units), (self.thefts.lots[arriving].coin, paid));
        self.thefts.grow(arriving, paid);
        self.part_came(arriving);
    }

    /// One of the parts came that a lot waits for.
    fn part_came(&mut self, lot: usize) {
        let it = &mut self.thefts.lots[lot];
        it.awaited -= 1;
        if it.awaited == 0 && it.closed {
            self.again(lot, [10, 300]);
        }
    }
}
