//! Thresholds: from what share of what a purse received on somebody wants to know.

use dyetrace_core::Amount;
use dyetrace_core::amount::Wide;
use dyetrace_core::trace::Exposure;
use std::fmt;

/// Whose money counts together for a threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// All thefts of the case.
    Theft,
    /// All entities of a category.
    Category(String),
}

impl Group {
    /// The group of an entity's name: its category stands before a colon, or alone.
    #[must_use]
    pub fn of_entity(name: &str) -> Self {
        Self::Category(name.split(':').next().unwrap_or_default().to_owned())
    }

    const fn word(&self) -> &str {
        match self {
            Self::Theft => "theft",
            Self::Category(category) => category.as_str(),
        }
    }
}

/// More than a share of what a purse received is this group's, by this way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Of one group; `None` for each group by itself.
    pub group: Option<Group>,
    /// Straight from the origin; else over others, or in exchanges.
    pub is_direct: bool,
    /// The share, in millionths: it is met by more than that.
    pub millionths: u32,
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.is_direct { "direct" } else { "indirect" };
        let (whole, rest) = (self.millionths / 10_000, self.millionths % 10_000);
        let rest = format!("{rest:04}");
        let rest = rest.trim_end_matches('0');
        let point = if rest.is_empty() { "" } else { "." };
        let group = self.group.as_ref().map(|group| format!("{}:", group.word())).unwrap_or_default();
        write!(f, "{way}:{group}{whole}{point}{rest}%")
    }
}

/// Which thresholds the exposures of one group in one purse meet together: bit `t` for the one with the number `t`.
pub(super) fn met(
    thresholds: &[Threshold],
    group: &Group,
    exposures: impl Iterator<Item = Exposure>,
    received: Amount,
) -> u64 {
    if thresholds.is_empty() {
        return 0;
    }
    let (mut direct, mut indirect) = (Amount::ZERO, Amount::ZERO);
    for it in exposures {
        direct = direct.plus(it.direct.units);
        indirect = indirect.plus(it.indirect.units).plus(it.exchanged.units);
    }
    let is_met = |threshold: &Threshold| {
        let part = if threshold.is_direct { direct } else { indirect };
        let million = Wide::from(1_000_000_u64);
        threshold.group.as_ref().is_none_or(|wanted| wanted == group)
            && part.to_wide() * million > received.to_wide() * Wide::from(threshold.millionths)
    };
    (0..).zip(thresholds).filter(|(_, it)| is_met(it)).fold(0, |met, (number, _): (u32, _)| met | 1 << number)
}

/// A part of a whole in `of` parts, rounded down, so that only all of it is all; `None` of nothing.
#[must_use]
pub fn share_of(part: Amount, whole: Amount, of: u64) -> Option<u64> {
    if whole.is_zero() {
        return None;
    }
    u64::try_from(part.to_wide() * Wide::from(of) / whole.to_wide()).ok()
}

#[cfg(test)]
mod tests {
    use super::{Group, Threshold, met, share_of};
    use dyetrace_core::Amount;
    use dyetrace_core::trace::{Exposure, Share};

    #[test]
    fn a_threshold_is_met_by_more_and_names_itself() {
        let of = |group, is_direct, millionths| Threshold { group, is_direct, millionths };
        let all = [
            of(None, false, 100_000),
            of(Some(Group::Theft), true, 0),
            of(Some(Group::of_entity("mixer: Tornado")), false, 5_000),
        ];
        let names: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["indirect:10%", "direct:theft:0%", "indirect:mixer:0.5%"]);
        let amount = |units: u64| Amount::from(u128::from(units));
        let share = |units: u64| Share { units: amount(units), claim: amount(units) };
        let it = |direct, indirect| Exposure {
            direct: share(direct),
            indirect: share(indirect),
            ..Exposure::default()
        };
        let met = |group: &Group, rows: &[Exposure]| met(&all, group, rows.iter().copied(), amount(1_000));
        assert_eq!(met(&Group::Theft, &[it(0, 100)]), 0, "10 % are not more than 10 %");
        assert_eq!(met(&Group::Theft, &[it(0, 60), it(1, 41)]), 0b011, "together they are");
        assert_eq!(met(&Group::of_entity("mixer"), &[it(9, 6)]), 0b100);
        assert_eq!(met(&Group::of_entity("exchange: X"), &[it(9, 6)]), 0);
    }

    #[test]
    fn a_share_is_rounded_down() {
        let share = |part: u64, whole: u64| {
            share_of(Amount::from(u128::from(part)), Amount::from(u128::from(whole)), 1_000)
        };
        assert_eq!(
            [share(1, 3), share(1, 1_000), share(1, 1_001), share(9_999, 10_000), share(7, 7)],
            [333, 1, 0, 999, 1_000].map(Some)
        );
        assert_eq!(share(0, 0), None);
    }
}
