//! The YAML that nearly every pack is written in, ten times as fast as any YAML.
//!
//! Block maps and lists, one entry a line; values that stand on one line, bare or in quotes without escapes.
//! At the first sign of anything else (anchors, flow style, values over several lines, escapes, tabs, comments
//! behind a value, a key that stands twice) it gives up, and the file is read by the full parser. What it does
//! not give up on it reads as that one does: the tests compare them.

use super::pack::{Actor, Fields, Key, Pack, Text};
use memchr::memchr;
use std::borrow::Cow;

/// The deepest nesting, and the most keys of one map, that are worth the way by hand.
const DEEPEST: usize = 8;
const MOST_KEYS: usize = 64;

/// The longest key.
const LONGEST_KEY: usize = 64;

/// Reads a pack; `None` where it gives up.
pub(super) fn read(text: &str) -> Option<Pack<'_>> {
    let mut lines = Lines { rest: text, number: 0, line: None };
    lines.next();
    lines.skip_start()?;
    let mut pack = Pack::default();
    let mut unknown = Vec::new();
    lines.map(0, 0, &mut |lines, entry| {
        match entry.key {
            "tags" => {
                let mut tags = Vec::new();
                lines.list(entry, &mut |lines, at| {
                    tags.push(lines.tag(at, &mut unknown)?);
                    Some(())
                })?;
                pack.tags = Some(tags);
            }
            "actors" => {
                let mut actors = Vec::new();
                lines.list(entry, &mut |lines, at| {
                    actors.push(lines.actor(at, &mut unknown)?);
                    Some(())
                })?;
                pack.actors = Some(actors);
            }
            _ => lines.field(entry, &mut pack.header, &mut unknown)?,
        }
        Some(())
    })?;
    unknown.iter().for_each(|name| pack.count_unknown(name));
    lines.line.is_none().then_some(pack)
}

/// A line that holds something.
#[derive(Clone, Copy)]
struct Line<'t> {
    indent: usize,
    text: &'t str,
    number: u64,
}

/// A key, and what stands behind it on its line.
#[derive(Clone, Copy)]
struct Entry<'t> {
    key: &'t str,
    value: &'t str,
    indent: usize,
    number: u64,
    depth: usize,
}

/// The lines of a text that are neither empty nor comments.
struct Lines<'t> {
    rest: &'t str,
    number: u64,
    /// The line that comes next.
    line: Option<Line<'t>>,
}

/// What is done with an entry of a map.
type Each<'e, 't> = &'e mut dyn FnMut(&mut Lines<'t>, Entry<'t>) -> Option<()>;

impl<'t> Lines<'t> {
    fn next(&mut self) {
        self.line = None;
        while !self.rest.is_empty() {
            let end = memchr(b'\n', self.rest.as_bytes()).unwrap_or(self.rest.len());
            let (line, rest) = self.rest.split_at(end);
            self.rest = rest.get(1..).unwrap_or_default();
            self.number += 1;
            let text = line.trim_start_matches(' ');
            if !text.is_empty() && !text.starts_with('#') {
                let indent = line.len() - text.len();
                self.line = Some(Line { indent, text: text.trim_end_matches(' '), number: self.number });
                return;
            }
        }
    }

    /// Passes over `%YAML 1.1` and `---`.
    fn skip_start(&mut self) -> Option<()> {
        let first = self.line?;
        let is_version = matches!(first.text, "%YAML 1.1" | "%YAML 1.2") && first.indent == 0;
        if is_version {
            self.next();
        }
        match self.line {
            Some(Line { indent: 0, text: "---", .. }) => self.next(),
            _ if is_version => return None,
            _ => {}
        }
        Some(())
    }

    /// Reads the entries of a map whose keys stand at `indent`.
    fn map(&mut self, indent: usize, depth: usize, each: Each<'_, 't>) -> Option<()> {
        let mut keys: Vec<&str> = Vec::new();
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            if line.indent > indent || depth > DEEPEST || keys.len() > MOST_KEYS {
                return None;
            }
            let (key, value) = cut_key(line.text)?;
            if keys.contains(&key) {
                return None;
            }
            keys.push(key);
            self.next();
            each(self, Entry { key, value, indent, number: line.number, depth })?;
        }
        (!keys.is_empty()).then_some(())
    }

    /// Reads a list that stands behind a key: `each` finds its entry as the next line, at the indent given.
    fn list(&mut self, of: Entry<'t>, each: &mut dyn FnMut(&mut Self, usize) -> Option<()>) -> Option<()> {
        if of.value == "[]" {
            return self.ends_value(of.indent);
        }
        let first = self.line.filter(|line| of.value.is_empty() && line.indent >= of.indent)?;
        while let Some(line) = self.line.filter(|line| line.indent >= first.indent) {
            let Some(entry) = line.text.strip_prefix("- ") else {
                // A list may stand as far left as its key: what follows there is the next key.
                return (line.indent == of.indent
                    && first.indent == of.indent
                    && first.number != line.number)
                    .then_some(());
            };
            let text = entry.trim_start_matches(' ');
            if line.indent != first.indent || text.is_empty() {
                return None;
            }
            let indent = line.indent + line.text.len() - text.len();
            self.line = Some(Line { indent, text, number: line.number });
            each(self, indent)?;
        }
        Some(())
    }

    fn tag(&mut self, indent: usize, unknown: &mut Vec<&'t str>) -> Option<Fields<'t>> {
        let mut fields = Fields::default();
        self.map(indent, 1, &mut |lines, entry| lines.field(entry, &mut fields, unknown))?;
        Some(fields)
    }

    fn actor(&mut self, indent: usize, unknown: &mut Vec<&'t str>) -> Option<Actor<'t>> {
        let mut actor = Actor::default();
        self.map(indent, 1, &mut |lines, entry| {
            match entry.key {
                "id" => actor.id = Some(lines.text(entry)?),
                "label" => actor.label = Some(lines.text(entry)?),
                "categories" => actor.categories = lines.texts(entry)?,
                "aliases" => actor.aliases = lines.texts(entry)?,
                _ => lines.pass_over(entry, unknown)?,
            }
            Some(())
        })?;
        Some(actor)
    }

    fn field(&mut self, entry: Entry<'t>, of: &mut Fields<'t>, unknown: &mut Vec<&'t str>) -> Option<()> {
        match Key::of(entry.key) {
            Key::Field(field) => of.set(field, Some(self.text(entry)?)),
            Key::Concepts => of.concepts = self.texts(entry)?,
            Key::PassedOver | Key::Unknown => self.pass_over(entry, unknown)?,
        }
        Some(())
    }

    /// The value of a key: one text.
    fn text(&mut self, entry: Entry<'t>) -> Option<Text<'t>> {
        self.ends_value(entry.indent)?;
        Some(Text { value: scalar(entry.value)?, line: entry.number })
    }

    fn texts(&mut self, entry: Entry<'t>) -> Option<Vec<Text<'t>>> {
        let mut texts = Vec::new();
        self.list(entry, &mut |lines, indent| {
            let line = lines.line?;
            lines.next();
            // What stands deeper would go on with the value.
            if lines.line.is_some_and(|next| next.indent >= indent) {
                return None;
            }
            texts.push(Text { value: scalar(line.text)?, line: line.number });
            Some(())
        })?;
        Some(texts)
    }

    /// Whatever stands behind a key; counted where nobody knows the key.
    fn pass_over(&mut self, entry: Entry<'t>, unknown: &mut Vec<&'t str>) -> Option<()> {
        if matches!(Key::of(entry.key), Key::Unknown) {
            unknown.push(entry.key);
        }
        self.skip(entry)
    }

    fn skip(&mut self, entry: Entry<'t>) -> Option<()> {
        if !matches!(entry.value, "" | "[]" | "{}") {
            self.ends_value(entry.indent)?;
            return is_scalar(entry.value).then_some(());
        }
        let next = self.line.filter(|next| next.indent >= entry.indent && entry.value.is_empty());
        match next {
            Some(next) if next.text.starts_with("- ") => self.list(entry, &mut |lines, indent| {
                let line = lines.line?;
                lines.next();
                (is_scalar(line.text) && lines.line.is_none_or(|next| next.indent < indent)).then_some(())
            }),
            Some(next) if next.indent > entry.indent => {
                self.map(next.indent, entry.depth + 1, &mut |lines, entry| lines.skip(entry))?;
                self.ends_value(entry.indent)
            }
            _ if entry.value.is_empty() => None,
            _ => self.ends_value(entry.indent),
        }
    }

    /// Gives up if the next line goes on with the value of a key at `indent`.
    fn ends_value(&self, indent: usize) -> Option<()> {
        let goes_on = |next: &Line<'_>| next.indent > indent;
        (!self.line.as_ref().is_some_and(goes_on)).then_some(())
    }
}

/// Cuts `key: value`.
fn cut_key(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (key, rest) = text.split_at(length);
    let rest = rest.strip_prefix(':')?;
    let plain = key.starts_with(|first: char| first.is_ascii_lowercase()) && length <= LONGEST_KEY;
    let fits = plain && !is_nothing(key) && (rest.is_empty() || rest.starts_with(' '));
    fits.then(|| (key, rest.trim_start_matches(' ')))
}

/// Whether a value stands on its line: nobody reads it, so that it may hold escapes.
fn is_scalar(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let Some(inner) = inner.filter(|inner| inner.contains('\\')) else { return scalar(text).is_some() };
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        // Escapes that stand for one letter each; any other is the full parser's matter.
        let is_fine = match letter {
            '\\' => matches!(letters.next(), Some('\\' | '"' | 'n' | 't')),
            '"' => false,
            _ => !is_no_text(letter),
        };
        if !is_fine {
            return false;
        }
    }
    true
}

/// A value that stands on its line.
fn scalar(text: &str) -> Option<Cow<'_, str>> {
    // Bytes below a space, and whatever is not ASCII and might break a line or be no text.
    let simple = |byte: u8| (b' '..0x7f).contains(&byte);
    if !text.bytes().all(simple) && text.chars().any(is_no_text) {
        return None;
    }
    let quoted = |mark: char| text.strip_prefix(mark).map(|rest| rest.strip_suffix(mark));
    if let Some(inner) = quoted('\'') {
        let inner = inner?;
        if !inner.contains('\'') {
            return Some(Cow::Borrowed(inner));
        }
        let unquoted = inner.replace("''", "\u{0}");
        return (!unquoted.contains('\'')).then(|| Cow::Owned(unquoted.replace('\u{0}', "'")));
    }
    if let Some(inner) = quoted('"') {
        return inner.filter(|inner| !inner.contains(['"', '\\'])).map(Cow::Borrowed);
    }
    let first = *text.as_bytes().first()?;
    let marks = b"-?:,[]{}#&*!|>%@`=<~";
    let ends = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    (!marks.contains(&first) && !ends && !is_nothing(text)).then_some(Cow::Borrowed(text))
}

/// How YAML writes that there is no value.
fn is_nothing(text: &str) -> bool {
    text.eq_ignore_ascii_case("null")
}

fn is_no_text(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::super::full;
    use super::read;

    /// What the fast reader takes, it takes as the full parser does.
    fn compare(text: &str) -> bool {
        let Some(fast) = read(text) else { return false };
        match full::read("x", text) {
            Ok(full) => assert_eq!(fast, full, "{text}"),
            Err(error) => panic!("read what is refused: {error}\n{text}"),
        }
        true
    }

    #[test]
    fn plain_packs_are_read_as_the_full_parser_reads_them() {
        for text in [
            "title: a\ntags:\n- address: '0x12'\n  label: it''s\n",
            "title: a\ntags:\n  - address: 0x12\n    label: 'it''s'\n    concepts:\n    - exchange\n    - hot_wallet\n",
            "%YAML 1.1\n---\nactors:\n- id: x\n  label: X\n  categories: []\n  context:\n    uris:\n    - a.b\n    x: y\n  foo: 1\n",
            "tags:\n- address: \"a b\"\n  concepts:\n      - a\n  label: b\n# c\n\n-   label: c\n    address: d\nsource: https://x.y/z#a\n",
            "tags: []\nlabel: 12\nactor: true\ncurrency: 0x10\n",
            "actors:\n- id: x\n  label: X\n  description: \"a\\n\\\"b\\\\\"\n  context:\n    refs:\n    - \"c\\n\"\n",
        ] {
            assert!(compare(text), "{text}");
        }
    }

    #[test]
    fn it_gives_up_on_whatever_else_yaml_has() {
        for text in [
            "title: &a b\ntags: []\n",
            "tags: [{address: a}]\n",
            "tags:\n- address: a\n  label: b\n    c\n",
            "tags:\n- address: a\n  label: |\n    b\n",
            "tags:\n- address: a # b\n",
            "tags:\n- address: \"a\\n\"\n",
            "tags:\n- address: a\n  address: b\n",
            "tags:\n- <<: *a\n",
            "tags:\n-\taddress: a\n",
            "tags:\n- address: 'a\n    b'\n",
            "tags:\n- address:\n  label: b\n",
            "tags:\n- address: null\n",
            "tags:\n- address: a: b\n",
            "tags:\n- a\n",
            "a: b\n---\nc: d\n",
            "tags:\r\n- address: a\r\n",
            "",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    /// Real packs, where they lie beside the workspace.
    #[test]
    fn shared_packs_are_plain_and_read_alike() {
        let beside = || std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let root = std::env::var_os("DYETRACE_SHARED").map_or_else(beside, std::path::PathBuf::from);
        let mut plain = 0;
        for folder in ["actors", "packs", "packs/defi_updated"] {
            let Ok(entries) = std::fs::read_dir(root.join("labels/tagpacks").join(folder)) else {
                println!("skipped: no shared data");
                return;
            };
            for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
                let text = std::fs::read_to_string(&path).unwrap();
                if compare(&text) {
                    plain += 1;
                } else {
                    println!("not plain: {}", path.display());
                }
            }
        }
        assert!(plain > 60, "{plain} packs");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4000))]

        /// Lines put together at random, most of which make no pack.
        #[test]
        fn random_lines_are_never_read_otherwise(pieces in proptest::collection::vec((0_usize..7, 0_usize..26), 1..14)) {
            let lines = [
                "tags:", "- address: a", "address: '0x1'", "label: x y", "concepts:", "- exchange", "context:", "foo: bar",
                "- label: b", "category: 'it''s'", "actors:", "- id: q", "categories: []", "", "# c", "label: \"q\"", "- ",
                "title: a:b", "abuse: 1", "-", "--- ", "source: -x", "key: é", "label:", "- - a", "x: ~",
            ];
            let text: String = pieces.iter().map(|&(indent, line)| format!("{}{}\n", " ".repeat(indent), lines[line])).collect();
            compare(&text);
            compare(&format!("title: t\ntags:\n- address: a\n{text}"));
        }
    }
}
