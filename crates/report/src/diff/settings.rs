//! Settings: what two runs rest on and do not share, from their manifests.

use super::Sides;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Something that the two runs do not share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// A key of the manifest; for a file or an option with its name behind a point.
    pub what: String,
    /// How it was; `null` where the earlier run does not have it.
    pub before: Value,
    /// How it is; `null` where the later run does not have it.
    pub after: Value,
}

/// Compares all keys that a result rests on. Files are compared by name and hash.
pub(super) fn compare(sides: &Sides<'_>) -> Vec<Setting> {
    let [before, after] = [&sides.before.manifest, &sides.after.manifest];
    let mut settings = Vec::new();
    let mut compare = |what: String, before: &Value, after: &Value| {
        if before != after {
            settings.push(Setting { what, before: before.clone(), after: after.clone() });
        }
    };
    for key in ["version", "case", "rule", "compare", "seeds", "own", "status", "complete"] {
        compare(key.to_owned(), &before[key], &after[key]);
    }
    let [options, then] =
        [before, after].map(|manifest| manifest["options"].as_object().cloned().unwrap_or_default());
    for name in options.keys().chain(then.keys()).collect::<BTreeSet<_>>() {
        let value = |of: &serde_json::Map<String, Value>| of.get(name).cloned().unwrap_or_default();
        compare(format!("options.{name}"), &value(&options), &value(&then));
    }
    compare("decisions".to_owned(), &before["decisions"]["head"], &after["decisions"]["head"]);
    compare("snapshot".to_owned(), &before["snapshot"]["seal"], &after["snapshot"]["seal"]);
    for key in ["inputs", "labels"] {
        let [before, after] = [before, after].map(|manifest| files(&manifest[key]));
        for name in before.iter().chain(&after).map(|(name, _)| name).collect::<BTreeSet<_>>() {
            let of = |files: &[(String, Value)]| -> Value {
                let hashes: Vec<&Value> = files.iter().filter(|it| it.0 == *name).map(|it| &it.1).collect();
                match hashes[..] {
                    [] => Value::Null,
                    [hash] => hash.clone(),
                    _ => json!(hashes),
                }
            };
            compare(format!("{key}.{name}"), &of(&before), &of(&after));
        }
    }
    settings
}

/// Names and hashes of files. A file without a hash is known by its size.
fn files(list: &Value) -> Vec<(String, Value)> {
    let all = list.as_array().into_iter().flatten();
    all.map(|file| {
        let hash = &file["sha256"];
        let hash = if hash.is_null() { json!({"bytes": file["bytes"]}) } else { hash.clone() };
        (file["name"].as_str().unwrap_or_default().to_owned(), hash)
    })
    .collect()
}
