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
//! so.

use crate::open::FileSpec;
use crate::records::{Record, Records};
use dyetrace_core::Category;
use std::cmp::Reverse;
use std::collections::HashMap;
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
    /// Names of exchanges with their entities by their first word, the longest name first: `gate io` before `gate`.
    exchanges: HashMap<String, Vec<(Vec<String>, String)>>,
    rules: Vec<Rule>,
    index: Index,
    /// Names of lists, slugs and concepts: by the kind of row, then by the word.
    exact: HashMap<String, HashMap<String, Meaning>>,
}

#[derive(Debug)]
struct Rule {
    test: Test,
    meaning: Meaning,
}

/// Which rules a name or tag can meet at all: few of the hundreds, in the table's order.
#[derive(Debug, Default)]
struct Index {
    /// By a word that has to stand in the name.
    by_word: HashMap<String, Vec<usize>>,
    /// By a tag.
    by_tag: HashMap<String, Vec<usize>>,
    /// By the beginning of a word that has to stand in the name.
    by_prefix: Vec<(String, usize)>,
    /// Rules on names that hold an exchange's name and no certain word.
    of_exchange: Vec<usize>,
    /// Rules on any tag.
    of_any_tag: Vec<usize>,
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
            let [kind, word, category, entity, _note] = &fields[..] else {
                panic!("data/words.csv has five columns: {fields:?}")
            };
            let category = category.parse().unwrap_or_else(|()| panic!("`{category}` is no category"));
            let meaning = Meaning { category, entity: entity.clone() };
            let test = match kind.as_str() {
                "exchange" => {
                    let name: Vec<String> = CutWords::of(word).iter().map(str::to_owned).collect();
                    words.exchanges.entry(name[0].clone()).or_default().push((name, entity.clone()));
                    continue;
                }
                "name" => Test::Name(word.split(' ').map(part).collect()),
                "tag" if word == EXCHANGE => Test::TagOfExchange,
                "tag" => Test::Tag(word.clone()),
                _ => {
                    words.exact.entry(kind.clone()).or_default().insert(word.clone(), meaning);
                    continue;
                }
            };
            words.index.add(&test, words.rules.len());
            words.rules.push(Rule { test, meaning });
        }
        #[expect(clippy::iter_over_hash_type, reason = "each is sorted by itself")]
        for names in words.exchanges.values_mut() {
            names.sort_by_key(|(name, _)| Reverse(name.len()));
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
        let names_exchange = (0..words.len()).any(|at| self.exchange_at(&words[at..]).is_some());
        let candidates = self.index.candidates(&words, tags, names_exchange);
        self.first_fitting(candidates.into_iter(), &words, tags)
    }

    fn first_fitting(&self, rules: impl Iterator<Item = usize>, name: &[&str], tags: &[&str]) -> Meaning {
        let mut rules = rules.map(|at| &self.rules[at]);
        let found = rules.find_map(|rule| {
            let entity = self.fits(&rule.test, name, tags)?;
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
        (0..words.len()).find_map(|at| self.exchange_at(&words[at..])).map(|(_, entity)| entity)
    }

    /// The exchange of which a name is the whole name: `OKEx` is `OKX`.
    #[must_use]
    pub fn exchange_of(&self, name: &str) -> Option<&str> {
        let name = CutWords::of(name);
        let words: Vec<&str> = name.iter().collect();
        self.exchange_at(&words).filter(|(length, _)| *length == words.len()).map(|(_, entity)| entity)
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

    /// Returns the entity of the exchange that the test met, empty for none, where the test fits.
    fn fits(&self, test: &Test, name: &[&str], tags: &[&str]) -> Option<&str> {
        match test {
            Test::Name(parts) => (0..=name.len()).find_map(|at| self.matches(parts, name, at)),
            Test::Tag(word) => tags.contains(&word.as_str()).then_some(""),
            Test::TagOfExchange => tags.iter().find_map(|tag| self.exchange_of(tag)),
        }
    }

    fn matches(&self, parts: &[Part], name: &[&str], at: usize) -> Option<&str> {
        let Some((part, rest)) = parts.split_first() else { return Some("") };
        let word = name.get(at).copied();
        let next = |fits: bool| if fits { self.matches(rest, name, at + 1) } else { None };
        match part {
            Part::Start if at == 0 => self.matches(rest, name, at),
            Part::Start => None,
            Part::End => (at == name.len()).then_some(""),
            Part::Gap => (at..=name.len()).find_map(|later| self.matches(rest, name, later)),
            Part::Word(wanted) => next(word == Some(wanted.as_str())),
            Part::Prefix(wanted) => next(word.is_some_and(|word| word.starts_with(wanted.as_str()))),
            Part::Number => next(word.is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))),
            Part::Exchange => {
                let (length, entity) = self.exchange_at(name.get(at..)?)?;
                self.matches(rest, name, at + length).map(|_| entity)
            }
        }
    }

    /// The exchange whose name these words begin with: how many words, and its entity.
    fn exchange_at(&self, words: &[&str]) -> Option<(usize, &str)> {
        let mut names = self.exchanges.get(*words.first()?)?.iter();
        let found = names.find(|(name, _)| words.len() >= name.len() && name.iter().eq(&words[..name.len()]));
        found.map(|(name, entity)| (name.len(), entity.as_str()))
    }
}

impl Index {
    fn add(&mut self, test: &Test, at: usize) {
        let parts = match test {
            Test::Tag(tag) => return self.by_tag.entry(tag.clone()).or_default().push(at),
            Test::TagOfExchange => return self.of_any_tag.push(at),
            Test::Name(parts) => parts,
        };
        let word = parts.iter().find_map(|part| if let Part::Word(word) = part { Some(word) } else { None });
        let prefix = parts.iter().find_map(|part| if let Part::Prefix(it) = part { Some(it) } else { None });
        match (word, prefix) {
            (Some(word), _) => self.by_word.entry(word.clone()).or_default().push(at),
            (None, Some(prefix)) => self.by_prefix.push((prefix.clone(), at)),
            (None, None) if parts.contains(&Part::Exchange) => self.of_exchange.push(at),
            (None, None) => panic!("data/words.csv: a pattern without a word would be tried on every name"),
        }
    }

    /// The rules that may fit, in the table's order.
    fn candidates(&self, name: &[&str], tags: &[&str], names_exchange: bool) -> Vec<usize> {
        let mut found = Vec::new();
        found.extend(name.iter().filter_map(|word| self.by_word.get(*word)).flatten());
        found.extend(tags.iter().filter_map(|tag| self.by_tag.get(*tag)).flatten());
        let begins = |prefix: &str| name.iter().any(|word| word.starts_with(prefix));
        found.extend(self.by_prefix.iter().filter(|(prefix, _)| begins(prefix)).map(|(_, at)| *at));
        if names_exchange {
            found.extend(&self.of_exchange);
        }
        if !tags.is_empty() {
            found.extend(&self.of_any_tag);
        }
        found.sort_unstable();
        found.dedup();
        found
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

/// A name's words in lower case, one after the other.
#[derive(Default)]
struct CutWords {
    text: String,
    ends: Vec<usize>,
}

impl CutWords {
    fn of(name: &str) -> Self {
        let mut cut = Self::default();
        for word in name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
            if word.is_ascii() {
                cut.text.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
            } else {
                cut.text.push_str(&word.to_lowercase());
            }
            cut.ends.push(cut.text.len());
        }
        cut
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
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
mod tests {
    use super::{CutWords, TABLE, Words, rows_of};
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
            assert!(["exchange", "name", "tag", "list", "slug", "concept"].contains(&row[0].as_str()));
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

    /// Every rule in the table's order is the plain reference of the index.
    #[test]
    fn the_index_finds_what_trying_every_rule_finds() {
        let words = Words::built_in();
        let pieces =
            ["Binance", "Gate", "io", "Deposit", "7", "Hacker2", "pool", "Token", "hot", "x", "^", "USDC"];
        let tags = ["binance", "dex", "okx", "gate-io", "nothing", "token-contract"];
        let mut seen = std::collections::BTreeSet::new();
        for at in 0..pieces.len().pow(3) * tags.len() {
            let piece = |place: u32| pieces[at / pieces.len().pow(place) % pieces.len()];
            let name = [piece(0), piece(1), piece(2)].join(if at % 2 == 0 { " " } else { ": " });
            let tags = &tags[at / pieces.len().pow(3)..][..at % 2];
            let cut = CutWords::of(&name);
            let cut: Vec<&str> = cut.iter().collect();
            let plain = words.first_fitting(0..words.rules.len(), &cut, tags);
            assert_eq!(words.of_name_and_tags(&name, tags), plain, "{name} {tags:?}");
            seen.insert(plain.category);
        }
        assert!(seen.len() > 5, "the names are worth comparing: {seen:?}");
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
