//! A displayed name, cut into words at everything that is no letter or digit.

/// The words that a name is judged by: the first ones. A text that goes on is no name, and patterns with gaps would take
/// the square of its length.
const MOST_WORDS: usize = 64;

/// A name's words in lower case, one after the other.
#[derive(Default)]
pub(super) struct CutWords {
    text: String,
    ends: Vec<usize>,
}

impl CutWords {
    pub(super) fn of(name: &str) -> Self {
        let mut cut = Self::default();
        let words = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        for word in words.take(MOST_WORDS) {
            if word.is_ascii() {
                cut.text.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
            } else {
                cut.text.push_str(&word.to_lowercase());
            }
            cut.ends.push(cut.text.len());
        }
        cut
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
    }
}
