//! Rows of each dialect to rows of the ledger. One file a dialect; what they share stands in `fields`.
//!
//! Reading a row is a pure function of the record, the tables joined to it and the settings of its file: no
//! row depends on the one before it. What a row says beside its transfer is handed back with it.

mod blockchainspider;
mod blockscout;
mod canonical;
mod cryo;
mod etherscan_export;
mod etherscan_tokentx;
mod etherscan_txlist;
mod etherscan_txlistinternal;
pub(crate) mod fields;
mod mftracer;
mod nft;
mod token_transfers;
mod traces;
mod transactions;

pub(crate) use etherscan_export::coin_of;
pub(crate) use mftracer::USD_DECIMALS;
pub(crate) use traces::{TraceKey, TracePath};

use crate::error::Fault;
use crate::header::Header;
use crate::joined::Joined;
use crate::labels::Words;
use crate::plain::Plan;
use crate::records::Record;
use crate::schema::{Dialect, Form};
use crate::tokens::Token;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::{Address, Label, Row};
use std::borrow::Cow;

/// What a dialect knows beside the row itself. The same for every row of a file.
pub(crate) struct Context<'a> {
    /// The chain of rows that name none.
    pub(crate) chain: &'a str,
    /// Whether every row must be of that chain.
    pub(crate) chain_is_given: bool,
    /// The file's short name: the source of labels that ride in it.
    pub(crate) source: &'a str,
    /// How names become categories.
    pub(crate) words: &'a Words,
    /// What other files say about the row's block, transaction and token.
    pub(crate) joined: &'a Joined,
    /// Whether amounts that were rounded are taken as they are written.
    pub(crate) inexact: bool,
    /// Whether only what the file tells about others' rows is wanted.
    pub(crate) is_survey: bool,
    /// Whether the file was surveyed because its traces state no status.
    pub(crate) has_no_status: bool,
}

/// What a record became.
#[derive(Debug)]
pub(crate) struct Entry<'c> {
    /// The transfer, or why there is none.
    pub(crate) event: Event,
    /// The chain it happened on. The ledger numbers chains: the row's own number is not set here.
    pub(crate) chain: Cow<'c, str>,
    /// Labels found in the row.
    pub(crate) labels: Vec<Label>,
    /// Doubts about the row: the column, and why.
    pub(crate) doubts: Vec<Fault>,
    /// What it tells about rows of other files.
    pub(crate) told: Option<Told>,
}

/// A transfer, or why a record is none.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "most records are transfers")]
pub(crate) enum Event {
    /// One transfer.
    Transfer(Row),
    /// A good record that is no transfer.
    Absent(Absence),
}

/// Why a good record is no transfer. Such records are counted and named with their file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Absence {
    /// A call that moves nothing: of value 0, in another's name, or undone.
    MovesNothing,
    /// It moves an NFT, which is no amount.
    Nft,
}

impl Absence {
    /// What is said about them, after their number.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::MovesNothing => {
                "traces move nothing (value 0, a delegated call, or undone by a failure): no transfers"
            }
            Self::Nft => "rows move NFTs, which are no fungible amounts: left out",
        }
    }
}

/// What a row tells about rows of other files.
#[derive(Debug)]
pub(crate) enum Told {
    /// This transaction failed.
    FailedTransaction(TxHash),
    /// This trace failed, and so did all below it.
    FailedTrace(TraceKey, TracePath),
    /// How this token is counted.
    Token(Address, Token),
}

impl<'c> Entry<'c> {
    fn of(event: Event, context: &Context<'c>) -> Self {
        let chain = Cow::Borrowed(context.chain);
        Self { event, chain, labels: Vec::new(), doubts: Vec::new(), told: None }
    }

    fn transfer(row: Row, doubts: Vec<Fault>, context: &Context<'c>) -> Self {
        Self { doubts, ..Self::of(Event::Transfer(row), context) }
    }

    fn absent(absence: Absence, context: &Context<'c>) -> Self {
        Self::of(Event::Absent(absence), context)
    }

    fn with_told(mut self, told: Option<Told>) -> Self {
        self.told = told;
        self
    }
}

/// What the native coin's amounts are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Base units of the coin.
    Coin,
    /// Millionths of a US dollar.
    MicroUsd,
}

/// A dialect with the columns of one file.
pub(crate) enum RowReader {
    Canonical(canonical::Columns),
    Transactions(transactions::Columns),
    TokenTransfers(token_transfers::Columns),
    Traces(traces::Columns),
    CryoNative(cryo::NativeTransfers),
    Txlist(etherscan_txlist::Columns),
    Txlistinternal(etherscan_txlistinternal::Columns),
    Tokentx(etherscan_tokentx::Columns),
    ExportTransactions(etherscan_export::Transactions),
    ExportInternal(etherscan_export::Internal),
    ExportErc20(etherscan_export::Erc20),
    Nft(nft::Columns),
    Blockscout(blockscout::Columns),
    BlockchainSpider(blockchainspider::Columns),
    MfTracer(mftracer::Columns),
}

impl RowReader {
    /// Finds the columns of a dialect in a header that fits it.
    pub(crate) fn of(dialect: &Dialect, header: &Header) -> Self {
        match dialect.form {
            Form::Canonical => Self::Canonical(canonical::Columns::of(header)),
            Form::EtlTransactions => Self::Transactions(transactions::Columns::of_etl(header)),
            Form::EtlTokenTransfers => Self::TokenTransfers(token_transfers::Columns::of_etl(header)),
            Form::EtlTraces => Self::Traces(traces::Columns::of_etl(header)),
            Form::CryoTransactions => Self::Transactions(cryo::transactions(header)),
            Form::CryoErc20Transfers => Self::TokenTransfers(cryo::erc20_transfers(header)),
            Form::CryoNativeTransfers => Self::CryoNative(cryo::NativeTransfers::of(header)),
            Form::CryoTraces => Self::Traces(cryo::traces(header)),
            Form::EtherscanTxlist => Self::Txlist(etherscan_txlist::Columns::of(header)),
            Form::EtherscanTxlistinternal => {
                Self::Txlistinternal(etherscan_txlistinternal::Columns::of(header))
            }
            Form::EtherscanTokentx => Self::Tokentx(etherscan_tokentx::Columns::of(header)),
            Form::EtherscanExportTransactions => {
                Self::ExportTransactions(etherscan_export::Transactions::of(header))
            }
            Form::EtherscanExportInternal => Self::ExportInternal(etherscan_export::Internal::of(header)),
            Form::EtherscanExportErc20 => Self::ExportErc20(etherscan_export::Erc20::of(header)),
            Form::Nft => Self::Nft(nft::Columns::of(header)),
            Form::Blockscout => Self::Blockscout(blockscout::Columns::of(header)),
            Form::BlockchainSpider => Self::BlockchainSpider(blockchainspider::Columns::of(header)),
            Form::MfTracer => Self::MfTracer(mftracer::Columns::of(header)),
            Form::Blocks | Form::Receipts | Form::Tokens => {
                unreachable!("files to be joined are read before those of transfers")
            }
        }
    }

    /// Reads a row.
    pub(crate) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        match self {
            Self::Canonical(columns) => columns.read(record, context),
            Self::Transactions(columns) => columns.read(record, context),
            Self::TokenTransfers(columns) => columns.read(record, context),
            Self::Traces(columns) => columns.read(record, context),
            Self::CryoNative(columns) => columns.read(record, context),
            Self::Txlist(columns) => columns.read(record, context),
            Self::Txlistinternal(columns) => columns.read(record, context),
            Self::Tokentx(columns) => columns.read(record, context),
            Self::ExportTransactions(columns) => columns.read(record, context),
            Self::ExportInternal(columns) => columns.read(record, context),
            Self::ExportErc20(columns) => columns.read(record, context),
            Self::Nft(columns) => columns.read(record, context),
            Self::Blockscout(columns) => columns.read(record, context),
            Self::BlockchainSpider(columns) => columns.read(record, context),
            Self::MfTracer(columns) => columns.read(record, context),
        }
    }

    /// How plain rows of a file with so many columns are read at full speed, where that is known.
    pub(crate) fn plan(&self, columns: usize) -> Option<Plan> {
        match self {
            Self::TokenTransfers(reader) => reader.plan(columns),
            _ => None,
        }
    }

    /// What the native amounts are counted in.
    pub(crate) const fn unit(&self) -> Unit {
        match self {
            Self::MfTracer(_) => Unit::MicroUsd,
            _ => Unit::Coin,
        }
    }
}

/// The chain of a row that names none.
pub(crate) const DEFAULT_CHAIN: &str = "ethereum";

/// Whether a text is a chain's name: lower-case letters, digits, `-` and `_`.
pub(crate) fn is_chain_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    !name.is_empty() && name.len() <= 40 && name.bytes().all(allowed)
}
