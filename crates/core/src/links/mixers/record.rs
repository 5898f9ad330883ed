//! Rules and their worth: what was published, and what the user's own data say.

use super::MILLION;
use super::chance::Ratio;

/// A rule that sets a depositor beside a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The depositor itself, or somebody who had a transfer with it, draws soon after.
    EarlyDirect,
    /// Depositor and recipient paid one labelled deposit address of an exchange.
    SharedDeposit,
    /// In each of several pools the recipient draws exactly as many notes as the depositor paid, soon after.
    EarlyProfile,
    /// As the first, later.
    LateDirect,
    /// As the third, with fewer notes.
    WeakProfile,
    /// In one pool, the recipient draws exactly as many notes.
    SameCount,
    /// The exit was sent by the depositor, or by somebody who had a transfer with it.
    SentByKnown,
}

/// The worth of a rule as somebody measured it: decoys over targets, with its interval, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// The ratio.
    pub ratio: Ratio,
    /// Hits among targets and among decoys that it rests on.
    pub hits: [u64; 2],
}

const fn published(value: u64, low: u64, high: u64, hits: [u64; 2]) -> Published {
    Published { ratio: Ratio { value, low, high }, hits }
}

impl Rule {
    /// All, those that count first.
    pub const ALL: [Self; 7] = [
        Self::EarlyDirect,
        Self::SharedDeposit,
        Self::EarlyProfile,
        Self::LateDirect,
        Self::WeakProfile,
        Self::SameCount,
        Self::SentByKnown,
    ];

    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EarlyDirect => "early_direct",
            Self::SharedDeposit => "shared_deposit",
            Self::EarlyProfile => "early_profile",
            Self::LateDirect => "late_direct",
            Self::WeakProfile => "weak_profile",
            Self::SameCount => "same_count",
            Self::SentByKnown => "sent_by_known",
        }
    }

    /// The family: rules of one family read the same facts, and only the strongest of them counts.
    #[must_use]
    pub const fn family(self) -> &'static str {
        match self {
            Self::EarlyDirect | Self::SharedDeposit | Self::LateDirect | Self::SentByKnown => {
                "linked_address"
            }
            Self::EarlyProfile | Self::WeakProfile | Self::SameCount => "amount_and_time",
        }
    }

    /// Whether it was measured to be above chance. The others are shown, and never counted.
    #[must_use]
    pub const fn is_lead(self) -> bool {
        matches!(self, Self::EarlyDirect | Self::SharedDeposit | Self::EarlyProfile)
    }

    /// What tornado-demix measured on public chains: target and decoy windows, 95 % intervals.
    #[must_use]
    pub const fn published(self) -> Published {
        match self {
            Self::EarlyDirect => published(25_000, 3_000, 94_000, [84, 2]),
            Self::SharedDeposit => published(180_000, 20_000, 800_000, [12, 2]),
            Self::EarlyProfile => published(120_000, 80_000, 160_000, [318, 34]),
            Self::LateDirect => published(830_000, 830_000, 830_000, [45, 35]),
            Self::WeakProfile => published(340_000, 340_000, 340_000, [0, 0]),
            Self::SameCount => published(970_000, 900_000, 1_050_000, [23_700, 21_561]),
            Self::SentByKnown => published(840_000, 840_000, 840_000, [14, 11]),
        }
    }
}

/// Whose figure a probability is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    /// Measured on the user's own data.
    Data,
    /// The published one: the data hold too few leads.
    Published,
    /// None: the rule is context, or chance.
    Nothing,
}

impl Used {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Published => "published",
            Self::Nothing => "none",
        }
    }
}

/// What the user's own data say of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It finds more than among decoys: the interval ends below 1.
    AboveChance,
    /// It finds no more than among decoys, as far as the data tell.
    Chance,
    /// Too little was found to tell.
    TooFew,
    /// Nothing could be searched.
    NotSearched,
}

impl Verdict {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AboveChance => "above_chance",
            Self::Chance => "chance",
            Self::TooFew => "too_few",
            Self::NotSearched => "not_searched",
        }
    }
}

/// A rule on the user's own data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleRecord {
    /// The rule.
    pub rule: Rule,
    /// Vouchers (or profiles) searched with all their decoys.
    pub searched: u64,
    /// Those whose window goes beyond the data: what was found there is a lead, and not counted here.
    pub beyond_data: u64,
    /// Those before which the data hold no room for decoys: leads are kept, and not counted here.
    pub without_decoys: u64,
    /// Decoys a target.
    pub decoys: u64,
    /// Hits where it may be right.
    pub target_hits: u64,
    /// Hits where it can only be wrong, over all decoys.
    pub decoy_hits: u64,
    /// How many exits were looked at for targets, and for decoys.
    pub seen: [u64; 2],
    /// Leads in all, counted or not.
    pub leads: u64,
    /// The rate among decoys over that among targets.
    pub ratio: Ratio,
    /// What the data say.
    pub verdict: Verdict,
    /// Whose figure the probability is.
    pub used: Used,
    /// The probability of a lead, and its lower bound, in millionths; `None` for context and chance.
    pub probability: Option<[u64; 2]>,
}

impl RuleRecord {
    /// Draws the conclusion from the counts: the data decide from `least` target hits on, else what was published; and
    /// hits as many as that which speak against what was published are chance.
    pub(super) fn conclude(&mut self, least: u64) {
        self.ratio = super::chance::ratio(self.target_hits, self.decoy_hits, self.seen);
        let found = self.target_hits + self.decoy_hits;
        self.verdict = if self.searched == 0 {
            Verdict::NotSearched
        } else if found < least {
            Verdict::TooFew
        } else if self.ratio.high < MILLION {
            Verdict::AboveChance
        } else {
            Verdict::Chance
        };
        let published = self.rule.published().ratio;
        let contradicted = found >= least && self.ratio.low > published.high;
        let of = |ratio: Ratio| [ratio.value, ratio.high].map(|it| MILLION.saturating_sub(it));
        (self.used, self.probability) = if !self.rule.is_lead() {
            (Used::Nothing, None)
        } else if self.target_hits >= least {
            match self.verdict {
                Verdict::AboveChance => (Used::Data, Some(of(self.ratio))),
                _ => (Used::Nothing, None),
            }
        } else if contradicted {
            (Used::Nothing, None)
        } else {
            (Used::Published, Some(of(published)))
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, RuleRecord, Used, Verdict};
    use crate::links::mixers::ratio;

    fn concluded(rule: Rule, target_hits: u64, decoy_hits: u64) -> RuleRecord {
        let mut record = RuleRecord {
            rule,
            searched: 100,
            beyond_data: 0,
            without_decoys: 0,
            decoys: 1,
            target_hits,
            decoy_hits,
            seen: [1_000, 1_000],
            leads: target_hits,
            ratio: ratio(0, 0, [0, 0]),
            verdict: Verdict::NotSearched,
            used: Used::Nothing,
            probability: None,
        };
        record.conclude(5);
        record
    }

    #[test]
    fn enough_data_decide_and_few_do_not() {
        let sure = concluded(Rule::EarlyDirect, 200, 100);
        assert_eq!((sure.verdict, sure.used), (Verdict::AboveChance, Used::Data));
        assert_eq!(sure.probability.map(|it| it[0]), Some(500_000));
        let chance = concluded(Rule::EarlyDirect, 20, 18);
        assert_eq!((chance.verdict, chance.used, chance.probability), (Verdict::Chance, Used::Nothing, None));
        let few = concluded(Rule::EarlyDirect, 3, 0);
        assert_eq!((few.verdict, few.used), (Verdict::TooFew, Used::Published));
        // Three hits beside thirty by chance: what was published does not hold here.
        let against = concluded(Rule::EarlyDirect, 3, 30);
        assert_eq!((against.verdict, against.used), (Verdict::Chance, Used::Nothing));
        // Context is never counted, however good it looks.
        assert_eq!(concluded(Rule::SameCount, 200, 10).used, Used::Nothing);
    }
}
