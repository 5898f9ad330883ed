//! A text cut into chunks that begin and end where records do.

use super::decode::PADDING;
use crate::records::{RecordError, Records, last_record_end};
use std::io::{self, BufRead};

/// A chunk is about this long: it stays in the second cache while it is decoded.
pub(crate) const CHUNK: usize = 512 * 1024;

/// What is left of a text after its header, to be cut.
pub(crate) struct Chunks<'a> {
    text: Box<dyn BufRead + Send + 'a>,
    /// The beginning of a record that goes on in what is not read yet.
    carried: Vec<u8>,
    ended: bool,
    /// Why the text cannot be read on: told when all whole records before are cut off.
    broken: Option<io::Error>,
    /// About how long a chunk is.
    length: usize,
}

/// A chunk: `text[..length]`, with [`PADDING`] zeros after it.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) text: Vec<u8>,
    pub(super) length: usize,
}

impl<'a> Chunks<'a> {
    /// Cuts a text into chunks of about this many bytes.
    pub(super) const fn new(text: Box<dyn BufRead + Send + 'a>, length: usize) -> Self {
        Self { text, carried: Vec::new(), ended: false, broken: None, length }
    }

    /// Cuts off the next chunk. Returns whether there was one.
    pub(super) fn next(&mut self, chunk: &mut Chunk) -> Result<bool, RecordError> {
        let text = &mut chunk.text;
        let mut filled = self.carried.len();
        text.resize(text.len().max(filled), 0);
        text[..filled].copy_from_slice(&self.carried);
        self.carried.clear();
        loop {
            let goal = self.length.max(filled + self.length / 4 + 1);
            text.resize(text.len().max(goal + PADDING), 0);
            if self.broken.is_none() {
                self.broken = self.fill(text, &mut filled, goal).err();
            }
            let broken = self.broken.is_some();
            // What no record ends in is given whole at the end of the text, or where it is too long for a record: the
            // decoder then says what is wrong with it.
            let hopeless = filled > Records::<&[u8]>::LIMIT + if broken { 0 } else { self.length };
            // Where nothing follows, a `\r` at the end is a whole line end: a zero behind it says so.
            text[filled] = 0;
            chunk.length =
                if self.ended { filled } else { last_record_end(&text[..filled + usize::from(broken)]) };
            if chunk.length == 0 && hopeless {
                chunk.length = filled;
            }
            if chunk.length > 0 || self.ended {
                break;
            }
            if let Some(error) = self.broken.take() {
                return Err(RecordError::Io(error));
            }
        }
        self.carried.extend_from_slice(&text[chunk.length..filled]);
        text[chunk.length..chunk.length + PADDING].fill(0);
        Ok(chunk.length > 0)
    }

    /// Reads until `goal` bytes are there, or the text ends.
    fn fill(&mut self, text: &mut [u8], filled: &mut usize, goal: usize) -> io::Result<()> {
        while *filled < goal && !self.ended {
            match self.text.read(&mut text[*filled..goal]) {
                Ok(count) => {
                    *filled += count;
                    self.ended = count == 0;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Gives back the text, as far as it was not cut.
    pub(super) fn into_text(self) -> Box<dyn BufRead + Send + 'a> {
        self.text
    }
}
