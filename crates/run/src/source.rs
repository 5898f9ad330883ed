//! Where one address's money came from: thefts and labelled holders, account by account.

use crate::error::Error;
use crate::origins::{TypedOrigins, no_origin};
use crate::plan::{TypedCase, TypedReading, lay_case};
use crate::ready::Ready;
use crate::traced::CaseFiles;
use crate::watch::Watch;
use dyetrace_core::asset::AssetName;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::trace::{BothOrders, Cut, Entity, Grouping, Origins};
use dyetrace_core::{AccountId, Address, Category, Ledger};
use dyetrace_ingest::Case;
use dyetrace_report::display::plain;
use dyetrace_report::{AskedAccount, SourceQuestion, Sources};
use serde_json::{Value, json};
use std::fmt;

/// The question, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedSource {
    /// What the case is made of.
    pub case: TypedCase,
    /// How files are read.
    pub reading: TypedReading,
    /// How money is followed.
    pub run: TypedOrigins,
    /// An address, or `CHAIN:ADDRESS`.
    pub of: String,
    /// Only this asset.
    pub asset: Option<String>,
    /// Also what came by this transaction.
    pub transaction: Option<String>,
}

/// The question, understood.
#[derive(Clone, Debug)]
pub struct SourceOf {
    /// The case, with the options laid over it.
    pub case: Case,
    categories: Vec<Category>,
    of: String,
    asset: Option<AssetName>,
    transaction: Option<TxHash>,
}

impl TypedSource {
    /// Reads the case file, if one is named, and lays the options over it.
    ///
    /// # Errors
    /// What cannot be read or understood.
    pub fn lay(&self) -> Result<SourceOf, Error> {
        let mut case = lay_case(&self.case, &self.reading)?;
        self.run.lay(&mut case)?;
        let hash = |text: &String| {
            TxHash::parse(text.trim().as_bytes()).ok_or_else(|| {
                let what = format!("`--transaction`: `{text}` is no hash of a transaction");
                Error::refused(what, "0x and 64 hex digits")
            })
        };
        Ok(SourceOf {
            case,
            categories: self.run.categories()?,
            of: self.of.trim().to_owned(),
            asset: self.asset.as_deref().map(asset_name).transpose()?,
            transaction: self.transaction.as_ref().map(hash).transpose()?,
        })
    }
}

/// An asset as a person names it; chains are in lower case, as everywhere.
fn asset_name(text: &str) -> Result<AssetName, Error> {
    let text = text.trim();
    let text = text
        .split_once(':')
        .map_or_else(|| text.to_owned(), |(chain, rest)| format!("{}:{rest}", chain.to_ascii_lowercase()));
    AssetName::parse(&text).ok_or_else(|| {
        let what = format!("`--asset`: `{}` names no asset", plain(&text, 100));
        let hint =
            "`native`, or the token's contract, either with its chain before a colon; a ticker names none";
        Error::refused(what, hint)
    })
}

/// The answers.
#[derive(Clone, Debug)]
pub struct FoundSources {
    /// One an account of the address, by chain.
    pub accounts: Vec<Sources>,
    /// Why more may have come than is told, but for what limits cut off.
    pub missing: Vec<String>,
}

impl FoundSources {
    /// Whether nothing was left out or cut.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && !self.accounts.iter().flat_map(|it| it.cut).any(Cut::any)
    }

    /// The answers as JSON, with all routes.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let accounts: Vec<Value> = self.accounts.iter().map(Sources::to_json).collect();
        json!({
            "format": "dyetrace-source",
            "format_version": 1,
            "accounts": accounts,
            "missing": self.missing,
        })
    }
}

/// Account by account, for a person.
impl fmt::Display for FoundSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, account) in self.accounts.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{account}")?;
        }
        Ok(())
    }
}

impl CaseFiles {
    /// Goes back from an address to what brought its money.
    ///
    /// # Errors
    /// What the readers say of the first file that cannot be read; what a trace refuses; an address, or a transaction to it, that is
    /// not in the data; no origin.
    pub fn source(self, asked: &SourceOf, watch: &dyn Watch) -> Result<FoundSources, Error> {
        let case = &asked.case;
        let ready = self.ready(case, watch)?;
        let missing = ready.missing(case);
        let Ready { reading, labels, tables, options, .. } = ready;
        let ledger = &reading.ledger;
        let accounts = find(ledger, &asked.of)?;
        let is_there = |wanted: &AssetName| {
            ledger.assets().iter().any(|(_, asset)| wanted.names(&asset, ledger.chain_name(asset.chain)))
        };
        if asked.asset.as_ref().is_some_and(|wanted| !is_there(wanted)) {
            return Err(Error::refused(
                "`--asset`: no transfer moves this asset",
                "leave `--asset` out: the answer names each asset that came to the account",
            ));
        }
        let entities = Entity::of_labels(&labels, &asked.categories, Grouping::Holder);
        if case.thefts.is_empty() && entities.is_empty() {
            return Err(no_origin(&asked.categories));
        }
        let busy = watch.busy("going back");
        let mut answers: Vec<Sources> = Vec::new();
        let orders = BothOrders::of(ledger);
        for account in accounts {
            let of = |origins| orders.source(&labels, origins, &options, account);
            let thefts = Some(Origins::Thefts(&case.thefts)).filter(|_| !case.thefts.is_empty());
            let labelled = Some(Origins::Entities(&entities)).filter(|_| !entities.is_empty());
            let (thefts, labelled) = (thefts.map(of).transpose()?, labelled.map(of).transpose()?);
            answers.push(Sources::of(&SourceQuestion {
                ledger,
                tokens: &tables.tokens,
                account,
                thefts: thefts.as_ref(),
                labelled: labelled.as_ref(),
                asset: asked.asset.as_ref(),
                transaction: asked.transaction.as_ref(),
                links: &options.links,
            }));
        }
        busy.finish_and_clear();
        if asked.transaction.is_some() && answers.iter().all(|it| it.transfers.is_empty()) {
            return Err(Error::refused(
                "the transaction brings the account nothing",
                "look at its hash, the address and `--asset`; leave out `--transaction` for all that came",
            ));
        }
        Ok(FoundSources { accounts: answers, missing })
    }
}

/// The accounts of an address: on the chain before its colon, if one stands there, else on all.
fn find(ledger: &Ledger, typed: &str) -> Result<Vec<AccountId>, Error> {
    let parts = typed.split_once(':').map(|(chain, text)| (chain.to_ascii_lowercase(), text));
    let of_chain = parts.filter(|(chain, _)| ledger.find_chain(chain).is_some());
    let (chain, text) = of_chain.map_or((None, typed), |(chain, text)| (Some(chain), text));
    let address = Address::parse_any(text.as_bytes()).map_err(|error| {
        Error::refused(format!("`{}` {error}", plain(text, 100)), "name an address, or `CHAIN:ADDRESS`")
    })?;
    let found = AskedAccount::find(ledger, address, chain).accounts;
    if found.is_empty() {
        let slip = if Address::has_wrong_checksum(text) {
            "its EIP-55 checksum is wrong: look for a mistyped letter"
        } else {
            "look at the address and its chain, and whether the right files are named"
        };
        return Err(Error::refused(format!("no transfer names `{}`", plain(typed, 100)), slip));
    }
    Ok(found)
}
