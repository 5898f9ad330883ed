//! The rules in plain words, and where each comes from: the same on the page and in requests.

use dyetrace_core::trace::Rule;

/// What each rule says, and where it comes from.
pub(crate) const fn rule_words(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::Fifo => ("The oldest money leaves first.", "Clayton's Case (1816)"),
        Rule::Lifo => ("The newest money leaves first.", "accounting practice"),
        Rule::Prorata => (
            "Every part pays its share: of a balance that is one third stolen, one third of each payment is.",
            "Barlow Clowes v Vaughan (1992), US v Banco Cafetero (1986)",
        ),
        Rule::Libr => (
            "Clean money leaves first, and money paid in later makes nothing good: the lowest balance in between \
             bounds what is left of the stolen money.",
            "Re Hallett (1880), Roscoe v Winder (1915)",
        ),
        Rule::TaintFirst => ("Stolen money leaves first.", "US v Banco Cafetero (1986)"),
        Rule::Poison => (
            "Everything that a touched account sends is flagged whole: a bound for search, never an amount.",
            "no rule of property",
        ),
    }
}
