//! Labels in JSON: an array of addresses, or Etherscan's label cloud.
//!
//! ```text
//! ["0x…", "0x…"]
//! {"0x…": {"name": "Binance 14", "labels": ["binance"]}}
//! ```
//!
//! An entry of the label cloud becomes one label by its name and tags together, and a further one where its
//! tags tell of a sanction or a theft beside that.

use super::{DEFAULT_CONFIDENCE, LabelSpec, ListLabel, Words, parse_address, read_whole, source_of};
use crate::error::{Error, Fault};
use crate::open::{Digested, Opened};
use dyetrace_core::{Category, Label};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
}

/// The entries in their order; a map would drop an address that stands twice.
struct Entries(Vec<(String, Entry)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with an entry an address")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

pub(super) fn read(spec: &LabelSpec, opened: Opened<'_>, labels: &mut Vec<Label>) -> Result<Digested, Error> {
    let (bytes, digested) = read_whole(&spec.file.name, opened)?;
    if bytes.trim_ascii_start().starts_with(b"[") {
        read_array(spec, &bytes, labels)?;
    } else {
        read_cloud(spec, &bytes, labels)?;
    }
    Ok(digested)
}

/// Whether JSON is labels by its beginning: addresses, or an object whose first key is one.
pub(super) fn is_labels(head: &[u8]) -> bool {
    let Some((first, rest)) = head.split_first() else { return false };
    let quoted = rest.trim_ascii_start().strip_prefix(b"\"");
    let key = quoted.and_then(|rest| rest.split(|&byte| byte == b'"').next()).unwrap_or_default();
    let is_address =
        std::str::from_utf8(key).is_ok_and(|key| key.len() > 24 && parse_address(key, None).is_ok());
    is_address && (*first == b'[' || key.starts_with(b"0x"))
}

fn read_array(spec: &LabelSpec, bytes: &[u8], labels: &mut Vec<Label>) -> Result<(), Error> {
    let addresses: Vec<String> = serde_json::from_slice(bytes)
        .map_err(|error| bad_json(spec, &error, "an array of addresses in double quotes was expected"))?;
    let list = ListLabel::of(spec);
    for address in addresses {
        let label = list.of_address(&address);
        labels.push(label.map_err(|fault| Error::row(&spec.file.name, line_of(bytes, &address), fault))?);
    }
    Ok(())
}

fn read_cloud(spec: &LabelSpec, bytes: &[u8], labels: &mut Vec<Label>) -> Result<(), Error> {
    let Entries(entries) = serde_json::from_slice(bytes).map_err(|error| {
        bad_json(
            spec,
            &error,
            "an object like `{\"0x…\": {\"name\": \"…\", \"labels\": [\"…\"]}}` was expected",
        )
    })?;
    let source = source_of(spec);
    for (key, entry) in entries {
        let address = parse_address(&key, None).map_err(|reason| {
            Error::row(&spec.file.name, line_of(bytes, &key), Fault::of_field("", &key, reason))
        })?;
        let tags: Vec<&str> = entry.labels.iter().map(String::as_str).collect();
        let name = entry.name.unwrap_or_default();
        let meaning = Words::built_in().of_name_and_tags(&name, &tags);
        let text = if name.trim().is_empty() { tags.join(", ") } else { name };
        let label = Label {
            address,
            chain: None,
            text,
            category: meaning.category,
            entity: meaning.entity,
            source: source.clone(),
            as_of: String::new(),
            confidence: DEFAULT_CONFIDENCE,
        };
        for tag in tags {
            let further = Words::built_in().of_tag(tag).category;
            if further != label.category && matches!(further, Category::Sanctioned | Category::Theft) {
                labels.push(Label {
                    category: further,
                    entity: String::new(),
                    text: tag.to_owned(),
                    ..label.clone()
                });
            }
        }
        labels.push(label);
    }
    Ok(())
}

fn bad_json(spec: &LabelSpec, error: &serde_json::Error, expected: &str) -> Error {
    let line = u64::try_from(error.line()).unwrap_or(u64::MAX);
    let message = error.to_string();
    // serde_json ends with the place, which stands before the message here.
    let message = message.split(" at line ").next().unwrap_or_default();
    Error::row(&spec.file.name, line, Fault::of_row(format!("the JSON cannot be read: {message}")))
        .with_hint(expected)
}

/// The line on which a text first stands between quotes.
fn line_of(bytes: &[u8], text: &str) -> u64 {
    let wanted = format!("\"{text}\"");
    let at = bytes.windows(wanted.len()).position(|window| window == wanted.as_bytes()).unwrap_or(0);
    1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count() as u64
}
