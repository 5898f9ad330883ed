//! What is not known or not sure, in plain words: the rows of `limitations.csv`.
//!
//! The list is filled from the data, never by hand: gaps, ties, limits, refunds, rows that repeat. Kinds stand
//! in a fixed order, rows of a kind in the order of the trace.

use crate::account_labels;
use crate::cell::when_in_words;
use crate::crossing::Crossings;
use crate::decisions;
use crate::detected;
use crate::input::{Input, Limitation};
use crate::links;
use crate::missing::counted;
use crate::noise;
use crate::state::State;
use crate::stated::Stated;
use crate::totals::{Totals, telling_exact_rule};
use dyetrace_core::trace::{ClassId, Gap, LeftClean, LeftCleanRow, OrderSpread, PostingKind, Rule, Stop};
use dyetrace_core::{AccountId, Amount, AssetId, Category, PurseId};
use std::collections::BTreeMap;

/// Returns everything that is not known or not sure.
pub(crate) fn limitations(
    input: &Input<'_>,
    stated: &Stated<'_>,
    totals: &Totals,
    states: &[State],
) -> Vec<Limitation> {
    let mut list = List { input, rows: Vec::new() };
    list.rejects();
    list.nothing_stolen();
    list.order();
    list.cuts(totals);
    list.unfollowed(totals, states);
    list.left_clean();
    list.rows.extend(noise::limitations(input));
    list.rows.extend(account_labels::limitations(input));
    list.rows.extend(detected::limitations(input));
    list.stated(stated);
    list.rows.extend(decisions::limitations(input));
    list.rows.extend(links::limitations(input));
    list.gaps();
    list.repeats();
    list.times();
    list.method();
    list.rows.extend(input.facts.warnings.iter().cloned());
    list.rows
}

/// A row about an account.
pub(crate) fn of_account(input: &Input<'_>, kind: &str, account: AccountId, detail: String) -> Limitation {
    let accounts = input.ledger.accounts();
    let chain = input.ledger.chain_name(accounts.chain(account));
    Limitation { kind: kind.to_owned(), subject: format!("{chain} {}", accounts.address(account)), detail }
}

struct List<'a> {
    input: &'a Input<'a>,
    rows: Vec<Limitation>,
}

impl List<'_> {
    fn add(&mut self, kind: &str, subject: impl Into<String>, detail: impl Into<String>) {
        self.rows.push(Limitation { kind: kind.to_owned(), subject: subject.into(), detail: detail.into() });
    }

    fn class(&self, class: ClassId) -> String {
        let trace = self.input.trace;
        format!("{} {}", trace.theft_of(class), self.input.ledger.asset_name(trace.asset_of(class)))
    }

    fn purse(&self, purse: PurseId) -> String {
        let ledger = self.input.ledger;
        format!("{} {}", ledger.purse_address(purse), ledger.asset_name(ledger.purses().asset(purse)))
    }

    fn classes(&self) -> impl Iterator<Item = ClassId> + use<> {
        (0_u32..).map(ClassId).take(self.input.trace.classes.len())
    }

    fn rejects(&mut self) {
        let count = self.input.facts.rejects.len();
        if count > 0 {
            let rows = counted(count, "input row was", "input rows were");
            self.add("rejects", "inputs", format!("{rows} left out: every amount is without them"));
        }
    }

    /// A theft without money is no answer, but a wrong question.
    fn nothing_stolen(&mut self) {
        let trace = self.input.trace;
        for theft in &trace.thefts {
            if !self.classes().any(|class| trace.theft_of(class) == theft) {
                let is_theirs = |&(theirs, _): &(u32, PurseId)| trace.thefts[theirs as usize] == *theft;
                let detail = if trace.set_aside.iter().any(is_theirs) {
                    "all that came to the seeds of this theft was set aside as noise: see `set_aside`, and name \
                     the asset in the seed if it is what was stolen"
                } else {
                    "the data show no money of this theft: its seeds neither received nor sent anything that \
                     counts as stolen; look at the address, its asset and `since`"
                };
                self.add("nothing_stolen", theft.clone(), detail);
            }
        }
    }

    fn order(&mut self) {
        if self.input.ledger.notes().order_ambiguous {
            self.add(
                "order_ambiguous",
                "ledger",
                "the input does not tell the order of some transfers that touch one purse: input order was \
                 taken, and the trace was made a second time with it reversed",
            );
        }
        for OrderSpread { theft, asset, purse, forward, reversed } in &self.input.trace.order_spread {
            let subject = format!("{theft} {} {}", self.input.ledger.asset_name(*asset), self.purse(*purse));
            let detail = format!(
                "two orders: {forward} base units in input order, {reversed} with it reversed inside ties; \
                 these are two orders, not a bound"
            );
            self.add("order_spread", subject, detail);
        }
    }

    /// Sums what was cut, per class: unseen inflow, edge, hub, hops, horizon, dust.
    fn cuts(&mut self, totals: &Totals) {
        let Some(rule) = telling_exact_rule(self.input.trace) else { return };
        for class in self.classes() {
            let unseen = totals.posted(class, rule, PostingKind::Unseen);
            if !unseen.is_zero() {
                let detail = format!(
                    "a seed sent {unseen} base units more than the data show it received; counted as stolen"
                );
                self.add("unseen_inflow", self.class(class), detail);
            }
        }
        for (kind, stop, why) in [
            (
                "edge",
                Stop::Edge,
                "of which no input holds the whole history: the money may be long gone, see `next.csv`",
            ),
            ("hub", Stop::Hub, "in very many transfers that nobody has named: not followed"),
            ("hops", Stop::Hops, "as far away as `--max-hops` goes: not followed"),
            (
                "unclear",
                Stop::Unclear,
                "of accounts that exchanged in the same transaction: what it was given for cannot be told, not followed",
            ),
            ("horizon", Stop::Horizon, "with rows after `--until`: the money may have moved on"),
        ] {
            for (class, (count, sum)) in self.classes().zip(self.stopped(rule, stop)) {
                if count > 0 {
                    let purses = counted(count, "purse", "purses");
                    let detail = format!("a claim of {sum} base units rests in {purses} {why}");
                    self.add(kind, self.class(class), detail);
                }
            }
        }
        for ((class, asset), (legs, claim)) in self.exchanged(rule) {
            let name = self.input.ledger.asset_name(asset);
            let exchanges = counted(legs, "exchange", "exchanges");
            let detail = format!(
                "a claim of {claim} base units went into {name} by {exchanges}: by what accounts gave and got in a \
                 transaction, at whatever price; a token of no worth would hide where the money went"
            );
            self.add("exchanged", self.class(class), detail);
        }
        for class in self.classes() {
            let dust = totals.posted(class, rule, PostingKind::Dust);
            if !dust.is_zero() {
                let detail = format!(
                    "a claim of {dust} base units went in transfers below `--min-amount`: posted, not followed"
                );
                self.add("dust", self.class(class), detail);
            }
        }
        let after = self.input.trace.transfers_after_end;
        if after > 0 {
            self.add(
                "after_end",
                "ledger",
                format!("{after} transfers lie after `--until` and were not traced"),
            );
        }
    }

    /// Returns, per class and asset got, how often it was got for taint, and the claim.
    fn exchanged(&self, rule: usize) -> BTreeMap<(ClassId, AssetId), (usize, Amount)> {
        let postings = &self.input.trace.postings;
        let mut sums = BTreeMap::new();
        let crossings = Crossings::of(self.input);
        for leg in &postings.legs {
            let row = usize::try_from(leg.posting).expect("rows are in memory");
            let share = postings.shares.get(row, rule);
            let is_link = crossings.link(postings.place[row]).is_some();
            if !is_link && postings.kind[row].enters() && !share.units.is_zero() {
                let asset = self.input.ledger.purses().asset(postings.purse[row]);
                let (count, sum) = sums.entry((postings.class[row], asset)).or_insert((0, Amount::ZERO));
                *count += 1;
                *sum = sum.plus(share.claim);
            }
        }
        sums
    }

    /// Returns, per class, how many holdings have a stop, and their claim.
    fn stopped(&self, rule: usize, stop: Stop) -> Vec<(usize, Amount)> {
        let holdings = &self.input.trace.holdings;
        let mut sums = vec![(0, Amount::ZERO); self.input.trace.classes.len()];
        for row in (0..holdings.purse.len()).filter(|&row| holdings.stop[row] == Some(stop)) {
            let share = holdings.shares.get(row, rule);
            if !share.units.is_zero() {
                let (count, sum) = &mut sums[holdings.class[row].index()];
                *count += 1;
                *sum = sum.plus(share.claim);
            }
        }
        sums
    }

    fn unfollowed(&mut self, totals: &Totals, states: &[State]) {
        if states.is_empty() {
            return;
        }
        let Some(rule) = telling_exact_rule(self.input.trace) else { return };
        for (kind, state, why) in [
            ("in_pool", State::InPool, "went into mixers: what came out is not linked to it"),
            ("in_bridge", State::InFlightBridge, "went into bridges: what came out is not linked to it"),
        ] {
            for class in self.classes() {
                let sum = totals.resting(class, rule, state);
                if !sum.is_zero() {
                    self.add(kind, self.class(class), format!("a claim of {sum} base units {why}"));
                }
            }
        }
        // What a limit cut has rows of its own.
        let holdings = &self.input.trace.holdings;
        let by_label = |row: &usize| {
            let limited = matches!(
                holdings.stop[*row],
                Some(Stop::Cut | Stop::Hub | Stop::Hops | Stop::Horizon | Stop::Unclear)
            );
            states[*row] == State::NotFollowed && !limited
        };
        for class in self.classes() {
            let rows = (0..holdings.class.len()).filter(|&row| holdings.class[row] == class).filter(by_label);
            let sum: Amount = rows.map(|row| holdings.shares.get(row, rule).claim).sum();
            if !sum.is_zero() {
                let detail = format!(
                    "a claim of {sum} base units went to exchanges of tokens or services and is not followed"
                );
                self.add("not_followed", self.class(class), detail);
            }
        }
        self.add(
            "freeze_status",
            "states",
            "whether an address is frozen already, sits behind a memo or has a refund pending cannot be told \
             from transfers: ask the holder or read the contract before acting",
        );
    }

    fn left_clean(&mut self) {
        for &LeftCleanRow { place, theft, reason, amount } in &self.input.trace.left_clean {
            let (kind, why) = match reason {
                LeftClean::Returned => (
                    "returned",
                    "came from a stop that this theft had reached: what a stop pays back is no second theft",
                ),
                LeftClean::OwnConversion => (
                    "own_conversion",
                    "is the incoming leg of the seed's own conversion: what it stands for is counted where it left",
                ),
            };
            let at = usize::try_from(place).expect("rows are in memory");
            let to = self.input.ledger.columns().to[at];
            let subject = format!("{} {}", self.input.trace.thefts[theft as usize], self.purse(to));
            let detail = format!(
                "{amount} base units, {}, left clean: it {why}",
                when_in_words(self.input.ledger, place)
            );
            self.add(kind, subject, detail);
        }
    }

    /// Says what the case states of accounts that no transfer names.
    fn stated(&mut self, stated: &Stated<'_>) {
        for (purse, block, paid) in stated.refuted() {
            let detail = format!(
                "stated in the case to be frozen as of block {block}, but the data show it paying out at block {paid}: \
                 not counted"
            );
            self.add("status", self.purse(purse), detail);
        }
        for (kind, subject) in &stated.unknown {
            let detail = "stated in the case, but no transfer read names this account with this asset";
            self.add(kind, subject, detail);
        }
    }

    fn gaps(&mut self) {
        for &Gap { purse, count, amount, first } in &self.input.trace.gaps {
            let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
            let detail = format!(
                "spent more than the data show it had {times}, {amount} base units in all, first at {}; taken \
                 for clean money from elsewhere",
                when_in_words(self.input.ledger, first)
            );
            self.add("gap", self.purse(purse), detail);
        }
    }

    fn repeats(&mut self) {
        let notes = self.input.ledger.notes();
        if notes.repeated_in_file > 0 {
            let detail = format!(
                "{} rows repeat {} transfers of their own file: kept as real",
                notes.repeated_in_file, notes.repeated_transfers
            );
            self.add("repeated_in_file", "inputs", detail);
        }
        if notes.repeated_across_files > 0 {
            let rows = notes.repeated_across_files;
            self.add(
                "repeated_across_files",
                "inputs",
                format!("{rows} rows stand in several files: counted once"),
            );
        }
    }

    fn times(&mut self) {
        let (ledger, notes) = (self.input.ledger, self.input.ledger.notes());
        let count = ledger.transfer_count();
        let without = ledger.columns().blocks.without_time(count);
        if without > 0 {
            self.add(
                "no_time",
                "inputs",
                format!("{without} of {count} transfers have no time: where one is wanted, nothing stands"),
            );
        }
        if notes.time_runs_back > 0 {
            let rows = notes.time_runs_back;
            self.add(
                "time_runs_back",
                "inputs",
                format!("{rows} transfers are earlier than a block before theirs: order is by block"),
            );
        }
        if notes.time_filled > 0 {
            let rows = notes.time_filled;
            self.add(
                "time_filled",
                "inputs",
                format!("{rows} transfers took their time from another row of their block"),
            );
        }
    }

    /// Whether a label names an account: of a file, or in the rows. Burn addresses are known without any.
    fn names_anybody(&self) -> bool {
        let labels = self.input.labels;
        labels.accounts().any(|account| labels.of(account).any(|label| label.category != Category::Burn))
    }

    /// What the method and the inputs leave open as a whole.
    fn method(&mut self) {
        let (ledger, facts) = (self.input.ledger, self.input.facts);
        if self.input.trace.rules.contains(&Rule::Poison) {
            self.add(
                "poison",
                "rule",
                "poison flags everything a tainted purse sends: a bound for search, never an amount of money",
            );
        }
        if ledger.fees().is_empty() && ledger.transfer_count() > 0 {
            self.add("no_fees", "inputs", "no input states fees: balances of native coins are too high by what was paid for transactions");
        }
        for file in facts.inputs.iter().filter(|file| file.sha256.is_empty()) {
            self.add(
                "no_sha256",
                file.name.clone(),
                "its SHA-256 was not computed when it was read: nothing here proves that these transfers are \
                 those of the file",
            );
        }
        if facts.labels.is_empty() && !self.names_anybody() {
            self.add("no_labels", "labels", "no labels were given: nobody who could stop the money is known by name, but issuers of tokens");
        }
        for file in &facts.inputs {
            if file.dialect.to_ascii_lowercase().contains("mftracer") {
                self.add(
                    "usd_unit",
                    file.name.clone(),
                    "amounts are US dollars with 6 decimals at the time of transfer, not coins",
                );
            }
        }
    }
}

/// Says in a few words what a kind of row in `limitations.csv` means.
pub(crate) fn in_words(kind: &str) -> &'static str {
    match kind {
        "after_end" => "transfers after the end that you set: not looked at",
        "columns" => "columns of an input that were not read",
        "cut" => "accounts at which an analyst decided to stop: see decisions.csv",
        "decision" => "decisions about accounts that no transfer read names",
        "deposit_lead" => "taint that passed accounts that may be deposit accounts: see `dyetrace deposits`",
        "detected_deposit" => "deposit accounts that only their sweeps tell",
        "dust" => "taint in transfers below the least amount that you set",
        "edge" => "taint at accounts whose own history no input holds: see next.csv",
        "exchanged" => "taint that went on into what was got for it in one transaction",
        "freeze_status" => "what is frozen already cannot be told from transfers",
        "gap" => "purses that spent more than the data show: the rest was taken for clean",
        "hops" | "hub" | "horizon" => "taint where a limit ended the trace",
        "in_bridge" => "taint that went into bridges and is not linked to what came out",
        "in_pool" => "taint that went into mixers and is not linked to what came out",
        "bridge" => "stolen money in bridges whose other side is not followed",
        "bridge_error" => "how many pairs at bridges chance makes, measured in these data",
        "link" => "links that an analyst decided on",
        "mixer_links" => "links through mixers that are likely enough to be followed",
        "mixer_rule" => "what each rule for mixers is worth on these data",
        "mixers_expected" => "what mixers paid out is expected, and no finding about one exit",
        "pool_bound" => "mixers of which the data lack part of the history: a bound",
        "pool_stated" => "what the case states that mixers held before the data begin",
        "linked" => "taint that went on over links: bridges, refunds, what was stated",
        "unlinked" => "links that were stated and are not followed",
        "labels" => {
            "labels that contradict each other or were left out, and what else label files leave open"
        }
        "lookalike" => "payments to an account that looks like an earlier counterparty: a trap, and followed",
        "leads" => "where no withdrawals were looked for: see leads.csv",
        "no_fees" => "no fees are stated: balances are known without them",
        "no_labels" => "no labels: holders are not known by name, and pools look like wallets",
        "no_sha256" => "input files whose hash was not computed",
        "noise" => "transfers made to be seen, not to move money, by kind",
        "noise_token" => "tokens that are noise as a whole: counterfeits, and what is handed out",
        "no_time" => "transfers without a time",
        "not_followed" => "taint that went to swaps or services and is not followed",
        "nothing_stolen" => "thefts of which the data show no money",
        "order_ambiguous" => "transfers of one purse in an order that the input does not tell",
        "order_spread" => "holdings that differ if that order is read the other way",
        "own" | "status" => "what the case states of accounts that no transfer names, or against the data",
        "own_conversion" => "what came back when a seed swapped: counted where it left, not a second time",
        "prices" => "findings that have no dollars, for want of a price",
        "poison" => "poison is a bound for search, never an amount",
        "poisoner" => "accounts that look like a counterparty of whom they wrote to",
        "reading" => "doubts met while reading",
        "rejects" => "rows left out: see rejects.csv",
        "repeated_across_files" => "rows that stand in another file too: counted once",
        "repeated_in_file" => "rows that repeat another row of their file: kept, as real",
        "returned" => "money that came back to a seed from a stop: no second theft",
        "set_aside" => "tokens at a seed that only noise brought: not taken for stolen",
        "sanctioned" => "accounts under a sanction, with its date beside that of the taint",
        "unclear" => "taint at accounts that exchange, nobody can tell for what",
        "unseen_inflow" => "stolen money that seeds sent without being seen to receive it",
        "usd_unit" => "amounts are dollars as valued by the source, not coins",
        _ => "",
    }
}
