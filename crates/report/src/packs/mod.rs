//! Freeze requests: one folder for each holder that can stop money, an exchange, a bridge or an issuer.
//!
//! A folder holds `request.csv` (the accounts to be stopped), `transfers.csv` (what brought the money there), `path.csv`
//! (how it came from the theft), `request.json` with all of these and the rest, and `request.html` for a person. A
//! request shows no other venue's customers: their accounts stand as "other venue". What only the user can say, who
//! asks and by which law, is left empty.

mod evidence;
mod explorer;
mod folder_name;
mod gather;
mod incident;
pub(crate) mod pack;
mod page;
mod tables;
mod target;
mod words;

use crate::error::Error;
use crate::report::Report;
use crate::write::folder::Folder;
use folder_name::folder_names;
use std::collections::BTreeMap;
use std::io::Write;

/// The folder in which the requests stand.
const FOLDER: &str = "packs";

/// Writes a request to each holder of a finding. A finding whose holder nobody names is in none.
///
/// # Cost
/// **O(f + h)** for f findings with their arrivals, and h hops of their routes.
pub(crate) fn write(report: &Report<'_>, folder: &mut Folder) -> Result<(), Error> {
    let mut by_holder: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, finding) in report.findings().iter().enumerate() {
        by_holder.entry(&finding.holder).or_default().push(at);
    }
    by_holder.remove("");
    let holders: Vec<&str> = by_holder.keys().copied().collect();
    if holders.is_empty() {
        return Ok(());
    }
    let common = gather::Common::of(report);
    for (findings, name) in by_holder.values().zip(folder_names(&holders)) {
        let pack = gather::pack(report, &common, findings);
        let file = |file: &str| format!("{FOLDER}/{name}/{file}");
        folder.write(&file("request.csv"), |to| tables::write_targets(&pack, to))?;
        folder.write(&file("transfers.csv"), |to| tables::write_transfers(&pack, to))?;
        folder.write(&file("path.csv"), |to| tables::write_path(&pack, to))?;
        let json = serde_json::to_string_pretty(&pack).expect("JSON values are written without fail");
        folder.write(&file("request.json"), |to| writeln!(to, "{json}"))?;
        let page = page::page(&pack);
        folder.write(&file("request.html"), |to| to.write_all(page.as_bytes()))?;
    }
    Ok(())
}
