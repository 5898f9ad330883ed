//! The written tables: one file each, with its columns and order of rows in the file's head.
//!
//! All are CSV with `,`, LF and a head. Amounts are whole base units, times ISO 8601 in UTC (nothing
//! where no time is known), assets `chain:native` or `chain:0x…`. Columns of rules bear the rule's name, the run's own
//! first; all units come before all claims.

pub(crate) mod conservation;
pub(crate) mod decisions;
pub(crate) mod dollars;
pub(crate) mod flows;
pub(crate) mod freezable;
pub(crate) mod holdings;
pub(crate) mod leads;
pub(crate) mod links;
pub(crate) mod lists;
pub(crate) mod next;
pub(crate) mod postings;
pub(crate) mod routes;

use crate::cell::{Table, iso};
use crate::report::Report;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::trace::{ShareColumns, Trace};
use dyetrace_core::{AddressKind, AssetId, ChainId, Ledger, PurseId};
use std::io::Write;

/// The names of the rule columns: units of every rule, then claims of every rule.
pub(crate) fn rule_columns(trace: &Trace) -> impl Iterator<Item = String> + '_ {
    let units = trace.rules.iter().map(|rule| rule.as_str().to_owned());
    units.chain(trace.rules.iter().map(|rule| format!("claim_{rule}")))
}

/// Joins fixed columns with further ones.
pub(crate) fn columns(parts: &[&[&str]], rules: &Trace, last: &[&str]) -> Vec<String> {
    let fixed = parts.iter().flat_map(|part| part.iter().map(|&name| name.to_owned()));
    fixed.chain(rule_columns(rules)).chain(last.iter().map(|&name| name.to_owned())).collect()
}

/// Cells that many tables share.
impl<W: Write> Table<W> {
    /// Adds the rule columns of a row; poison has no claim.
    pub(crate) fn shares(&mut self, trace: &Trace, shares: &ShareColumns, row: usize, leaves: bool) {
        for rule in 0..trace.rules.len() {
            self.signed(shares.get(row, rule).units, leaves);
        }
        for (rule, name) in trace.rules.iter().enumerate() {
            if name.is_exact() {
                self.signed(shares.get(row, rule).claim, leaves);
            } else {
                self.empty();
            }
        }
    }

    /// Adds an asset's name.
    pub(crate) fn asset(&mut self, report: &Report<'_>, asset: AssetId) {
        self.text(&report.asset_names[asset.index()]);
    }

    /// Adds the address of a purse; an empty cell for no purse.
    pub(crate) fn holder(&mut self, ledger: &Ledger, purse: PurseId) {
        if purse == PurseId::NONE {
            self.empty();
        } else {
            self.address(&ledger.purse_address(purse));
        }
    }

    /// Adds the block time of a transfer, where known.
    pub(crate) fn time(&mut self, ledger: &Ledger, place: usize) {
        match ledger.columns().time(place) {
            Some(seconds) => self.text(&iso(seconds)),
            None => self.empty(),
        }
    }

    /// Adds the hash of a transaction, as its chain writes it.
    pub(crate) fn hash(&mut self, ledger: &Ledger, chain: ChainId, transaction: u32) {
        match ledger.transactions().hash(transaction) {
            Some(TxHash::Bytes(raw)) => {
                let evm = AddressKind::of_chain(ledger.chain_name(chain)) == AddressKind::Evm;
                self.hex(if evm { "0x" } else { "" }, &raw);
            }
            Some(TxHash::Text(text)) => self.text(&text),
            None => self.empty(),
        }
    }
}

/// The chain of a transfer.
pub(crate) fn chain_of(ledger: &Ledger, place: usize) -> ChainId {
    ledger.accounts().chain(ledger.purses().account(ledger.columns().to[place]))
}

/// A place as an index.
pub(crate) fn at(place: u64) -> usize {
    usize::try_from(place).expect("rows are in memory")
}
