//! How a source's words become categories: one table, `data/words.csv`, that a person can read and change.
//!
//! | `match` | `word` is |
//! | --- | --- |
//! | `exchange` | the name of an exchange, in words; `<exchange>` in other rows stands for any of these |
//! | `name` | a pattern on a displayed name |
//! | `tag` | a tag of the Etherscan label cloud |
//! | `list` | the NAME of `--labels NAME=FILE` |
//! | `slug` | an exchange's slug in DefiLlama's adapters that is none |
//!
//! Of `name` and `tag` rows the first that fits, from the top, decides: the table's order is its meaning. So
//! `KuCoin Hacker` is a thief although `KuCoin` is an exchange, and a token contract that bears an exchange's
//! tag is a token.
//!
//! A name is cut into words at everything that is no letter or digit: `Huobi_Deposit_0x09c9` is `huobi`,
//! `deposit`, `0x09c9`. A pattern is a row of words that follow each other in the name. `^` stands for its
//! beginning and `$` for its end, `#` for a number, `...` for any words or none, `word*` for a word that begins
//! so.

use crate::open::FileSpec;
use crate::records::{Record, Records};
use dyetrace_core::Category;
use std::sync::LazyLock;

/// The table that the program brings along.
const TABLE: &str = include_str!("../../data/words.csv");

static BUILT_IN: LazyLock<Words> = LazyLock::new(|| Words::parse(TABLE));

/// What a name or tag means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The category.
    pub category: Category,
    /// Who holds the account, where the words tell.
    pub entity: String,
}

/// The table, parsed.
#[derive(Debug, Default)]
pub struct Words {
    exchanges: Vec<(Vec<String>, String)>,
    rules: Vec<Rule>,
    /// Names of lists and slugs: what kind of row, the word, its meaning, the note.
    exact: Vec<(String, String, Meaning, String)>,
}

#[derive(Debug)]
struct Rule {
    test: Test,
    meaning: Meaning,
}

#[derive(Debug)]
enum Test {
    Name(Vec<Part>),
    Tag(String),
    TagOfExchange,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Start,
    End,
    Word(String),
    Prefix(String),
    Number,
    Gap,
    Exchange,
}

/// Stands for any exchange's name in a pattern, and for its entity in the entity column.
const EXCHANGE: &str = "<exchange>";

impl Words {
    /// The table that the program brings along.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    fn parse(table: &str) -> Self {
        let mut words = Self::default();
        for fields in rows_of(table) {
            let [kind, word, category, entity, note] = &fields[..] else {
                panic!("data/words.csv has five columns: {fields:?}")
            };
            let category = category.parse().unwrap_or_else(|()| panic!("`{category}` is no category"));
            let meaning = Meaning { category, entity: entity.clone() };
            let test = match kind.as_str() {
                "exchange" => {
                    words.exchanges.push((cut_words(word), entity.clone()));
                    continue;
                }
                "name" => Test::Name(word.split(' ').map(part).collect()),
                "tag" if word == EXCHANGE => Test::TagOfExchange,
                "tag" => Test::Tag(word.clone()),
                _ => {
                    words.exact.push((kind.clone(), word.clone(), meaning, note.clone()));
                    continue;
                }
            };
            words.rules.push(Rule { test, meaning });
        }
        // The longest name first: `gate io` before `gate`.
        words.exchanges.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        words
    }

    /// What a displayed name means: `other` where no row fits.
    #[must_use]
    pub fn of_name(&self, name: &str) -> Meaning {
        self.of_name_and_tags(name, &[])
    }

    /// What a displayed name and its tags mean together: `other` where no row fits.
    #[must_use]
    pub fn of_name_and_tags(&self, name: &str, tags: &[&str]) -> Meaning {
        let name = cut_words(name);
        let found = self.rules.iter().find_map(|rule| {
            let entity = self.fits(&rule.test, &name, tags)?;
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
        let name = cut_words(name);
        (0..name.len()).find_map(|at| self.exchange_at(&name[at..])).map(|(_, entity)| entity)
    }

    /// What the NAME of `--labels NAME=FILE` means: as a list, else as a name.
    #[must_use]
    pub fn of_list(&self, name: &str) -> Meaning {
        self.exact("list", name).unwrap_or_else(|| self.of_name(name))
    }

    /// What an exchange's slug of `DefiLlama` means: `okex`, `poloniex-cex`.
    #[must_use]
    pub fn of_slug(&self, slug: &str) -> Meaning {
        self.exact("slug", slug).unwrap_or_else(|| {
            let plain = slug.strip_suffix("-cex").unwrap_or(slug);
            let words = cut_words(plain);
            let known = self.exchange_at(&words).filter(|(length, _)| *length == words.len());
            let entity = known.map_or(plain, |(_, entity)| entity).to_owned();
            Meaning { category: Category::Exchange, entity }
        })
    }

    fn exact(&self, kind: &str, word: &str) -> Option<Meaning> {
        let word = word.to_lowercase();
        self.exact.iter().find(|row| row.0 == kind && row.1 == word).map(|row| row.2.clone())
    }

    /// Returns the entity of the exchange that the test met, empty for none, where the test fits.
    fn fits(&self, test: &Test, name: &[String], tags: &[&str]) -> Option<&str> {
        match test {
            Test::Name(parts) => (0..=name.len()).find_map(|at| self.matches(parts, name, at)),
            Test::Tag(word) => tags.contains(&word.as_str()).then_some(""),
            Test::TagOfExchange => tags.iter().find_map(|tag| {
                let words = cut_words(tag);
                let (length, entity) = self.exchange_at(&words)?;
                (length == words.len()).then_some(entity)
            }),
        }
    }

    fn matches(&self, parts: &[Part], name: &[String], at: usize) -> Option<&str> {
        let Some((part, rest)) = parts.split_first() else { return Some("") };
        let word = name.get(at);
        let next = |fits: bool| if fits { self.matches(rest, name, at + 1) } else { None };
        match part {
            Part::Start if at == 0 => self.matches(rest, name, at),
            Part::Start => None,
            Part::End => (at == name.len()).then_some(""),
            Part::Gap => (at..=name.len()).find_map(|later| self.matches(rest, name, later)),
            Part::Word(wanted) => next(word == Some(wanted)),
            Part::Prefix(wanted) => next(word.is_some_and(|word| word.starts_with(wanted))),
            Part::Number => next(word.is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))),
            Part::Exchange => {
                let (length, entity) = self.exchange_at(name.get(at..)?)?;
                self.matches(rest, name, at + length).map(|_| entity)
            }
        }
    }

    /// The exchange whose name these words begin with: how many words, and its entity.
    fn exchange_at(&self, words: &[String]) -> Option<(usize, &str)> {
        let found = self.exchanges.iter().find(|(name, _)| words.starts_with(name));
        found.map(|(name, entity)| (name.len(), entity.as_str()))
    }
}

fn part(word: &str) -> Part {
    match word {
        "^" => Part::Start,
        "$" => Part::End,
        "#" => Part::Number,
        "..." => Part::Gap,
        EXCHANGE => Part::Exchange,
        _ => match word.strip_suffix('*') {
            Some(prefix) => Part::Prefix(prefix.to_owned()),
            None => Part::Word(word.to_owned()),
        },
    }
}

fn cut_words(name: &str) -> Vec<String> {
    let words = name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
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
mod tests {
    use super::{TABLE, Words, rows_of};
    use dyetrace_core::Category::{
        Bridge, Dex, Exchange, ExchangeDeposit, Issuer, Miner, Mixer, Other, Sanctioned, Theft, Token,
    };

    #[test]
    fn no_word_stands_twice_and_every_word_is_in_lower_case() {
        let rows = rows_of(TABLE);
        for (index, row) in rows.iter().enumerate() {
            assert_eq!(row[1], row[1].to_lowercase());
            assert!(
                !rows[..index].iter().any(|other| other[..2] == row[..2]),
                "{:?} stands twice",
                &row[..2]
            );
            assert!(["exchange", "name", "tag", "list", "slug"].contains(&row[0].as_str()));
        }
    }

    #[test]
    fn names_become_categories() {
        for (name, category, entity) in [
            ("Binance 14", Exchange, "Binance"),
            ("HTX 34", Exchange, "Huobi"),
            ("OKX: Hot Wallet", Exchange, "OKX"),
            ("Crypto.com 2", Exchange, "Crypto.com"),
            ("Gate.io", Exchange, "Gate.io"),
            ("Huobi_Deposit_0x09c9", ExchangeDeposit, "Huobi"),
            ("Alameda Research: Binance Deposit", ExchangeDeposit, "Binance"),
            ("Harmony Laundry 2 Polo Deposit", ExchangeDeposit, "Poloniex"),
            ("ShapeShift: Binance Deposit", ExchangeDeposit, "Binance"),
            ("Tether: Treasury", Issuer, "Tether"),
            ("OKX: Deposit Funder", Exchange, "OKX"),
            ("KuCoin Hacker", Theft, ""),
            ("Kucoin Hacker 2", Theft, ""),
            ("Harmony Bridge Hacker 45 SRC", Theft, ""),
            ("HBH 0x4f3a CRC", Theft, ""),
            ("Ronin Bridge Exploiter", Theft, ""),
            ("Multichain Hack Alert 1000", Other, ""),
            ("Fake_Phishing4940", Theft, ""),
            ("KuCoin: KCS Token", Token, ""),
            ("Kraken: MANA Token Wallet", Exchange, "Kraken"),
            ("Gopax: WBTC Merchant Deposit Address", Other, ""),
            ("OKX DEX: Aggregation Router", Dex, "OKX"),
            ("Huobi Mining Pool", Miner, "Huobi"),
            ("Tornado.Cash: 100 ETH", Mixer, "Tornado Cash"),
            ("Across Protocol: USDC Bridge Pool", Bridge, "Across"),
            ("EtherDelta 2", Dex, "EtherDelta"),
            ("vitalik.eth", Other, ""),
            ("", Other, ""),
        ] {
            let seen = Words::built_in().of_name(name);
            assert_eq!((seen.category, seen.entity.as_str()), (category, entity), "{name}");
        }
    }

    #[test]
    fn a_token_that_bears_an_exchanges_tag_is_a_token() {
        let words = Words::built_in();
        let seen = words.of_name_and_tags("Tether: USDT Stablecoin", &["bitfinex", "blocked", "stablecoin"]);
        assert_eq!(seen.category, Token);
        let seen = words.of_name_and_tags("Bitfinex: Deployer 1", &["bitfinex"]);
        assert_eq!((seen.category, seen.entity.as_str()), (Exchange, "Bitfinex"));
        assert_eq!(words.of_tag("gate-io").entity, "Gate.io");
        assert_eq!(words.of_list("OFAC").category, Sanctioned);
        assert_eq!(words.of_slug("cex").category, Token);
        assert_eq!(words.of_slug("okex").entity, "OKX");
        assert_eq!(words.of_slug("tothemoon").entity, "tothemoon");
    }
}
