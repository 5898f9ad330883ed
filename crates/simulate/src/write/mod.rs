//! A world as a folder of files: what an investigator would have, and, apart from it, the truth.
//!
//! `case.toml` and what it names is the evidence; `truth/` is what the score is computed from, and nothing that a
//! trace may read; `simulation.json` says that the folder is ours, and how to make it again.

mod canonical;
mod case;
mod etl;
mod file;
mod folder;
mod labels;
mod snapshot;
mod truth;

use crate::chain::Block;
use crate::error::Error;
use crate::params::Parameters;
use crate::truth::{Link, Outcome};
use crate::world::{Scope, Sink, simulate};
use canonical::Canonical;
use etl::Etl;
use folder::Folder;
use snapshot::Snapshot;
use std::path::Path;
use truth::Links;

/// The form of the transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `transfers.csv`, dyetrace's own.
    Csv,
    /// A folder a chain, with the files of ethereum-etl.
    EthereumEtl,
    /// `transfers.dye`. Of tokens alone it is written as the rows are made; else `transfers.csv` is read into it, and
    /// removed.
    Snapshot,
}

/// What is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The parameters.
    pub parameters: &'a Parameters,
    /// Their text, to be kept in the folder.
    pub text: &'a str,
    /// Size and seed.
    pub scope: Scope,
    /// The form of the transfers.
    pub format: Format,
}

/// Where blocks go.
enum Form {
    Csv(Canonical),
    Etl(Box<Etl>),
    Snapshot(Box<Snapshot>),
}

/// Writes blocks and links.
struct Writer {
    form: Form,
    links: Links,
}

impl Sink for Writer {
    fn block(&mut self, block: &Block) -> Result<(), Error> {
        match &mut self.form {
            Form::Csv(form) => form.block(block),
            Form::Etl(form) => form.block(block),
            Form::Snapshot(form) => form.block(block),
        }
    }

    fn link(&mut self, link: &Link) -> Result<(), Error> {
        self.links.link(link)
    }
}

/// Makes a world and writes it into a folder, which is either whole or not there.
///
/// # Errors
/// An [`Error`] where the folder exists and is no simulation of ours, where something cannot be written, and for
/// parameters that make no world.
///
/// # Cost
/// **O(n)** for n transfers; see [`simulate`] for the memory. A snapshot of more than tokens is read into memory.
pub fn write(out: &Path, order: &Order<'_>) -> Result<Outcome, Error> {
    order.scope.check()?;
    let folder = Folder::begin(out)?;
    let Scope { seed, tokens_only, .. } = order.scope;
    let whole = order.format == Format::Snapshot && !tokens_only;
    let form = match order.format {
        Format::Csv => Form::Csv(Canonical::begin(&folder, seed, tokens_only)?),
        Format::Snapshot if whole => Form::Csv(Canonical::begin(&folder, seed, tokens_only)?),
        Format::EthereumEtl => Form::Etl(Box::new(Etl::begin(&folder, seed, tokens_only)?)),
        Format::Snapshot => Form::Snapshot(Box::new(Snapshot::begin(&folder, order)?)),
    };
    let mut writer = Writer { form, links: Links::begin(&folder, seed)? };
    let outcome = simulate(order.parameters, order.scope, &mut writer)?;
    match writer.form {
        Form::Csv(form) => form.finish()?,
        Form::Etl(form) => form.finish()?,
        Form::Snapshot(form) => form.finish()?,
    }
    writer.links.finish()?;
    if whole {
        snapshot::ingest_whole(&folder)?;
    }
    labels::write(&folder, order, &outcome)?;
    truth::write(&folder, order, &outcome)?;
    case::write(&folder, order, &outcome)?;
    folder.finish(order, &outcome)?;
    Ok(outcome)
}
