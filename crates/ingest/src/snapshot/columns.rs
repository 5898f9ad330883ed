//! Which column of a ledger is which array of a snapshot: one list for writing and for reading.

use super::item::Item;
use dyetrace_core::amount::AmountColumn;
use dyetrace_core::column::Column;
use dyetrace_core::ledger::Parts;

/// Does something with one column after the other.
pub(super) trait Visitor {
    /// What may go wrong.
    type Error;
    /// Comes to a column.
    fn column<T: Item>(&mut self, name: &str, column: &mut Column<T>) -> Result<(), Self::Error>;
}

/// The column that a stream writes while it reads, and others after that, by name.
pub(super) mod name {
    pub(in super::super) const FROM: &str = "transfers/from.npy";
    pub(in super::super) const TO: &str = "transfers/to.npy";
    pub(in super::super) const VALUE: &str = "transfers/value.npy";
    pub(in super::super) const TRANSACTION: &str = "transfers/transaction.npy";
    pub(in super::super) const EVENT_INDEX: &str = "transfers/event_index.npy";
    pub(in super::super) const FLAGS: &str = "transfers/flags.npy";
    pub(in super::super) const HASH: &str = "transactions/hash.npy";
}

/// Goes to every column. Columns that are empty have an array, too, so that a missing one is seen.
pub(super) fn visit<V: Visitor>(parts: &mut Parts, visitor: &mut V) -> Result<(), V::Error> {
    let Parts { accounts, purses, columns, transactions, fees, covered, origin, .. } = parts;
    visitor.column(name::FROM, &mut columns.from)?;
    visitor.column(name::TO, &mut columns.to)?;
    amounts(visitor, name::VALUE, &mut columns.value)?;
    visitor.column(name::TRANSACTION, &mut columns.transaction)?;
    visitor.column(name::EVENT_INDEX, &mut columns.event.narrow)?;
    visitor.column("transfers/event_index_wide_row.npy", &mut columns.event.wide_rows)?;
    visitor.column("transfers/event_index_wide.npy", &mut columns.event.wide)?;
    visitor.column(name::FLAGS, &mut columns.flags)?;
    visitor.column("blocks/start.npy", &mut columns.blocks.starts)?;
    visitor.column("blocks/number.npy", &mut columns.blocks.block)?;
    visitor.column("blocks/time.npy", &mut columns.blocks.time)?;
    visitor.column(name::HASH, &mut transactions.hash)?;
    visitor.column("transactions/form.npy", &mut transactions.form)?;
    visitor.column("transactions/text.npy", &mut transactions.text)?;
    visitor.column("transactions/index.npy", &mut transactions.index)?;
    visitor.column("accounts/chain.npy", &mut accounts.chains)?;
    visitor.column("accounts/address.npy", &mut accounts.keys)?;
    visitor.column("accounts/text.npy", &mut accounts.text)?;
    visitor.column("accounts/sorted.npy", &mut accounts.sorted)?;
    visitor.column("accounts/covered.npy", covered)?;
    visitor.column("purses/account.npy", &mut purses.account)?;
    visitor.column("purses/asset.npy", &mut purses.asset)?;
    visitor.column("purses/void.npy", &mut purses.void)?;
    visitor.column("purses/by_account.npy", &mut purses.by_account)?;
    visitor.column("fees/place.npy", &mut fees.place)?;
    visitor.column("fees/payer.npy", &mut fees.payer)?;
    amounts(visitor, "fees/amount.npy", &mut fees.amount)?;
    visitor.column("origin/row.npy", &mut origin.lines.starts)?;
    visitor.column("origin/source.npy", &mut origin.lines.source)?;
    visitor.column("origin/line.npy", &mut origin.lines.line)?;
    visitor.column("origin/input.npy", &mut origin.input)?;
    visitor.column("origin/index_row.npy", &mut origin.index_rows)?;
    visitor.column("origin/index.npy", &mut origin.index)?;
    visitor.column("origin/unpaid.npy", &mut origin.unpaid)?;
    amounts(visitor, "origin/unpaid_fee.npy", &mut origin.unpaid_fee)
}

fn amounts<V: Visitor>(visitor: &mut V, name: &str, column: &mut AmountColumn) -> Result<(), V::Error> {
    let beside = |part: &str| name.replace(".npy", part);
    visitor.column(name, &mut column.narrow)?;
    visitor.column(&beside("_wide_row.npy"), &mut column.wide_rows)?;
    visitor.column(&beside("_wide.npy"), &mut column.wide)
}
