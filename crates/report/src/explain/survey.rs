//! Survey: finds an account in the tables of a result, and adds up what they say of it.

use super::Question;
use super::legs::Legs;
use super::network::POSITION;
use super::purse::{Holding, Sums};
use super::wanted::{Wanted, is_route};
use crate::display::plain;
use crate::error::Error;
use crate::written::Fault;
use crate::written::rows::Rows;
use crate::written::source::Source;
use dyetrace_core::{Address, AmountColumn};
use hashbrown::{HashMap, HashSet};

/// Texts, each with a number.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Names {
    /// The number of a text, and whether it is new.
    fn number(&mut self, text: &str) -> (u32, bool) {
        if let Some(&number) = self.numbers.get(text) {
            return (number, false);
        }
        let number = u32::try_from(self.texts.len()).expect("fewer than 2^32 texts in a table");
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        (number, true)
    }
}

/// Class, account and asset of a purse.
type PurseKey = [u32; 3];

/// What was asked about, and where it stands in the tables.
#[derive(Debug)]
pub(super) struct Survey {
    /// As the result writes it.
    pub(super) address: String,
    classes: Names,
    accounts: Names,
    assets: Names,
    numbers: HashMap<PurseKey, u32>,
    pub(super) purses: Vec<PurseKey>,
    /// Sender and receiver of every flow; of a leg of an exchange or a link one of them is a crossing, which is nobody's purse.
    pub(super) flows: Vec<[u32; 2]>,
    pub(super) legs: Legs,
    /// Purses that stop the trace, but pass on what a transaction brings and takes.
    pub(super) passing: HashSet<u32>,
    pub(super) targets: HashMap<u32, Target>,
    pub(super) notes: Vec<String>,
}

/// A purse that was asked about.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) sums: Vec<Sums>,
    pub(super) holding: Option<Holding>,
    /// Where each of its transfers stands in the table, and whether it came in.
    pub(super) moves: Vec<(u64, bool)>,
    /// What each carries: a column a rule.
    pub(super) amounts: Vec<AmountColumn>,
}

impl Survey {
    pub(super) fn of(source: &Source, question: &Question) -> Result<Self, Error> {
        let mut wanted = Wanted::of(source, question)?;
        let mut survey = Self {
            address: wanted.address.clone(),
            classes: Names::default(),
            accounts: Names::default(),
            assets: Names::default(),
            numbers: HashMap::new(),
            purses: Vec::new(),
            flows: Vec::new(),
            legs: Legs::of(source),
            passing: HashSet::new(),
            targets: HashMap::new(),
            notes: Vec::new(),
        };
        survey.read_flows(source, &mut wanted)?;
        survey.read_holdings(source, &mut wanted)?;
        survey.read_postings(source, &mut wanted)?;
        survey.legs.join(source, &mut survey.flows, &mut survey.purses)?;
        if !wanted.found {
            return Err(wanted.not_reached(question));
        }
        if Address::has_wrong_checksum(&question.of) && !is_route(&question.of) {
            survey.notes.push(format!(
                "the capitals of {} are not its EIP-55 checksum: see that it is the address you mean",
                plain(&question.of, 100)
            ));
        }
        survey.keep(&wanted)?;
        survey.read_places(source)?;
        Ok(survey)
    }

    /// The purse of a row's account.
    fn purse(&mut self, class: u32, account: u32, asset: u32) -> u32 {
        let key = [class, account, asset];
        let next = u32::try_from(self.purses.len()).expect("fewer than 2^32 purses in a table");
        let purses = &mut self.purses;
        *self.numbers.entry(key).or_insert_with(|| {
            purses.push(key);
            next
        })
    }

    fn target(&mut self, purse: u32, rules: usize) -> &mut Target {
        self.targets.entry(purse).or_insert_with(|| Target {
            sums: vec![Sums::default(); rules],
            holding: None,
            moves: Vec::new(),
            amounts: vec![AmountColumn::default(); rules],
        })
    }

    fn read_flows(&mut self, source: &Source, wanted: &mut Wanted) -> Result<(), Error> {
        let mut rows = source.rows("flows.csv")?;
        let columns = source.rule_columns(&rows)?;
        let mut is_wanted: Vec<bool> = Vec::new();
        let mut name = String::new();
        let mut read = || -> Result<(), Fault> {
            let [theft, stolen, chain, from, to, asset] =
                rows.columns(["theft", "stolen_asset", "chain", "from_address", "to_address", "asset"])?;
            let [time, hash, event] = rows.columns(["block_timestamp", "transaction_hash", "event_index"])?;
            let value = rows.column("value")?;
            loop {
                let place = rows.here();
                if !rows.next()? {
                    return Ok(());
                }
                join(&mut name, [rows.text(theft), rows.text(stolen)]);
                let (class, _) = self.classes.number(&name);
                let (of_asset, _) = self.assets.number(rows.text(asset));
                let mut ends = [0; 2];
                for (end, column) in ends.iter_mut().zip([from, to]) {
                    join(&mut name, [rows.text(chain), rows.text(column)]);
                    let (account, is_new) = self.accounts.number(&name);
                    if is_new {
                        let is_it = wanted.is(rows.text(chain), rows.text(column));
                        wanted.found |= is_it;
                        wanted.near.look(rows.text(column));
                        is_wanted.push(is_it);
                    }
                    *end = account;
                }
                let purses = ends.map(|account| self.purse(class, account, of_asset));
                let is_leg = ends[0] == ends[1];
                if is_leg {
                    let columns = [chain, time, hash, event, to, asset];
                    let at = (self.flows.len(), place);
                    self.legs.add(&rows, columns, value, at, [purses[0], ends[0]]);
                }
                self.flows.push(purses);
                for (end, came) in [(1, true), (0, false)] {
                    if !is_wanted[ends[end] as usize] || (is_leg && came) {
                        continue;
                    }
                    let amounts = source.amounts(&rows, &columns)?;
                    let target = self.target(purses[end], source.rules.len());
                    target.moves.push((place, came));
                    if is_leg {
                        // Postings say whether it was given or got, and sum it up.
                        target
                            .amounts
                            .iter_mut()
                            .zip(amounts)
                            .for_each(|(column, amount)| column.push(amount));
                        let number = target.moves.len() - 1;
                        self.legs.is_move(number);
                        continue;
                    }
                    for ((sums, column), amount) in
                        target.sums.iter_mut().zip(&mut target.amounts).zip(amounts)
                    {
                        column.push(amount);
                        let sum = if came { &mut sums.came } else { &mut sums.went };
                        *sum = sum.plus(amount);
                    }
                }
            }
        };
        read().map_err(|fault| source.fault(&fault))
    }

    fn read_holdings(&mut self, source: &Source, wanted: &mut Wanted) -> Result<(), Error> {
        let mut rows = source.rows("holdings.csv")?;
        let columns = source.rule_columns(&rows)?;
        let mut name = String::new();
        let mut read = || -> Result<(), Fault> {
            let key = rows.columns(["theft", "stolen_asset", "chain", "address", "asset"])?;
            let [label, category, state, stop] = rows.columns(["label", "category", "state", "stop"])?;
            let [balance, hops, grade] = rows.columns(["balance", "hops", "grade"])?;
            while rows.next()? {
                let passes = matches!(rows.text(stop), "dex" | "defi" | "token");
                let is_it = wanted.is(rows.text(key[2]), rows.text(key[3]));
                wanted.near.look(rows.text(key[3]));
                if !passes && !is_it {
                    continue;
                }
                let purse = self.purse_of(&rows, key, &mut name);
                if passes {
                    self.passing.insert(purse);
                }
                if !is_it {
                    continue;
                }
                wanted.found = true;
                let amounts = source.amounts(&rows, &columns)?;
                let [label, category, state, stop] =
                    [label, category, state, stop].map(|column| rows.text(column).to_owned());
                let [hops, grade] = [hops, grade].map(|column| rows.text(column).to_owned());
                let balance = rows.amount(balance)?;
                let target = self.target(purse, source.rules.len());
                target.sums.iter_mut().zip(amounts).for_each(|(sums, amount)| sums.rests = amount);
                let place = None;
                target.holding = Some(Holding { label, category, state, stop, balance, hops, grade, place });
            }
            Ok(())
        };
        read().map_err(|fault| source.fault(&fault))
    }

    fn read_postings(&mut self, source: &Source, wanted: &mut Wanted) -> Result<(), Error> {
        let mut rows = source.rows("postings.csv")?;
        let columns = source.rule_columns(&rows)?;
        let mut name = String::new();
        let mut read = || -> Result<(), Fault> {
            let key = rows.columns(["theft", "stolen_asset", "chain", "address", "asset"])?;
            let [kind, hash] = rows.columns(["kind", "transaction_hash"])?;
            let position = rows.columns(POSITION)?;
            while rows.next()? {
                // The sign is the same under every rule.
                let leaves = columns.iter().any(|&column| rows.text(column).starts_with('-'));
                if rows.text(kind) == "converted" {
                    let purse = self.purse_of(&rows, key, &mut name);
                    let moved = self.legs.pair(&rows, position, hash, purse, leaves)?;
                    let target = self.targets.get_mut(&purse);
                    if let Some((number, target)) = moved.zip(target) {
                        target.moves[number].1 = !leaves;
                    }
                }
                if !wanted.is(rows.text(key[2]), rows.text(key[3])) {
                    continue;
                }
                wanted.found = true;
                let purse = self.purse_of(&rows, key, &mut name);
                let amounts = source.amounts(&rows, &columns)?;
                let target = self.target(purse, source.rules.len());
                for (sums, amount) in target.sums.iter_mut().zip(amounts) {
                    let sum = match rows.text(kind) {
                        "received" => &mut sums.received,
                        "unseen" => &mut sums.unseen,
                        "converted" if leaves => &mut sums.given,
                        "converted" => &mut sums.got,
                        "fee" => &mut sums.fees,
                        "burn" => &mut sums.burned,
                        "dust" => &mut sums.dust,
                        _ => {
                            return Err(rows.expected(kind, "received, unseen, converted, fee, burn or dust"));
                        }
                    };
                    *sum = sum.plus(amount);
                }
            }
            Ok(())
        };
        read().map_err(|fault| source.fault(&fault))
    }

    /// The purse that a row with one address names.
    pub(super) fn purse_of(&mut self, rows: &Rows, key: [usize; 5], name: &mut String) -> u32 {
        let [theft, stolen, chain, address, asset] = key.map(|column| rows.text(column));
        join(name, [theft, stolen]);
        let (class, _) = self.classes.number(name);
        join(name, [chain, address]);
        let (account, _) = self.accounts.number(name);
        let (asset, _) = self.assets.number(asset);
        self.purse(class, account, asset)
    }

    /// Theft, stolen asset, chain, address and asset of a purse.
    pub(super) fn words(&self, purse: u32) -> [&str; 5] {
        let [class, account, asset] = self.purses[purse as usize];
        let (theft, stolen) = self.classes.texts[class as usize].split_once('\0').unwrap_or_default();
        let (chain, address) = self.accounts.texts[account as usize].split_once('\0').unwrap_or_default();
        [theft, stolen, chain, address, &self.assets.texts[asset as usize]]
    }

    /// The purse with these words, if it is known.
    pub(super) fn find(&self, words: [&str; 5]) -> Option<u32> {
        let [theft, stolen, chain, address, asset] = words;
        let mut name = String::new();
        join(&mut name, [theft, stolen]);
        let class = *self.classes.numbers.get(&name)?;
        join(&mut name, [chain, address]);
        let account = *self.accounts.numbers.get(&name)?;
        self.numbers.get(&[class, account, *self.assets.numbers.get(asset)?]).copied()
    }

    /// Keeps of the account's purses what was asked for.
    fn keep(&mut self, wanted: &Wanted) -> Result<(), Error> {
        let words = |purse: u32| self.words(purse);
        let mut there: Vec<String> = self
            .targets
            .keys()
            .map(|&purse| words(purse))
            .map(|[theft, _, chain, _, asset]| format!("{} {chain} {asset}", plain(theft, 40)))
            .collect();
        let kept = self.targets.keys().copied().filter(|&purse| {
            let [theft, _, _, _, asset] = words(purse);
            wanted.takes(theft, asset)
        });
        let kept: HashSet<u32> = kept.collect();
        if kept.is_empty() {
            there.sort();
            there.dedup();
            let more =
                if there.len() > 10 { format!(" and {} more", there.len() - 10) } else { String::new() };
            there.truncate(10);
            let what = format!("{} is in the result, but not with that theft or asset", wanted.address);
            return Err(Error::asked(what, format!("there is {}{more}", there.join(", "))));
        }
        self.targets.retain(|purse, _| kept.contains(purse));
        Ok(())
    }

    /// Adds the lines of `freezable.csv`.
    fn read_places(&mut self, source: &Source) -> Result<(), Error> {
        let mut rows = source.rows("freezable.csv")?;
        let mut read = || -> Result<(), Fault> {
            let key = rows.columns(["theft", "stolen_asset", "chain", "address", "asset"])?;
            let cells = rows.columns(["route_id", "holder", "basis"])?;
            while rows.next()? {
                if rows.text(key[3]) != self.address {
                    continue;
                }
                let purse = self.find(key.map(|column| rows.text(column)));
                let target = purse.and_then(|purse| self.targets.get_mut(&purse));
                if let Some(holding) = target.and_then(|target| target.holding.as_mut()) {
                    holding.place = Some(rows.texts(cells));
                }
            }
            Ok(())
        };
        read().map_err(|fault| source.fault(&fault))
    }
}

/// Two texts that cannot hold the byte between them.
fn join(name: &mut String, [first, second]: [&str; 2]) {
    name.clear();
    name.push_str(first);
    name.push('\0');
    name.push_str(second);
}
