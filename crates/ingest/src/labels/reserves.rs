//! Proof-of-reserves lists, in which an exchange signs for its accounts.
//!
//! ```text
//! coin,amount                                  a table of totals, which is passed over
//! BTC,146359
//!
//! coin,Type,Network,Snapshot Height,address,amount,message,signature1,signature2,…
//! ```
//!
//! Such a list holds the customers' deposit addresses and the exchange's own wallets, and does not tell which is
//! which: its labels say `exchange`, unless the list's name says otherwise (`--labels "OKX deposit=FILE"`). A row
//! without a signature and a key for staking are left out. Signatures are not checked.

use super::gathered::Gathered;
use super::words::list_name;
use super::{DEFAULT_CONFIDENCE, LabelSpec, Meaning, Words, parse_address, source_of, tagpack};
use crate::error::{Error, Fault};
use crate::header::{Column, Table};
use crate::open::{Digested, Opened, cannot_read};
use crate::records::Record;
use dyetrace_core::{Category, Label};
use std::io::{BufRead, Cursor, Read};

const FORM: &str = "proof-of-reserves";

/// The most bytes that stand before the header.
const LONGEST_START: u64 = 1 << 20;

/// Whether a file that begins with this line is such a list.
pub(super) fn is_first_line(line: &[u8]) -> bool {
    line.eq_ignore_ascii_case(b"coin,amount") || is_header(line)
}

fn is_header(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line).to_lowercase();
    let has = |name: &str| line.split(',').any(|it| it.trim().trim_matches('"') == name);
    has("address") && has("signature1")
}

struct Columns {
    address: Column,
    network: Option<Column>,
    kind: Option<Column>,
    message: Option<Column>,
    signatures: Vec<Column>,
}

pub(super) fn read(
    spec: &LabelSpec,
    opened: Opened<'_>,
    gathered: &mut Gathered,
) -> Result<(&'static str, Digested), Error> {
    let name = &spec.file.name;
    let mut table = Table::of(from_header(name, opened)?, name)?;
    let header = &table.header;
    let columns = Columns {
        address: header.required("address"),
        network: header.find("network|coin"),
        kind: header.find("type"),
        message: header.find("message"),
        signatures: ["signature1", "signature2"].iter().filter_map(|it| header.find(it)).collect(),
    };
    let list = list_name(spec.name.as_deref(), &spec.file);
    let (named, source) = (Words::built_in().of_list(&list), source_of(spec));
    gathered.file.notes.push("signed by the exchange; the signatures are not checked here".to_owned());
    let mut record = Record::default();
    while table.read(&mut record)? {
        let line = record.line;
        let place = |fault| Error::row(name, line, fault);
        table.check_shape(&record).map_err(place)?;
        match columns.read(&record, &named).map_err(place)? {
            Ok(label) => gathered.labels.push(Label { source: source.clone(), ..label }),
            Err(fault) => gathered.leave_out(line, fault),
        }
    }
    Ok((FORM, table.finish()?))
}

/// Passes over what stands before the header, which keeps its line number.
fn from_header<'a>(name: &str, mut opened: Opened<'a>) -> Result<Opened<'a>, Error> {
    let (mut start, mut line) = (Vec::new(), Vec::new());
    let mut limited = opened.text.take(LONGEST_START);
    loop {
        line.clear();
        if limited.read_until(b'\n', &mut line).map_err(|error| cannot_read(name, error))? == 0 {
            let error = Error::file(
                name,
                "the list of accounts is missing: no header has `address` and `signature1`",
            );
            return Err(error.with_hint("a proof-of-reserves list has it behind the table of totals"));
        }
        if is_header(line.trim_ascii()) {
            break;
        }
        start.push(b'\n');
    }
    start.append(&mut line);
    opened.text = Box::new(Cursor::new(start).chain(limited.into_inner()));
    Ok(opened)
}

impl Columns {
    /// Returns a label, or why the row is left out.
    fn read(&self, record: &Record, named: &Meaning) -> Result<Result<Label, Fault>, Fault> {
        if self.signatures.iter().all(|column| column.is_empty(record)) {
            return Ok(Err(Fault::of_row("the row has no signature: nobody answers for it")));
        }
        if let Some(column) = &self.kind
            && column.text(record)?.to_lowercase().starts_with("staking")
        {
            return Ok(Err(column.fault(record, "is a key for staking, and no account")));
        }
        let network = self.network.as_ref().map(|column| Ok((column, column.text(record)?))).transpose()?;
        let chain = match network.filter(|(_, word)| !word.is_empty()) {
            None => None,
            Some((column, word)) => match tagpack::chain_of(word) {
                Some("*") => None,
                Some(chain) => Some(chain),
                None => return Ok(Err(column.fault(record, "is of no chain that is known here"))),
            },
        };
        let text = self.address.text(record)?;
        let address = parse_address(text, chain).map_err(|reason| self.address.fault(record, reason))?;
        let message = self.message.as_ref().map_or(Ok(""), |column| column.text(record))?;
        let entity = if named.entity.is_empty() {
            Words::built_in().exchange_in(message).unwrap_or_default()
        } else {
            &named.entity
        };
        let category = match named.category {
            Category::ExchangeDeposit => Category::ExchangeDeposit,
            _ => Category::Exchange,
        };
        Ok(Ok(Label {
            address,
            chain: chain.map(str::to_owned),
            text: format!("{entity} {}", Label::OF_RESERVES).trim_start().to_owned(),
            category,
            entity: entity.to_owned(),
            source: String::new(),
            as_of: String::new(),
            confidence: DEFAULT_CONFIDENCE,
        }))
    }
}
