//! Foreign text in formats for programs: nothing in it may hide, and nothing may end the text it stands in.
//!
//! XML 1.0 has no way to write most control characters, and characters that turn the reading direction make a text
//! look like another one. Both are written as `\u{202e}`: seen by whoever looks, and by no parser as anything.

use crate::display::steers;

/// A text in which everything can be seen.
pub(crate) fn visible(text: &str) -> String {
    let hides = |letter: char| {
        steers(letter) || matches!(letter, '\u{fdd0}'..='\u{fdef}') || u32::from(letter) & 0xfffe == 0xfffe
    };
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if hides(letter) { shown.extend(letter.escape_unicode()) } else { shown.push(letter) }
    }
    shown
}

/// The same, cut to a length.
pub(crate) fn visible_cut(text: &str, most: usize) -> String {
    let shown = visible(text);
    if shown.chars().count() <= most {
        return shown;
    }
    let cut: String = shown.chars().take(most.saturating_sub(1)).collect();
    format!("{cut}…")
}

/// A text as content or attribute of XML.
pub(crate) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{visible, visible_cut, xml};

    #[test]
    fn what_hides_is_written_out() {
        assert_eq!(visible("a\u{1b}[31m\u{202e}b\n\u{fffe}"), "a\\u{1b}[31m\\u{202e}b\\u{a}\\u{fffe}");
        assert_eq!(visible("Börse 币安 – ok"), "Börse 币安 – ok");
        assert_eq!(visible_cut(&"x".repeat(10_000), 40).chars().count(), 40);
    }

    #[test]
    fn no_text_ends_its_element() {
        let hostile = "\"><script>alert('1')</script>&\0";
        assert_eq!(xml(hostile), "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\\u{0}");
    }
}
