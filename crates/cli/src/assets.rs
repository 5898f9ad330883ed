//! The tables of symbols and issuers, set against the assets of a ledger.

use anyhow::Result;
use dyetrace_core::Ledger;
use dyetrace_ingest::{FileSpec, InputFact, IssuerTable, Tokens};
use dyetrace_report as report;

/// How assets are shown, who can stop them, and the files that say so.
pub(crate) struct AssetTables {
    pub(crate) tokens: report::Tokens,
    pub(crate) issuers: report::Issuers,
    pub(crate) files: Vec<InputFact>,
}

impl AssetTables {
    /// Reads the built-in tables and the user's files over them.
    pub(crate) fn read(
        ledger: &Ledger,
        inputs: &[InputFact],
        token_files: &[FileSpec],
        issuer_files: &[FileSpec],
    ) -> Result<Self> {
        let mut known = Tokens::built_in();
        let mut control = IssuerTable::built_in();
        let mut files = Vec::new();
        known.mark_dollars(inputs);
        for file in token_files {
            files.extend(known.add_file(file)?);
        }
        for file in issuer_files {
            files.push(control.add_file(file)?);
        }
        let (mut tokens, mut issuers) = (report::Tokens::default(), report::Issuers::default());
        for (id, asset) in ledger.assets().iter() {
            let chain = ledger.chain_name(asset.chain);
            if let Some(token) = known.get(chain, asset.contract.as_ref()) {
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
                        has_control: issuer.has_control(),
                    },
                );
            }
        }
        Ok(Self { tokens, issuers, files })
    }
}
