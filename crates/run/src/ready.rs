//! A case that is read, with all that is decided before anything is traced: labels, deposit accounts, cuts, noise, links.

use crate::assets::AssetTables;
use crate::decisions::add_cuts;
use crate::error::Error;
use crate::expected::add_expected;
use crate::facts::left_out_words;
use crate::inputs::{add_detected, stated_labels};
use crate::links::{add_links, read_links};
use crate::noise::find_noise;
use crate::pools::{Pools, look_at_pools, sure_deposits};
use crate::traced::CaseFiles;
use crate::watch::Watch;
use dyetrace_core::Labels;
use dyetrace_core::attribution::Noise;
use dyetrace_core::attribution::deposits::{DepositOptions, Deposits};
use dyetrace_core::links::mixers::LeadOptions;
use dyetrace_core::trace::TraceOptions;
use dyetrace_ingest::case::MixerMode;
use dyetrace_ingest::{Case, DecisionLog, LabelReading, Reading, Reject};
use dyetrace_report::LinkFacts;
use std::sync::Arc;

/// A case, ready to be traced.
#[derive(Debug)]
pub struct Ready {
    /// The transfers.
    pub reading: Arc<Reading>,
    /// Everything that labels say, those of deposit accounts that were found among them.
    pub labels: Labels,
    /// How assets are shown, and what is known of them.
    pub tables: AssetTables,
    /// The choices of the case, with cuts, noise and links.
    pub options: TraceOptions,
    /// The decisions of the analyst, where there is a log of them.
    pub log: Option<DecisionLog>,
    /// What the label files are.
    pub of_labels: LabelReading,
    /// The deposit accounts that were found, and by what thresholds, where they were looked for.
    pub deposits: Option<(DepositOptions, Deposits)>,
    /// What was made to be seen.
    pub noise: Noise,
    /// The links of the options, and others.
    pub links: LinkFacts,
    /// What was found at mixers, where links through them are followed, and how many are.
    pub through_mixers: Option<(Pools, usize)>,
}

impl CaseFiles {
    /// Reads the labels, the links and the tables of a case, and decides what stands before a trace.
    ///
    /// # Errors
    /// What the readers say of the first file that cannot be read.
    pub fn ready(self, case: &Case, watch: &dyn Watch) -> Result<Ready, Error> {
        let Self { reading, token_files, log } = self;
        let link_files = read_links(case)?;
        let (stated, of_labels) = stated_labels(case, &reading, log.as_ref(), watch)?;
        let tables = AssetTables::read(&reading, token_files, case)?;
        let busy = watch.busy("looking for deposit accounts, noise and links");
        let ledger = &reading.ledger;
        let mut options = case.options.clone();
        let (labels, deposits) = add_detected(case, ledger, stated, &tables);
        add_cuts(log.as_ref(), ledger, &mut options);
        let noise = find_noise(ledger, &tables, &mut options);
        let (mut through, mut through_mixers) = (Vec::new(), None);
        if let MixerMode::Expected { .. } = case.mixers {
            add_expected(case, ledger, &labels, &mut options)?;
        }
        if let MixerMode::Links(least) = case.mixers {
            let sure = deposits.as_ref().map(|(_, found)| sure_deposits(found)).unwrap_or_default();
            let usual = LeadOptions::default();
            let pools = look_at_pools(case, ledger, &labels, &sure, &usual, options.hub_transfers)?;
            through = pools.followed(least.into());
            through_mixers = Some((pools, through.len()));
        }
        let links = add_links(case, link_files, log.as_ref(), through, ledger, &labels, &mut options)?;
        busy.finish_and_clear();
        Ok(Ready { reading, labels, tables, options, log, of_labels, deposits, noise, links, through_mixers })
    }
}

impl Ready {
    /// Rows that were left out: of transfers, then of event files.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = &Reject> {
        let of_events = self.through_mixers.iter().flat_map(|(pools, _)| &pools.rejects);
        self.reading.rejects.iter().chain(of_events)
    }

    /// Why more may have come to somebody than is told by who only asks what came: rows that were left out, and pools that
    /// pay out a share, which only a trace follows.
    pub(crate) fn missing(&self, case: &Case) -> Vec<String> {
        let pools = matches!(case.mixers, MixerMode::Expected { .. });
        let pools = pools.then(|| {
            "what mixer pools pay out is not followed: only a trace does as `mixers` says".to_owned()
        });
        left_out_words(self.left_out()).into_iter().chain(pools).collect()
    }
}
