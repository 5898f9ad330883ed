//! What was typed, as the libraries take it: the same words, without the command line.

use crate::args::{CaseArgs, DepositsArgs, ReadingArgs, TraceArgs};
use dyetrace_run::deposits::TypedDeposits;
use dyetrace_run::{TypedCase, TypedReading, TypedTrace};

impl ReadingArgs {
    pub(crate) fn typed(&self) -> TypedReading {
        TypedReading {
            chain: self.chain.clone(),
            maps: self.maps.clone(),
            inexact: self.inexact,
            tokens: self.tokens.clone(),
        }
    }
}

impl CaseArgs {
    pub(crate) fn typed(&self) -> TypedCase {
        TypedCase {
            case: self.case.clone(),
            transfers: self.transfers.clone(),
            labels: self.labels.clone(),
            decisions: self.decisions.clone(),
            thefts: self.thefts.clone(),
        }
    }
}

impl TraceArgs {
    pub(crate) fn typed(&self) -> TypedTrace {
        TypedTrace {
            case: self.case.typed(),
            rule: self.rule.clone(),
            compare: self.compare.clone(),
            stop: self.stop.clone(),
            no_detected_deposits: self.no_detected_deposits,
            hub_transfers: self.hub_transfers,
            max_hops: self.max_hops,
            until: self.until.clone(),
            min_amounts: self.min_amounts.clone(),
            follow_noise: self.follow_noise,
            no_swaps: self.no_swaps,
            links: self.links.clone(),
            link_confidence: self.link_confidence.clone(),
            no_bridges: self.no_bridges,
            mixers: self.mixers.clone(),
            mixer_probability: self.mixer_probability.clone(),
            issuers: self.issuers.clone(),
            prices: self.prices.clone(),
            reading: self.reading.typed(),
            skip_bad_rows: self.skip_bad_rows,
            no_graph: self.no_graph,
        }
    }
}

impl DepositsArgs {
    pub(crate) fn typed(&self) -> TypedDeposits {
        TypedDeposits {
            min_share: self.min_share,
            destinations: self.destinations,
            max_transfers: self.max_transfers,
            max_senders: self.max_senders,
            max_delay: self.max_delay,
            max_delay_blocks: self.max_delay_blocks,
            max_short: self.max_short.clone(),
            gas_accounts: self.gas_accounts,
            gas_share: self.gas_share,
        }
    }
}
