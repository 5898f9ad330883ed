//! Prices: what a whole coin or token was worth in US dollars, and when. Columns `time,asset,usd`, `source` if told.
//!
//! An asset is named with its chain, as everywhere: `ethereum:native`, `ethereum:0x…`; a ticker names none. A price
//! is a decimal number of dollars, exact to 18 digits behind the point. Two prices of one asset at one time that
//! differ are a bad row: nobody could say which was used.

use crate::case::parse_asset;
use crate::decimal::parse_rounded;
use crate::dialect::fields::time_fault;
use crate::error::{Error, Fault};
use crate::facts::InputFact;
use crate::header::{Column, Table};
use crate::open::FileSpec;
use crate::records::Record;
use crate::time::parse_time;
use dyetrace_core::Amount;
use dyetrace_core::asset::AssetName;
use std::collections::HashMap;

/// How many digits behind the point a price has: it is kept in units of 10^-18 dollars.
pub const PRICE_DECIMALS: u8 = 18;

/// What one asset was worth at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceRow {
    /// The asset, with its chain.
    pub asset: AssetName,
    /// Unix seconds.
    pub time: i64,
    /// What a whole coin or token was worth, in 10^-18 dollars.
    pub usd: Amount,
    /// Where the price is from, as the row says; else the file's name.
    pub source: String,
}

/// All prices of a run, as they stand in its files.
#[derive(Clone, Debug, Default)]
pub struct PriceTable {
    /// In the order of files and rows.
    pub rows: Vec<PriceRow>,
    known: HashMap<(String, String, i64), Amount>,
}

struct Columns {
    time: Column,
    asset: Column,
    usd: Column,
    source: Option<Column>,
}

impl PriceTable {
    /// Takes a file of prices. Returns what the file was.
    ///
    /// # Errors
    /// An [`Error`] for a file that cannot be read and for the first bad row.
    pub fn add_file(&mut self, file: &FileSpec) -> Result<InputFact, Error> {
        let mut table = Table::open(file, 0, &|_| {})?;
        let find = |key: &str| {
            table.header.find(key).ok_or_else(|| {
                let error =
                    Error::file(&file.name, format!("the header is no price file's: it lacks `{key}`"));
                error.with_hint(format!(
                    "`time,asset,usd` was expected; the header is {}",
                    table.header.shown()
                ))
            })
        };
        let source = table.header.find("source");
        let columns = Columns { time: find("time")?, asset: find("asset")?, usd: find("usd")?, source };
        let name = file.output_name();
        let mut fact = InputFact { name: name.clone(), dialect: "prices".to_owned(), ..InputFact::default() };
        let mut record = Record::default();
        while table.read(&mut record)? {
            let read = || {
                table.check_shape(&record)?;
                columns.read(&record, &name)
            };
            let taken = read().and_then(|row| self.take(row, &columns, &record));
            let time = taken.map_err(|fault| Error::row(&file.name, record.line, fault))?;
            fact.rows += 1;
            fact.first_time = Some(fact.first_time.map_or(time, |first: i64| first.min(time)));
            fact.last_time = Some(fact.last_time.map_or(time, |last: i64| last.max(time)));
        }
        let digested = table.finish()?;
        (fact.sha256, fact.size) = (digested.sha256, digested.size);
        Ok(fact)
    }

    /// Keeps a row, unless another says something else of the same asset and time. Returns its time.
    fn take(&mut self, row: PriceRow, columns: &Columns, record: &Record) -> Result<i64, Fault> {
        let contract = row.asset.contract.map_or_else(String::new, |contract| contract.to_string());
        let key = (row.asset.chain.clone().unwrap_or_default(), contract, row.time);
        let time = row.time;
        match self.known.insert(key, row.usd) {
            None => self.rows.push(row),
            Some(before) if before == row.usd => {}
            Some(_) => {
                let fault =
                    columns.usd.fault(record, "differs from an earlier price of this asset at this time");
                return Err(fault.with_hint("keep one of the two: nobody could say which was used"));
            }
        }
        Ok(time)
    }
}

impl Columns {
    fn read(&self, record: &Record, file: &str) -> Result<PriceRow, Fault> {
        let time = parse_time(self.time.text(record)?);
        let time = time.map_err(|error| time_fault(&self.time, record, error))?;
        let text = self.asset.text(record)?.trim();
        let (chain, rest) = text.split_once(':').unwrap_or(("", text));
        let named = parse_asset(&format!("{}:{rest}", chain.to_ascii_lowercase())).ok().flatten();
        let asset = named.filter(|asset| asset.chain.is_some()).ok_or_else(|| {
            let fault = self.asset.fault(record, "is no asset with its chain");
            fault.with_hint("write `ethereum:native` or `ethereum:0x…`: any contract can carry a ticker")
        })?;
        let usd = parse_rounded(self.usd.text(record)?.trim().as_bytes(), PRICE_DECIMALS);
        let usd = usd.map_err(|error| {
            let fault = self.usd.fault(record, error);
            fault.with_hint(
                "dollars of one whole coin, such as `1106.53`, with at most 18 digits behind the point",
            )
        })?;
        let told =
            self.source.as_ref().map(|column| column.text(record)).transpose()?.unwrap_or_default().trim();
        let source = if told.is_empty() { file.to_owned() } else { told.to_owned() };
        Ok(PriceRow { asset, time, usd, source })
    }
}

#[cfg(test)]
mod tests {
    use super::PriceTable;
    use crate::open::FileSpec;
    use dyetrace_core::Amount;

    fn read(text: &str) -> Result<PriceTable, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prices.csv");
        std::fs::write(&path, text).unwrap();
        let mut table = PriceTable::default();
        let fact = table.add_file(&FileSpec::typed(&path)).map_err(|error| error.to_string())?;
        assert_eq!((fact.name.as_str(), fact.dialect.as_str()), ("prices.csv", "prices"));
        Ok(table)
    }

    #[test]
    fn a_price_is_exact_and_names_its_source() {
        let head = "time,asset,usd,source\n";
        let rows =
            "2022-06-24T00:00:00Z,ethereum:native,1143.6,an index\n1656115200,Ethereum:native,1e-18,\n";
        let table = read(&format!("{head}{rows}")).unwrap();
        let seen: Vec<_> = table.rows.iter().map(|row| (row.time, row.usd, row.source.as_str())).collect();
        let price = Amount::from(1_143_600_000_000_000_000_000);
        assert_eq!(
            seen,
            [(1_656_028_800, price, "an index"), (1_656_115_200, Amount::from(1), "prices.csv")]
        );
    }

    #[test]
    fn a_bad_price_is_refused_with_its_place() {
        for (row, wanted) in [
            ("1656028800,ETH,1", "line 2, column `asset`: `ETH`"),
            ("2022-06-24,ethereum:native,1", "line 2, column `time`: `2022-06-24`"),
            ("1656028800,native,1", "is no asset with its chain"),
            ("1656028800,*,1", "is no asset with its chain"),
            ("1656028800,ethereum:native,", "column `usd`"),
            ("1656028800,ethereum:native,-1", "column `usd`: `-1`"),
            ("1656028800,ethereum:native,NaN", "column `usd`: `NaN`"),
            ("1656028800,ethereum:native,1e-19", "column `usd`: `1e-19`"),
            ("1656028800,ethereum:native", "the row has 2 fields"),
            (
                "1656028800,ethereum:native,1\n1656028800,ethereum:native,2",
                "line 3, column `usd`: `2` differs from an earlier price",
            ),
        ] {
            let error = read(&format!("time,asset,usd\n{row}\n")).unwrap_err();
            assert!(error.contains(wanted), "{row}: {error}");
        }
        assert!(read("time,coin,usd\n").unwrap_err().contains("it lacks `asset`"));
        let twice = "time,asset,usd\n1656028800,ethereum:native,1\n1656028800,ethereum:native,1.0\n";
        assert_eq!(read(twice).unwrap().rows.len(), 1);
    }
}
