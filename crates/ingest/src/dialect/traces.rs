//! Traces: every call of every transaction, native coin only. ethereum-etl's `traces.csv` (BigQuery too) and
//! cryo's `traces`.
//!
//! Value moves by a `call` of type `call`, a creation, a self-destruct (its whole balance), a block reward and
//! the genesis. `delegatecall`, `callcode` and `staticcall` show a value and move none. Nothing moves in a call
//! that failed, and nothing below it: where the file states no status, a call with an `error` failed, and so
//! did all below it.
//!
//! # Two numbers
//!
//! The root of a transaction (empty `trace_address`) *is* its external transfer: it has no event index, as in
//! `transactions.csv`, so that both are one event. Every other trace has an index made of its address (see
//! [`TracePath::index`]), the same in whatever file it stands.

use super::cryo::ChainIds;
use super::fields::{Fields, Names, filled, optional, read_address, read_units};
use super::{Absence, Context, Entry, Told};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::records::Record;
use dyetrace_core::ledger::{Kind, TxHash};
use dyetrace_core::{Amount, Row};

/// Where the columns stand in one file.
pub(crate) struct Columns {
    pub(super) fields: Fields,
    pub(super) value: Column,
    pub(super) trace_type: Column,
    pub(super) call_type: Column,
    pub(super) trace_address: Column,
    pub(super) error: Option<Column>,
    pub(super) status: Option<Column>,
    /// Whether a reward names its receiver in the sender's column.
    pub(super) reward_in_sender: bool,
    pub(super) chain_ids: ChainIds,
}

/// What a trace does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Call,
    Create,
    Destroy,
    /// A reward, or the genesis: money from nowhere.
    Mint,
    /// The one irregular change of state: the refund of the DAO.
    Fork,
}

/// The transaction of a trace: its hash, else block and index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TraceKey {
    Hash(TxHash),
    Index(u64, u64),
}

/// The place of a call in its transaction: the number of the call among those of its caller, for the caller,
/// and so on from the root. Empty for the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TracePath(Vec<u32>);

impl TracePath {
    /// Reads a trace address: numbers between commas or underlines, in brackets or not.
    pub(super) fn read(column: &Column, record: &Record) -> Result<Self, Fault> {
        let text = column.text(record)?.trim().trim_start_matches('[').trim_end_matches(']');
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let number = |part: &str| {
            let part = part.trim();
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
        };
        let parts: Option<Vec<u32>> = text.split([',', '_']).map(number).collect();
        parts.map(Self).ok_or_else(|| {
            column.fault(record, "is no trace address: numbers with commas between them were expected")
        })
    }

    /// Whether it is the root: the transaction's own call.
    pub(super) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this trace is the other one or stands below it.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// A number that sorts like the address: a caller before what it calls, earlier calls before later ones.
    ///
    /// Each number n of the address is written in bits: n + 1 has L binary digits; L ones, a zero, then its
    /// digits without the first. A longer number has more ones in front, so that bits sort like numbers; the
    /// address ends in zeros, so that a caller comes first. The first 53 bits are taken, which a data frame
    /// holds exactly. Calls nested so deep that they differ only after that share a number, and are ordered as
    /// the file has them.
    pub(super) fn index(&self) -> u64 {
        let mut bits = Bits::default();
        for &part in &self.0 {
            let number = u64::from(part) + 1;
            let length = 64 - number.leading_zeros();
            for _ in 0..length {
                bits.push(true);
            }
            bits.push(false);
            for place in (0..length - 1).rev() {
                bits.push(number >> place & 1 == 1);
            }
        }
        bits.taken
    }
}

/// Takes bits from the highest place down, as far as there is room.
#[derive(Default)]
struct Bits {
    taken: u64,
    count: u32,
}

impl Bits {
    const ROOM: u32 = 53;

    fn push(&mut self, bit: bool) {
        if self.count < Self::ROOM {
            self.taken |= u64::from(bit) << (Self::ROOM - 1 - self.count);
            self.count += 1;
        }
    }
}

/// Whether a call of this type moves value; the same words are an internal transaction's type.
pub(super) fn moves_value(column: &Column, record: &Record) -> Result<bool, Fault> {
    match column.text(record)?.to_lowercase().replace('_', "").as_str() {
        "" | "call" | "create" | "create2" | "suicide" | "selfdestruct" => Ok(true),
        "delegatecall" | "callcode" | "staticcall" => Ok(false),
        _ => Err(column.fault(
            record,
            "is no type of call that is known: `call`, `delegatecall`, `callcode` or `staticcall` was expected",
        )),
    }
}

impl Columns {
    pub(super) fn of_etl(header: &Header) -> Self {
        let names = Names {
            hash: "transaction_hash",
            block: "block_number",
            time: "block_timestamp",
            transaction_index: "transaction_index",
            from: "from_address",
            to: "to_address",
            created: "",
        };
        Self {
            fields: Fields::of(header, &names),
            value: header.required("value"),
            trace_type: header.required("trace_type"),
            call_type: header.required("call_type"),
            trace_address: header.required("trace_address"),
            error: header.find("error"),
            status: header.find("status"),
            reward_in_sender: false,
            chain_ids: ChainIds::none(),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let chain = self.chain_ids.chain(record, context)?;
        let context = &Context { chain, ..*context };
        let place = self.fields.place(record)?;
        let act = self.act(record)?;
        if act == Act::Mint {
            return self.mint(record, place, context);
        }
        let path = TracePath::read(&self.trace_address, record)?;
        let is_root = path.is_root() && matches!(act, Act::Call | Act::Create);
        let key = key_of(&place);
        let own = self.failed(record)?;
        if let Some(status) = self.status.as_ref().filter(|_| own.is_none() && !context.has_no_status) {
            return Err(status.fault(record, "is empty, but the rows before it state whether a call failed"));
        }
        let failed = own == Some(true) || self.failed_elsewhere(own, &place, key.as_ref(), &path, context);
        let told = self.tells(own, is_root, &place, key, &path, context);
        if act == Act::Call && !moves_value(&self.call_type, record)? || failed && !is_root {
            return Ok(Entry::absent(Absence::MovesNothing, context).with_told(told));
        }
        let value = self.value(record, act, failed, context, &mut doubts)?;
        if value.is_zero() && !is_root {
            return Ok(Entry::absent(Absence::MovesNothing, context).with_told(told));
        }
        let from = read_address(&self.fields.from, record, chain, &mut doubts)?;
        let to = match self.fields.receiver(record) {
            Some(column) => read_address(column, record, chain, &mut doubts)?,
            // A creation that failed made nothing: its row only carries the fee.
            None if failed => from,
            None => return Err(self.fields.no_receiver(record)),
        };
        let receipt = place.transaction_hash.as_ref().and_then(|hash| context.joined.receipt(chain, hash));
        let row = Row {
            from: Some(from),
            to,
            value,
            fee: receipt.filter(|_| is_root).and_then(|receipt| receipt.fee),
            event_index: if path.is_root() { None } else { Some(path.index()) },
            kind: if is_root { Kind::External } else { Kind::Internal },
            ..place
        };
        Ok(Entry::transfer(row, doubts, context).with_told(told))
    }

    fn act(&self, record: &Record) -> Result<Act, Fault> {
        Ok(match self.trace_type.text(record)?.to_lowercase().as_str() {
            "call" => Act::Call,
            "create" | "create2" => Act::Create,
            "suicide" | "selfdestruct" => Act::Destroy,
            "reward" | "genesis" => Act::Mint,
            "daofork" => Act::Fork,
            _ => {
                let known = "`call`, `create`, `suicide` or `reward` was expected";
                return Err(self
                    .trace_type
                    .fault(record, format!("is no type of trace that is known: {known}")));
            }
        })
    }

    /// A reward of a block, or what the chain began with.
    fn mint<'c>(&self, record: &Record, place: Row, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let column = if self.reward_in_sender { &self.fields.from } else { &self.fields.to };
        let to = read_address(column, record, context.chain, &mut doubts)?;
        let value = read_units(&self.value, record, context, &mut doubts)?;
        Ok(Entry::transfer(Row { to, value, kind: Kind::Reward, ..place }, doubts, context))
    }

    fn value(
        &self,
        record: &Record,
        act: Act,
        failed: bool,
        context: &Context<'_>,
        doubts: &mut Vec<Fault>,
    ) -> Result<Amount, Fault> {
        if act == Act::Destroy && self.value.is_empty(record) {
            let fault =
                self.value.fault(record, "is empty: the balance that a self-destruct moved is not told");
            return Err(fault.with_hint("traces of a Parity-style node (`trace_block`) tell it"));
        }
        let value = read_units(&self.value, record, context, doubts)?;
        Ok(if failed { Amount::ZERO } else { value })
    }

    /// Whether the row says that it failed; `None` where it has no status and no error.
    fn failed(&self, record: &Record) -> Result<Option<bool>, Fault> {
        let status = optional(self.status.as_ref(), record, super::fields::read_flag)?;
        let error = filled(self.error.as_ref(), record).is_some();
        Ok(status.map(|status| !status).or(error.then_some(true)))
    }

    /// Whether the transaction or a call above failed, as far as other rows tell.
    fn failed_elsewhere(
        &self,
        own: Option<bool>,
        place: &Row,
        key: Option<&TraceKey>,
        path: &TracePath,
        context: &Context<'_>,
    ) -> bool {
        let (joined, chain) = (context.joined, context.chain);
        let hash = place.transaction_hash.as_ref();
        let receipt = hash.and_then(|hash| joined.receipt(chain, hash));
        if receipt.is_some_and(|receipt| receipt.failed == Some(true)) {
            return true;
        }
        let undone = || key.is_some_and(|key| joined.is_undone(chain, key, path));
        own.is_none() && (undone() || hash.is_some_and(|hash| joined.failed_elsewhere(chain, hash)))
    }

    /// What a trace that failed tells about other rows.
    fn tells(
        &self,
        own: Option<bool>,
        is_root: bool,
        place: &Row,
        key: Option<TraceKey>,
        path: &TracePath,
        context: &Context<'_>,
    ) -> Option<Told> {
        if own != Some(true) || !context.is_survey {
            return None;
        }
        match &place.transaction_hash {
            Some(hash) if is_root => Some(Told::FailedTransaction(hash.clone())),
            _ => key.map(|key| Told::FailedTrace(key, path.clone())),
        }
    }
}

/// The transaction of a row, where it names one.
fn key_of(place: &Row) -> Option<TraceKey> {
    match (&place.transaction_hash, place.block.zip(place.transaction_index)) {
        (Some(hash), _) => Some(TraceKey::Hash(hash.clone())),
        (None, Some((block, index))) => Some(TraceKey::Index(block, index)),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::TracePath;
    use proptest::prelude::{prop, proptest};

    #[test]
    fn the_number_of_a_trace_fits_a_double() {
        assert_eq!(TracePath(vec![]).index(), 0);
        assert_eq!(TracePath(vec![0]).index(), 1 << 52);
        assert!(TracePath(vec![u32::MAX; 9]).index() < 1 << 53);
    }

    proptest! {
        #[test]
        fn numbers_sort_like_addresses(
            a in prop::collection::vec(0_u32..6, 0..8),
            b in prop::collection::vec(0_u32..6, 0..8),
            c in prop::collection::vec(0_u32..3000, 0..3),
        ) {
            let index = |path: &[u32]| TracePath(path.to_vec()).index();
            assert_eq!(a.cmp(&b), index(&a).cmp(&index(&b)), "at most 42 bits: {a:?} {b:?}");
            assert!(a < c && index(&a) <= index(&c) || a > c && index(&a) >= index(&c) || a == c);
        }
    }
}
