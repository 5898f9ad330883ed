//! Which columns of a file are plain: what is read at full speed, and from which field.

/// What a field of a plain row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The token contract: `0x` and 40 hex digits in lower case.
    Contract,
    /// The sender, likewise.
    From,
    /// The receiver, likewise.
    To,
    /// The amount: decimal digits, below 2^128 - 1.
    Value,
    /// The transaction's hash: `0x` and 64 hex digits.
    Hash,
    /// The event's index: decimal digits, below 2^32 - 2.
    EventIndex,
    /// The block number: decimal digits.
    Block,
    /// The block time: Unix seconds in decimal digits.
    Time,
    /// Anything without quotes: not read.
    Skipped,
}

/// The fields of a plain row, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    roles: Vec<Role>,
    pub(super) has_time: bool,
}

impl Plan {
    /// Makes a plan, if each role that a token transfer needs stands there once.
    pub(crate) fn new(roles: Vec<Role>) -> Option<Self> {
        let count = |role: Role| roles.iter().filter(|it| **it == role).count();
        let needed =
            [Role::Contract, Role::From, Role::To, Role::Value, Role::Hash, Role::EventIndex, Role::Block];
        let fits = needed.into_iter().all(|role| count(role) == 1) && count(Role::Time) <= 1;
        let has_time = count(Role::Time) == 1;
        fits.then_some(Self { roles, has_time })
    }

    pub(super) fn roles(&self) -> &[Role] {
        &self.roles
    }
}
