//! Writing a result: every table and the page, then the manifest that seals them.

pub(crate) mod folder;

pub use folder::{WrittenFile, check_out};

use crate::conservation::{Balance, BalanceKey, recompute};
use crate::error::Error;
use crate::graph::{Graph, cytoscape, dot, graphml};
use crate::manifest;
use crate::packs;
use crate::page;
use crate::report::Report;
use crate::table;
use folder::Folder;
use std::path::Path;

/// A result that was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// The files, in the order in which they were written; the manifest is the last.
    pub files: Vec<WrittenFile>,
    /// The rows of `conservation.csv`: theft, stolen asset and rule, and the balance.
    pub balances: Vec<(BalanceKey, Balance)>,
    /// The SHA-256 of `manifest.json`, in hex: to be kept elsewhere.
    pub manifest_sha256: String,
}

impl Report<'_> {
    /// Writes the result with its graph into a folder, which is put in its place when it is whole.
    ///
    /// # Errors
    /// As [`Report::write_parts`].
    pub fn write(&self, out: &Path) -> Result<Written, Error> {
        self.write_parts(out, true)
    }

    /// Writes the result into a folder, which is put in its place when it is whole: all tables, and the graph too if
    /// that is wanted.
    ///
    /// # Errors
    /// An [`Error`] where a file cannot be written, the folder exists and is not ours, or the amounts do not
    /// add up. Nothing is left behind then, and what was there stays.
    pub fn write_parts(&self, out: &Path, with_graph: bool) -> Result<Written, Error> {
        self.check_balances()?;
        let mut folder = Folder::begin(out)?;
        folder.write("freezable.csv", |to| table::freezable::write(self, to))?;
        folder.write("holdings.csv", |to| table::holdings::write(self, to))?;
        folder.write("flows.csv", |to| table::flows::write(self, to))?;
        folder.write("postings.csv", |to| table::postings::write(self, to))?;
        let sums = recompute(folder.read("holdings.csv")?, folder.read("postings.csv")?)?;
        let balances = table::conservation::rows(self, sums)?;
        folder.write("conservation.csv", |to| table::conservation::write(&balances, to))?;
        folder.write("routes.csv", |to| table::routes::write(self, to))?;
        let links = table::links::rows(self);
        if !links.is_empty() {
            folder.write("links.csv", |to| table::links::write(self, &links, to))?;
        }
        if !self.input.prices.is_empty() {
            folder.write("dollars.csv", |to| table::dollars::write(self, to))?;
        }
        folder.write("next.csv", |to| table::next::write(self, to))?;
        folder.write("leads.csv", |to| table::leads::write(self, to))?;
        folder.write("decisions.csv", |to| table::decisions::write(self, to))?;
        folder.write("rejects.csv", |to| table::lists::write_rejects(&self.input.facts.rejects, to))?;
        folder.write("limitations.csv", |to| table::lists::write_limitations(self, to))?;
        packs::write(self, &mut folder)?;
        folder.write("report.html", |to| page::write(self, to))?;
        if with_graph {
            let graph = Graph::of(self);
            folder.write("graph.graphml", |to| graphml::write(&graph, to))?;
            folder.write("graph.json", |to| cytoscape::write(&graph, to))?;
            folder.write("graph.dot", |to| dot::write(&graph, to))?;
        }
        let manifest = manifest::manifest(self, folder.files());
        folder.write("manifest.json", |to| std::io::Write::write_all(to, manifest.as_bytes()))?;
        let files = folder.finish()?;
        let manifest_sha256 = files.last().map(|file| file.sha256.clone()).unwrap_or_default();
        Ok(Written { files, balances, manifest_sha256 })
    }
}
