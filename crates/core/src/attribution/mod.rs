//! Whose account is it, where nobody has said so: what the transfers themselves tell.

pub mod deposits;
