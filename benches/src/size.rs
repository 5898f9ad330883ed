//! How many transfers an input has.

/// A size. [`Size::Huge`] takes minutes and many GB, so it is only built when asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 10^4.
    Small,
    /// 10^5.
    Medium,
    /// 10^6.
    Large,
    /// 10^7.
    Huge,
}

impl Size {
    /// The environment variable that asks for [`Size::Huge`].
    pub const HUGE_VARIABLE: &str = "DYETRACE_BENCH_HUGE";

    /// The sizes at which the main shape is measured: from `Small` on, and `Huge` when it is asked for.
    #[must_use]
    pub fn asked() -> Vec<Self> {
        let mut sizes = vec![Self::Small, Self::Medium, Self::Large];
        sizes.extend(std::env::var_os(Self::HUGE_VARIABLE).map(|_| Self::Huge));
        sizes
    }

    /// How many transfers.
    #[must_use]
    pub const fn transfers(self) -> usize {
        match self {
            Self::Small => 10_000,
            Self::Medium => 100_000,
            Self::Large => 1_000_000,
            Self::Huge => 10_000_000,
        }
    }

    /// The word that stands in ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::Huge => "huge",
        }
    }
}
