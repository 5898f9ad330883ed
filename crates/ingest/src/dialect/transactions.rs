//! Transactions of whole blocks: ethereum-etl's `transactions.csv` (BigQuery and AWS too) and cryo's
//! `transactions`.
//!
//! Whether a transaction failed, and what it paid, stands in its receipt: in columns of the same file
//! (`receipt_status`, `success`) or in `receipts.csv`. A failed one moves nothing and pays. Without a receipt
//! the fee is unknown, never `gas` × `gas_price`, and a failed transaction looks like the rest, unless a file
//! of traces or an explorer's file says otherwise.
//!
//! An empty receiver is a contract creation. The created account is the receipt's, else the one that the
//! sender and its nonce make: the last 20 bytes of keccak-256 over both.

use super::cryo::{ChainIds, Value};
use super::fields::{Fields, Names, filled, read_address, read_fee, read_units};
use super::{Context, Entry, Told};
use crate::error::Fault;
use crate::header::{Column, Header};
use crate::joined::Receipt;
use crate::records::Record;
use dyetrace_core::{Address, AddressKind, Amount, Row};

/// Where the columns stand in one file.
pub(crate) struct Columns {
    pub(super) fields: Fields,
    pub(super) value: Value,
    pub(super) nonce: Option<Column>,
    pub(super) status: Option<Status>,
    pub(super) gas_used: Option<Column>,
    /// What a unit of gas cost in the end, no more than what was offered.
    pub(super) gas_price: Option<Column>,
    pub(super) chain_ids: ChainIds,
}

/// A column that tells whether a transaction went through.
pub(super) enum Status {
    /// `1` or `0`; empty before the fork that brought it.
    Number(Column),
    /// `true` or `false`.
    Word(Column),
}

impl Columns {
    pub(super) fn of_etl(header: &Header) -> Self {
        let names = Names {
            hash: "hash",
            block: "block_number",
            time: "block_timestamp",
            transaction_index: "transaction_index",
            from: "from_address",
            to: "to_address",
            created: "receipt_contract_address",
        };
        Self {
            fields: Fields::of(header, &names),
            value: Value::Digits(header.required("value")),
            nonce: header.find("nonce"),
            status: header.find("receipt_status").map(Status::Number),
            gas_used: header.find("receipt_gas_used"),
            gas_price: header.find("receipt_effective_gas_price"),
            chain_ids: ChainIds::none(),
        }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        let mut doubts = Vec::new();
        let chain = self.chain_ids.chain(record, context)?;
        let context = &Context { chain, ..*context };
        let hash = self.fields.required_hash(record)?;
        let receipt = context.joined.receipt(chain, &hash);
        let from = read_address(&self.fields.from, record, chain, &mut doubts)?;
        let stated = self.value.read(record, context, &mut doubts)?;
        let own = self.status.as_ref().map_or(Ok(None), |status| status.failed(record))?;
        let failed = own
            .or_else(|| receipt.and_then(|receipt| receipt.failed))
            .unwrap_or_else(|| context.joined.failed_elsewhere(chain, &hash));
        let row = Row {
            from: Some(from),
            to: self.receiver(record, from, receipt, context, &mut doubts)?,
            value: if failed { Amount::ZERO } else { stated },
            fee: self.fee(record, context, &mut doubts)?.or_else(|| receipt.and_then(|receipt| receipt.fee)),
            ..self.fields.place(record)?
        };
        let told = (own == Some(true)).then_some(Told::FailedTransaction(hash));
        Ok(Entry::transfer(row, doubts, context).with_told(told))
    }

    fn receiver(
        &self,
        record: &Record,
        from: Address,
        receipt: Option<&Receipt>,
        context: &Context<'_>,
        doubts: &mut Vec<Fault>,
    ) -> Result<Address, Fault> {
        if let Some(column) = self.fields.receiver(record) {
            return read_address(column, record, context.chain, doubts);
        }
        if let Some(created) = receipt.and_then(|receipt| receipt.created) {
            return Ok(created);
        }
        let nonce = filled(self.nonce.as_ref(), record).map(|column| column.number(record)).transpose()?;
        let created = nonce.and_then(|nonce| created_by(&from, nonce, context.chain));
        created.ok_or_else(|| self.fields.no_receiver(record))
    }

    fn fee(
        &self,
        record: &Record,
        context: &Context<'_>,
        doubts: &mut Vec<Fault>,
    ) -> Result<Option<Amount>, Fault> {
        let used = filled(self.gas_used.as_ref(), record);
        let Some((used, price)) = used.zip(filled(self.gas_price.as_ref(), record)) else { return Ok(None) };
        // Both are read as amounts where they were rounded: then the fee is doubted by its price.
        read_units(price, record, context, doubts)?;
        read_fee(used, price, record).map(Some)
    }
}

impl Status {
    /// Whether the transaction failed; `None` where the file does not say.
    fn failed(&self, record: &Record) -> Result<Option<bool>, Fault> {
        let (Self::Number(column) | Self::Word(column)) = self;
        match (self, column.text(record)?.to_lowercase().as_str()) {
            (_, "") => Ok(None),
            (Self::Number(_), "1") | (Self::Word(_), "true") => Ok(Some(false)),
            (Self::Number(_), "0") | (Self::Word(_), "false") => Ok(Some(true)),
            (Self::Number(_), _) => Err(column.fault(record, "is neither `0` nor `1`")),
            (Self::Word(_), _) => Err(column.fault(record, "is neither `true` nor `false`")),
        }
    }
}

/// Chains that make the address of a created account in a way of their own.
const OTHER_CREATION: &[&str] = &["zksync"];

/// The account that a creation makes: keccak-256 over the sender and its nonce, both in RLP.
fn created_by(from: &Address, nonce: u64, chain: &str) -> Option<Address> {
    if from.kind() != AddressKind::Evm || OTHER_CREATION.contains(&chain) {
        return None;
    }
    // RLP: a list of 20 bytes and a number without leading zeros; both stay below 56 bytes.
    let digits = nonce.to_be_bytes();
    let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
    let significant = &digits[zeros..];
    let mut list = vec![0x80 + 20];
    list.extend_from_slice(from.as_bytes());
    match significant {
        [small @ ..=0x7f] => list.push(*small),
        bytes => {
            list.push(0x80 + u8::try_from(bytes.len()).expect("a nonce has at most 8 bytes"));
            list.extend_from_slice(bytes);
        }
    }
    list.insert(0, 0xc0 + u8::try_from(list.len()).expect("at most 30 bytes"));
    let hash = alloy_primitives::keccak256(&list);
    let mut created = [0; 20];
    created.copy_from_slice(&hash[12..]);
    Some(Address::from_evm(created))
}

#[cfg(test)]
mod tests {
    use super::created_by;
    use dyetrace_core::{Address, AddressKind};

    #[test]
    fn a_created_account_is_made_of_sender_and_nonce() {
        let evm = |text: &str| Address::parse(AddressKind::Evm, text.as_bytes()).unwrap();
        // The example of the Ethereum test suite.
        let sender = evm("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
        for (nonce, created) in [
            (0, "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"),
            (1, "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8"),
        ] {
            assert_eq!(created_by(&sender, nonce, "ethereum"), Some(evm(created)));
        }
        assert_eq!(created_by(&sender, 0, "zksync"), None);
    }
}
