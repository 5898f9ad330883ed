//! Evidence: what the written tables say, taken in as texts and whole numbers.

use crate::cell::defused;
use crate::written::rows::Rows;
use crate::written::{Fault, MANIFEST};
use dyetrace_core::Amount;
use hashbrown::{HashMap, HashSet};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// All tables of a result, as far as totals need them.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// The asked rules, the run's own first.
    pub(super) rules: Vec<String>,
    /// How many transfers and postings were added up.
    pub(super) rows: u64,
    /// What came into each purse and went, by [`key`].
    pub(super) moves: HashMap<String, Moves>,
    /// What entered and left outside transfers, by theft and stolen asset.
    pub(super) classes: BTreeMap<[String; 2], Posted>,
    /// By [`key`], in the order of the table.
    pub(super) holdings: Vec<(String, Holding)>,
    /// Transfers that routes name, by [`transfer_key`].
    pub(super) named: HashMap<String, Vec<Named>>,
    pub(super) routes: Vec<Hop>,
    /// Sources of links that were followed: what they brought went on.
    linked: HashSet<String>,
    /// The thefts that the manifest names, each once.
    pub(super) thefts: BTreeSet<String>,
    /// Those of which `limitations.csv` says that nothing was stolen.
    pub(super) nothing_stolen: BTreeSet<String>,
    pub(super) conservation: Vec<Vec<(String, String)>>,
    pub(super) findings: Vec<Finding>,
    pub(super) next: Vec<Next>,
    /// Transfers that carry more than they are worth.
    pub(super) overfull: Vec<Fault>,
}

/// Units and claims under one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) units: Amount,
    pub(super) claims: Amount,
}

impl Sum {
    pub(super) fn add(&mut self, other: Self) {
        self.units = self.units.plus(other.units);
        self.claims = self.claims.plus(other.claims);
    }
}

/// What came into a purse and went, one entry a rule each.
#[derive(Debug)]
pub(super) struct Moves {
    pub(super) came: Vec<Sum>,
    pub(super) went: Vec<Sum>,
    /// How many transfers brought something.
    pub(super) deposits: Vec<u64>,
}

/// What entered and left outside transfers: claims by kind of posting, one entry a rule.
pub(super) type Posted = BTreeMap<String, Vec<Amount>>;

/// A line of `holdings.csv`.
#[derive(Debug)]
pub(super) struct Holding {
    pub(super) class: [String; 2],
    /// Chain, address and asset.
    pub(super) purse: [String; 3],
    pub(super) state: String,
    pub(super) stop: String,
    pub(super) balance: Amount,
    /// One entry a rule.
    pub(super) sums: Vec<Sum>,
    /// First and last taint, hops and grade.
    pub(super) rest: [String; 4],
}

/// Holdings by [`key`].
pub(super) type ByKey<'a> = HashMap<&'a str, &'a Holding>;

/// A line of `flows.csv` that a route names.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) value: Amount,
    pub(super) class: [String; 2],
    /// One entry a rule.
    pub(super) sums: Vec<Sum>,
}

/// A line of `routes.csv`.
#[derive(Debug)]
pub(super) struct Hop {
    pub(super) route: String,
    pub(super) number: u64,
    /// Chain, transaction, sender, receiver, asset.
    pub(super) transfer: [String; 5],
    pub(super) value: Amount,
    pub(super) taint: Amount,
    pub(super) link: String,
}

/// A line of `freezable.csv`.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) rank: u64,
    pub(super) route: String,
    pub(super) key: String,
    pub(super) holder: String,
    pub(super) state: String,
    pub(super) deposits: u64,
    /// The columns that follow from the holding, by name.
    pub(super) cells: Vec<(&'static str, String)>,
}

/// A line of `next.csv`.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) key: String,
    pub(super) sum: Sum,
}

/// The columns of `freezable.csv` that follow from the holding.
pub(super) const FOLLOWING: [&str; 11] = [
    "amount_min",
    "amount_rule",
    "amount_max",
    "robust",
    "claim",
    "balance",
    "first_taint",
    "last_taint",
    "hops",
    "grade",
    "state",
];

const PURSE: [&str; 5] = ["theft", "stolen_asset", "chain", "address", "asset"];

/// The columns of `conservation.csv` before those of states, and after.
pub(super) const BALANCE: [&str; 5] = ["theft", "stolen_asset", "rule", "stolen", "unseen_inflow"];

/// Joins texts that cannot hold the byte between them.
pub(super) fn key(texts: &[&str]) -> String {
    texts.join("\0")
}

/// A key for people.
pub(super) fn in_words(key: &str) -> String {
    key.replace('\0', ", ")
}

impl Evidence {
    /// Whether a rule conserves value: poison is a bound, and no amount.
    pub(super) fn is_exact(&self, rule: usize) -> bool {
        self.rules[rule] != "poison"
    }

    /// The holdings, by [`key`].
    pub(super) fn by_key(&self) -> ByKey<'_> {
        self.holdings.iter().map(|(key, holding)| (key.as_str(), holding)).collect()
    }

    /// The rules that conserve value.
    pub(super) fn exact(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.rules.len()).filter(|&rule| self.is_exact(rule))
    }

    /// Reads the tables of a result with this manifest.
    pub(super) fn read(folder: &Path, manifest: &Value) -> Result<Self, Fault> {
        let mut evidence = Self::default();
        let asked =
            [&manifest["rule"]].into_iter().chain(manifest["compare"].as_array().into_iter().flatten());
        evidence.rules = asked.filter_map(|rule| rule.as_str().map(str::to_owned)).collect();
        if evidence.rules.is_empty() {
            let what = "names no rule".to_owned();
            return Err(Fault { file: MANIFEST.to_owned(), what });
        }
        evidence.read_routes(folder)?;
        evidence.read_links(folder)?;
        evidence.read_flows(folder)?;
        evidence.read_postings(folder)?;
        evidence.read_holdings(folder)?;
        evidence.read_conservation(folder)?;
        evidence.read_findings(folder)?;
        evidence.read_next(folder)?;
        evidence.read_limitations(folder)?;
        let seeds = manifest["seeds"].as_array().into_iter().flatten();
        evidence.thefts = seeds.filter_map(|seed| seed["theft"].as_str()).map(defused).collect();
        Ok(evidence)
    }

    /// The places of the rules' columns, units and claims.
    fn rule_columns(&self, rows: &Rows) -> Result<Vec<(usize, Option<usize>)>, Fault> {
        let columns = |(rule, name): (usize, &String)| {
            let claim = self.is_exact(rule).then(|| rows.column(&format!("claim_{name}"))).transpose()?;
            Ok((rows.column(name)?, claim))
        };
        self.rules.iter().enumerate().map(columns).collect()
    }

    fn moves(&mut self, key: String) -> &mut Moves {
        let rules = self.rules.len();
        self.moves.entry(key).or_insert_with(|| Moves {
            came: vec![Sum::default(); rules],
            went: vec![Sum::default(); rules],
            deposits: vec![0; rules],
        })
    }

    fn read_routes(&mut self, folder: &Path) -> Result<(), Fault> {
        let mut rows = Rows::open(folder, "routes.csv")?;
        let [route, number, value, taint, link] =
            rows.columns(["route_id", "hop", "value", "taint", "link"])?;
        let transfer = rows.columns(TRANSFER)?;
        while rows.next()? {
            let hop = Hop {
                route: rows.text(route).to_owned(),
                number: rows.number(number)?,
                transfer: rows.texts(transfer),
                value: rows.amount(value)?,
                taint: rows.amount(taint)?,
                link: rows.text(link).to_owned(),
            };
            self.named.insert(transfer_key(&hop.transfer), Vec::new());
            self.routes.push(hop);
        }
        Ok(())
    }

    /// Results without links have no such table.
    fn read_links(&mut self, folder: &Path) -> Result<(), Fault> {
        if !folder.join("links.csv").exists() {
            return Ok(());
        }
        let mut rows = Rows::open(folder, "links.csv")?;
        let fate = rows.column("fate")?;
        let source = rows.columns([
            "source_chain",
            "source_transaction",
            "source_event",
            "from_address",
            "into_address",
            "asset",
            "value",
        ])?;
        while rows.next()? {
            if rows.text(fate) == "followed" {
                self.linked.insert(key(&source.map(|column| rows.text(column))));
            }
        }
        Ok(())
    }

    fn read_flows(&mut self, folder: &Path) -> Result<(), Fault> {
        let mut rows = Rows::open(folder, "flows.csv")?;
        let [theft, stolen, value] = rows.columns(["theft", "stolen_asset", "value"])?;
        let transfer = rows.columns(TRANSFER)?;
        let [chain, hash, from, to, asset] = transfer;
        let event = rows.column("event_index")?;
        let columns = self.rule_columns(&rows)?;
        while rows.next()? {
            self.rows += 1;
            let worth = rows.amount(value)?;
            let sums = sums(&rows, &columns)?;
            for (rule, sum) in sums.iter().enumerate().filter(|(_, sum)| sum.units > worth) {
                let what = format!("{} carries {}, more than its value {worth}", self.rules[rule], sum.units);
                self.overfull.push(rows.fault(&what));
            }
            let purse = |holder: usize| key(&[theft, stolen, chain, holder, asset].map(|it| rows.text(it)));
            let (sender, receiver) = (purse(from), purse(to));
            // From an account to itself stand the legs of exchanges: postings book them, and they are no deposits.
            if sender != receiver {
                let went = &mut self.moves(sender).went;
                went.iter_mut().zip(&sums).for_each(|(all, sum)| all.add(*sum));
                let whole = [chain, hash, event, from, to, asset, value].map(|column| rows.text(column));
                let goes_on = self.linked.contains(&key(&whole));
                let moves = self.moves(receiver);
                moves.came.iter_mut().zip(&sums).for_each(|(all, sum)| all.add(*sum));
                let deposits = moves.deposits.iter_mut().zip(&sums);
                // What went on over a link is no deposit.
                deposits.for_each(|(all, sum)| *all += u64::from(!sum.units.is_zero() && !goes_on));
            }
            if let Some(named) = self.named.get_mut(&transfer_key(&rows.texts(transfer))) {
                named.push(Named { value: worth, class: rows.texts([theft, stolen]), sums });
            }
        }
        Ok(())
    }

    fn read_postings(&mut self, folder: &Path) -> Result<(), Fault> {
        let mut rows = Rows::open(folder, "postings.csv")?;
        let purse = rows.columns(PURSE)?;
        let kind = rows.column("kind")?;
        let columns = self.rule_columns(&rows)?;
        while rows.next()? {
            self.rows += 1;
            let enters = match rows.text(kind) {
                "received" | "unseen" => true,
                "fee" | "burn" | "dust" => false,
                "converted" => !columns.iter().any(|&(units, _)| rows.text(units).starts_with('-')),
                _ => return Err(rows.expected(kind, "received, unseen, converted, fee, burn or dust")),
            };
            let mut sums = Vec::with_capacity(columns.len());
            for &(units, claims) in &columns {
                let part = |column: usize| {
                    let (negative, amount) = rows.signed(column)?;
                    let fits = amount.is_zero() || negative != enters;
                    if fits { Ok(amount) } else { Err(rows.expected(column, "an amount of the other sign")) }
                };
                sums.push(Sum { units: part(units)?, claims: claims.map_or(Ok(Amount::ZERO), part)? });
            }
            let class = rows.texts([purse[0], purse[1]]);
            let side = if rows.text(kind) != "converted" {
                ""
            } else if enters {
                " in"
            } else {
                " out"
            };
            let (rules, kind) = (self.rules.len(), rows.text(kind).to_owned() + side);
            let of_kind = self.classes.entry(class).or_default().entry(kind);
            let of_kind = of_kind.or_insert_with(|| vec![Amount::ZERO; rules]);
            of_kind.iter_mut().zip(&sums).for_each(|(all, sum)| *all = all.plus(sum.claims));
            let moves = self.moves(key(&purse.map(|column| rows.text(column))));
            let side = if enters { &mut moves.came } else { &mut moves.went };
            side.iter_mut().zip(&sums).for_each(|(all, sum)| all.add(*sum));
        }
        Ok(())
    }

    fn read_holdings(&mut self, folder: &Path) -> Result<(), Fault> {
        let mut rows = Rows::open(folder, "holdings.csv")?;
        let purse = rows.columns(PURSE)?;
        let [state, stop, balance] = rows.columns(["state", "stop", "balance"])?;
        let rest = rows.columns(["first_taint", "last_taint", "hops", "grade"])?;
        let columns = self.rule_columns(&rows)?;
        let mut seen = HashSet::new();
        while rows.next()? {
            let key = key(&purse.map(|column| rows.text(column)));
            if !seen.insert(key.clone()) {
                return Err(rows.fault("this purse stands there twice for one theft and stolen asset"));
            }
            let holding = Holding {
                class: rows.texts([purse[0], purse[1]]),
                purse: rows.texts([purse[2], purse[3], purse[4]]),
                state: rows.text(state).to_owned(),
                stop: rows.text(stop).to_owned(),
                balance: rows.amount(balance)?,
                sums: sums(&rows, &columns)?,
                rest: rows.texts(rest),
            };
            self.holdings.push((key, holding));
        }
        Ok(())
    }

    fn read_conservation(&mut self, folder: &Path) -> Result<(), Fault> {
        let mut rows = Rows::open(folder, "conservation.csv")?;
        rows.columns(BALANCE)?;
        while rows.next()? {
            self.conservation.push(rows.cells());
        }
        Ok(())
    }

    fn read_findings(&mut self, folder: &Path) -> Result<(), Fault> {
        let mut rows = Rows::open(folder, "freezable.csv")?;
        let purse = rows.columns(PURSE)?;
        let [rank, route, deposits, state] = rows.columns(["rank", "route_id", "deposits", "state"])?;
        let holder = rows.column("holder")?;
        let following = rows.columns(FOLLOWING)?;
        while rows.next()? {
            let cells = FOLLOWING.into_iter().zip(rows.texts(following));
            self.findings.push(Finding {
                rank: rows.number(rank)?,
                route: rows.text(route).to_owned(),
                key: key(&purse.map(|column| rows.text(column))),
                holder: rows.text(holder).to_owned(),
                state: rows.text(state).to_owned(),
                deposits: rows.number(deposits)?,
                cells: cells.collect(),
            });
        }
        Ok(())
    }

    fn read_limitations(&mut self, folder: &Path) -> Result<(), Fault> {
        let mut rows = Rows::open(folder, "limitations.csv")?;
        let [kind, subject] = rows.columns(["kind", "subject"])?;
        while rows.next()? {
            if rows.text(kind) == "nothing_stolen" {
                self.nothing_stolen.insert(rows.text(subject).to_owned());
            }
        }
        Ok(())
    }

    fn read_next(&mut self, folder: &Path) -> Result<(), Fault> {
        let mut rows = Rows::open(folder, "next.csv")?;
        let purse = rows.columns(PURSE)?;
        let [units, claims] = rows.columns(["amount", "claim"])?;
        while rows.next()? {
            let sum = Sum { units: rows.amount(units)?, claims: rows.amount(claims)? };
            self.next.push(Next { key: key(&purse.map(|column| rows.text(column))), sum });
        }
        Ok(())
    }
}

const TRANSFER: [&str; 5] = ["chain", "transaction_hash", "from_address", "to_address", "asset"];

/// The key of a transfer: chain, transaction, sender, receiver, asset.
pub(super) fn transfer_key(transfer: &[String; 5]) -> String {
    transfer.join("\0")
}

fn sums(rows: &Rows, columns: &[(usize, Option<usize>)]) -> Result<Vec<Sum>, Fault> {
    let sum = |&(units, claims): &(usize, Option<usize>)| {
        let claims = claims.map_or(Ok(Amount::ZERO), |column| rows.amount(column))?;
        Ok(Sum { units: rows.amount(units)?, claims })
    };
    columns.iter().map(sum).collect()
}
