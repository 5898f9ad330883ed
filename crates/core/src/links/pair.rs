//! A link: what went in by one transfer came out by others, later, on another chain or out of a pool.
//!
//! ```text
//! source         a transfer that brings value to a bridge, a mixer, an exchange service
//! destinations   the later transfers by which that value comes out again
//! ```
//!
//! A link says nothing of whose money it is: a trace moves the taint of the source to the receivers of the destinations, in
//! proportion, with its claims whole ([`crate::trace::TraceOptions::links`]). Who finds links, and how sure they are, is not
//! the trace's concern: it follows those it is handed.

use crate::ledger::Ledger;
use serde::{Deserialize, Serialize};

/// One transfer, and the later ones that hand its value out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The place of the transfer that brings the value in.
    pub source: u64,
    /// The places of the transfers that hand it out. One or more; of one asset they share by their values, of several assets
    /// each gets an equal part.
    pub destinations: Vec<u64>,
    /// A word for how it was found, such as `bridge`: data, never markup.
    pub method: String,
    /// How likely it holds, in millionths.
    pub confidence: u32,
    /// Whether a heuristic says so: then all that it hands out is `INFERRED` at best. An exact identifier takes nothing away.
    pub is_inferred: bool,
}

impl Link {
    /// Certainty, in millionths.
    pub const CERTAIN: u32 = 1_000_000;

    /// The same link in [`Ledger::with_ties_reversed`].
    #[must_use]
    pub fn with_ties_reversed(&self, ledger: &Ledger) -> Self {
        let turned = |&place: &u64| ledger.place_with_ties_reversed(place);
        let destinations = self.destinations.iter().map(turned).collect();
        Self { source: turned(&self.source), destinations, ..self.clone() }
    }
}

/// Why a trace cannot follow a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LinkFault {
    /// A transfer that is none, or moves nothing, or no destination at all.
    Nothing,
    /// A transfer lies after the end that the user set.
    AfterEnd,
    /// A destination does not come after its source.
    Backwards,
    /// The source comes from nobody, or a destination goes to nobody.
    Nobody,
    /// The source brings the value to a seed's account, which is followed as it is.
    Seed,
    /// A transaction seed tags one of the transfers.
    Tagged,
    /// One of the transfers is part of an earlier link.
    Taken,
}

impl LinkFault {
    /// What is wrong, for a person.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "one of its transfers moves nothing",
            Self::AfterEnd => "one of its transfers is after the end of the trace",
            Self::Backwards => "a destination does not come after its source",
            Self::Nobody => "nobody sends its source, or nobody receives a destination",
            Self::Seed => "its source pays a seed's own account",
            Self::Tagged => "a transaction seed names one of its transfers",
            Self::Taken => "an earlier link has one of its transfers",
        }
    }
}
