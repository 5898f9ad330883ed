//! `manifest.json`: what was run, on what, and what came out, sealed.
//!
//! Keys stand in a fixed order. The time of the run stands in `run` alone, so that two runs on the same input
//! differ nowhere else (and in the seal). There is no thread count and no absolute path: of the command, words
//! that say where the result goes or how many threads work are left out, and of a path from the root only the
//! file's name is kept.
//!
//! Where transfers came from a snapshot, `snapshot` names it, and the first `files` of the inputs are the files that
//! it was made of, with the hashes that they had then. A hash that nobody computed is `null`.
//!
//! The last key is `seal`: the SHA-256 of all bytes of the file before that key. It finds damage, not forgery:
//! whoever changes the file can seal it again. So the SHA-256 of the whole file is printed, to be kept
//! elsewhere.

use crate::cell::iso;
use crate::input::{DecisionFacts, FileFacts, RunFacts, SnapshotFacts};
use crate::mixers::MixerReport;
use crate::report::Report;
use crate::table::at;
use crate::table::links::decimal;
use crate::write::folder::{WrittenFile, hex};
use dyetrace_core::asset::AssetName;
use dyetrace_core::attribution::deposits::{DepositOptions, Short};
use dyetrace_core::links::bridges::{Band, BandCount};
use dyetrace_core::trace::{Seed, Since, Theft, Until};
use dyetrace_core::{AddressKind, Amount, AssetId, OwnAccount, Status};
use hashbrown::HashSet;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;

/// What the key `format` says in a manifest of ours.
pub const FORMAT: &str = "dyetrace-result";
/// The version of the files' format.
pub const FORMAT_VERSION: u32 = 1;

/// The last key, as it stands in the file.
const SEAL: &str = "\"seal\": \"";

/// Writes the manifest of a result, whose other files these are.
pub(crate) fn manifest(report: &Report<'_>, files: &[WrittenFile]) -> String {
    let (trace, facts) = (report.input.trace, report.input.facts);
    let rules: Vec<&str> = trace.rules.iter().map(|rule| rule.as_str()).collect();
    let missing: Vec<Value> =
        report.missing().iter().map(|it| json!({"kind": it.kind, "detail": it.detail})).collect();
    let outputs: Vec<Value> = files
        .iter()
        .map(|file| json!({"name": file.name, "sha256": file.sha256, "bytes": file.bytes}))
        .collect();
    let manifest = json!({
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": facts.version,
        "case": facts.case,
        "command": portable(&facts.command),
        "rule": rules.first(),
        "compare": rules.get(1..),
        "seeds": facts.thefts.iter().flat_map(seeds).collect::<Vec<_>>(),
        "options": options(facts),
        "own": facts.own.iter().map(own).collect::<Vec<_>>(),
        "status": facts.status.iter().map(status).collect::<Vec<_>>(),
        "snapshot": facts.snapshot.as_ref().map(snapshot),
        "inputs": facts.inputs.iter().map(file).collect::<Vec<_>>(),
        "decisions": facts.decisions.as_ref().map(decisions),
        "links": links(facts),
        "tokens": tokens(report),
        "labels": facts.labels.iter().map(file).collect::<Vec<_>>(),
        "accounts_reached": trace.reached_accounts,
        "purses_reached": trace.reached_purses,
        "complete": report.is_complete(),
        "missing": missing,
        "outputs": outputs,
        "run": {"started": iso(facts.started), "finished": iso(facts.finished)},
    });
    sealed(&manifest)
}

/// What the key `format` says in a manifest of a run on mixers.
const MIXERS: &str = "dyetrace-mixers";

/// Whether a manifest is that of a run on mixers: nothing in such a folder says where money is.
pub(crate) fn is_of_mixers(manifest: &Value) -> bool {
    manifest["format"] == MIXERS
}

/// Writes the manifest of a run on mixers, whose other files these are.
pub(crate) fn mixer_manifest(report: &MixerReport<'_>, files: &[WrittenFile]) -> String {
    let facts = report.facts;
    let outputs: Vec<Value> = files
        .iter()
        .map(|file| json!({"name": file.name, "sha256": file.sha256, "bytes": file.bytes}))
        .collect();
    let (leads, groups) = (report.lead_options, report.group_options);
    let manifest = json!({
        "format": MIXERS,
        "format_version": FORMAT_VERSION,
        "version": facts.version,
        "case": facts.case,
        "command": portable(&facts.command),
        "options": {
            "voucher_gap": leads.voucher_gap,
            "window": leads.window,
            "late_window": leads.late_window,
            "profile_pools": leads.profile_pools,
            "profile_notes": leads.profile_notes,
            "weak_profile_notes": leads.weak_profile_notes,
            "decoys": leads.decoys,
            "least_leads": leads.least_leads,
            "group_window": groups.window,
            "group_joins": groups.joins,
            "group_share": groups.share,
            "group_members": groups.members,
            "group_shifts": groups.shifts,
        },
        "known_exits": report.known.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "inputs": facts.inputs.iter().map(file).collect::<Vec<_>>(),
        "rejects": facts.rejects.len(),
        "outputs": outputs,
        "run": {"started": iso(facts.started), "finished": iso(facts.finished)},
    });
    sealed(&manifest)
}

/// Writes a JSON object with its seal as the last key.
fn sealed(manifest: &Value) -> String {
    let text = serde_json::to_string_pretty(manifest).expect("JSON values are written without fail");
    let open = text.strip_suffix("\n}").expect("a manifest is an object with keys");
    let before = format!("{open},\n  ");
    let seal = hex(&Sha256::digest(before.as_bytes()));
    format!("{before}{SEAL}{seal}\"\n}}\n")
}

/// What a manifest's seal says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealCheck {
    /// The bytes before the seal are those that were sealed.
    Whole,
    /// They are not.
    Damaged,
    /// The last key is no seal.
    Missing,
}

/// Checks the seal of a manifest, from its bytes.
#[must_use]
pub fn check_seal(manifest: &[u8]) -> SealCheck {
    let key = SEAL.as_bytes();
    let Some(at) = manifest.windows(key.len()).rposition(|part| part == key) else {
        return SealCheck::Missing;
    };
    let (before, last) = manifest.split_at(at);
    let expected = format!("{SEAL}{}\"\n}}\n", hex(&Sha256::digest(before)));
    if last == expected.as_bytes() { SealCheck::Whole } else { SealCheck::Damaged }
}

/// Whether these are the bytes of a manifest that this program wrote, damaged or not.
#[must_use]
pub(crate) fn is_ours(manifest: &[u8]) -> bool {
    let value: Option<Value> = serde_json::from_slice(manifest).ok();
    value.is_some_and(|value| value["format"] == FORMAT || value["format"] == MIXERS)
}

/// The names of the files that a manifest lists.
pub(crate) fn outputs(manifest: &[u8]) -> Vec<String> {
    let value: Value = serde_json::from_slice(manifest).unwrap_or_default();
    let files = value["outputs"].as_array().map_or(&[][..], |files| files);
    files.iter().filter_map(|file| file["name"].as_str().map(str::to_owned)).collect()
}

/// Returns the words of a command without what does not decide the result.
fn portable(command: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    let mut skip = false;
    for word in command {
        if std::mem::take(&mut skip) {
            continue;
        }
        let silent = ["--out", "--threads"];
        if silent.contains(&word.as_str()) {
            skip = true;
        } else if !silent.iter().any(|it| word.strip_prefix(it).is_some_and(|rest| rest.starts_with('='))) {
            words.push(portable_word(word));
        }
    }
    words
}

/// Keeps of a path from the root its last part, also behind `name=`.
fn portable_word(word: &str) -> String {
    let (before, path) = word.split_once('=').map_or(("", word), |(name, path)| (name, path));
    let path = Path::new(path);
    match path.file_name().filter(|_| path.is_absolute()) {
        None => word.to_owned(),
        Some(name) if before.is_empty() => name.to_string_lossy().into_owned(),
        Some(name) => format!("{before}={}", name.to_string_lossy()),
    }
}

fn snapshot(snapshot: &SnapshotFacts) -> Value {
    json!({
        "name": portable_word(&snapshot.name),
        "bytes": snapshot.bytes,
        "seal": snapshot.seal,
        "files": snapshot.files,
    })
}

fn file(file: &FileFacts) -> Value {
    json!({
        "name": portable_word(&file.name),
        "sha256": Some(&file.sha256).filter(|hash| !hash.is_empty()),
        "bytes": file.bytes,
        "rows": file.rows,
        "dialect": file.dialect,
        "first_block": file.first_block,
        "last_block": file.last_block,
        "first_time": file.first_time.map(iso),
        "last_time": file.last_time.map(iso),
    })
}

/// The files of links, and what was looked for at bridges.
fn links(facts: &RunFacts) -> Value {
    let found = facts.links.bridges.as_ref().map(|(options, bridges)| {
        let band = |(band, count): (Band, &BandCount)| {
            json!({"band": band.as_str(), "found": count.found, "placebo": count.placebo})
        };
        json!({
            "windows": options.windows,
            "thousandths": options.thousandths,
            "shift": options.shift,
            "bands": Band::ALL.into_iter().zip(&bridges.bands).map(band).collect::<Vec<_>>(),
        })
    });
    json!({
        "files": facts.links.files.iter().map(file).collect::<Vec<_>>(),
        "follow": decimal(facts.links.follow),
        "bridges": found,
    })
}

/// The log of decisions, with the head of its chain.
fn decisions(decisions: &DecisionFacts) -> Value {
    let FileFacts { name, sha256, bytes, rows, .. } = &decisions.file;
    json!({"name": portable_word(name), "sha256": sha256, "bytes": bytes, "rows": rows, "head": decisions.head()})
}

/// How the assets that the tables name are shown; those of unknown decimals are left out.
fn tokens(report: &Report<'_>) -> Vec<Value> {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let (purses, to) = (ledger.purses(), &ledger.columns().to);
    let flows = trace.flows.place.iter().map(|&place| purses.asset(to[at(place)]));
    let others = trace.postings.purse.iter().chain(&trace.holdings.purse).map(|&purse| purses.asset(purse));
    let stolen = trace.classes.iter().map(|class| class.asset);
    let used: HashSet<AssetId> = flows.chain(others).chain(stolen).collect();
    let mut used: Vec<AssetId> = used.into_iter().collect();
    used.sort_by_key(|asset| &report.asset_names[asset.index()]);
    let shown = used.into_iter().filter_map(|asset| Some((asset, report.input.tokens.get(asset)?)));
    shown
        .map(|(asset, token)| {
            let name = &report.asset_names[asset.index()];
            json!({"asset": name, "symbol": token.symbol, "decimals": token.decimals})
        })
        .collect()
}

fn seeds(theft: &Theft) -> impl Iterator<Item = Value> + '_ {
    theft.seeds.iter().map(|seed| match seed {
        Seed::Address(seed) => json!({
            "theft": theft.id,
            "chain": seed.chain,
            "address": seed.address.to_string(),
            "since": match seed.since {
                Since::Start => Value::Null,
                Since::Time(time) => iso(time).into(),
                Since::Block(block) => format!("block:{block}").into(),
            },
            "asset": seed.asset.as_ref().map_or_else(|| "*".to_owned(), asset),
        }),
        Seed::Transaction(seed) => {
            let kind = seed.chain.as_deref().map_or(AddressKind::Evm, AddressKind::of_chain);
            json!({
                "theft": theft.id,
                "chain": seed.chain,
                "transaction": seed.hash.to_text(kind),
                "address": seed.address.map(|address| address.to_string()),
                "asset": seed.asset.as_ref().map_or_else(|| "*".to_owned(), asset),
            })
        }
    })
}

fn own(own: &OwnAccount) -> Value {
    json!({"chain": own.chain, "address": own.address.to_string(), "memo": own.memo, "uid": own.uid})
}

fn status(status: &Status) -> Value {
    json!({
        "chain": status.chain,
        "address": status.address.to_string(),
        "asset": asset(&status.asset),
        "block": status.block,
        "balance": status.balance.map(|balance| balance.to_string()),
        "frozen": status.frozen,
    })
}

fn asset(asset: &AssetName) -> String {
    let chain = asset.chain.as_ref().map_or_else(String::new, |chain| format!("{chain}:"));
    match asset.contract {
        None => format!("{chain}native"),
        Some(contract) => format!("{chain}{contract}"),
    }
}

fn options(facts: &RunFacts) -> Value {
    let options = &facts.options;
    let deposits = facts.deposits.as_ref().map(|(options, _)| deposit_options(options));
    let least =
        |(name, amount): &(AssetName, Amount)| json!({"asset": asset(name), "amount": amount.to_string()});
    let mut told = json!({
        "stop": options.stop.categories.iter().map(|category| category.as_str()).collect::<Vec<_>>(),
        "stop_hubs": options.stop.hubs,
        "hub_transfers": options.hub_transfers,
        "max_hops": options.max_hops,
        "until": options.until.map(|until| match until {
            Until::Time(time) => iso(time),
            Until::Block(block) => format!("block:{block}"),
        }),
        "min_amount": options.min_amount.iter().map(least).collect::<Vec<_>>(),
        "follow_noise": options.follow_noise,
        "swaps": options.swaps,
        "detected_deposits": deposits,
    });
    if !options.pools.is_empty() {
        told["mixers"] = json!("expected");
    }
    told
}

fn deposit_options(options: &DepositOptions) -> Value {
    let short = |(name, short): &(AssetName, Short)| {
        let amount = match short {
            Short::Units(units) => units.to_string(),
            Short::Percent(percent) => format!("{percent}%"),
        };
        json!({"asset": asset(name), "amount": amount})
    };
    json!({
        "min_share": options.min_share,
        "destinations": options.destinations,
        "max_transfers": options.max_transfers,
        "max_senders": options.max_senders,
        "max_delay": options.max_delay,
        "max_delay_blocks": options.max_delay_blocks,
        "max_short": options.short.iter().map(short).collect::<Vec<_>>(),
        "gas_accounts": options.gas_accounts,
        "gas_share": options.gas_share,
    })
}

#[cfg(test)]
mod tests {
    use super::{SealCheck, check_seal, portable, sealed};
    use serde_json::json;

    #[test]
    fn a_changed_byte_breaks_the_seal() {
        let text = sealed(&json!({"format": "x", "rows": 7}));
        assert!(text.ends_with("\"\n}\n") && serde_json::from_str::<serde_json::Value>(&text).is_ok());
        assert_eq!(check_seal(text.as_bytes()), SealCheck::Whole);
        assert_eq!(check_seal(text.replace('7', "8").as_bytes()), SealCheck::Damaged);
        assert_eq!(check_seal(format!("{text} ").as_bytes()), SealCheck::Damaged);
        assert_eq!(check_seal(b"{}"), SealCheck::Missing);
    }

    #[test]
    fn a_command_is_kept_without_folders_threads_and_goal() {
        let words = [
            "dyetrace",
            "trace",
            "/home/me/case.toml",
            "--out",
            "/tmp/x",
            "--threads=4",
            "--labels",
            "ofac=/a/b.txt",
            "--rule",
            "libr",
        ];
        let words: Vec<String> = words.map(str::to_owned).into();
        assert_eq!(
            portable(&words),
            ["dyetrace", "trace", "case.toml", "--labels", "ofac=b.txt", "--rule", "libr"]
        );
    }
}
