//! A folder to run the command in, what it said, and the tables it wrote.

use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub(crate) const A: &str = "0x00000000000000000000000000000000000000aa";
pub(crate) const B: &str = "0x00000000000000000000000000000000000000bb";
pub(crate) const C: &str = "0x00000000000000000000000000000000000000cc";
pub(crate) const D: &str = "0x00000000000000000000000000000000000000dd";

/// The header of the small ledgers here.
pub(crate) const HEADER: &str = "block_number,from_address,to_address,value\n";

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_dyetrace");

/// The folder of the whole repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A small ledger: block, sender, receiver and amount a row.
pub(crate) fn ledger(rows: &[(u64, &str, &str, u64)]) -> String {
    let rows = rows.iter().map(|(block, from, to, value)| format!("{block},{from},{to},{value}\n"));
    HEADER.to_owned() + &rows.collect::<String>()
}

/// How a run ended and what it said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// The run ended with this code; the message shows what it said if not.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// Runs the program in a folder.
pub(crate) fn dyetrace<S: AsRef<OsStr>>(folder: &Path, words: impl IntoIterator<Item = S>) -> Run {
    Command::new(PROGRAM).args(words).current_dir(folder).stdin(Stdio::null()).output().unwrap().into()
}

/// A folder of one test.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A folder with this file.
    pub(crate) fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        Self::new().and(name, bytes)
    }

    /// Adds a file.
    pub(crate) fn and(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), bytes).unwrap();
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the program here; the words are separated by spaces.
    pub(crate) fn run(&self, words: &str) -> Run {
        dyetrace(self.folder(), words.split_whitespace())
    }

    /// A table of a result.
    pub(crate) fn table(&self, name: &str) -> Table {
        Table::read(&self.path(name))
    }

    /// All that lies here, hidden or not: files with their bytes, folders without.
    pub(crate) fn everything(&self) -> Files {
        files(self.folder())
    }
}

/// Files by their path inside a folder.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// All files of a folder and of those in it; an empty folder stands with a `/`.
pub(crate) fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && !path.is_symlink() {
            let inner = files(&path);
            if inner.is_empty() {
                found.insert(format!("{name}/"), Vec::new());
            }
            found.extend(inner.into_iter().map(|(inside, bytes)| (format!("{name}/{inside}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

/// A result's files, the manifest without the time of the run and the seal.
pub(crate) fn result(folder: &Path) -> Files {
    let mut files = files(folder);
    let manifest = files.get_mut("manifest.json").expect("every result has a manifest");
    *manifest = without_run(manifest).into_bytes();
    files
}

/// A manifest without what two runs on the same input may differ in.
pub(crate) fn without_run(manifest: &[u8]) -> String {
    let mut manifest: Value = serde_json::from_slice(manifest).unwrap();
    let keys = manifest.as_object_mut().unwrap();
    for key in ["run", "seal"] {
        assert!(keys.shift_remove(key).is_some(), "the manifest has no `{key}`");
    }
    serde_json::to_string_pretty(&manifest).unwrap()
}

/// Two results are the same, file by file; a difference is shown as its first line.
#[track_caller]
pub(crate) fn assert_same(ours: &Files, expected: &Files) {
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(ours), names(expected));
    for (name, bytes) in expected {
        assert_same_bytes(name, &ours[name], bytes);
    }
}

#[track_caller]
pub(crate) fn assert_same_bytes(name: &str, ours: &[u8], expected: &[u8]) {
    if ours != expected {
        let lines = |bytes: &[u8]| -> Vec<String> {
            bytes
                .split_inclusive(|&byte| byte == b'\n')
                .map(|it| String::from_utf8_lossy(it).into_owned())
                .collect()
        };
        let (ours, expected) = (lines(ours), lines(expected));
        let at = ours.iter().zip(&expected).take_while(|(a, b)| a == b).count();
        panic!("{name}, line {}: {:?} instead of {:?}", at + 1, ours.get(at), expected.get(at));
    }
}

/// A table: rows by the names of its columns.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let columns = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        Self { columns, rows }
    }

    /// The cells of one column.
    #[track_caller]
    pub(crate) fn column(&self, name: &str) -> impl Iterator<Item = &str> {
        let at = self.columns.iter().position(|column| column == name);
        let at = at.unwrap_or_else(|| panic!("no column `{name}` in {:?}", self.columns));
        self.rows.iter().map(move |row| row[at].as_str())
    }

    /// The sum of a column over the rows in which another column holds this.
    #[track_caller]
    pub(crate) fn sum_where(&self, sum: &str, column: &str, holds: impl Fn(&str) -> bool) -> u128 {
        let rows = self.column(column).zip(self.column(sum));
        rows.filter(|(cell, _)| holds(cell)).map(|(_, amount)| amount.parse::<u128>().unwrap()).sum()
    }
}

/// Says that a test cannot be made here. Where skipping is forbidden, that is a failure.
pub(crate) fn skip(why: &str) {
    assert!(std::env::var_os("DYETRACE_NO_SKIP").is_none(), "skipped, but DYETRACE_NO_SKIP is set: {why}");
    println!("skipped: {why}");
}

/// A file of the real data that lie beside the repository, where they do.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DYETRACE_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = folder.join(path);
    if !path.exists() {
        println!("skipped: no shared data");
        return None;
    }
    Some(path.canonicalize().unwrap())
}

/// A way to run lines with a disk of their own in a name space of their own: it is gone when the shell ends.
pub(crate) struct SmallDisk {
    how: &'static str,
}

/// A small disk, where one may be mounted.
pub(crate) fn small_disk(desk: &Desk, mount: &str) -> Option<SmallDisk> {
    let mut ways = ["-m", "-Urm"].into_iter().map(|how| SmallDisk { how });
    ways.find(|disk| disk.start(desk, mount).is_some_and(|run| run.status.success()))
}

impl SmallDisk {
    fn start(&self, desk: &Desk, line: &str) -> Option<Output> {
        let words = [self.how, "sh", "-c", line, PROGRAM];
        Command::new("unshare").args(words).current_dir(desk.folder()).output().ok()
    }

    /// Runs a line, which mounts the disk first; the program is its `$0`.
    pub(crate) fn run(&self, desk: &Desk, line: &str) -> Output {
        self.start(desk, line).unwrap()
    }
}
