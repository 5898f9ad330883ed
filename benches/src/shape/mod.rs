//! Shapes: who pays whom.

mod chain;
mod cycle;
mod hub;
pub(crate) mod power_law;
mod small_case;
mod star;

use crate::input::Input;
use crate::size::Size;

/// Who pays whom in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A peel chain: each hop hands on nearly all and peels a little off.
    Chain,
    /// One account pays very many.
    Star,
    /// An exchange: deposit accounts swept into one account that pays withdrawals. The trace follows it.
    Hub,
    /// Money that goes round a ring.
    Cycle,
    /// Few accounts in very many transfers, very many in few: as on a chain.
    PowerLaw,
    /// As [`Shape::PowerLaw`], but a theft taints a tenth of all purses before the first payment.
    Tainted,
    /// The same with 16 thefts.
    Tainted16,
    /// As [`Shape::PowerLaw`], but with a young theft: taint gets to about a tenth of all purses, none of them new.
    Late,
    /// A power-law ledger, and in it a short peel chain that touches nobody else: the trace reaches very little.
    SmallCase,
}

impl Shape {
    /// All shapes.
    pub const ALL: [Self; 9] = [
        Self::Chain,
        Self::Star,
        Self::Hub,
        Self::Cycle,
        Self::PowerLaw,
        Self::Tainted,
        Self::Tainted16,
        Self::Late,
        Self::SmallCase,
    ];

    /// The word that stands in ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Star => "star",
            Self::Hub => "hub",
            Self::Cycle => "cycle",
            Self::PowerLaw => "power_law",
            Self::Tainted => "power_law_tainted",
            Self::Tainted16 => "power_law_tainted_16",
            Self::Late => "power_law_late",
            Self::SmallCase => "small_case",
        }
    }

    /// Makes the input of this shape and size: the same each time.
    #[must_use]
    pub fn build(self, size: Size) -> Input {
        let mut input = match self {
            Self::Chain => chain::build(size.transfers()),
            Self::Star => star::build(size.transfers()),
            Self::Hub => hub::build(size.transfers()),
            Self::Cycle => cycle::build(size.transfers()),
            Self::PowerLaw => power_law::build(size.transfers()),
            Self::Tainted => power_law::build_tainted(size.transfers(), 1),
            Self::Tainted16 => power_law::build_tainted(size.transfers(), 16),
            Self::Late => power_law::build_late(size.transfers()),
            Self::SmallCase => small_case::build(size.transfers()),
        };
        input.name = self.case(size);
        input
    }

    /// The case in ids.
    #[must_use]
    pub fn case(self, size: Size) -> String {
        format!("{}_{}", self.as_str(), size.as_str())
    }
}

/// One coin in base units.
const COIN: u64 = 1_000_000_000_000_000_000;
/// What a plain payment costs, in base units.
const FEE: u64 = 420_000_000_000_000;

/// A number of accounts or rows as an account number.
fn count(number: usize) -> u32 {
    u32::try_from(number).expect("an input has fewer than 2^32 rows")
}
