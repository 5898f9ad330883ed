//! Where money comes from: whoever lacks some gets it from somebody who has, down to those who make it.

use super::{World, gas_of, transfer};
use crate::chain::Transfer;
use crate::coin::{Chain, Coin};
use crate::party::{Kind, Party};

impl World<'_> {
    /// Sees to it that a party may spend so many units, and what it pays for `gas` beside. Wallets and businesses
    /// withdraw from their exchange, exchanges go to their cold wallet, and that one is paid in what is made anew.
    pub(crate) fn fund(&mut self, party: Party, coin: Coin, units: u64, gas: u64) {
        let native = coin.chain().native();
        let fee = self.fee(coin.chain(), gas);
        if coin == native {
            self.supply(party, native, units + fee);
        } else {
            self.supply(party, coin, units);
            // A wallet takes gas for more than one transaction.
            if self.spendable(party, native) < fee {
                self.supply(party, native, fee * 12);
            }
        }
    }

    fn supply(&mut self, party: Party, coin: Coin, needed: u64) {
        let had = self.spendable(party, coin);
        if had >= needed {
            return;
        }
        let short = needed - had;
        match party.kind() {
            Kind::Cold => self.make(party, coin, short * 20 + coin.bought_for(50_000_000_000_000)),
            Kind::Issuer => self.make(party, coin, short * 100),
            Kind::Hot => {
                let cold = party.as_kind(Kind::Cold);
                let units = short * 4 + coin.bought_for(400_000_000_000);
                self.fund(cold, coin, units, gas_of(coin));
                self.send(cold, party, coin, units);
            }
            Kind::Pool => {
                let maker = Party::new(Kind::Maker, party.number() % 4);
                self.fund(maker, coin, short * 4, gas_of(coin));
                self.send(maker, party, coin, short * 4);
            }
            Kind::Person => {
                // People buy more than they need at once, often a round sum.
                let more = short + self.random.skewed(short * 3, 2);
                let more = self.random.rounded(more);
                self.withdraw(party, coin, more.max(short));
            }
            _ => {
                let more = short * self.random.between(2, 8);
                self.withdraw(party, coin, more);
            }
        }
    }

    /// Pays a withdrawal from the exchange of a party.
    pub(crate) fn withdraw(&mut self, party: Party, coin: Coin, units: u64) {
        let hot = Party::new(Kind::Hot, self.exchange_of(party));
        self.fund(hot, coin, units, gas_of(coin));
        self.send(hot, party, coin, units);
    }

    /// Makes new coins: a reward, or a mint by the token's issuer.
    fn make(&mut self, party: Party, coin: Coin, units: u64) {
        if coin.is_native() {
            self.transact(None, 0, &[Transfer { from: None, to: party, coin, units }]);
        } else {
            let issuer = Party::new(Kind::Issuer, 0);
            let chain = coin.chain();
            let fee = self.fee(chain, gas_of(coin));
            if self.spendable(issuer, chain.native()) < fee {
                self.make(issuer, chain.native(), fee * 1000);
            }
            self.transact(Some(issuer), gas_of(coin), &[transfer(Party::ZERO, party, coin, units)]);
        }
    }

    /// The native coin that a party would have left for a payment of all of it.
    pub(crate) fn all_but_fee(&self, party: Party, chain: Chain) -> u64 {
        let fee = self.fee(chain, gas_of(chain.native()));
        self.spendable(party, chain.native()).saturating_sub(fee)
    }
}
