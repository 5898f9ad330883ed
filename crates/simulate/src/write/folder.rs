//! The folder of a simulation: written aside, then put in its place whole.

use super::{Format, Order};
use crate::error::Error;
use crate::truth::Outcome;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What `format` says in `simulation.json`.
pub(super) const FORMAT: &str = "dyetrace simulation";
/// The file that says that a folder is ours.
const MARK: &str = "simulation.json";

/// A folder under way.
#[derive(Debug)]
pub(super) struct Folder {
    goal: PathBuf,
    /// Removed on drop.
    aside: TempDir,
}

impl Folder {
    pub(super) fn begin(goal: &Path) -> Result<Self, Error> {
        may_be_replaced(goal)?;
        let parent = goal.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let cannot = |error| Error::io(parent, "no folder can be made in it", error);
        fs::create_dir_all(parent).map_err(cannot)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".dyetrace-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o777));
        }
        let folder = Self { goal: goal.to_owned(), aside: builder.tempdir_in(parent).map_err(cannot)? };
        folder.make("truth")?;
        Ok(folder)
    }

    /// Where a file of it is written.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.aside.path().join(name)
    }

    /// Makes a folder in it.
    pub(super) fn make(&self, name: &str) -> Result<(), Error> {
        let path = self.path(name);
        fs::create_dir_all(&path).map_err(|error| Error::io(&path, "cannot be made", error))
    }

    /// Writes a small file.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), Error> {
        let path = self.path(name);
        fs::write(&path, text).map_err(|error| Error::io(&path, "cannot be written", error))
    }

    pub(super) fn finish(self, order: &Order<'_>, outcome: &Outcome) -> Result<(), Error> {
        self.write("parameters.toml", order.text)?;
        let mut files = listed(self.aside.path())?;
        files.push(MARK.to_owned());
        files.sort_unstable();
        let mark = json!({
            "format": FORMAT,
            "version": env!("CARGO_PKG_VERSION"),
            "name": order.parameters.name,
            "seed": order.scope.seed,
            "size": order.scope.transfers,
            "tokens_only": order.scope.tokens_only,
            "transfers_as": match order.format {
                Format::Csv => "csv",
                Format::EthereumEtl => "ethereum-etl",
                Format::Snapshot => "snapshot",
            },
            "transfers": outcome.rows,
            "files": files,
        });
        self.write(MARK, &format!("{mark:#}\n"))?;
        let Self { goal, aside } = self;
        may_be_replaced(&goal)?;
        let failed = |error| Error::io(&goal, "the finished folder cannot be put in its place", error);
        if goal.exists() {
            fs::remove_dir_all(&goal).map_err(failed)?;
        }
        fs::rename(aside.path(), &goal).map_err(failed)?;
        // It is no longer where it was made, so there is nothing to remove.
        let _ = aside.keep();
        Ok(())
    }
}

/// Files of a folder and of those in it, with `/` between.
fn listed(folder: &Path) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let cannot = |error| Error::io(folder, "cannot be listed", error);
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().map_err(cannot)?.is_dir() {
            found.extend(listed(&entry.path())?.into_iter().map(|inner| format!("{name}/{inner}")));
        } else {
            found.push(name);
        }
    }
    Ok(found)
}

/// An existing folder is replaced only if it is a simulation, and holds nothing else.
fn may_be_replaced(goal: &Path) -> Result<(), Error> {
    let Ok(kind) = fs::symlink_metadata(goal) else { return Ok(()) };
    let refuse = |what: &str| {
        let error = Error::new(format!("{}: {what}: it is not replaced", goal.display()));
        Err(error.with_hint("give another folder with `--out`, or move this one away"))
    };
    if !kind.is_dir() {
        return refuse("is no folder");
    }
    let mark: Option<Value> =
        fs::read(goal.join(MARK)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(mark) = mark.filter(|mark| mark["format"] == FORMAT) else {
        return refuse("is no simulation of dyetrace");
    };
    let ours: Vec<&str> = mark["files"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(other) = listed(goal)?.iter().find(|name| !ours.contains(&name.as_str())) {
        return refuse(&format!("holds `{other}`, which the simulation did not write"));
    }
    Ok(())
}
