//! What an analyst decided about a case, and who, when and why: an account labelled, an account at which the money is
//! not followed, two transactions said to be one movement.
//!
//! A log has one decision a line, as JSON with the keys in the order of [`Decision`]'s fields and nothing between them,
//! and each line names the SHA-256 of the line before: whoever changes a line has to change all that follow.

use crate::account::{Address, AddressError, AddressKind};
use crate::label::{Category, Label};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the first line names as the one before it.
pub const NO_LINE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Counted from 1.
    pub number: u64,
    /// When it was decided, as stated: `2022-06-23T11:06:00Z`.
    pub when: String,
    /// Who decided.
    pub who: String,
    /// What kind of decision it is.
    pub kind: DecisionKind,
    /// What it is about: an address, or the transaction from which a link leads.
    pub subject: String,
    /// What was decided of it.
    pub detail: Detail,
    /// Why, in the analyst's words. Data, never markup or a formula.
    pub why: String,
    /// The SHA-256 of the line before, in hex; [`NO_LINE`] in the first.
    pub before: String,
}

/// What kind of decision it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionKind {
    /// An account is labelled.
    Label,
    /// Money that arrives at an account is not followed.
    Cut,
    /// What went in by one transaction came out by another.
    Link,
}

impl DecisionKind {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Cut => "cut",
            Self::Link => "link",
        }
    }
}

impl fmt::Display for DecisionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was decided; what does not belong to the kind is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// The chain of the address; every chain where none is named.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub chain: Option<String>,
    /// Of a label: what kind of account it is, a word of [`Category`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub category: Option<String>,
    /// Of a label: who holds it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entity: Option<String>,
    /// Of a label: how sure the analyst is, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence: Option<u8>,
    /// Of a link: the transaction to which it leads.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub destination: Option<String>,
}

impl Decision {
    /// How sure a label of an analyst is who does not say.
    pub const CONFIDENCE: u8 = 100;

    /// The address that a label or a cut is about.
    ///
    /// # Errors
    /// An [`AddressError`] where the subject is none.
    pub fn address(&self) -> Result<Address, AddressError> {
        match &self.detail.chain {
            Some(chain) => Address::parse(AddressKind::of_chain(chain), self.subject.as_bytes()),
            None => Address::parse_any(self.subject.as_bytes()),
        }
    }

    /// Who decided it, as a source: `decision 3 by A. Analyst`.
    #[must_use]
    pub fn source(&self) -> String {
        format!("decision {} by {}", self.number, self.who)
    }

    /// The label that it states. `None` for other kinds, and where address or category are none.
    #[must_use]
    pub fn label(&self) -> Option<Label> {
        let category: Category = self.detail.category.as_ref()?.parse().ok()?;
        let entity = self.detail.entity.clone().unwrap_or_default();
        (self.kind == DecisionKind::Label).then_some(())?;
        Some(Label {
            address: self.address().ok()?,
            chain: self.detail.chain.clone(),
            text: entity.clone(),
            category,
            entity,
            source: self.source(),
            as_of: self.when.get(..10).unwrap_or_default().to_owned(),
            confidence: self.detail.confidence.unwrap_or(Self::CONFIDENCE),
        })
    }
}
