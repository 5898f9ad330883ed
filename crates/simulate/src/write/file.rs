//! One file of lines, written at speed.

use crate::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file under way.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    to: BufWriter<fs::File>,
    line: Vec<u8>,
}

const HEX: &[u8; 16] = b"0123456789abcdef";

impl Lines {
    #[expect(clippy::disallowed_methods, reason = "the path is put into the error here")]
    pub(super) fn create(path: &Path, header: &str) -> Result<Self, Error> {
        let created = fs::File::create(path).map_err(|error| Error::io(path, "cannot be written", error))?;
        let mut lines =
            Self { path: path.to_owned(), to: BufWriter::with_capacity(1 << 16, created), line: Vec::new() };
        if !header.is_empty() {
            lines.text(header).end()?;
        }
        Ok(lines)
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.line.extend_from_slice(text.as_bytes());
        self
    }

    pub(super) fn comma(&mut self) -> &mut Self {
        self.line.push(b',');
        self
    }

    /// Bytes as `0x` and hex digits.
    pub(super) fn hex(&mut self, bytes: &[u8]) -> &mut Self {
        self.line.extend_from_slice(b"0x");
        for byte in bytes {
            self.line.push(HEX[usize::from(byte >> 4)]);
            self.line.push(HEX[usize::from(byte & 15)]);
        }
        self
    }

    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.wide(u128::from(number))
    }

    pub(super) fn wide(&mut self, mut number: u128) -> &mut Self {
        let start = self.line.len();
        loop {
            // Numbers of 128 bits are slow to divide: few of them are that large.
            let digit = match u64::try_from(number) {
                Ok(small) => {
                    number = u128::from(small / 10);
                    small % 10
                }
                Err(_) => {
                    let digit = number % 10;
                    number /= 10;
                    u64::try_from(digit).expect("one digit")
                }
            };
            self.line.push(b'0' + u8::try_from(digit).expect("one digit"));
            if number == 0 {
                break;
            }
        }
        self.line[start..].reverse();
        self
    }

    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.line.push(b'\n');
        let written = self.to.write_all(&self.line);
        self.line.clear();
        written.map_err(|error| Error::io(&self.path, "cannot be written", error))
    }

    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.to.flush().map_err(|error| Error::io(&self.path, "cannot be written", error))
    }
}
