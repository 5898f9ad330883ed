//! Names of holders as names of folders: a label is data, and never a path.
//!
//! Lower-case ASCII letters and digits stay, everything else becomes `-`; what is left of nothing is `unnamed`, what is
//! long is cut, and names that systems keep for themselves get a `-` behind. Two holders that come out alike are told
//! apart by a number, in the order of their names' bytes.

use std::collections::BTreeSet;

/// Longer names are cut here.
const LONGEST: usize = 60;

/// Names that a system keeps for devices.
const KEPT: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Returns a folder name for each holder, all different. Holders are given once each, in the order of their bytes.
pub(super) fn folder_names(holders: &[&str]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::with_capacity(holders.len());
    for holder in holders {
        let plain = plain(holder);
        let numbered = (2_u64..).map(|number| format!("{plain}-{number}"));
        let mut names_of_it = std::iter::once(plain.clone()).chain(numbered);
        let name = names_of_it.find(|name| !taken.contains(name)).expect("numbers do not end");
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

fn plain(holder: &str) -> String {
    let mut name = String::new();
    for letter in holder.chars() {
        if name.len() == LONGEST {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() {
        "unnamed".to_owned()
    } else if KEPT.contains(&name) {
        format!("{name}-")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::folder_names;

    #[test]
    fn no_holder_leaves_the_folder() {
        let hostile =
            ["", "../../etc/passwd", "..", "/", "C:\\x", "CON", "a\0b", "<script>", "=HYPERLINK(\"x\")"];
        let names = folder_names(&hostile);
        let wanted = [
            "unnamed",
            "etc-passwd",
            "unnamed-2",
            "unnamed-3",
            "c-x",
            "con-",
            "a-b",
            "script",
            "hyperlink-x",
        ];
        assert_eq!(names, wanted);
        let long = "x".repeat(10_000);
        assert_eq!(folder_names(&[&long])[0].len(), 60);
    }

    #[test]
    fn holders_that_look_alike_have_folders_of_their_own() {
        assert_eq!(
            folder_names(&["Gate.io", "gate io", "gate-io-2"]),
            ["gate-io", "gate-io-2", "gate-io-2-2"]
        );
    }
}
