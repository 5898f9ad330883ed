//! What was typed, as the libraries take it: the same words, without the command line.

use crate::args::{CaseArgs, DepositsArgs, MixersArgs, OriginArgs, ReadingArgs, ScreenArgs, TraceArgs};
use dyetrace_run::deposits::TypedDeposits;
use dyetrace_run::mixers::TypedMixers;
use dyetrace_run::screen::TypedScreen;
use dyetrace_run::{TypedCase, TypedOrigins, TypedReading, TypedTrace};

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

impl OriginArgs {
    pub(crate) fn typed(&self) -> TypedOrigins {
        TypedOrigins {
            rule: self.rule.clone(),
            origins: self.origins.clone(),
            stop: self.stop.clone(),
            until: self.until.clone(),
            no_swaps: self.no_swaps,
            no_detected_deposits: self.no_detected_deposits,
            skip_bad_rows: self.skip_bad_rows,
        }
    }
}

impl ScreenArgs {
    pub(crate) fn typed(&self) -> TypedScreen {
        TypedScreen {
            case: self.case.typed(),
            reading: self.reading.typed(),
            run: self.run.typed(),
            flag_direct: self.flag_direct.clone(),
            flag_indirect: self.flag_indirect.clone(),
        }
    }
}

impl MixersArgs {
    pub(crate) fn typed(&self) -> TypedMixers {
        TypedMixers {
            case: TypedCase {
                case: self.case.clone(),
                transfers: self.transfers.clone(),
                labels: self.labels.clone(),
                decisions: self.decisions.clone(),
                thefts: self.thefts.clone(),
            },
            reading: self.reading.typed(),
            skip_bad_rows: self.skip_bad_rows,
            pool_events: self.pool_events.clone(),
            outstanding: self.outstanding.clone(),
            known_exits: self.known_exits.clone(),
            voucher_gap: self.voucher_gap,
            window: self.window,
            late_window: self.late_window,
            profile_pools: self.profile_pools,
            profile_notes: self.profile_notes,
            decoys: self.decoys,
            least_leads: self.least_leads,
            hub_transfers: self.hub_transfers,
            funder_transfers: self.funder_transfers,
            group_window: self.group_window,
            group_joins: self.group_joins,
            group_share: self.group_share,
            group_members: self.group_members,
        }
    }
}
