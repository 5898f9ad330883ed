//! How many transfers an input has.

/// A size. [`Size::Huge`] and [`Size::Giant`] take minutes and many GB, so they are only built when asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 10^3: for what is quadratic.
    Tiny,
    /// 10^4.
    Small,
    /// 10^5.
    Medium,
    /// 10^6.
    Large,
    /// 10^7.
    Huge,
    /// 10^8.
    Giant,
}

impl Size {
    /// The environment variable that asks for [`Size::Huge`].
    pub const HUGE_VARIABLE: &str = "DYETRACE_BENCH_HUGE";

    /// The environment variable that asks for [`Size::Giant`], where a bench has it.
    pub const GIANT_VARIABLE: &str = "DYETRACE_BENCH_GIANT";

    /// The sizes at which the main shape is measured: from `Small` on, and `Huge` when it is asked for. With
    /// `--test`, which only asks whether answers hold, `Large` is left out: it takes half of that time.
    #[must_use]
    pub fn asked() -> Vec<Self> {
        let mut sizes = vec![Self::Small, Self::Medium];
        let only_tests = std::env::args().any(|argument| argument == "--test");
        sizes.extend((!only_tests).then_some(Self::Large));
        sizes.extend(std::env::var_os(Self::HUGE_VARIABLE).map(|_| Self::Huge));
        sizes.extend(std::env::var_os(Self::GIANT_VARIABLE).map(|_| Self::Giant));
        sizes
    }

    /// How many transfers.
    #[must_use]
    pub const fn transfers(self) -> usize {
        match self {
            Self::Tiny => 1_000,
            Self::Small => 10_000,
            Self::Medium => 100_000,
            Self::Large => 1_000_000,
            Self::Huge => 10_000_000,
            Self::Giant => 100_000_000,
        }
    }

    /// The word that stands in ids.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::Huge => "huge",
            Self::Giant => "giant",
        }
    }
}
