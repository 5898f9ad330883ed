//! A displayed name, cut into words at everything that is no letter or digit.

/// A name's words in lower case, one after the other.
#[derive(Default)]
pub(super) struct CutWords {
    text: String,
    ends: Vec<usize>,
}

impl CutWords {
    pub(super) fn of(name: &str) -> Self {
        let mut cut = Self::default();
        for word in name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
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
