//! The pages of a column, checked before they are decoded.
//!
//! The decoder makes room for as many values as a dictionary page claims to hold. A file of a few bytes could so ask
//! for 64 GB. A value takes at least one bit: a page that claims more values than bits is damaged.

use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};

/// Pages as they come, if they can hold what they claim.
pub(super) struct Checked(pub(super) Box<dyn PageReader>);

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.0.get_next_page()?;
        if let Some(Page::DictionaryPage { buf, num_values, .. }) = &page
            && u64::from(*num_values) > 8 * buf.len() as u64
        {
            let claim = format!("a dictionary of {} bytes claims to hold {num_values} values", buf.len());
            return Err(ParquetError::General(claim));
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }
}

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::{Checked, Page, PageMetadata, PageReader, Result};
    use ::parquet::basic::Encoding;

    /// Dictionary pages of two bytes that claim to hold so many values.
    struct Claims(u32);

    impl PageReader for Claims {
        fn get_next_page(&mut self) -> Result<Option<Page>> {
            let (buf, num_values, encoding) = (vec![0, 0].into(), self.0, Encoding::PLAIN);
            Ok(Some(Page::DictionaryPage { buf, num_values, encoding, is_sorted: false }))
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
            Ok(None)
        }

        fn skip_next_page(&mut self) -> Result<()> {
            Ok(())
        }
    }

    impl Iterator for Claims {
        type Item = Result<Page>;

        fn next(&mut self) -> Option<Self::Item> {
            self.get_next_page().transpose()
        }
    }

    #[test]
    fn a_dictionary_that_claims_more_values_than_it_has_bits_is_refused() {
        assert!(Checked(Box::new(Claims(16))).get_next_page().is_ok());
        for claim in [17, u32::MAX] {
            let said = Checked(Box::new(Claims(claim))).get_next_page().err().unwrap().to_string();
            assert!(
                said.ends_with(&format!("a dictionary of 2 bytes claims to hold {claim} values")),
                "{said}"
            );
        }
    }
}
