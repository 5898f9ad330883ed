//! Compressed bytes to bytes: gzip and zstd, known by their first bytes.
//!
//! A gzip file may have several members, a zstd file several frames and some that are to be skipped: all are read
//! to the end of the file, for a reader that stops after the first loses transfers in silence.
//!
//! What a decompressor finds wrong is told apart from a disk that cannot be read: it carries a [`Damage`], and its
//! kind is [`io::ErrorKind::UnexpectedEof`] where the data end too early.

use flate2::bufread::MultiGzDecoder;
use std::fmt;
use std::io::{self, BufRead, Read};

/// What zstd says of a frame that asks for a larger window than 2^27 bytes, its own limit.
pub(crate) const WINDOW_REFUSED: &str = "Frame requires too much memory for decoding";

/// What a decompressor found wrong with its data.
#[derive(Debug)]
pub(crate) struct Damage {
    /// `gzip` or `zstd`.
    pub(crate) form: &'static str,
    source: io::Error,
}

impl Damage {
    /// The damage that an error carries.
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl std::error::Error for Damage {}

/// Decompresses what begins with `head`, if it is compressed.
pub(crate) fn unpack<'a>(
    head: &[u8],
    raw: impl BufRead + Send + 'a,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    // A zstd file may begin with a frame that is to be skipped.
    let skipped = head.len() == 4 && head[0] & 0xf0 == 0x50 && head[1..] == *b"\x2a\x4d\x18";
    Ok(if head.starts_with(b"\x1f\x8b") {
        Box::new(Unpacked { form: "gzip", inner: MultiGzDecoder::new(raw) })
    } else if head == b"\x28\xb5\x2f\xfd" || skipped {
        Box::new(Unpacked { form: "zstd", inner: zstd::Decoder::with_buffer(raw)? })
    } else {
        Box::new(raw)
    })
}

/// A decompressor whose errors say that they are its own.
struct Unpacked<R> {
    form: &'static str,
    inner: R,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use io::ErrorKind as Kind;
        self.inner.read(buffer).map_err(|source| match source.kind() {
            // A disk's errors have numbers; these kinds are what decompressors make.
            kind @ (Kind::UnexpectedEof | Kind::InvalidInput | Kind::InvalidData | Kind::Other)
                if source.raw_os_error().is_none() =>
            {
                io::Error::new(kind, Damage { form: self.form, source })
            }
            _ => source,
        })
    }
}
