//! Source: the folder of a result, whose manifest and tables are those that were sealed.

use crate::error::Error;
use crate::input::Token;
use crate::manifest::{FORMAT_VERSION, SealCheck, check_seal, is_ours};
use crate::write::folder::{Sealing, hex, open};
use crate::written::rows::Rows;
use crate::written::{Fault, MANIFEST, no_plain_file};
use dyetrace_core::Amount;
use hashbrown::HashMap;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A result that can be asked.
pub(crate) struct Source {
    folder: PathBuf,
    pub(crate) manifest: Value,
    /// The SHA-256 of the manifest, in hex.
    pub(crate) manifest_sha256: String,
    /// The asked rules, the run's own first.
    pub(crate) rules: Vec<String>,
    /// How assets are shown.
    pub(crate) tokens: HashMap<String, Token>,
}

impl Source {
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MANIFEST);
        let shown = folder.display();
        let no_result = |why: &str| {
            let hint = "name the folder that `dyetrace trace --out` wrote";
            Error::asked(format!("`{shown}` is no result of dyetrace: {why}"), hint)
        };
        if let Some(what) = no_plain_file(&path) {
            return Err(no_result(&format!("its `{MANIFEST}` {what}")));
        }
        let bytes = fs::read(&path).map_err(|error| Error::io("read it", &path, error))?;
        if !is_ours(&bytes) {
            return Err(no_result(&format!("its `{MANIFEST}` is none of ours, or damaged")));
        }
        let manifest: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let version = &manifest["format_version"];
        if version.as_u64() != Some(u64::from(FORMAT_VERSION)) {
            let what =
                format!("`{shown}` is of format {version}; this program reads format {FORMAT_VERSION}");
            return Err(Error::asked(what, "trace again with this program"));
        }
        let asked =
            [&manifest["rule"]].into_iter().chain(manifest["compare"].as_array().into_iter().flatten());
        let rules: Vec<String> = asked.filter_map(|rule| rule.as_str().map(str::to_owned)).collect();
        let tokens = manifest["tokens"].as_array().into_iter().flatten().filter_map(|token| {
            let symbol = token["symbol"].as_str()?.to_owned();
            let decimals = u8::try_from(token["decimals"].as_u64()?).ok()?;
            Some((token["asset"].as_str()?.to_owned(), Token { symbol, decimals }))
        });
        let manifest_sha256 = hex(&Sha256::digest(&bytes));
        let source =
            Self { folder: folder.to_owned(), rules, tokens: tokens.collect(), manifest_sha256, manifest };
        if check_seal(&bytes) != SealCheck::Whole {
            return Err(source.damaged("its manifest was changed after it was sealed"));
        }
        if source.rules.is_empty() {
            return Err(source.damaged("its manifest names no rule"));
        }
        for name in ["holdings.csv", "flows.csv", "postings.csv", "freezable.csv"] {
            source.check(name)?;
        }
        Ok(source)
    }

    /// Says that the result does not hold.
    pub(crate) fn damaged(&self, what: &str) -> Error {
        let shown = self.folder.display();
        let hint = format!("`dyetrace verify {shown}` lists what does not hold");
        Error::asked(format!("`{shown}` is damaged: {what}"), hint)
    }

    pub(crate) fn fault(&self, fault: &Fault) -> Error {
        self.damaged(&format!("{}: {}", fault.file, fault.what))
    }

    /// Compares a table with its hash.
    pub(crate) fn check(&self, name: &str) -> Result<(), Error> {
        let path = self.folder.join(name);
        if let Some(what) = no_plain_file(&path) {
            return Err(self.damaged(&format!("{name} {what}")));
        }
        let read = || -> io::Result<(String, u64)> {
            let mut seen = Sealing::new(io::sink());
            io::copy(&mut open(&path)?, &mut seen)?;
            Ok(seen.finish())
        };
        let (sha256, bytes) = read().map_err(|error| Error::io("read it", &path, error))?;
        let mut listed = self.manifest["outputs"].as_array().into_iter().flatten();
        let sealed = listed.find(|it| it["name"] == name);
        let is_same = |it: &Value| it["bytes"] == bytes && it["sha256"] == *sha256;
        if sealed.is_some_and(is_same) {
            return Ok(());
        }
        Err(self.damaged(&format!("{name} is not the file that the manifest seals")))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens a table whose faults are to be told later.
    pub(crate) fn table(&self, name: &str) -> Result<Rows, Fault> {
        Rows::open(&self.folder, name)
    }

    /// Opens a table.
    pub(crate) fn rows(&self, name: &'static str) -> Result<Rows, Error> {
        Rows::open(&self.folder, name).map_err(|fault| self.fault(&fault))
    }

    /// The place of an asked rule.
    pub(crate) fn rule(&self, name: &str) -> Result<usize, Error> {
        let place = self.rules.iter().position(|rule| rule == name);
        place.ok_or_else(|| {
            let known = self.rules.join(", ");
            let what = format!(
                "the rule `{}` was not asked for in this run: {known} were",
                crate::display::plain(name, 40)
            );
            Error::asked(what, format!("name one of {known}, or trace again with `--compare`"))
        })
    }

    /// Whether a rule conserves value: poison is a bound, and no amount.
    pub(crate) fn is_exact(&self, rule: usize) -> bool {
        self.rules[rule] != "poison"
    }

    /// The places of the rules' columns of units.
    pub(crate) fn rule_columns(&self, rows: &Rows) -> Result<Vec<usize>, Error> {
        let columns = self.rules.iter().map(|rule| rows.column(rule)).collect::<Result<_, _>>();
        columns.map_err(|fault| self.fault(&fault))
    }

    /// The amounts of a row, one a rule, whatever their sign.
    pub(crate) fn amounts(&self, rows: &Rows, columns: &[usize]) -> Result<Vec<Amount>, Fault> {
        columns.iter().map(|&column| rows.signed(column).map(|(_, amount)| amount)).collect()
    }
}
