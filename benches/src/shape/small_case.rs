//! A small case in a large ledger: a theft that went through some tens of accounts of its own and has not been
//! spent further. Reach along an index should cost what it finds, not what the ledger holds.

use super::{chain, power_law};
use crate::input::{Input, SeedAt, Thief};
use crate::row::InputRow;

/// Transfers of the case: what the thief has, then 30 hops of two.
const CASE: usize = 61;

/// Spreads a short peel chain evenly over a power-law ledger. No account is in both.
pub(super) fn build(transfers: usize) -> Input {
    let ledger = power_law::build(transfers - CASE);
    let (case, thief) = (chain::build(CASE), ledger.accounts);
    let renumbered =
        |row: InputRow| InputRow { from: row.from.map(|account| thief + account), to: thief + row.to, ..row };
    let mut case_rows = case.rows.into_iter().map(renumbered);
    let mut rows = Vec::with_capacity(transfers);
    // As many pieces as the case has rows, or more.
    for piece in ledger.rows.chunks(ledger.rows.len() / CASE) {
        rows.extend(case_rows.next());
        rows.extend_from_slice(piece);
    }
    let thieves = vec![Thief::new("CASE", vec![SeedAt::Account(thief)])];
    Input::new(ledger.accounts + case.accounts, rows, thieves)
}
