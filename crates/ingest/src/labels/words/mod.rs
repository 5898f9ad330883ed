//! How a source's words become categories: one table, `data/words.csv`, that a person can read and change.
//!
//! | `match` | `word` is |
//! | --- | --- |
//! | `exchange` | the name of an exchange, in words; `<exchange>` in other rows stands for any of these |
//! | `name` | a pattern on a displayed name |
//! | `tag` | a tag of the Etherscan label cloud |
//! | `list` | the NAME of `--labels NAME=FILE` |
//! | `slug` | an exchange's slug in DefiLlama's adapters that is none |
//! | `concept` | a category, abuse or concept of GraphSense's TagPacks and ActorPacks |
//!
//! Of `name` and `tag` rows the first that fits, from the top, decides: the table's order is its meaning. So
//! `KuCoin Hacker` is a thief although `KuCoin` is an exchange, and a token contract that bears an exchange's
//! tag is a token.
//!
//! A name is cut into words at everything that is no letter or digit: `Huobi_Deposit_0x09c9` is `huobi`,
//! `deposit`, `0x09c9`. A pattern is a row of words that follow each other in the name. `^` stands for its
//! beginning and `$` for its end, `#` for a number, `...` for any words or none, `word*` for a word that begins
//! so. The first 64 words of a text count.

mod cut;
mod exchanges;
mod index;
mod rule;

use crate::open::FileSpec;
use crate::records::{Record, Records};
use cut::CutWords;
use dyetrace_core::Category;
use exchanges::Exchanges;
use index::Index;
use rule::{EXCHANGE, Test};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The table that the program brings along.
const TABLE: &str = include_str!("../../../data/words.csv");

static BUILT_IN: LazyLock<Words> = LazyLock::new(|| Words::parse(TABLE));

/// What a name or tag means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The category.
    pub category: Category,
    /// Who holds the account, where the words tell.
    pub entity: String,
}

/// A row on names or tags: what it asks for, and what it says then.
#[derive(Debug)]
struct Rule {
    test: Test,
    meaning: Meaning,
}

/// The table, parsed.
#[derive(Debug, Default)]
pub struct Words {
    exchanges: Exchanges,
    rules: Vec<Rule>,
    index: Index,
    /// Names of lists, slugs and concepts: by the kind of row, then by the word.
    exact: HashMap<String, HashMap<String, Meaning>>,
}

impl Words {
    /// The table that the program brings along.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    fn parse(table: &str) -> Self {
        let mut words = Self::default();
        for fields in rows_of(table) {
            let [kind, word, category, entity, _note] = &fields[..] else {
                panic!("data/words.csv has five columns: {fields:?}")
            };
            let category = category.parse().unwrap_or_else(|()| panic!("`{category}` is no category"));
            let meaning = Meaning { category, entity: entity.clone() };
            let test = match kind.as_str() {
                "exchange" => {
                    words.exchanges.add(word, entity);
                    continue;
                }
                "name" => Test::of_name(word),
                "tag" => Test::of_tag(word),
                _ => {
                    words.exact.entry(kind.clone()).or_default().insert(word.clone(), meaning);
                    continue;
                }
            };
            words.index.add(&test, words.rules.len());
            words.rules.push(Rule { test, meaning });
        }
        words
    }

    /// What a displayed name means: `other` where no row fits.
    #[must_use]
    pub fn of_name(&self, name: &str) -> Meaning {
        self.of_name_and_tags(name, &[])
    }

    /// What a displayed name and its tags mean together: `other` where no row fits.
    ///
    /// # Cost
    /// Under a microsecond for a usual name: only rules that share a word with it are tried.
    #[must_use]
    pub fn of_name_and_tags(&self, name: &str, tags: &[&str]) -> Meaning {
        let name = CutWords::of(name);
        let words: Vec<&str> = name.iter().collect();
        let candidates = self.index.candidates(&words, tags, self.exchanges.within(&words).is_some());
        self.first_fitting(candidates.into_iter(), &words, tags)
    }

    fn first_fitting(&self, rules: impl Iterator<Item = usize>, name: &[&str], tags: &[&str]) -> Meaning {
        let mut rules = rules.map(|at| &self.rules[at]);
        let found = rules.find_map(|rule| {
            let entity = rule.test.fits(&self.exchanges, name, tags)?;
            let entity = if rule.meaning.entity == EXCHANGE { entity } else { &rule.meaning.entity };
            Some(Meaning { category: rule.meaning.category, entity: entity.to_owned() })
        });
        found.unwrap_or(Meaning { category: Category::Other, entity: String::new() })
    }

    /// What one tag alone means.
    #[must_use]
    pub fn of_tag(&self, tag: &str) -> Meaning {
        self.of_name_and_tags("", &[tag])
    }

    /// The exchange that a name names, anywhere in it.
    #[must_use]
    pub fn exchange_in(&self, name: &str) -> Option<&str> {
        let name = CutWords::of(name);
        let words: Vec<&str> = name.iter().collect();
        self.exchanges.within(&words)
    }

    /// The exchange of which a name is the whole name: `OKEx` is `OKX`.
    #[must_use]
    pub fn exchange_of(&self, name: &str) -> Option<&str> {
        self.exchanges.of_whole(name)
    }

    /// What a category, abuse or concept of GraphSense means; `None` where the table does not have it.
    #[must_use]
    pub fn of_concept(&self, concept: &str) -> Option<Category> {
        self.exact("concept", concept).map(|meaning| meaning.category)
    }

    /// What the NAME of `--labels NAME=FILE` means: as a list, else as a name.
    #[must_use]
    pub fn of_list(&self, name: &str) -> Meaning {
        self.exact("list", name).cloned().unwrap_or_else(|| self.of_name(name))
    }

    /// What an exchange's slug of `DefiLlama` means: `okex`, `poloniex-cex`.
    #[must_use]
    pub fn of_slug(&self, slug: &str) -> Meaning {
        self.exact("slug", slug).cloned().unwrap_or_else(|| {
            let plain = slug.strip_suffix("-cex").unwrap_or(slug);
            let entity = self.exchange_of(plain).unwrap_or(plain).to_owned();
            Meaning { category: Category::Exchange, entity }
        })
    }

    fn exact(&self, kind: &str, word: &str) -> Option<&Meaning> {
        self.exact.get(kind)?.get(word.to_lowercase().as_str())
    }
}

/// The rows of a table that the program brings along, without its header.
///
/// # Panics
/// If it is no CSV: each table is tested.
pub(crate) fn rows_of(table: &str) -> Vec<Vec<String>> {
    let mut records = Records::new(table.as_bytes());
    let mut record = Record::default();
    let mut rows = Vec::new();
    while records.read(&mut record).expect("a table that the program brings along is whole") {
        rows.push(record.fields().map(|field| String::from_utf8_lossy(field).into_owned()).collect());
    }
    rows.split_off(1)
}

/// The name of a list: as given, else the file's name without its ending.
pub(crate) fn list_name(given: Option<&str>, file: &FileSpec) -> String {
    let short = file.short_name();
    given.map_or_else(|| short.split('.').next().unwrap_or_default().to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests;
