//! What nobody asked for: airdrops, dust, transfers of nothing, look-alikes.

use crate::coin::Coin;
use crate::party::{Kind, Party};
use crate::world::{World, gas_of, stablecoin, transfer};

/// The gas of one receiver of an airdrop.
const DROP_GAS: u64 = 30_000;

impl World<'_> {
    /// One act of noise.
    pub(super) fn noise(&mut self) {
        match self.random.below(20) {
            0 => self.airdrop(),
            1..7 => self.dust(),
            7..13 => self.nothing(),
            _ => self.poison(),
        }
    }

    /// A worthless token for many, minted in their wallets.
    fn airdrop(&mut self) {
        let spammer = self.business(Kind::Spammer);
        let count = self.random.between(10, 120);
        let mut moves = Vec::new();
        for _ in 0..count {
            let person = self.person();
            moves.push(transfer(Party::ZERO, person, Coin::SPAM, Coin::SPAM.whole(1000)));
        }
        let gas = DROP_GAS * count;
        self.fund(spammer, Coin::ETH, 0, gas);
        self.transact(Some(spammer), gas, &moves);
    }

    /// A tiny amount.
    fn dust(&mut self) {
        let spammer = self.business(Kind::Spammer);
        let person = self.person();
        let (coin, units) = if self.random.chance(500) && !self.scope.tokens_only {
            (Coin::ETH, self.random.between(1, 50))
        } else {
            (stablecoin(self.scope.seed, spammer), self.random.between(1, 2000))
        };
        self.fund(spammer, coin, units, gas_of(coin));
        self.send(spammer, person, coin, units);
    }

    /// A transfer of nothing "from" a wallet that has no part in it, to a look-alike of one it deals with.
    fn nothing(&mut self) {
        let spammer = self.business(Kind::Spammer);
        let person = self.person();
        let fake = self.contact_of(person).as_kind(Kind::Lookalike);
        let coin = stablecoin(self.scope.seed, person);
        self.fund(spammer, Coin::ETH, 0, gas_of(coin));
        self.transact(Some(spammer), gas_of(coin), &[transfer(person, fake, coin, 0)]);
    }

    /// A tiny amount from a look-alike of a wallet that the victim deals with.
    fn poison(&mut self) {
        let spammer = self.business(Kind::Spammer);
        let person = self.person();
        let fake = self.contact_of(person).as_kind(Kind::Lookalike);
        let coin = stablecoin(self.scope.seed, person);
        let units = self.random.between(1, 500);
        let fee = self.payment_fee(coin);
        self.fund(spammer, coin, units, gas_of(coin) * 3);
        self.fund(spammer, Coin::ETH, fee, gas_of(coin) * 3);
        self.send(spammer, fake, Coin::ETH, fee);
        self.send(spammer, fake, coin, units);
        self.send(fake, person, coin, units);
    }
}
