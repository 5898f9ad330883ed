//! Links that somebody states: `source_transaction,destination_transaction,method,confidence`, and where told the chains, the
//! events that are meant, and who said so, when and why.
//!
//! `confidence` is a decimal from 0 to 1, exact to 6 digits. 1 is for what an identifier of the protocol proves: such a link takes
//! nothing from the grade; all others are inferred.

use crate::case::parse_confidence;
use crate::dialect::is_chain_name;
use crate::error::{Error, Fault};
use crate::facts::InputFact;
use crate::header::{Column, Table};
use crate::open::FileSpec;
use crate::records::Record;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::links::{Link, StatedEnd, StatedLink};

/// A link, where it stands, and who stated it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    /// The link.
    pub link: StatedLink,
    /// The file and the line.
    pub place: String,
    /// Who, when and why, as the row says: data.
    pub told_by: String,
}

/// All links of a run, as they stand in its files.
#[derive(Clone, Debug, Default)]
pub struct LinkTable {
    /// In the order of files and rows.
    pub rows: Vec<LinkRow>,
}

struct Columns {
    /// Chain, transaction and event of the source, then of the destination.
    ends: [(Option<Column>, Column, Option<Column>); 2],
    method: Column,
    confidence: Column,
    told: Vec<Column>,
}

/// The longest word for a method.
const LONGEST: usize = 40;

impl LinkTable {
    /// Takes a file of links. Returns what the file was.
    ///
    /// # Errors
    /// An [`Error`] for a file that cannot be read and for the first bad row.
    pub fn add_file(&mut self, file: &FileSpec) -> Result<InputFact, Error> {
        let mut table = Table::open(file, 0, &|_| {})?;
        let find = |key: &str| {
            table.header.find(key).ok_or_else(|| {
                let what = format!("the header is no link file's: it lacks `{key}`");
                Error::file(&file.name, what).with_hint(format!(
                    "`source_transaction,destination_transaction,method,confidence` was expected; the header is {}",
                    table.header.shown()
                ))
            })
        };
        let end = |side: &str| -> Result<_, Error> {
            let perhaps = |what: &str| table.header.find(&format!("{side}_{what}"));
            Ok((perhaps("chain"), find(&format!("{side}_transaction"))?, perhaps("event")))
        };
        let columns = Columns {
            ends: [end("source")?, end("destination")?],
            method: find("method")?,
            confidence: find("confidence")?,
            told: ["by", "at", "reason"].into_iter().filter_map(|key| table.header.find(key)).collect(),
        };
        let dialect = "links".to_owned();
        let mut fact = InputFact { name: file.output_name(), dialect, ..InputFact::default() };
        let mut record = Record::default();
        while table.read(&mut record)? {
            let read = || {
                table.check_shape(&record)?;
                columns.read(&record)
            };
            let (link, told_by) = read().map_err(|fault| Error::row(&file.name, record.line, fault))?;
            let place = format!("{}, line {}", file.name, record.line);
            self.rows.push(LinkRow { link, place, told_by });
            fact.rows += 1;
        }
        let digested = table.finish()?;
        (fact.sha256, fact.size) = (digested.sha256, digested.size);
        Ok(fact)
    }
}

impl Columns {
    fn read(&self, record: &Record) -> Result<(StatedLink, String), Fault> {
        let end = |(chain, transaction, events): &(Option<Column>, Column, Option<Column>)| {
            let chain = chain.as_ref().filter(|column| !column.is_empty(record));
            let chain = chain.map(|column| {
                let name = column.text(record)?.trim().to_ascii_lowercase();
                let wrong = || column.fault(record, "is no name of a chain");
                if is_chain_name(&name) { Ok(name) } else { Err(wrong()) }
            });
            let hash = TxHash::parse(transaction.text(record)?.trim().as_bytes());
            let hash = hash.ok_or_else(|| transaction.fault(record, "is no hash of a transaction"))?;
            Ok::<_, Fault>(StatedEnd {
                chain: chain.transpose()?,
                transaction: hash,
                events: read_events(events, record)?,
            })
        };
        let [source, destination] = &self.ends;
        let method = self.method.text(record)?.trim();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if method.is_empty() || method.len() > LONGEST || !method.bytes().all(is_word) || method == "swap" {
            let fault = self.method.fault(record, "is no word for a method");
            return Err(fault.with_hint(
                "letters, digits, `_` and `-`, such as `wormhole_sequence`; `swap` has another meaning",
            ));
        }
        let confidence = parse_confidence(self.confidence.text(record)?).map_err(|_| {
            let fault = self.confidence.fault(record, "is no confidence");
            fault.with_hint("a decimal from 0 to 1 with at most 6 digits behind the point, such as `0.95`")
        })?;
        let told = self.told.iter().map(|column| Ok(column.text(record)?.trim().to_owned()));
        let told: Vec<String> = told.collect::<Result<_, Fault>>()?;
        let told: Vec<String> = told.into_iter().filter(|text| !text.is_empty()).collect();
        let link = StatedLink {
            source: end(source)?,
            destination: end(destination)?,
            method: method.to_owned(),
            confidence,
            is_inferred: confidence < Link::CERTAIN,
        };
        Ok((link, told.join(", ")))
    }
}

/// Event indices, several with `+` between them.
fn read_events(column: &Option<Column>, record: &Record) -> Result<Vec<u64>, Fault> {
    let Some(column) = column.as_ref().filter(|column| !column.is_empty(record)) else {
        return Ok(Vec::new());
    };
    let event = |text: &str| {
        text.trim().parse().map_err(|_| {
            let fault = column.fault(record, "is no event index");
            fault.with_hint("a whole number; of several transfers `3+4`")
        })
    };
    column.text(record)?.split('+').map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::LinkTable;
    use crate::open::FileSpec;

    const HEAD: &str = "source_chain,source_transaction,source_event,destination_transaction,destination_event,method,confidence,by";

    fn read(rows: &str) -> Result<LinkTable, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("links.csv");
        std::fs::write(&path, format!("{HEAD}\n{rows}")).unwrap();
        let mut table = LinkTable::default();
        let fact = table.add_file(&FileSpec::typed(&path)).map_err(|error| error.to_string())?;
        assert_eq!((fact.dialect.as_str(), fact.rows), ("links", table.rows.len() as u64));
        Ok(table)
    }

    #[test]
    fn a_link_says_what_it_knows() {
        let (one, two) = ("a".repeat(64), "b".repeat(64));
        let table =
            read(&format!("Ethereum,0x{one},3,0x{two},4+5,cctp_nonce,1,me\n,0x{one},,0x{two},,x,0.95,\n"))
                .unwrap();
        let [exact, other] = &table.rows[..] else { panic!("two rows") };
        assert_eq!(exact.link.source.chain.as_deref(), Some("ethereum"));
        assert_eq!(
            (&exact.link.source.events[..], &exact.link.destination.events[..]),
            (&[3][..], &[4, 5][..])
        );
        assert_eq!((exact.link.confidence, exact.link.is_inferred), (1_000_000, false));
        assert_eq!((other.link.confidence, other.link.is_inferred), (950_000, true));
        assert_eq!((exact.told_by.as_str(), other.told_by.as_str()), ("me", ""));
        assert!(other.place.ends_with("links.csv, line 3"));
    }

    #[test]
    fn a_bad_link_is_refused_with_its_place() {
        let (one, two) = ("a".repeat(64), "b".repeat(64));
        for (row, wanted) in [
            (format!("no chain,0x{one},,0x{two},,x,1,"), "line 2, column `source_chain`"),
            (format!(",,,0x{two},,x,1,"), "column `source_transaction`"),
            (format!(",0x{one},three,0x{two},,x,1,"), "column `source_event`: `three`"),
            (format!(",0x{one},,0x{two},,=x,1,"), "column `method`"),
            (format!(",0x{one},,0x{two},,swap,1,"), "column `method`"),
            (format!(",0x{one},,0x{two},,x,1.1,"), "column `confidence`: `1.1`"),
            (format!(",0x{one},,0x{two},,x,95%,"), "column `confidence`"),
            (format!(",0x{one},,0x{two},,x,,"), "column `confidence`"),
        ] {
            let error = read(&format!("{row}\n")).unwrap_err();
            assert!(error.contains(wanted), "{row}: {error}");
        }
    }
}
