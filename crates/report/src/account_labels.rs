//! What labels say of accounts at which taint rests, where a reader has to know it: contradictions, and sanctions with
//! their date. A sanction decides no stop, whenever it was laid: its date is for the reader.

use crate::cell::{when, when_in_words};
use crate::finding::label_basis;
use crate::input::{Input, Limitation};
use crate::limitation::of_account;
use dyetrace_core::{AccountId, Category};
use std::collections::BTreeMap;

/// The rows about labels: contradictions first, then sanctions, both by account.
pub(crate) fn limitations(input: &Input<'_>) -> Vec<Limitation> {
    // Each account with the first place at which taint came.
    let mut accounts: BTreeMap<AccountId, u64> = BTreeMap::new();
    let holdings = &input.trace.holdings;
    for (&purse, &first) in holdings.purse.iter().zip(&holdings.first_taint) {
        let known = accounts.entry(input.ledger.purses().account(purse)).or_insert(first);
        *known = first.min(*known);
    }
    let contradictions = accounts.keys().filter_map(|&account| {
        let [strong, weak] = input.labels.contradiction(account)?;
        let detail = format!(
            "labels contradict each other: {}, but {}. The first names the holder; any that has a stop category stops \
             the trace",
            label_basis(strong),
            label_basis(weak)
        );
        Some(of_account(input, "labels", account, detail))
    });
    let sanctions = accounts.iter().filter_map(|(&account, &first)| {
        let sanction = input.labels.of(account).find(|label| label.category == Category::Sanctioned)?;
        let day: String = when(input.ledger, first).chars().take(10).collect();
        let order = match (day.as_str(), sanction.as_of.as_str()) {
            ("", _) | (_, "") => "",
            (day, since) if day < since => ", before that day",
            _ => ", on that day or later",
        };
        let taint = format!("; taint first came {}{order}", when_in_words(input.ledger, first));
        Some(of_account(
            input,
            "sanctioned",
            account,
            format!("under a sanction: {}{taint}", label_basis(sanction)),
        ))
    });
    contradictions.chain(sanctions).collect()
}
