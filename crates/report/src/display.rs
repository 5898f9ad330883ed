//! How amounts and foreign texts look to a person.

use comfy_table::{ContentArrangement, Table, presets};
use dyetrace_core::{Amount, AssetId};

use crate::input::{Input, Token};

/// An amount in whole coins, exactly, with its symbol; in base units where the asset's decimals are not known.
pub(crate) fn amount(input: &Input<'_>, asset: AssetId, amount: Amount) -> String {
    amount_of(input.tokens.get(asset), amount)
}

/// The same, of an asset that is shown so.
pub(crate) fn amount_of(token: Option<&Token>, amount: Amount) -> String {
    match token {
        Some(token) => format!("{} {}", coins(amount, token.decimals), plain(&token.symbol, 12)),
        None => format!("{} base units", grouped(&amount.to_string())),
    }
}

/// An amount in whole coins, exactly: `1,234.5`.
#[must_use]
pub fn coins(amount: Amount, decimals: u8) -> String {
    let places = usize::from(decimals);
    let digits = format!("{:0>width$}", amount.to_string(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    let whole = grouped(whole);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// Digits with a comma before every three.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Hundredths of a percent: `12.34 %`.
pub(crate) fn percent(hundredths: u32) -> String {
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// Whether a letter is not seen itself and steers a terminal or turns the reading direction.
pub(crate) fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A foreign text without anything that could steer a terminal or turn the reading direction, cut to a length.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|letter| if steers(letter) { ' ' } else { letter }).collect();
    if clean.chars().count() <= most {
        return clean;
    }
    let cut: String = clean.chars().take(most.saturating_sub(1)).collect();
    format!("{cut}…")
}

/// A table with this head and no lines.
pub(crate) fn plain_table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    // Nothing is wrapped: an address or an amount in two pieces is misread.
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns);
    table
}

/// A table as lines, each with one space more before it than the table has, and none behind.
pub(crate) fn table_text(table: &Table) -> String {
    let text = table.to_string();
    // A table without a head begins with an empty line.
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| format!(" {}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::{coins, percent, plain};
    use dyetrace_core::Amount;

    #[test]
    fn coins_are_exact() {
        let coins = |units: u128, decimals| coins(Amount::from(units), decimals);
        assert_eq!(coins(1_234_500_000, 6), "1,234.5");
        assert_eq!(coins(1, 18), "0.000000000000000001");
        assert_eq!(coins(0, 18), "0");
        assert_eq!(coins(1_000, 0), "1,000");
        assert_eq!(coins(1_000_000, 0), "1,000,000");
        assert_eq!(percent(10_000), "100.00 %");
        assert_eq!(percent(5), "0.05 %");
    }

    #[test]
    fn a_label_cannot_steer_a_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c", 20), "a [31mb c");
        assert_eq!(plain("abcdef", 4), "abc…");
    }
}
