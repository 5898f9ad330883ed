//! The legs of one transaction, read from a ledger, and settled.

use super::net::{Both, NARROW_ROWS, NARROW_UNITS, Narrow, Net};
use super::settle::{Facts, Leg, Settled, Work};
use crate::account::AccountId;
use crate::ledger::{Ledger, PurseId};
use crate::links::wraps::Wraps;

/// What transactions are read from, and what is known beside them.
pub(crate) struct Reader<'a, F> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) wraps: &'a Wraps,
    pub(crate) facts: F,
}

/// Where one transaction after the other is settled: room that is used again.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    narrow: Work<Narrow>,
    wide: Work<Both>,
}

impl<F: Facts> Reader<'_, F> {
    /// Settles a transaction, given its transfers that move something, in position order. Adds what there is to say of it.
    pub(crate) fn settle(&self, rows: &[usize], desk: &mut Desk, settled: &mut Settled) {
        let narrow = &self.ledger.columns().value.narrow;
        if rows.len() <= NARROW_ROWS && rows.iter().all(|&row| narrow[row] < NARROW_UNITS) {
            self.settle_by(rows, &mut desk.narrow, settled);
        } else {
            self.settle_by(rows, &mut desk.wide, settled);
        }
    }

    fn settle_by<N: Net>(&self, rows: &[usize], work: &mut Work<N>, settled: &mut Settled) {
        let (columns, purses) = (self.ledger.columns(), self.ledger.purses());
        let account = |purse: PurseId| (!self.ledger.is_void(purse)).then(|| purses.account(purse));
        work.legs.clear();
        work.legs.extend(rows.iter().map(|&row| {
            let (from_purse, to_purse) = (columns.from[row], columns.to[row]);
            let (from, to, asset) = (account(from_purse), account(to_purse), purses.asset(to_purse));
            let units = N::units(&columns.value, row);
            Leg { place: row as u64, from, to, from_purse, to_purse, asset, units, is_added: false }
        }));
        self.add_missing(&mut work.legs);
        work.settle(&self.facts, settled);
    }

    /// Adds the tokens' legs of wraps, where the transaction shows none: as much as of the coin. Only to a purse that the
    /// ledger knows.
    fn add_missing<U: Copy>(&self, legs: &mut Vec<Leg<U>>) {
        for wrap in &self.wraps.wraps {
            let contract = Some(wrap.contract);
            let of_coin =
                |leg: &Leg<U>| leg.asset == wrap.coin && (leg.to == contract || leg.from == contract);
            if !legs.iter().any(of_coin) {
                continue;
            }
            let of_token = |leg: &&Leg<U>| leg.asset == wrap.token;
            let shows_mint = legs.iter().filter(of_token).any(|it| it.from.is_none() || it.from == contract);
            let shows_burn = legs.iter().filter(of_token).any(|it| it.to.is_none() || it.to == contract);
            let purse = |account: Option<AccountId>| self.ledger.purses().find(account?, wrap.token);
            let contracts = self.ledger.purses().find(wrap.contract, wrap.token).unwrap_or(PurseId::NONE);
            for number in 0..legs.len() {
                let leg = legs[number];
                if leg.asset != wrap.coin {
                    continue;
                }
                let back = Leg { asset: wrap.token, is_added: true, ..leg };
                if leg.to == contract
                    && !shows_mint
                    && let Some(to_purse) = purse(leg.from)
                {
                    let (from, to) = (contract, leg.from);
                    legs.push(Leg { from, to, from_purse: contracts, to_purse, ..back });
                }
                if leg.from == contract
                    && !shows_burn
                    && let Some(from_purse) = purse(leg.to)
                {
                    let (from, to) = (leg.to, contract);
                    legs.push(Leg { from, to, from_purse, to_purse: contracts, ..back });
                }
            }
        }
    }
}
