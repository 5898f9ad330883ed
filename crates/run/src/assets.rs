//! The tables of symbols and issuers, set against the assets of a ledger.

use crate::error::Error;
use dyetrace_core::Amount;
use dyetrace_core::Ledger;
use dyetrace_core::asset::Asset;
use dyetrace_core::attribution::AssetFacts;
use dyetrace_ingest::{Case, FileSpec, InputFact, IssuerTable, PriceTable, Reading, Tokens};
use dyetrace_report as report;

/// How assets are shown, who can stop them, and the files that say so.
#[derive(Debug)]
pub struct AssetTables {
    /// Symbols and decimals.
    pub tokens: report::Tokens,
    /// Who can stop which asset.
    pub issuers: report::Issuers,
    /// What assets were worth, and when.
    pub prices: report::Prices,
    /// What tells noise: one entry an asset.
    pub known: Vec<AssetFacts>,
    /// The files that were read.
    pub files: Vec<InputFact>,
}

/// The built-in table of tokens with the user's files over it, and what the files were.
///
/// # Errors
/// What is wrong with the first file that cannot be read.
pub fn read_tokens(files: &[FileSpec]) -> Result<(Tokens, Vec<InputFact>), Error> {
    let mut known = Tokens::built_in();
    let mut facts = Vec::new();
    for file in files {
        facts.extend(known.add_file(file)?);
    }
    Ok((known, facts))
}

impl AssetTables {
    /// Sets the tokens that are known, and the issuers of the built-in table and the user's files, against
    /// the assets of a ledger, and so the prices. `token_files` are the facts of the files that `read_tokens` read.
    ///
    /// # Errors
    /// What is wrong with the first file that cannot be read.
    pub fn read(reading: &Reading, token_files: Vec<InputFact>, case: &Case) -> Result<Self, Error> {
        let ledger = &reading.ledger;
        let mut known = reading.tokens.clone();
        let mut control = IssuerTable::built_in();
        let mut files = token_files;
        known.mark_dollars(&reading.facts);
        for file in &case.issuers {
            files.push(control.add_file(file)?);
        }
        let (mut tokens, mut issuers) = (report::Tokens::default(), report::Issuers::default());
        let mut facts = Vec::new();
        for (id, asset) in ledger.assets().iter() {
            let chain = ledger.chain_name(asset.chain);
            let token = known.get(chain, asset.contract.as_ref());
            facts.push(AssetFacts {
                symbol: token.map(|token| token.symbol.clone()).unwrap_or_default(),
                is_known: asset.contract.is_none_or(|contract| {
                    Tokens::is_common(chain, &contract) || control.get(chain, &contract).is_some()
                }),
                dust: Amount::ZERO,
            });
            if let Some(token) = token {
                tokens.insert(id, report::Token { symbol: token.symbol.clone(), decimals: token.decimals });
            }
            if let Some(issuer) = asset.contract.and_then(|contract| control.get(chain, &contract)) {
                issuers.insert(
                    id,
                    report::Issuer {
                        issuer: issuer.issuer.clone(),
                        control: issuer.control.clone(),
                        status_function: issuer.status_function.clone(),
                        wipe: issuer.wipe.clone(),
                        legal_threshold: issuer.legal_threshold.clone(),
                        as_of: issuer.as_of.clone(),
                        channel: issuer.channel.clone(),
                        source: issuer.source.clone(),
                        has_control: issuer.has_control(),
                    },
                );
            }
        }
        let prices = read_prices(&case.prices, ledger, &mut files)?;
        Ok(Self { tokens, issuers, prices, known: facts, files })
    }
}

/// Sets the prices of these files against the assets of a ledger. A price of an asset that nothing moves is passed over.
fn read_prices(
    files: &[FileSpec],
    ledger: &Ledger,
    facts: &mut Vec<InputFact>,
) -> Result<report::Prices, Error> {
    let mut table = PriceTable::default();
    for file in files {
        facts.push(table.add_file(file)?);
    }
    let mut prices = report::Prices::default();
    for row in table.rows {
        let chain = row.asset.chain.as_deref().and_then(|chain| ledger.find_chain(chain));
        let asset =
            chain.and_then(|chain| ledger.assets().find(&Asset { chain, contract: row.asset.contract }));
        if let Some(asset) = asset {
            prices.insert(asset, report::Quote { time: row.time, usd: row.usd, source: row.source });
        }
    }
    Ok(prices)
}
