//! Deposit accounts as a list: a row is an account and an asset, or an account alone where nothing moved.
//!
//! The first seven columns are those of a file of labels, so that the list can be given to `--labels`: a lead then
//! says `other`, and stops nothing. `grade`, `doubts` and the columns from `senders` on are the whole account's,
//! the others the asset's. Sorted by grade, exchange, chain and address; of one account by asset.

use crate::cell::{Table, iso, time_of};
use crate::display::{amount_of, plain, plain_table, table_text};
use crate::input::{Token, Tokens};
use crate::sheet::Target;
use dyetrace_core::attribution::deposits::{
    AssetSweeps, Deposit, DepositGrade, Deposits, FALSE_LEADS, SOURCE,
};
use dyetrace_core::{AccountId, Amount, AssetId, Category, Label, Labels, Ledger};
use serde_json::{Value, json};
use std::io;

/// How many accounts a text shows; all are counted.
const SHOWN: usize = 40;

const COLUMNS: [&str; 31] = [
    "address",
    "chain",
    "label",
    "category",
    "entity",
    "source",
    "confidence",
    "grade",
    "doubts",
    "asset",
    "symbol",
    "deposits",
    "received",
    "transfers_out",
    "sweeps",
    "swept",
    "matched",
    "forwarded",
    "median_delay",
    "median_delay_blocks",
    "first_sweep",
    "last_sweep",
    "senders",
    "all_transfers",
    "all_transfers_out",
    "all_sweeps",
    "hot_wallet",
    "hot_wallets",
    "gas_top_ups",
    "gas_wallet",
    "false_leads",
];

/// Deposit accounts with what is needed to write them.
#[derive(Clone, Copy, Debug)]
pub struct DepositList<'a> {
    /// All transfers read.
    pub ledger: &'a Ledger,
    /// What is known about accounts.
    pub labels: &'a Labels,
    /// Symbols and decimals.
    pub tokens: &'a Tokens,
    /// What was found.
    pub deposits: &'a Deposits,
}

/// One cell.
enum Cell {
    Empty,
    Text(String),
    Count(u64),
    Amount(Amount),
    Time(i64),
}

impl DepositList<'_> {
    /// Writes them: as CSV, texts that a spreadsheet would run are defused.
    ///
    /// # Errors
    /// What the target says.
    pub fn write_csv(&self, to: impl Target) -> io::Result<()> {
        let mut table = Table::new(to, COLUMNS)?;
        for cells in self.rows() {
            for cell in cells {
                match cell {
                    Cell::Empty => table.empty(),
                    Cell::Text(text) => table.text(&text),
                    Cell::Count(count) => table.number(count),
                    Cell::Amount(amount) => table.amount(amount),
                    Cell::Time(seconds) => table.moment(seconds),
                }
            }
            table.end()?;
        }
        table.finish()
    }

    /// Whether these are the bytes of such a CSV.
    #[must_use]
    pub fn is_csv(bytes: &[u8]) -> bool {
        bytes.starts_with(format!("{}\n", COLUMNS.join(",")).as_bytes())
    }

    /// The list for a script: the same rows and names of columns, amounts as texts.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let value = |cell| match cell {
            Cell::Empty => Value::Null,
            Cell::Text(text) => text.into(),
            Cell::Count(count) => count.into(),
            Cell::Amount(amount) => amount.to_string().into(),
            Cell::Time(seconds) => iso(seconds).into(),
        };
        let row = |cells: [Cell; COLUMNS.len()]| -> Value {
            COLUMNS.into_iter().map(str::to_owned).zip(cells.into_iter().map(value)).collect()
        };
        let excluded = self.deposits.excluded;
        json!({
            "labelled": self.count(DepositGrade::Labelled),
            "inferred": self.count(DepositGrade::Inferred),
            "leads": self.count(DepositGrade::Lead),
            "excluded": {
                "busy": excluded.busy,
                "two_exchanges": excluded.two_exchanges,
                "customers": excluded.customers,
                "contracts": excluded.contracts,
                "internal": excluded.internal,
            },
            "deposits": self.rows().map(row).collect::<Vec<Value>>(),
        })
    }

    /// The list for a person: counts, and a line an account.
    #[must_use]
    pub fn to_text(&self) -> String {
        let counts = [DepositGrade::Labelled, DepositGrade::Inferred, DepositGrade::Lead];
        let [labelled, inferred, leads] = counts.map(|grade| self.count(grade));
        let excluded = self.deposits.excluded;
        let mut text = format!(
            "{labelled} labelled deposit accounts, {inferred} more by their sweeps, {leads} leads\n\
             INFERRED: of accounts found so, a share of {FALSE_LEADS} was measured to be none. LEAD: not measured.\n\
             Excluded: {} pay two exchanges, {} pay into deposit accounts, {} are contracts that pay others too,\n\
             {} are paid by the exchange alone, {} take part in too many transfers\n\n",
            excluded.two_exchanges, excluded.customers, excluded.contracts, excluded.internal, excluded.busy
        );
        let mut table = plain_table(&[
            "grade",
            "exchange",
            "address",
            "sweeps",
            "swept",
            "senders",
            "delay",
            "speaks against it",
        ]);
        for it in self.deposits.found.iter().take(SHOWN) {
            let swept = it.assets.iter().filter(|asset| asset.sweeps > 0);
            let swept: Vec<String> = swept.map(|asset| self.amount(asset)).collect();
            let delays = it.assets.iter().filter_map(|asset| asset.median_delay);
            table.add_row([
                it.grade.as_str().to_owned(),
                plain(&it.entity, 24),
                self.ledger.accounts().address(it.account).to_string(),
                format!("{} of {}", it.sweeps, it.transfers_out),
                swept.join(", "),
                it.senders.to_string(),
                delays.min().map(|delay| format!("{delay} s")).unwrap_or_default(),
                doubts(it),
            ]);
        }
        text.push_str(&table_text(&table));
        let more = self.deposits.found.len().saturating_sub(SHOWN);
        if more > 0 {
            text.push_str(&format!("and {more} more: `--out FILE` or `--json` has them all\n"));
        }
        text
    }

    fn count(&self, grade: DepositGrade) -> usize {
        self.deposits.of_grade(grade).count()
    }

    fn amount(&self, sweeps: &AssetSweeps) -> String {
        amount_of(self.tokens.get(sweeps.asset), sweeps.swept)
    }

    fn rows(&self) -> impl Iterator<Item = [Cell; COLUMNS.len()]> {
        self.deposits.found.iter().flat_map(|it| {
            let none = it.assets.is_empty().then_some(None);
            it.assets.iter().map(Some).chain(none).map(|asset| self.row(it, asset))
        })
    }

    fn row(&self, it: &Deposit, sweeps: Option<&AssetSweeps>) -> [Cell; COLUMNS.len()] {
        let accounts = self.ledger.accounts();
        let said = self.said(it);
        let address = |account: AccountId| text(accounts.address(account).to_string());
        let known = |cell: Option<Cell>| cell.unwrap_or(Cell::Empty);
        let count = |of: fn(&AssetSweeps) -> u64| known(sweeps.map(|it| Cell::Count(of(it))));
        let amount = |of: fn(&AssetSweeps) -> Amount| known(sweeps.map(|it| Cell::Amount(of(it))));
        let delay = sweeps.and_then(|it| u64::try_from(it.median_delay?).ok());
        let time = |of: fn(&AssetSweeps) -> Option<u64>| {
            let seconds = |place| time_of(self.ledger, place).map_or_else(|| text(""), Cell::Time);
            known(sweeps.and_then(of).map(seconds))
        };
        let symbol = |it: &AssetSweeps| self.tokens.get(it.asset).map(|token: &Token| text(&*token.symbol));
        let inferred = it.grade == DepositGrade::Inferred;
        [
            address(it.account),
            text(self.ledger.chain_name(accounts.chain(it.account))),
            text(said.text),
            text(said.category.as_str()),
            text(said.entity),
            text(said.source),
            Cell::Count(said.confidence.into()),
            text(it.grade.as_str()),
            text(doubts(it)),
            known(sweeps.map(|it| text(self.ledger.asset_name(it.asset)))),
            known(sweeps.and_then(symbol)),
            count(|it| it.deposits),
            amount(|it| it.received),
            count(|it| it.transfers_out),
            count(|it| it.sweeps),
            amount(|it| it.swept),
            count(|it| it.matched),
            count(|it| it.forwarded),
            known(delay.map(Cell::Count)),
            known(sweeps.and_then(|it| it.median_delay_blocks).map(Cell::Count)),
            time(|it| it.first_sweep),
            time(|it| it.last_sweep),
            Cell::Count(it.senders),
            Cell::Count(it.transfers),
            Cell::Count(it.transfers_out),
            Cell::Count(it.sweeps),
            known(it.hot_wallet.map(address)),
            Cell::Count(it.hot_wallets),
            Cell::Count(it.gas_top_ups),
            known(it.gas_wallet.map(address)),
            if inferred { text(FALSE_LEADS) } else { Cell::Empty },
        ]
    }

    /// The label behind a row: that of the account, or the one that the detection gives.
    fn said(&self, it: &Deposit) -> Label {
        let own = self.labels.of(it.account).find(|label| {
            it.grade == DepositGrade::Labelled
                && label.category == Category::ExchangeDeposit
                && label.source != SOURCE
        });
        let found = || match it.grade {
            DepositGrade::Lead => Label {
                text: format!("resembles a deposit account of {}", it.entity),
                category: Category::Other,
                ..it.to_label(self.ledger)
            },
            _ => it.to_label(self.ledger),
        };
        own.cloned().unwrap_or_else(found)
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn doubts(it: &Deposit) -> String {
    it.doubts.iter().map(|doubt| doubt.as_str()).collect::<Vec<_>>().join(" ")
}

/// Says in a sentence what an account's sweeps say, and those of one asset; nothing where it made none.
pub(crate) fn basis_of_sweeps(ledger: &Ledger, it: &Deposit, asset: AssetId) -> Option<String> {
    let wallet = it.hot_wallet?;
    let mut parts = vec![format!(
        "sweeps: {} of {} transfers out went to {}, most of them to {}",
        it.sweeps,
        it.transfers_out,
        plain(&it.entity, 60),
        ledger.accounts().address(wallet)
    )];
    if let Some(sweeps) = it.assets.iter().find(|known| known.asset == asset && known.sweeps > 0) {
        parts.push(format!("{} of this asset", sweeps.sweeps));
        parts.push(format!("of them passing on a single deposit: {}", sweeps.matched));
        if sweeps.forwarded > 0 {
            parts.push(format!("in its own transaction: {}", sweeps.forwarded));
        }
        parts.extend(sweeps.median_delay.map(|seconds| format!("median delay {seconds} s")));
    }
    parts.push(format!("senders: {}", it.senders));
    if it.gas_top_ups > 0 {
        parts.push(format!("gas top-ups by the exchange: {}", it.gas_top_ups));
    }
    if it.grade == DepositGrade::Inferred {
        parts.push(format!("known by sweeps alone, measured share of false leads {FALSE_LEADS}"));
    }
    Some(parts.join(", "))
}
