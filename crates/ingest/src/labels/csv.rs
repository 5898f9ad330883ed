//! Label files with a header.
//!
//! | form | columns |
//! | --- | --- |
//! | `labels` | `address`, one at least of `label`, `category`, `entity`; `chain`, `source`, `as_of`, `confidence` |
//! | `etherscan-labels` | `Address`, `Name Tag`; the file's name is the tag it was exported for |
//! | `exchange-wallets` | `exchange_slug`, `chain_key`, `address`, `comment` |
//!
//! Any order, any case; further columns are passed over. A row without category gets it by the words of its
//! label; an exchange without entity gets that by them too.

use super::words::list_name;
use super::{
    DEFAULT_CONFIDENCE, LabelSpec, UNKNOWN_CONFIDENCE, Words, parse_address, parse_category, source_of,
};
use crate::dialect::is_chain_name;
use crate::error::{Error, Fault};
use crate::header::{Column, Header, Table};
use crate::open::{Digested, Opened};
use crate::records::Record;
use crate::time::is_day;
use dyetrace_core::{Category, Label};

/// The form of our own tables.
pub(super) const OWN: &str = "labels";

/// Where the columns stand in one file.
struct Columns {
    address: Column,
    chain: Option<Column>,
    label: Option<Column>,
    category: Option<Column>,
    entity: Option<Column>,
    slug: Option<Column>,
    tag: Option<String>,
    source: Option<Column>,
    as_of: Option<Column>,
    confidence: Option<Column>,
}

pub(super) fn read(
    spec: &LabelSpec,
    opened: Opened<'_>,
    labels: &mut Vec<Label>,
) -> Result<(&'static str, Digested), Error> {
    let name = &spec.file.name;
    let mut table = Table::of(opened, name)?;
    let (form, columns) =
        recognise(&table.header, spec).map_err(|error| error.of_file(name, &table.header))?;
    let source = source_of(spec);
    let mut record = Record::default();
    while table.read(&mut record)? {
        let label = table.check_shape(&record).and_then(|()| columns.read(&record, &source));
        labels.push(label.map_err(|fault| Error::row(name, record.line, fault))?);
    }
    Ok((form, table.finish()?))
}

/// Whether a line is the header of a label file, and of nothing else.
pub(super) fn is_header(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line).to_lowercase();
    let has = |name: &str| line.split(',').any(|it| it.trim().trim_matches('"') == name);
    has("address") && ["label", "category", "entity", "exchange_slug", "name tag"].into_iter().any(has)
}

/// The columns that a header lacks.
struct Lacking(&'static str);

impl Lacking {
    fn of_file(&self, name: &str, header: &Header) -> Error {
        let error = Error::file(name, format!("the header is no label file's: it lacks {}", self.0));
        error.with_hint(format!("the header is {}", header.shown()))
    }
}

fn recognise(header: &Header, spec: &LabelSpec) -> Result<(&'static str, Columns), Lacking> {
    let address = header.find("address").ok_or(Lacking("`address`"))?;
    let none = Columns {
        address,
        chain: header.find("chain"),
        label: header.find("label"),
        category: header.find("category"),
        entity: header.find("entity"),
        slug: None,
        tag: None,
        source: header.find("source"),
        as_of: header.find("as_of"),
        confidence: header.find("confidence"),
    };
    if let Some(slug) = header.find("exchange_slug") {
        let (chain, label) = (header.find("chain_key"), header.find("comment"));
        return Ok(("exchange-wallets", Columns { chain, label, slug: Some(slug), ..none }));
    }
    if let Some(label) = header.find("name tag") {
        // Such a file is exported for one tag, whose name it bears: `binance.csv`.
        let tag = list_name(spec.name.as_deref(), &spec.file).to_lowercase();
        return Ok(("etherscan-labels", Columns { label: Some(label), tag: Some(tag), ..none }));
    }
    if none.label.is_none() && none.category.is_none() && none.entity.is_none() {
        return Err(Lacking("one of `label`, `category`, `entity`"));
    }
    Ok((OWN, none))
}

impl Columns {
    fn read(&self, record: &Record, source: &str) -> Result<Label, Fault> {
        let chain = self.chain(record)?;
        let text = self.address.text(record)?;
        let address = parse_address(text, chain.as_deref()).map_err(|it| self.address.fault(record, it))?;
        let words = self.words(record)?;
        let as_of = text_of(self.as_of.as_ref(), record)?;
        if let Some(column) = self.as_of.as_ref().filter(|_| !as_of.is_empty() && !is_day(as_of)) {
            return Err(column.fault(record, "is not a day: `YYYY-MM-DD` was expected"));
        }
        let stated = text_of(self.source.as_ref(), record)?;
        Ok(Label {
            address,
            chain,
            text: words.text,
            category: words.category,
            entity: words.entity,
            source: if stated.is_empty() { source.to_owned() } else { stated.to_owned() },
            as_of: as_of.to_owned(),
            confidence: self.confidence(record)?,
        })
    }

    fn chain(&self, record: &Record) -> Result<Option<String>, Fault> {
        let Some(column) = &self.chain else { return Ok(None) };
        let name = column.text(record)?.to_ascii_lowercase();
        if name.is_empty() {
            return Ok(None);
        }
        if self.slug.is_some() {
            // Its keys are other names, and some are no chain at all: such a label meets no account.
            return Ok(Some(crate::tokens::chain_of_key(&name).to_owned()));
        }
        if is_chain_name(&name) {
            return Ok(Some(name));
        }
        let reason = "is no name of a chain: letters, digits, `-` and `_` were expected";
        Err(column.fault(record, reason))
    }

    /// What the row says about the account.
    fn words(&self, record: &Record) -> Result<Said, Fault> {
        let label = text_of(self.label.as_ref(), record)?.trim();
        if let Some(column) = &self.slug {
            let slug = column.text(record)?;
            if slug.is_empty() {
                return Err(column.fault(record, "is empty, but an exchange was expected"));
            }
            let meaning = Words::built_in().of_slug(slug);
            let text = if label.is_empty() { slug.to_owned() } else { format!("{slug}: {label}") };
            return Ok(Said { text, category: meaning.category, entity: meaning.entity });
        }
        let entity = text_of(self.entity.as_ref(), record)?.trim();
        let category = self.category.as_ref().filter(|column| !column.is_empty(record));
        if label.is_empty() && entity.is_empty() && category.is_none() {
            return Err(Fault::of_row("the row says nothing: label, category and entity are empty"));
        }
        let named = if label.is_empty() { entity } else { label };
        let words = Words::built_in();
        let tags: Vec<&str> = self.tag.iter().map(String::as_str).collect();
        let meaning = words.of_name_and_tags(named, &tags);
        let category = match category {
            None => meaning.category,
            Some(column) => parse_category(column.text(record)?).map_err(|it| column.fault(record, it))?,
        };
        let entity = match (entity.is_empty(), category == meaning.category) {
            (false, _) => entity.to_owned(),
            (true, true) => meaning.entity,
            (true, false) => exchange_named(words, named, category),
        };
        let text = if named.is_empty() { category.as_str() } else { named };
        Ok(Said { text: text.to_owned(), category, entity })
    }

    fn confidence(&self, record: &Record) -> Result<u8, Fault> {
        let Some(column) = &self.confidence else { return Ok(DEFAULT_CONFIDENCE) };
        if column.is_empty(record) {
            return Ok(UNKNOWN_CONFIDENCE);
        }
        let number = column.text(record)?;
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let level = number.parse::<u8>().ok().filter(|&level| digits && level <= 100);
        level.ok_or_else(|| {
            column.fault(record, "is no confidence: a whole number from 0 to 100 was expected")
        })
    }
}

struct Said {
    text: String,
    category: Category,
    entity: String,
}

/// The exchange that a label names, where its category says that it is one's account.
fn exchange_named(words: &Words, name: &str, category: Category) -> String {
    let is_exchange = matches!(category, Category::Exchange | Category::ExchangeDeposit);
    words.exchange_in(name).filter(|_| is_exchange).unwrap_or_default().to_owned()
}

fn text_of<'r>(column: Option<&Column>, record: &'r Record) -> Result<&'r str, Fault> {
    column.map_or(Ok(""), |column| column.text(record))
}
