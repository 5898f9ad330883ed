//! The summary as text, which keeps to 120 columns where amounts are not very long. Readable without colour.

use super::{HolderSum, Summary, Whole};
use crate::display::{amount, percent, plain, plain_table, table_text};
use crate::finding::Finding;
use crate::limitation::in_words;
use crate::missing::counted;
use crate::price::Cents;
use crate::state::State;
use crate::totals::{exact_rules, telling_exact_rule};
use crate::worth::Worth;
use comfy_table::{Cell, Table};
use dyetrace_core::{Amount, AssetId};
use std::collections::BTreeMap;
use std::fmt;

/// Longer tables are cut here.
const MOST_ROWS: usize = 20;
/// How many holders are named in one state.
const MOST_HOLDERS: usize = 5;
/// Longer names are cut here.
const MOST_LETTERS: usize = 28;

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_findings(f)?;
        self.write_holders(f)?;
        self.write_wholes(f)?;
        self.write_reach(f)?;
        self.write_unknown(f)?;
        self.write_end(f)
    }
}

impl Summary<'_> {
    fn rule(&self) -> &'static str {
        self.report.input.trace.rules.first().map_or("", |rule| rule.as_str())
    }

    fn write_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.report.findings();
        self.write_nothing_stolen(f)?;
        if findings.is_empty() {
            return self.write_no_findings(f);
        }
        let places = counted(findings.len(), "place", "places");
        writeln!(f, "Where the money can be stopped: {places}, best first (by rule {})\n", self.rule())?;
        let mut table = plain_table(&["#", "holder, state", "address, evidence", "amount there"]);
        for (rank, finding) in (1_usize..).zip(findings).take(MOST_ROWS) {
            table.add_row(self.finding_row(rank, finding));
        }
        write_table(f, &table)?;
        write_cut(f, findings.len(), "freezable.csv")
    }

    /// Thefts without any money come first: they are a wrong question, not an answer.
    fn write_nothing_stolen(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for limitation in self.report.limitations().iter().filter(|it| it.kind == "nothing_stolen") {
            writeln!(f, "{}: {}\n", plain(&limitation.subject, MOST_LETTERS), limitation.detail)?;
        }
        Ok(())
    }

    fn write_no_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trace = self.report.input.trace;
        if !trace.classes.is_empty() && exact_rules(trace).next().is_none() {
            return writeln!(
                f,
                "Rule poison is a bound for search and gives no amounts: `holdings.csv` lists what it flags. Name a \
                 rule that does, such as `--compare libr`."
            );
        }
        writeln!(f, "No deposit account, bridge or token of an issuer was found that holds this money.")?;
        let at_exchange = State::AtExchange.column();
        if self.wholes.iter().any(|whole| whole.parts.iter().any(|part| part.name == at_exchange)) {
            writeln!(
                f,
                "What went straight into exchanges' own wallets stands below: only they know which accounts were \
                 credited."
            )?;
        }
        Ok(())
    }

    fn finding_row(&self, rank: usize, finding: &Finding) -> Vec<Cell> {
        let (ledger, trace) = (self.report.input.ledger, self.report.input.trace);
        let (holdings, row) = (&trace.holdings, finding.holding);
        let purse = holdings.purse[row];
        let hops = counted(holdings.hops[row] as usize, "hop", "hops");
        let theft = plain(trace.theft_of(holdings.class[row]), MOST_LETTERS);
        let grade = holdings.grade[row].as_str();
        let theft = if trace.thefts.len() > 1 { format!("\ntheft {theft}") } else { String::new() };
        let route = match (holdings.hops[row], holdings.deposits[row]) {
            (0, _) => "a seed itself".to_owned(),
            (_, 0 | 1) => format!("route R{rank}"),
            (_, payments) => format!("{payments} payments, route R{rank} is one"),
        };
        let evidence = format!("{grade}, {hops}, {route}{theft}");
        let address = ledger.purse_address(purse).to_checksum();
        let amounts = [finding.least, holdings.shares.get(row, 0).units, finding.most];
        let worth = finding.worth.as_ref();
        let worth = worth.map_or([None; 3], Worth::range);
        vec![
            Cell::new(rank),
            Cell::new(format!("{}\n{}", holder(&finding.holder), finding.state.in_words())),
            Cell::new(format!("{address}\n{evidence}")),
            Cell::new(self.range(ledger.purses().asset(purse), amounts, worth)),
        ]
    }

    /// Writes the least, the rule's and the greatest amount, one a line, with their dollars; one line if they are one.
    fn range(&self, asset: AssetId, amounts: [Amount; 3], worth: [Option<Cents>; 3]) -> String {
        let show = |at: usize| {
            let dollars = worth[at].map(|worth| format!(" = {worth}")).unwrap_or_default();
            format!("{}{dollars}", amount(&self.report.input, asset, amounts[at]))
        };
        let is_one = amounts.iter().all(|it| *it == amounts[0]);
        if is_one && worth.iter().all(|it| *it == worth[0]) {
            let several = exact_rules(self.report.input.trace).nth(1).is_some();
            let by = if several { "every rule" } else { self.rule() };
            return format!("{} by {by}", show(0));
        }
        format!("min {}\n{} {}\nmax {}", show(0), self.rule(), show(1), show(2))
    }

    fn write_holders(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.holders.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nBy holder (min and max are totals under one rule)\n")?;
        let mut table = plain_table(&["holder", "kind", "places", "amount"]);
        for sum in self.holders.iter().take(MOST_ROWS) {
            let HolderSum { holder: name, holder_kind, asset, places, by_rule, of_run, worth } = sum;
            let least = by_rule.iter().copied().min().unwrap_or_default();
            let most = by_rule.iter().copied().max().unwrap_or_default();
            let worth = worth.as_ref().map_or([None; 3], Worth::range);
            let range = self.range(*asset, [least, *of_run, most], worth);
            table.add_row([holder(name), (*holder_kind).to_owned(), places.to_string(), range]);
        }
        write_table(f, &table)?;
        write_cut(f, self.holders.len(), "freezable.csv")
    }

    fn write_wholes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for whole in self.wholes.iter().take(MOST_ROWS) {
            self.write_whole(f, whole)?;
        }
        write_cut(f, self.wholes.len(), "conservation.csv")
    }

    fn write_whole(&self, f: &mut fmt::Formatter<'_>, whole: &Whole) -> fmt::Result {
        let (input, trace) = (&self.report.input, self.report.input.trace);
        let asset = trace.asset_of(whole.class);
        let theft = plain(trace.theft_of(whole.class), MOST_LETTERS);
        let stolen = amount(input, asset, whole.stolen.plus(whole.unseen));
        let rule = telling_exact_rule(trace).map_or("", |rule| trace.rules[rule].as_str());
        writeln!(f, "\nWhere all of it is: {theft}, {stolen} stolen (by rule {rule})")?;
        writeln!(f, "  asset {}", input.ledger.asset_name(asset))?;
        if !whole.unseen.is_zero() {
            writeln!(f, "  of which the data do not show {} arriving", amount(input, asset, whole.unseen))?;
        }
        writeln!(f)?;
        let mut table = plain_table(&["", "share", "amount"]);
        for part in &whole.parts {
            table.add_row([
                part.words.to_owned(),
                percent(part.hundredths),
                amount(input, asset, part.claim),
            ]);
            for (name, claim) in part.holders.iter().take(MOST_HOLDERS) {
                table.add_row([format!("  {}", holder(name)), String::new(), amount(input, asset, *claim)]);
            }
            if let Some(more) = part.holders.len().checked_sub(MOST_HOLDERS).filter(|&more| more > 0) {
                table.add_row([format!("  … and {more} more in holdings.csv"), String::new(), String::new()]);
            }
        }
        write_table(f, &table)?;
        let found: Amount = whole.parts.iter().map(|part| part.claim).sum();
        let difference = whole.stolen.plus(whole.unseen).minus(found);
        let difference = difference.map_or_else(|| "below 0".to_owned(), |it| it.to_string());
        writeln!(f, "  stolen less found: {difference} base units")
    }

    fn write_reach(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ledger, trace) = (self.report.input.ledger, self.report.input.trace);
        let transfers = counted(ledger.transfer_count(), "transfer", "transfers");
        let (reached, accounts) = (trace.reached_accounts, ledger.accounts().len());
        let places = &trace.flows.place;
        let tainted = places.iter().zip(places.iter().skip(1)).filter(|(one, next)| one != next).count();
        let tainted = counted(tainted + usize::from(!places.is_empty()), "carries", "carry");
        writeln!(f, "\nRead {transfers}: {tainted} taint, which can get to {reached} of {accounts} accounts")
    }

    fn write_unknown(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for limitation in self.report.limitations() {
            *kinds.entry(&limitation.kind).or_default() += 1;
        }
        if kinds.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nNot known, and how often (limitations.csv)\n")?;
        let mut table = plain_table(&[]);
        for (kind, count) in kinds {
            table.add_row([kind.to_owned(), count.to_string(), in_words(kind).to_owned()]);
        }
        write_table(f, &table)
    }

    fn write_end(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.report.is_complete() {
            writeln!(f, "\nThe result is not complete:")?;
            for missing in self.report.missing() {
                writeln!(f, "  {}: {}", missing.kind, missing.detail)?;
            }
        }
        match self.written {
            Some(written) => {
                writeln!(f, "\nmanifest.json SHA-256 (keep it elsewhere): {}", written.manifest_sha256)
            }
            None => Ok(()),
        }
    }
}

fn holder(name: &str) -> String {
    if name.is_empty() { "(holder not named)".to_owned() } else { plain(name, MOST_LETTERS) }
}

fn write_table(f: &mut fmt::Formatter<'_>, table: &Table) -> fmt::Result {
    f.write_str(&table_text(table))
}

fn write_cut(f: &mut fmt::Formatter<'_>, rows: usize, file: &str) -> fmt::Result {
    match rows.checked_sub(MOST_ROWS).filter(|&more| more > 0) {
        Some(more) => writeln!(f, "  … and {more} more in {file}"),
        None => Ok(()),
    }
}
