//! Event files of mixer pools: what went into one pool, or what came out of it.
//!
//! Events do not name their pool: the user does. Two forms are read, each recognised by its header:
//!
//! - deposits: `blockNumber,transactionHash,leafIndex`, and `timestamp`; or `block,deposit_tx,leaf_index,unix_ts`
//! - withdrawals: `blockNumber,transactionHash,to,fee`; or `block,withdraw_tx,recipient,relayer_fee_wei`, and
//!   `approx_unix_ts`, a time that somebody read off between others
//!
//! A transaction is told by its hash, and joins a note to the transfer that paid it: on a chain whose addresses are EVM addresses, what
//! is no 32 bytes of hex is a bad row. A fee that is larger than the pool's note is a bad row: the file is another pool's. So is a note of the same number,
//! or an exit of the same nullifier, as an earlier one's: nobody spends a note twice.

use crate::case::parse_address;
use crate::dialect::fields::{optional, read_time};
use crate::error::{Error, Fault};
use crate::facts::InputFact;
use crate::header::{Column, Header, Table};
use crate::open::FileSpec;
use crate::records::Record;
use crate::reject::Reject;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::links::mixers::{Exit, ExitBasis, MixerTable, Note, NoteBasis, Pool, PoolHistory};
use dyetrace_core::{Address, AddressKind};
use std::collections::{BTreeMap, BTreeSet};

/// An event file and its pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolEventsSpec {
    /// The file.
    pub file: FileSpec,
    /// The pool: a number in [`MixerTable::known`].
    pub pool: usize,
    /// How many notes lay in the pool before the first of the file, where somebody says so.
    pub outstanding: Option<u64>,
}

/// What event files hold.
#[derive(Clone, Debug, Default)]
pub struct PoolEvents {
    /// One entry a pool, by the pool's number.
    pub histories: Vec<PoolHistory>,
    /// What the files were.
    pub facts: Vec<InputFact>,
    /// Bad rows that were left out.
    pub rejects: Vec<Reject>,
}

/// Finds a pool as a person names it.
///
/// # Errors
/// An [`Error`] where the table knows none of that name.
pub fn parse_pool(text: &str) -> Result<usize, Error> {
    let table = MixerTable::known();
    table.named(text.trim()).ok_or_else(|| {
        let text = crate::error::cut(text.as_bytes());
        let error = Error::typed(format!("`{text}` is no pool of the table"));
        error.with_hint("name it as `ethereum:eth_100`, or by its chain and address: `ethereum:0xa160…`")
    })
}

/// Parses `POOL=FILE`.
///
/// # Errors
/// An [`Error`] where there is no `=`, or no such pool.
pub fn parse_pool_events(text: &str) -> Result<PoolEventsSpec, Error> {
    let Some((pool, file)) = text.split_once('=') else {
        let error = Error::typed(format!("`{}` names no pool", crate::error::cut(text.as_bytes())));
        return Err(error.with_hint("events do not say whose they are: `ethereum:eth_100=deposits.csv`"));
    };
    Ok(PoolEventsSpec { file: FileSpec::typed(file), pool: parse_pool(pool)?, outstanding: None })
}

/// Parses an exit's address that somebody knows.
///
/// # Errors
/// An [`Error`] where it is no address.
pub fn parse_known_exit(text: &str) -> Result<Address, Error> {
    parse_address(text.trim())
}

/// Reads event files.
///
/// # Errors
/// An [`Error`] for a file that cannot be read or is of neither form, and for the first bad row, unless bad rows are to be
/// left out.
pub fn read_pool_events(
    table: &MixerTable,
    files: &[PoolEventsSpec],
    skip_bad_rows: bool,
) -> Result<PoolEvents, Error> {
    let mut read = PoolEvents::default();
    let mut histories: BTreeMap<usize, (PoolHistory, Seen)> = BTreeMap::new();
    for spec in files {
        let new = || (PoolHistory::new(spec.pool), Seen::default());
        let (history, seen) = histories.entry(spec.pool).or_insert_with(new);
        history.outstanding = spec.outstanding.or(history.outstanding);
        let fact = read_file(&table.pools[spec.pool], spec, skip_bad_rows, history, seen, &mut read.rejects)?;
        read.facts.push(fact);
    }
    read.histories = histories.into_values().map(|(history, _)| history).collect();
    read.histories.iter_mut().for_each(PoolHistory::sort);
    Ok(read)
}

/// What must not stand twice in a pool.
#[derive(Default)]
struct Seen {
    leaves: BTreeSet<u64>,
    nullifiers: BTreeSet<Vec<u8>>,
}

enum Form {
    Deposits {
        leaf: Column,
        time: Option<Column>,
    },
    Withdrawals {
        to: Column,
        fee: Column,
        nullifier: Option<Column>,
        time: Option<Column>,
        near: Option<Column>,
    },
}

fn read_file(
    pool: &Pool,
    spec: &PoolEventsSpec,
    skip_bad_rows: bool,
    history: &mut PoolHistory,
    seen: &mut Seen,
    rejects: &mut Vec<Reject>,
) -> Result<InputFact, Error> {
    let name = &spec.file.name;
    let mut table = Table::open(&spec.file, 0, &|_| {})?;
    let form = Form::of(&table.header);
    let block = table.header.find("blocknumber|block_number|block");
    let hash = table.header.find("transactionhash|transaction_hash|deposit_tx|withdraw_tx");
    let (Some(form), Some(block)) = (form, block) else {
        let what = format!("the header is that of no pool's events: {}", table.header.shown());
        return Err(Error::file(name, what).with_hint(
            "deposits have `blockNumber,transactionHash,leafIndex,timestamp`, withdrawals \
             `blockNumber,transactionHash,to,fee`",
        ));
    };
    let dialect = if matches!(form, Form::Deposits { .. }) { "pool_deposits" } else { "pool_withdrawals" };
    let mut fact = InputFact {
        name: spec.file.output_name(),
        dialect: dialect.to_owned(),
        chains: vec![pool.chain.clone()],
        ..InputFact::default()
    };
    let mut record = Record::default();
    while table.read(&mut record)? {
        let taken = table.check_shape(&record).and_then(|()| {
            let place = (block.number(&record)?, read_hash(hash.as_ref(), pool, &record)?);
            form.take(pool, place, &record, history, seen)
        });
        match taken {
            Ok(time) => {
                fact.rows += 1;
                let number = block.number(&record).unwrap_or_default();
                fact.first_block = Some(fact.first_block.map_or(number, |it| it.min(number)));
                fact.last_block = Some(fact.last_block.map_or(number, |it| it.max(number)));
                if let Some(time) = time {
                    fact.first_time = Some(fact.first_time.map_or(time, |it| it.min(time)));
                    fact.last_time = Some(fact.last_time.map_or(time, |it| it.max(time)));
                }
            }
            Err(fault) if skip_bad_rows => {
                fact.rejects += 1;
                rejects.push(fault.at(name, record.line));
            }
            Err(fault) => return Err(Error::row(name, record.line, fault)),
        }
    }
    let digested = table.finish()?;
    (fact.sha256, fact.size) = (digested.sha256, digested.size);
    Ok(fact)
}

/// Reads a transaction's hash, as its chain has them; `None` where none is stated.
fn read_hash(column: Option<&Column>, pool: &Pool, record: &Record) -> Result<Option<TxHash>, Fault> {
    let Some(column) = column else { return Ok(None) };
    let hash = column.hash(record)?;
    if matches!(hash, Some(TxHash::Text(_))) && AddressKind::of_chain(&pool.chain) == AddressKind::Evm {
        let fault = column.fault(record, "is not a transaction hash: 32 bytes in hex were expected");
        return Err(fault.with_hint("was it cut? no transfer could be found by it"));
    }
    Ok(hash)
}

impl Form {
    fn of(header: &Header) -> Option<Self> {
        let time = |it: &Header| it.find("timestamp|unix_ts|block_timestamp");
        if let Some(leaf) = header.find("leafindex|leaf_index") {
            return Some(Self::Deposits { leaf, time: time(header) });
        }
        let (to, fee) = (header.find("to|recipient")?, header.find("fee|relayer_fee_wei|relayer_fee")?);
        let nullifier = header.find("nullifierhash|nullifier_hash");
        Some(Self::Withdrawals {
            to,
            fee,
            nullifier,
            time: time(header),
            near: header.find("approx_unix_ts"),
        })
    }

    /// Takes a row; returns its time, where it states one.
    fn take(
        &self,
        pool: &Pool,
        (block, transaction): (u64, Option<TxHash>),
        record: &Record,
        history: &mut PoolHistory,
        seen: &mut Seen,
    ) -> Result<Option<i64>, Fault> {
        match self {
            Self::Deposits { leaf: column, time } => {
                let leaf = column.number(record)?;
                let time = optional(time.as_ref(), record, read_time)?;
                if !seen.leaves.insert(leaf) {
                    let fault = column.fault(record, "stands in an earlier row of this pool");
                    return Err(fault.with_hint("is a file named twice, or are there two pools in one?"));
                }
                history.notes.push(Note {
                    block: Some(block),
                    time,
                    transaction,
                    leaf: Some(leaf),
                    depositor: None,
                    place: None,
                    basis: NoteBasis::Event,
                });
                Ok(time)
            }
            Self::Withdrawals { to, fee, nullifier, time, near } => {
                let recipient = to.address(record, AddressKind::of_chain(&pool.chain))?;
                let paid = fee.amount(record)?;
                if paid > pool.denomination {
                    let reason = format!("is more than a note of {} {}", pool.full_name(), pool.denomination);
                    let fault = fee.fault(record, reason);
                    return Err(fault.with_hint("these are another pool's events: name that one"));
                }
                let stated = optional(time.as_ref(), record, read_time)?;
                let near = optional(near.as_ref(), record, read_time)?;
                if let Some(column) = nullifier
                    && !column.is_empty(record)
                    && !seen.nullifiers.insert(column.bytes(record).to_ascii_lowercase())
                {
                    let fault = column.fault(record, "stands in an earlier row of this pool");
                    return Err(fault.with_hint("a note is spent once: is a file named twice?"));
                }
                history.exits.push(Exit {
                    block: Some(block),
                    time: stated.or(near),
                    time_is_near: stated.is_none() && near.is_some(),
                    transaction,
                    recipient,
                    relayer: None,
                    fee: paid,
                    sender: None,
                    place: None,
                    relayer_place: None,
                    basis: ExitBasis::Event,
                });
                Ok(stated.or(near))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PoolEventsSpec, parse_pool, parse_pool_events, read_pool_events};
    use crate::error::Error;
    use crate::open::FileSpec;
    use dyetrace_core::Amount;
    use dyetrace_core::links::mixers::MixerTable;
    use std::io::Write;

    /// A file of events; `aa` to `ae`, with or without `0x`, stand for whole hashes.
    fn spec(text: &str, pool: &str) -> (tempfile::NamedTempFile, PoolEventsSpec) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let whole = |cell: &str| match cell.strip_prefix("0x").unwrap_or(cell) {
            short @ ("aa" | "ab" | "ac" | "ad" | "ae") => cell.replace(short, &short.repeat(32)),
            _ => cell.to_owned(),
        };
        let row = |line: &str| line.split(',').map(whole).collect::<Vec<_>>().join(",") + "\n";
        file.write_all(text.lines().map(row).collect::<String>().as_bytes()).unwrap();
        let spec = FileSpec { path: file.path().to_owned(), name: "e.csv".to_owned() };
        (file, PoolEventsSpec { file: spec, pool: parse_pool(pool).unwrap(), outstanding: None })
    }

    fn refused(text: &str) -> String {
        let (_file, spec) = spec(text, "eth_100");
        read_pool_events(&MixerTable::known(), &[spec], false).map(|_| ()).unwrap_err().to_string()
    }

    const WHO: &str = "0x6e55d58826d5948e73d82107e66d59286902351d";

    #[test]
    fn all_four_headers_are_read_and_put_in_order() {
        let (_a, deposits) = spec(
            "timestamp,commitment,blockNumber,transactionHash,leafIndex\n20,0x1,2,0xaa,1\n10,0x2,1,0xab,0\n",
            "eth_100",
        );
        let (_b, withdrawals) = spec(
            &format!("to,fee,blockNumber,nullifierHash,transactionHash\n{WHO},5,3,0x9,0xac\n"),
            "eth_100",
        );
        let (_c, more) = spec(
            &format!("block,approx_unix_ts,withdraw_tx,recipient,relayer_fee_wei,label\n2,21,ad,{WHO},0,\n"),
            "ethereum:0xa160cdab225685da1d56aa342ad8841c3b53f291",
        );
        let (_d, other) = spec("block,unix_ts,deposit_tx,leaf_index\n7,70,ae,27917\n", "bsc:bnb_100");
        let read =
            read_pool_events(&MixerTable::known(), &[deposits, withdrawals, more, other], false).unwrap();
        assert_eq!(read.histories.len(), 2);
        let eth = &read.histories[0];
        assert_eq!(eth.notes.iter().map(|it| it.leaf).collect::<Vec<_>>(), [Some(0), Some(1)]);
        let exits: Vec<_> = eth.exits.iter().map(|it| (it.block, it.time, it.time_is_near, it.fee)).collect();
        let expected = [(Some(2), Some(21), true, Amount::ZERO), (Some(3), None, false, Amount::from(5))];
        assert_eq!(exits, expected);
        let dialects: Vec<&str> = read.facts.iter().map(|it| it.dialect.as_str()).collect();
        assert_eq!(dialects, ["pool_deposits", "pool_withdrawals", "pool_withdrawals", "pool_deposits"]);
    }

    #[test]
    fn a_bad_row_is_refused_with_its_place() {
        let deposits = "blockNumber,transactionHash,leafIndex,timestamp\n";
        let exits = "blockNumber,transactionHash,nullifierHash,to,fee\n";
        for (text, wanted) in [
            (format!("{deposits}1,0xaa,x,10\n"), "e.csv, line 2, column `leafIndex`: `x`"),
            (
                format!("{deposits}1,0xaa,0,10\n2,0xab,0,11\n"),
                "line 3, column `leafIndex`: `0` stands in an earlier",
            ),
            (format!("{deposits}1,0xaa,0,soon\n"), "column `timestamp`: `soon`"),
            (format!("{exits}1,0xaa,0x1,0x12,5\n"), "column `to`: `0x12` is not an address"),
            (format!("{exits}1,0xaa,0x1,{WHO},-5\n"), "column `fee`: `-5` is negative"),
            (
                format!("{exits}1,0xaa,0x1,{WHO},100000000000000000001\n"),
                "is more than a note of ethereum:eth_100",
            ),
            (format!("{exits}1,0xaa,0x1,{WHO},0\n2,0xab,0x1,{WHO},0\n"), "line 3, column `nullifierHash`"),
            (format!("{exits}1,0xaa,0x1,{WHO}\n"), "the row has 4 fields"),
            (
                format!("{deposits}1,0x12,0,10\n"),
                "e.csv, line 2, column `transactionHash`: `0x12` is not a transaction hash: 32 bytes in hex",
            ),
            (format!("{exits}1,{},0x1,{WHO},0\n", "a".repeat(63)), "is not a transaction hash"),
            ("a,b\n1,2\n".to_owned(), "the header is that of no pool's events"),
        ] {
            let seen = refused(&text);
            assert!(seen.contains(wanted), "{text}: {seen}");
        }
        let (_file, bad) = spec(&format!("{exits}1,0xaa,0x1,{WHO},-5\n1,0xab,0x2,{WHO},5\n"), "eth_100");
        let read = read_pool_events(&MixerTable::known(), &[bad], true).unwrap();
        assert_eq!((read.rejects.len(), read.histories[0].exits.len()), (1, 1));
        // What is left out for its hash leaves its number free, and a row without a hash is none with a bad one.
        let (_file, bad) = spec(&format!("{deposits}1,0x12,0,10\n1,,0,10\n"), "eth_100");
        let read = read_pool_events(&MixerTable::known(), &[bad], true).unwrap();
        assert_eq!((read.rejects[0].column.as_str(), read.histories[0].notes.len()), ("transactionHash", 1));
    }

    #[test]
    fn a_pool_must_be_named_and_known() {
        let said = |it: Result<PoolEventsSpec, Error>| it.unwrap_err().to_string();
        assert!(said(parse_pool_events("file.csv")).contains("names no pool"));
        assert!(said(parse_pool_events("eth_7=file.csv")).contains("`eth_7` is no pool of the table"));
        assert!(parse_pool_events("polygon:matic_100=file.csv").is_ok());
    }
}
