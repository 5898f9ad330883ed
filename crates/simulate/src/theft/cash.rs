//! How a thief's money leaves his hands: mules, desks, exchanges.

use super::Lot;
use crate::coin::Coin;
use crate::economy::Event;
use crate::party::{Kind, Party};
use crate::truth::{Place, Role, Through};
use crate::world::{HOUR, World, gas_of, minutes};

impl World<'_> {
    /// Somebody else's wallet passes the money on. He keeps it apart in his mind, not in his account, and spends of his
    /// own meanwhile.
    pub(super) fn mule(&mut self, lot: usize, next: Option<usize>, fee: u64, hours: [u64; 2]) {
        let Lot { theft, at, coin, progress, through, step, units, .. } = self.thefts.lots[lot];
        if !self.can_move(lot, self.payment_fee(coin)) {
            return;
        }
        if progress == 0 {
            let person = self.person();
            let sent = self.send_of(lot, person, units);
            let there = self.thefts.lot(theft, person, coin, sent, step, through);
            self.thefts.lots[there].progress = 1;
            let ticks = self.random.within(hours) * HOUR + self.random.below(HOUR);
            self.schedule(ticks, Event::Lot(there));
            return;
        }
        let kept = units / 1000 * fee;
        if kept > 0 {
            self.thefts.shrink(lot, kept);
            self.thefts.rest(lot, at, Place::Paid, kept);
            self.thefts.earned(at, coin);
        }
        let account = self.thefts.account();
        let sent = self.send_of(lot, account, units);
        let on = self.thefts.lot(theft, account, coin, sent, next, through);
        self.again(on, [5, 90]);
    }

    /// A desk buys the money, and pays in another coin some time later.
    pub(super) fn sell_to_desk(&mut self, lot: usize, next: Option<usize>, to: Coin, pause: [u64; 2]) {
        let Lot { theft, at, coin, progress, through, units, goal, .. } = self.thefts.lots[lot];
        if let (1, Some((desk, dollars, _))) = (progress, goal) {
            // The lot that the desk is to pay.
            let back = to.bought_for(dollars - dollars / 50);
            self.fund(desk, to, back, gas_of(to));
            self.send(desk, at, to, back);
            self.thefts.grow(lot, back);
            self.thefts.converted(theft, (to, 0), (to, back));
            self.advance(lot, next, minutes(10));
            return;
        }
        if coin == to || coin.chain() != to.chain() {
            self.advance(lot, next, 1);
            return;
        }
        if !self.can_move(lot, self.payment_fee(coin)) {
            return;
        }
        let desk = self.business(Kind::Desk);
        let sent = self.send_of(lot, desk, units);
        self.thefts.stop(lot, desk, Place::Desk, sent);
        self.thefts.touch(theft, desk, Role::Desk);
        self.thefts.earned(desk, coin);
        self.thefts.converted(theft, (coin, sent), (coin, 0));
        let account = self.thefts.account();
        let step = self.thefts.lots[lot].step;
        let paid = self.thefts.lot(theft, account, to, 0, step, through.and(Through::DESK));
        self.thefts.lots[paid].progress = 1;
        self.thefts.lots[paid].goal = Some((desk, coin.worth(sent), 0));
        self.again(paid, pause);
    }

    /// Deposits a piece at an exchange.
    pub(super) fn cash_out(
        &mut self,
        lot: usize,
        dollars: [u64; 2],
        pause: [u64; 2],
        deposits: [u64; 2],
        recruited: u64,
    ) {
        let Lot { coin, units, goal, .. } = self.thefts.lots[lot];
        // What is not worth the gas stays.
        if !self.can_move(lot, self.payment_fee(coin)) || coin.worth(units) < 5_000_000 {
            return;
        }
        let (account, left) = match goal {
            Some((account, left, _)) if left > 0 => (account, left),
            _ => {
                let account = if self.random.chance(recruited) {
                    self.person().as_kind(Kind::Deposit)
                } else {
                    self.thefts.identity()
                };
                (account, self.random.within(deposits))
            }
        };
        let piece = coin.bought_for(self.random.within(dollars) * 1_000_000);
        let piece = self.random.rounded(piece).max(1);
        let piece = if piece * 5 / 4 >= units { units } else { piece };
        self.pay_into(lot, account, piece);
        self.thefts.lots[lot].goal = Some((account, left - 1, 0));
        if self.thefts.lots[lot].units > 0 {
            self.again(lot, pause);
        }
    }

    fn pay_into(&mut self, lot: usize, account: Party, piece: u64) {
        let coin = self.thefts.lots[lot].coin;
        let sent = self.send_of(lot, account, piece);
        self.thefts.rest(lot, account, Place::Deposit, sent);
        self.thefts.deposited(lot, account);
        self.expect_sweep(account, coin);
    }
}
