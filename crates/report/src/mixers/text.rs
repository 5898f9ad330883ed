//! What was found, for a person: pools, what each rule is worth here, leads, groups; in plain words.

use super::candidates::group_words;
use super::links::pools;
use super::{MixerReport, percent};
use crate::display::{coins, grouped, plain_table, table_text};
use dyetrace_core::Amount;
use dyetrace_core::links::mixers::{Band, Base, Ratio, RuleRecord, Used, Verdict};

/// How many rows of a list a text shows; all are counted.
const SHOWN: usize = 20;

impl MixerReport<'_> {
    /// The answer as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.say_pools(&mut text);
        self.say_thefts(&mut text);
        self.say_rules(&mut text);
        self.say_links(&mut text);
        self.say_groups(&mut text);
        self.say_rest(&mut text);
        text
    }

    fn say_pools(&self, text: &mut String) {
        let (notes, exits) = self.histories.iter().fold((0, 0), |(notes, exits), it| {
            (notes + it.notes.len() as u64, exits + it.exits.len() as u64)
        });
        text.push_str(&format!(
            "{} pools, {} notes in, {} exits out\n\n",
            self.histories.len(),
            count(notes),
            count(exits)
        ));
        let mut table = plain_table(&[
            "pool",
            "notes",
            "exits",
            "unspent",
            "hides among",
            "repeated",
            "self-relayed",
            "fee",
        ]);
        for (history, it) in self.histories.iter().zip(self.censuses()) {
            let bound = if matches!(it.base, Some(Base::AtLeast(_))) { "at least " } else { "" };
            let of_exits = |shown: String| if it.exits > 0 { shown } else { String::new() };
            table.add_row([
                self.table.pools[history.pool].full_name(),
                count(it.notes),
                count(it.exits),
                format!("{bound}{}", count(it.unspent)),
                of_exits(format!("{bound}{}", count(it.set_range[1]))),
                of_exits(percent(it.to_repeated)),
                of_exits(percent(it.self_relayed)),
                of_exits(percent(it.fee_quantiles[0])),
            ]);
        }
        text.push_str(&table_text(&table));
        text.push_str(
            "hides among: the median over exits. fee: over relayed ones. repeated: share of exits to recipients of several.\n\n",
        );
    }

    fn say_thefts(&self, text: &mut String) {
        for it in self.thefts {
            let history = &self.histories[it.history];
            let pool = &self.table.pools[history.pool];
            text.push_str(&format!(
                "{}: {} notes into {} with {} {} of it, by {} depositors\n",
                it.theft,
                count(it.notes.len() as u64),
                pool.full_name(),
                coins(it.units, pool.decimals),
                pool.symbol,
                it.depositors.len()
            ));
        }
        if !self.thefts.is_empty() {
            text.push('\n');
        }
    }

    fn say_rules(&self, text: &mut String) {
        if self.leads.vouchers.is_empty() {
            text.push_str("No rule could be tried: nobody's name stands behind a note. Event files do not say who paid; ");
            text.push_str("the transfers of the same transactions do.\n\n");
            return;
        }
        text.push_str("What each rule finds here, beside the same rule where it can only find chance:\n\n");
        let mut table = plain_table(&["rule", "tried", "finds", "by chance", "says", "probability"]);
        for it in &self.leads.records {
            table.add_row([
                it.rule.as_str().to_owned(),
                count(it.searched),
                count(it.target_hits),
                by_chance(it),
                verdict(it),
                probability(it),
            ]);
        }
        text.push_str(&table_text(&table));
        text.push_str(&format!(
            "tried: vouchers of one depositor with room for decoys before. Beyond these, {} could not be searched to\n\
             the end, and {} have no room before; what was found there is a lead all the same.\n\n",
            count(self.leads.records.iter().map(|it| it.beyond_data).max().unwrap_or(0)),
            count(self.leads.records.iter().map(|it| it.without_decoys).max().unwrap_or(0)),
        ));
    }

    fn say_links(&self, text: &mut String) {
        let band = |wanted| self.links.iter().filter(move |it| it.band == wanted);
        let [strong, moderate, weak] =
            [Band::Strong, Band::Moderate, Band::Weak].map(|it| band(it).count() as u64);
        text.push_str(&format!(
            "{} links: {} strong, {} moderate; {} more are context alone and count for nothing\n",
            count(strong + moderate),
            count(strong),
            count(moderate),
            count(weak)
        ));
        let mut table =
            plain_table(&["band", "probability", "depositor", "recipient", "rules", "exits", "pools"]);
        for it in self.links.iter().filter(|it| it.band != Band::Weak).take(SHOWN) {
            let rules: Vec<&str> = it.rules.iter().map(|rule| rule.as_str()).collect();
            let [likely, low] = it.probability.unwrap_or_default().map(percent);
            table.add_row([
                it.band.as_str().to_owned(),
                format!("{likely} (from {low})"),
                it.depositor.to_string(),
                it.recipient.to_string(),
                rules.join(" "),
                count(it.exits.len() as u64),
                pools(self, it).join(" "),
            ]);
        }
        if strong + moderate > 0 {
            text.push_str(&table_text(&table));
        }
        let shown = SHOWN as u64;
        if strong + moderate > shown {
            text.push_str(&format!("and {} more in mixer_links.csv\n", count(strong + moderate - shown)));
        }
        text.push('\n');
    }

    fn say_groups(&self, text: &mut String) {
        if self.known.is_empty() && self.groups.is_empty() {
            text.push_str(
                "No exit is known, so no group of exits is named: `--known-exit ADDRESS` begins one.\n",
            );
            return;
        }
        text.push_str(&format!(
            "{} groups of exits paid in step with a known exit or a lead. A group is a set of candidates, no proof:\n",
            self.groups.len()
        ));
        for (number, group) in (1..).zip(self.groups).take(SHOWN) {
            text.push_str(&format!(" {number}. {}\n", group_words(self, group)));
            let at = self.history_of(group.pool);
            let drawn: Amount =
                group.members.iter().flat_map(|it| &it.exits).map(|&exit| self.drawn(at, exit)).sum();
            let pool = &self.table.pools[group.pool];
            text.push_str(&format!("    drawn in all: {} {}\n", coins(drawn, pool.decimals), pool.symbol));
        }
    }

    fn say_rest(&self, text: &mut String) {
        let mut say = |number: u64, what: &str| {
            if number > 0 {
                text.push_str(&format!("{} {what}\n", count(number)));
            }
        };
        say(
            self.clusters.len() as u64,
            "clusters of depositors that one account paid first (depositor_clusters.csv)",
        );
        say(self.shieldings.len() as u64, "amounts in or out of shielding contracts (shieldings.csv)");
        say(
            self.misfits.len() as u64,
            "transfers of mixers fit no rule and are listed, not guessed (mixer_unfit.csv)",
        );
        say(self.leads.notes_without_depositor, "notes have no known depositor");
        say(self.without_time, "notes and exits have no time, and no rule saw them");
        say(
            self.beside_events,
            "notes and exits stand in transfers and not in the event files of their pool",
        );
    }
}

/// How many of the finds would be by chance, to a tenth: the rate among decoys, over what was looked at for targets.
fn by_chance(it: &RuleRecord) -> String {
    match (u128::from(it.decoy_hits) * u128::from(it.seen[0]) * 10).checked_div(u128::from(it.seen[1])) {
        Some(tenths) => format!("{}.{}", grouped(&(tenths / 10).to_string()), tenths % 10),
        None => String::new(),
    }
}

/// What the data say of a rule, in words.
fn verdict(it: &RuleRecord) -> String {
    match it.verdict {
        Verdict::NotSearched => "not searched".to_owned(),
        Verdict::TooFew => "too few to tell".to_owned(),
        Verdict::Chance => "chance".to_owned(),
        Verdict::AboveChance => {
            let high = if it.ratio.high == Ratio::NONE { String::new() } else { percent(it.ratio.high) };
            format!("at most {high} chance")
        }
    }
}

fn probability(it: &RuleRecord) -> String {
    match (it.probability, it.used) {
        (Some([likely, low]), Used::Data) => {
            format!("{} (from {}), by these data", percent(likely), percent(low))
        }
        (Some([likely, low]), _) => format!("{} (from {}), as published", percent(likely), percent(low)),
        (None, _) if it.rule.is_lead() => "none: not above chance here".to_owned(),
        (None, _) => "context, never counted".to_owned(),
    }
}

fn count(number: u64) -> String {
    grouped(&number.to_string())
}
