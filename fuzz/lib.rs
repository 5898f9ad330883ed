//! What the targets share: a folder for the files that the readers open.

use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

/// Runs a check with a folder of this process, in memory where the machine has such a place.
pub fn in_folder(check: fn(&Path, &[u8]), bytes: &[u8]) {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let memory = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new());
        memory.expect("a folder can be made")
    });
    check(folder.path(), bytes);
}
