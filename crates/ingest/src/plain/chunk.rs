//! A text cut into chunks that begin and end where records do.

use super::decode::PADDING;
use crate::records::{RecordError, Records, last_record_end};
use std::io::{self, BufRead, Read};

/// A chunk is about this long: it stays in the second cache while it is decoded.
const CHUNK: usize = 512 * 1024;

/// What is left of a text after its header, to be cut.
pub(super) struct Chunks<'a> {
    text: Box<dyn BufRead + Send + 'a>,
    /// The beginning of a record that goes on in what is not read yet.
    carried: Vec<u8>,
    ended: bool,
    /// About how long a chunk is.
    length: usize,
}

/// A chunk: `text[..length]`, with zeros after it.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) text: Vec<u8>,
    pub(super) length: usize,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(text: Box<dyn BufRead + Send + 'a>) -> Self {
        Self { text, carried: Vec::new(), ended: false, length: CHUNK }
    }

    /// Cuts off the next chunk. Returns whether there was one.
    pub(super) fn next(&mut self, chunk: &mut Chunk) -> Result<bool, RecordError> {
        let bytes = &mut chunk.text;
        bytes.clear();
        bytes.append(&mut self.carried);
        loop {
            let wanted = self.length.saturating_sub(bytes.len()).max(self.length / 4 + 1);
            self.fill(bytes, wanted).map_err(RecordError::Io)?;
            // What no record ends in is given whole at the end of the text, or where it is too long for a record: the
            // decoder then says what is wrong with it.
            let hopeless = bytes.len() > 2 * Records::<&[u8]>::LIMIT + self.length;
            chunk.length = if self.ended { bytes.len() } else { last_record_end(bytes) };
            if chunk.length == 0 && hopeless {
                chunk.length = bytes.len();
            }
            if chunk.length > 0 || self.ended {
                break;
            }
        }
        self.carried.extend_from_slice(&bytes[chunk.length..]);
        bytes.truncate(chunk.length);
        bytes.resize(chunk.length + PADDING, 0);
        Ok(chunk.length > 0)
    }

    /// Reads up to `wanted` bytes more.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        let count = self.text.by_ref().take(wanted as u64).read_to_end(bytes)?;
        self.ended = count < wanted;
        Ok(())
    }

    /// Gives back the text, which was read to its end.
    pub(super) fn into_text(self) -> Box<dyn BufRead + Send + 'a> {
        self.text
    }
}
