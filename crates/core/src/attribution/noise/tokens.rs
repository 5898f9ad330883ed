//! What is thought of an asset: known, counterfeit, handed out, or simply unknown.

use super::{AssetFacts, Ends, KnownSymbol, NoiseOptions, is_mint};
use crate::account::ChainId;
use crate::asset::AssetId;
use crate::ledger::Ledger;
use hashbrown::{HashMap, HashSet};
use std::ops::Range;

/// What an asset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The coin of its chain.
    Native,
    /// A token that stands in the table of known assets.
    Known,
    /// A token that bears the symbol of a known one.
    Counterfeit,
    /// A token that was handed out, or whose symbol is an advertisement.
    Airdrop,
    /// Any other token.
    Unknown,
}

/// The longest symbol of an honest token, in letters: shares of pools bear some of more than 20.
const LONGEST_SYMBOL: usize = 32;

/// What advertisements say.
const ADVERTISEMENTS: [&str; 10] =
    ["HTTP", "WWW.", ".COM", ".NET", ".ORG", ".IO", "CLAIM", "REWARD", "AIRDROP", "VISIT"];

/// Judges every asset of a ledger, in its order.
pub(super) fn judge(
    ledger: &Ledger,
    facts: &[AssetFacts],
    symbols: &[KnownSymbol],
    options: &NoiseOptions,
) -> Vec<Verdict> {
    let known =
        symbols.iter().filter_map(|(chain, symbol)| Some((ledger.find_chain(chain)?, looks_like(symbol))));
    let mut genuine: HashSet<(ChainId, String)> = known.collect();
    for ((_, asset), fact) in ledger.assets().iter().zip(facts) {
        if (fact.is_known || asset.contract.is_none()) && !fact.symbol.is_empty() {
            genuine.insert((asset.chain, looks_like(&fact.symbol)));
        }
    }
    let is_unknown: Vec<bool> = ledger
        .assets()
        .iter()
        .zip(facts)
        .map(|((_, asset), fact)| asset.contract.is_some() && !fact.is_known)
        .collect();
    let handed_out = handed_out(ledger, &is_unknown, options);
    let assets = ledger.assets().iter().zip(facts).zip(handed_out);
    let verdicts = assets.map(|(((_, asset), fact), is_handed_out)| {
        if asset.contract.is_none() {
            Verdict::Native
        } else if fact.is_known {
            Verdict::Known
        } else if genuine.contains(&(asset.chain, looks_like(&fact.symbol))) {
            Verdict::Counterfeit
        } else if is_handed_out || is_advertisement(&fact.symbol) {
            Verdict::Airdrop
        } else {
            Verdict::Unknown
        }
    });
    verdicts.collect()
}

/// A symbol as the eye takes it: without what cannot be seen, in capitals, letters of other alphabets as the Latin
/// ones that they look like.
pub(super) fn looks_like(symbol: &str) -> String {
    let seen = symbol.chars().filter(|letter| !is_unseen(*letter)).flat_map(char::to_uppercase);
    seen.map(latin).collect()
}

fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The Latin capital that a capital looks like.
fn latin(capital: char) -> char {
    match capital {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Ԁ' => 'D',
        'Е' | 'Ε' => 'E',
        'Ԍ' => 'G',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' | 'Ӏ' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ԛ' => 'Q',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Ս' => 'U',
        'Ѵ' => 'V',
        'Ԝ' => 'W',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' | 'Ү' => 'Y',
        'Ζ' => 'Z',
        // Full-width forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(capital) - 0xfee0).unwrap_or(capital),
        _ => capital,
    }
}

pub(super) fn is_advertisement(symbol: &str) -> bool {
    let shown = looks_like(symbol);
    shown.chars().count() > LONGEST_SYMBOL
        || shown.contains(['|', '*'])
        || ADVERTISEMENTS.iter().any(|word| shown.contains(word))
}

/// The rows of each transaction that has so many of them, or more.
fn large_transactions(ledger: &Ledger, least: u32) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut end = 0;
    ledger.columns().transaction.chunk_by(|one, next| one == next).filter_map(move |rows| {
        let start = end;
        end += rows.len();
        (rows.len() >= least as usize).then_some(start..end)
    })
}

/// Stands for the sender of what is minted.
const MINT: u32 = u32::MAX;

/// Whether each unknown token was handed out in large transactions to accounts that hardly ever send it on.
fn handed_out(ledger: &Ledger, is_unknown: &[bool], options: &NoiseOptions) -> Vec<bool> {
    let count = is_unknown.len();
    if !is_unknown.contains(&true) {
        return vec![false; count];
    }
    let columns = ledger.columns();
    let asset_of = |row: usize| ledger.purses().asset(columns.to[row]).0 as usize;
    // How often each sender sent each token in one transaction; transactions are neighbours.
    let mut suspects = vec![false; count];
    let mut sent: HashMap<(u32, u32), u32> = HashMap::new();
    for rows in large_transactions(ledger, options.airdrop_transfers) {
        sent.clear();
        for row in rows.filter(|&row| is_unknown[asset_of(row)]) {
            let ends = Ends::of(ledger, row);
            let sender = ends.map(|ends| ends.from.0).or_else(|| is_mint(ledger, row).then_some(MINT));
            let Some(sender) = sender else { continue };
            let AssetId(asset) = ledger.purses().asset(columns.to[row]);
            let times = sent.entry((asset, sender)).or_default();
            *times += 1;
            suspects[asset_of(row)] |= *times >= options.airdrop_transfers;
        }
    }
    if !suspects.contains(&true) {
        return suspects;
    }
    // A purse is one holder's of one asset: who got some, and who of them sent some.
    let mut got = vec![false; ledger.purses().len()];
    let mut gave = vec![false; ledger.purses().len()];
    for row in (0..ledger.transfer_count()).filter(|&row| suspects[asset_of(row)] && ledger.moves(row)) {
        if Ends::of(ledger, row).is_some() {
            got[columns.to[row].index()] = true;
            gave[columns.from[row].index()] = true;
        } else if is_mint(ledger, row) {
            got[columns.to[row].index()] = true;
        }
    }
    let mut receivers = vec![0_u64; count];
    let mut senders = vec![0_u64; count];
    for purse in ledger.purses().iter().filter(|purse| got[purse.index()]) {
        let AssetId(asset) = ledger.purses().asset(purse);
        receivers[asset as usize] += 1;
        senders[asset as usize] += u64::from(gave[purse.index()]);
    }
    let percent = u64::from(options.airdrop_senders_percent);
    (0..count).map(|asset| suspects[asset] && senders[asset] * 100 <= receivers[asset] * percent).collect()
}
