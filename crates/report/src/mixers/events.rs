//! `mixer_events.csv`: a row a note or exit. `shieldings.csv`: a row an amount in or out of a shielding contract.
//! `mixer_unfit.csv`: a row a transfer of a mixer that fits no rule. All in the order of pool, then of time.

use super::MixerReport;
use crate::cell::Table;
use crate::sheet::{Sheet, Target};
use crate::table::at;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::{AddressKind, Ledger, PurseId};
use std::io;

pub(super) fn write(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let columns = [
        "chain",
        "pool",
        "event",
        "block_number",
        "block_timestamp",
        "time_is_near",
        "transaction_hash",
        "number",
        "address",
        "relayer",
        "fee",
        "basis",
    ];
    let mut table = Table::new(to, columns)?;
    for history in report.histories {
        let pool = &report.table.pools[history.pool];
        let kind = AddressKind::of_chain(&pool.chain);
        let begin =
            |table: &mut Table<_>, event: &str, block, time: Option<i64>, near, hash: Option<&TxHash>| {
                table.text(&pool.chain);
                table.text(&pool.name);
                table.text(event);
                table.known(block);
                table.perhaps_moment(time);
                table.perhaps(Some("yes").filter(|_| near));
                table.perhaps(hash.map(|it| it.to_text(kind)).as_deref());
            };
        for note in &history.notes {
            begin(&mut table, "note", note.block, note.time, false, note.transaction.as_ref());
            table.known(note.leaf);
            match &note.depositor {
                Some(who) => table.address(who),
                None => table.empty(),
            }
            table.empty();
            table.empty();
            table.text(note.basis.as_str());
            table.end()?;
        }
        for exit in &history.exits {
            begin(&mut table, "exit", exit.block, exit.time, exit.time_is_near, exit.transaction.as_ref());
            table.empty();
            table.address(&exit.recipient);
            match &exit.relayer {
                Some(who) => table.address(who),
                None => table.empty(),
            }
            table.amount(exit.fee);
            table.text(exit.basis.as_str());
            table.end()?;
        }
    }
    table.finish()
}

pub(super) fn write_shieldings(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let columns = [
        "chain",
        "block_number",
        "block_timestamp",
        "transaction_hash",
        "direction",
        "address",
        "asset",
        "amount",
        "fee",
    ];
    let mut table = Table::new(to, columns)?;
    let ledger = report.ledger;
    for it in report.shieldings {
        let (_, purse) = begin(&mut table, ledger, it.place);
        table.text(it.direction.as_str());
        table.address(&it.party);
        table.text(&ledger.asset_name(ledger.purses().asset(purse)));
        table.amount(it.amount);
        table.amount(it.fee);
        table.end()?;
    }
    table.finish()
}

pub(super) fn write_misfits(report: &MixerReport<'_>, to: impl Target) -> io::Result<()> {
    let columns = [
        "chain",
        "block_number",
        "block_timestamp",
        "transaction_hash",
        "from_address",
        "to_address",
        "asset",
        "value",
        "reason",
    ];
    let mut table = Table::new(to, columns)?;
    let (ledger, columns) = (report.ledger, report.ledger.columns());
    for it in report.misfits {
        let (row, purse) = begin(&mut table, ledger, it.place);
        match columns.from[row] {
            PurseId::NONE => table.empty(),
            from => table.address(&ledger.purse_address(from)),
        }
        table.address(&ledger.purse_address(purse));
        table.text(&ledger.asset_name(ledger.purses().asset(purse)));
        table.amount(columns.value.get(row));
        table.text(it.reason.as_str());
        table.end()?;
    }
    table.finish()
}

/// Starts the row of a transfer with where and when it was; returns its place and to whose purse it went.
fn begin(table: &mut Table<impl Sheet>, ledger: &Ledger, place: u64) -> (usize, PurseId) {
    let (row, columns) = (at(place), ledger.columns());
    let purse = columns.to[row];
    let chain = ledger.accounts().chain(ledger.purses().account(purse));
    table.text(ledger.chain_name(chain));
    table.known(columns.block(row));
    table.time(ledger, row);
    table.hash(ledger, chain, columns.transaction[row]);
    (row, purse)
}
