//! Files as memory: the only unsafe code of the project.
//!
//! A ledger of 10⁸ transfers is 6 GB, of which a trace reads a part. Mapped, only that part is read, and only once
//! by however many processes; the safe way, reading the file whole, costs the time and memory that a snapshot is
//! there to save (`benches/record/`).

use dyetrace_core::column::Memory;
use memmap2::Mmap;
use std::fs::File;
use std::io;

/// A file, mapped to be read.
#[derive(Debug)]
pub(super) struct MappedFile(Mmap);

impl MappedFile {
    /// Maps a file.
    ///
    /// The file must not be cut or written into while it is mapped: our own writers never do, they put a new file
    /// in the place of the old one, whose bytes stay until nobody has them mapped. Whoever cuts it by other means
    /// ends this process with a signal.
    pub(super) fn open(file: &File) -> io::Result<Self> {
        #[expect(
            unsafe_code,
            reason = "mapping is unsafe, since the file may change under the map: see above"
        )]
        // SAFETY: the bytes are only read as numbers, of which any are valid; and see above.
        let map = unsafe { Mmap::map(file) }?;
        Ok(Self(map))
    }
}

impl Memory for MappedFile {
    fn bytes(&self) -> &[u8] {
        &self.0
    }
}
