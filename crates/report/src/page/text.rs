//! Foreign text on the page: data, whatever it says.
//!
//! Control characters, and those that turn the reading direction, are shown as what they are; the text is cut to a
//! length; and where it stands in HTML it is escaped and kept apart (`<bdi>`), so that it cannot turn what is around it.

use crate::display::steers;
use std::fmt::Write as _;

/// Longer names are cut where they stand in a line.
pub(super) const NAME: usize = 80;
/// Longer texts are cut where they stand in a paragraph.
pub(super) const PARAGRAPH: usize = 600;

/// A text in which everything can be seen, cut to so many letters.
pub(super) fn visible(text: &str, most: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(most * 4));
    for (at, letter) in text.chars().enumerate() {
        if at == most {
            let rest = text.chars().count() - most;
            let _ = write!(shown, "… ({rest} more letters)");
            break;
        }
        match letter {
            '\u{7f}' => shown.push('\u{2421}'),
            '\0'..'\u{20}' => {
                shown.push(
                    char::from_u32(0x2400 + u32::from(letter)).expect("the pictures of control characters"),
                );
            }
            _ if hides(letter) => {
                let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(letter));
            }
            _ => shown.push(letter),
        }
    }
    shown
}

/// Whether a letter is not to be seen itself and changes how others are, on a page too.
fn hides(letter: char) -> bool {
    steers(letter)
        || matches!(letter, '\u{ad}' | '\u{180e}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text of ours as HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(letter),
        }
    }
    html
}

/// A foreign text as HTML.
pub(super) fn foreign(text: &str, most: usize) -> String {
    format!("<bdi>{}</bdi>", escaped(&visible(text, most)))
}

/// A JSON text that can stand inside a script element: nothing in it can end that, or a line of it.
pub(super) fn inside_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + 64);
    for letter in json.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(safe, "\\u{:04x}", u32::from(letter));
            }
            _ => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{escaped, foreign, inside_script, visible};

    #[test]
    fn what_cannot_be_seen_is_shown_and_what_is_long_is_cut() {
        assert_eq!(visible("a\u{1b}[31m\u{202e}b\0\u{7f}", 20), "a␛[31m⟨U+202E⟩b␀␡");
        assert_eq!(visible("שלום", 20), "שלום");
        assert_eq!(visible(&"x".repeat(10_240), 5), "xxxxx… (10235 more letters)");
    }

    #[test]
    fn a_label_is_never_markup() {
        assert_eq!(
            foreign("<script>alert('1')</script>", 80),
            "<bdi>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</bdi>"
        );
        assert_eq!(escaped("\"&\""), "&quot;&amp;&quot;");
    }

    #[test]
    fn data_cannot_end_their_element() {
        let json = serde_json::to_string("</script><!--&\u{2028}\u{2029}").unwrap();
        let safe = inside_script(&json);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), "</script><!--&\u{2028}\u{2029}");
    }
}
