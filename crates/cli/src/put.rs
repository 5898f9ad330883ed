//! Puts a file in its place whole, or leaves what was there.

use anyhow::{Context, Result};
use std::fs;
use std::io;
use std::path::Path;

/// Writes beside the place, and renames at the end.
pub(crate) fn whole(out: &Path, write: impl FnOnce(&fs::File) -> io::Result<()>) -> Result<()> {
    let failed = || format!("`{}` cannot be written", out.display());
    let folder = out.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = out.file_name().with_context(failed)?.to_string_lossy();
    let aside = folder.join(format!(".{name}.{}", std::process::id()));
    let mut new = fs::OpenOptions::new();
    let written = new.write(true).create_new(true).open(&aside).and_then(|file| {
        write(&file)?;
        file.sync_all()?;
        fs::rename(&aside, out)
    });
    if written.is_err() {
        // It may not have come to be.
        let _ = fs::remove_file(&aside);
    }
    written.with_context(failed)
}
