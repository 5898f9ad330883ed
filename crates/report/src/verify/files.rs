//! Files: the manifest's seal, and the hash and size of every file that it lists.

use super::Verdict;
use crate::error::Error;
use crate::manifest::{FORMAT_VERSION, SealCheck, check_seal, is_ours};
use crate::write::folder::{Sealing, entries, hex, open};
use crate::written::{MANIFEST, no_plain_file};
use hashbrown::HashSet;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::Path;

/// Compares the folder with its manifest, and returns the manifest.
pub(super) fn check(folder: &Path, verdict: &mut Verdict) -> Result<Value, Error> {
    let path = folder.join(MANIFEST);
    if let Some(what) = no_plain_file(&path) {
        return Err(Error::io("read it", &path, io::Error::other(what)));
    }
    let bytes = fs::read(&path).map_err(|error| Error::io("read it", &path, error))?;
    verdict.manifest_sha256 = hex(&Sha256::digest(&bytes));
    verdict.files += 1;
    match check_seal(&bytes) {
        SealCheck::Whole => {}
        SealCheck::Damaged => verdict.fault(MANIFEST, "was changed after it was sealed"),
        SealCheck::Missing => {
            verdict.fault(MANIFEST, "does not end with its seal: it was changed or cut off")
        }
    }
    if !is_ours(&bytes) {
        verdict.fault(MANIFEST, "is none of dyetrace, or damaged");
    }
    let manifest: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let version = &manifest["format_version"];
    if version.as_u64().is_some_and(|version| version != u64::from(FORMAT_VERSION)) {
        let what = format!("is of format {version}; this program verifies format {FORMAT_VERSION}");
        verdict.fault(MANIFEST, what);
    }
    let mut listed = vec![MANIFEST.to_owned()];
    for output in manifest["outputs"].as_array().map_or(&[][..], |outputs| outputs) {
        let Some(name) = output["name"].as_str().filter(|name| stays_inside(name)) else {
            verdict.fault(MANIFEST, "lists a file without a name that could be one of ours");
            continue;
        };
        compare(folder, name, output, verdict)?;
        listed.push(name.to_owned());
    }
    let listed: HashSet<String> = listed.into_iter().collect();
    for name in entries(folder).map_err(|error| Error::io("list it", folder, error))? {
        if !listed.contains(&name) {
            verdict.fault(&name, "is not listed in the manifest");
        }
    }
    Ok(manifest)
}

/// Whether a name stays inside the folder.
fn stays_inside(name: &str) -> bool {
    !name.is_empty()
        && Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn compare(folder: &Path, name: &str, listed: &Value, verdict: &mut Verdict) -> Result<(), Error> {
    let path = folder.join(name);
    if let Some(what) = no_plain_file(&path) {
        verdict.fault(name, what);
        return Ok(());
    }
    let mut file = open(&path).map_err(|error| Error::io("read it", &path, error))?;
    let mut seen = Sealing::new(io::sink());
    io::copy(&mut file, &mut seen).map_err(|error| Error::io("read it", &path, error))?;
    let (sha256, bytes) = seen.finish();
    verdict.files += 1;
    if listed["bytes"].as_u64() != Some(bytes) {
        verdict.fault(name, format!("has {bytes} bytes, the manifest says {}", listed["bytes"]));
    } else if listed["sha256"].as_str() != Some(&sha256) {
        verdict.fault(name, "was changed: its SHA-256 is not the manifest's");
    }
    Ok(())
}
