//! The table of dialects: the columns by which each is known. A long table, nothing else.
//!
//! Names are in lower case. Several names of one column stand between `|`; a name that ends in `*` is the
//! beginning of one, for headers with a price or a coin in them.

use super::{Dialect, Form, Numbering, Refused};
use dyetrace_core::ledger::{Covers, Source};

/// Everybody's whole history of the native coin and of tokens.
const EVERYTHING: Source = Source { covers: Covers::All, native: true, tokens: true };
/// Everybody's whole history of the native coin.
const NATIVE: Source = Source { covers: Covers::All, native: true, tokens: false };
/// Everybody's whole history of tokens.
const TOKENS: Source = Source { covers: Covers::All, native: false, tokens: true };
/// The history of those who send in it, of the native coin.
const NATIVE_OF_SENDERS: Source = Source { covers: Covers::Senders, native: true, tokens: false };
/// The history of those who send in it, of tokens.
const TOKENS_OF_SENDERS: Source = Source { covers: Covers::Senders, native: false, tokens: true };
/// The history of those who send in it.
const ALL_OF_SENDERS: Source = Source { covers: Covers::Senders, native: true, tokens: true };
/// Nobody's whole history: internal transfers without the transactions.
const NOBODY: Source = Source { covers: Covers::Senders, native: false, tokens: false };

/// What most dialects do not have.
const PLAIN: Dialect = Dialect {
    name: "",
    about: "",
    form: Form::Canonical,
    required: &[],
    one_of: &[],
    optional: &[],
    foreign: &[],
    source: EVERYTHING,
    native_numbers: None,
    tells_failure: &[],
    needs_failure: false,
    trails: false,
    caveats: &[],
};

/// Every dialect that is read, in the order in which they are tried.
pub(crate) const DIALECTS: [&Dialect; 21] = [
    &CANONICAL,
    &ETL_TRANSACTIONS,
    &ETL_TOKEN_TRANSFERS,
    &ETL_TRACES,
    &ETL_BLOCKS,
    &ETL_RECEIPTS,
    &ETL_TOKENS,
    &ETHERSCAN_TXLIST,
    &ETHERSCAN_TXLISTINTERNAL,
    &ETHERSCAN_TOKENTX,
    &ETHERSCAN_EXPORT_TRANSACTIONS,
    &ETHERSCAN_EXPORT_INTERNAL,
    &ETHERSCAN_EXPORT_ERC20,
    &NFT,
    &CRYO_ERC20_TRANSFERS,
    &CRYO_NATIVE_TRANSFERS,
    &CRYO_TRANSACTIONS,
    &CRYO_TRACES,
    &BLOCKSCOUT,
    &BLOCKCHAINSPIDER,
    &MFTRACER,
];

/// The documented form: one transfer a row.
pub const CANONICAL: Dialect = Dialect {
    name: "canonical",
    about: "dyetrace's own transfer CSV",
    form: Form::Canonical,
    required: &["from_address", "to_address", "value"],
    one_of: &["block_number", "block_timestamp"],
    optional: &["chain", "transaction_index", "event_index", "transaction_hash", "asset", "fee", "kind"],
    foreign: &[
        "call_type",
        "contract_address",
        "erc20",
        "gas_price",
        "hash",
        "log_index",
        "nonce",
        "receipt_status",
        "status",
        "success",
        "token_address",
        "token_id",
        "trace_address",
        "trace_type",
        "transfer_index",
    ],
    native_numbers: Some(Numbering::Own),
    ..PLAIN
};

/// ethereum-etl's transactions, with or without the columns of their receipts.
pub const ETL_TRANSACTIONS: Dialect = Dialect {
    name: "ethereum-etl-transactions",
    about: "transactions of ethereum-etl (`transactions.csv`), BigQuery or AWS",
    form: Form::EtlTransactions,
    required: &["hash", "nonce", "block_number", "from_address", "to_address", "value", "gas_price"],
    optional: &[
        "block_timestamp",
        "transaction_index",
        "receipt_contract_address",
        "receipt_status",
        "receipt_gas_used",
        "receipt_effective_gas_price",
    ],
    foreign: &["erc20", "log_index", "token_address", "trace_address", "transfer_index"],
    source: NATIVE,
    tells_failure: &["receipt_status"],
    needs_failure: true,
    ..PLAIN
};

/// ethereum-etl's token transfers.
pub const ETL_TOKEN_TRANSFERS: Dialect = Dialect {
    name: "ethereum-etl-token-transfers",
    about: "token transfers of ethereum-etl (`token_transfers.csv`), BigQuery or AWS",
    form: Form::EtlTokenTransfers,
    required: &[
        "token_address",
        "from_address",
        "to_address",
        "value",
        "transaction_hash",
        "log_index",
        "block_number",
    ],
    optional: &["block_timestamp", "transaction_index", "token_id"],
    foreign: &["trace_address", "transfer_index"],
    source: TOKENS,
    caveats: &[
        "NFT transfers (ERC-721) look the same in this file: what such a contract moved is then the number \
                of the NFT, not an amount",
    ],
    ..PLAIN
};

/// ethereum-etl's traces.
pub const ETL_TRACES: Dialect = Dialect {
    name: "ethereum-etl-traces",
    about: "traces of ethereum-etl (`traces.csv`) or BigQuery",
    form: Form::EtlTraces,
    required: &[
        "block_number",
        "transaction_hash",
        "from_address",
        "to_address",
        "value",
        "trace_type",
        "call_type",
        "trace_address",
    ],
    optional: &["transaction_index", "block_timestamp", "error", "status"],
    source: NATIVE,
    native_numbers: Some(Numbering::TraceAddress),
    tells_failure: &["status", "error"],
    ..PLAIN
};

/// Blocks: their times are joined to rows.
pub const ETL_BLOCKS: Dialect = Dialect {
    name: "blocks",
    about: "blocks of ethereum-etl, BigQuery or cryo: their times are joined to the transfers",
    form: Form::Blocks,
    required: &["number|block_number", "timestamp", "gas_limit|gas_used", "miner|author"],
    foreign: &["from_address", "to_address", "value", "from", "to", "transaction_hash"],
    ..PLAIN
};

/// Receipts: status, fee and created account are joined to transactions.
pub const ETL_RECEIPTS: Dialect = Dialect {
    name: "receipts",
    about: "receipts of ethereum-etl: status, fee and created account are joined to the transactions",
    form: Form::Receipts,
    required: &["transaction_hash", "cumulative_gas_used", "gas_used"],
    optional: &[
        "status",
        "effective_gas_price",
        "contract_address",
        "l1_fee",
        "blob_gas_used",
        "blob_gas_price",
    ],
    foreign: &["from_address", "to_address", "value", "trace_address"],
    ..PLAIN
};

/// Tokens: symbols and decimals.
pub const ETL_TOKENS: Dialect = Dialect {
    name: "tokens",
    about: "tokens of ethereum-etl, or a table of tokens: symbols and decimals",
    form: Form::Tokens,
    required: &["address|contract", "symbol", "decimals"],
    optional: &["chain"],
    foreign: &[
        "from",
        "to",
        "value",
        "from_address",
        "to_address",
        "address_from",
        "hash",
        "transaction_hash",
    ],
    ..PLAIN
};

/// Etherscan's API, `txlist`: the transactions of one address.
pub const ETHERSCAN_TXLIST: Dialect = Dialect {
    name: "etherscan-txlist",
    about: "transactions of an address from the Etherscan API (`txlist`)",
    form: Form::EtherscanTxlist,
    required: &["hash", "blocknumber", "from", "to", "value", "iserror", "gasused", "gasprice"],
    optional: &["timestamp", "transactionindex", "contractaddress", "txreceipt_status"],
    foreign: &["tokensymbol", "tokendecimal", "tokenid", "traceid", "type"],
    source: NATIVE_OF_SENDERS,
    tells_failure: &["iserror"],
    ..PLAIN
};

/// Etherscan's API, `txlistinternal`: what contracts sent an address.
pub const ETHERSCAN_TXLISTINTERNAL: Dialect = Dialect {
    name: "etherscan-txlistinternal",
    about: "internal transfers of an address from the Etherscan API (`txlistinternal`)",
    form: Form::EtherscanTxlistinternal,
    required: &["hash", "blocknumber", "from", "to", "value", "iserror", "type"],
    optional: &["timestamp", "contractaddress", "traceid"],
    foreign: &["tokensymbol", "tokendecimal", "tokenid", "gasprice"],
    source: NOBODY,
    native_numbers: Some(Numbering::TraceId),
    ..PLAIN
};

/// Etherscan's API, `tokentx`: the token transfers of one address.
pub const ETHERSCAN_TOKENTX: Dialect = Dialect {
    name: "etherscan-tokentx",
    about: "token transfers of an address from the Etherscan API (`tokentx`)",
    form: Form::EtherscanTokentx,
    required: &["hash", "blocknumber", "from", "contractaddress", "to", "value", "tokendecimal"],
    optional: &["timestamp", "transactionindex", "tokensymbol", "tokenid", "logindex"],
    foreign: &["iserror", "tokenvalue"],
    source: TOKENS_OF_SENDERS,
    ..PLAIN
};

/// Etherscan's export of transactions.
pub const ETHERSCAN_EXPORT_TRANSACTIONS: Dialect = Dialect {
    name: "etherscan-export-transactions",
    about: "transactions of an address, exported from Etherscan's page",
    form: Form::EtherscanExportTransactions,
    required: &[
        "txhash|transaction hash",
        "blockno",
        "unixtimestamp",
        "from",
        "to",
        "value_in(*",
        "value_out(*",
        "txnfee(*",
        "status",
    ],
    optional: &["contractaddress", "errcode"],
    foreign: &["txto", "tokenvalue", "tokenid|token_id"],
    source: NATIVE_OF_SENDERS,
    tells_failure: &["status"],
    ..PLAIN
};

/// Etherscan's export of internal transfers.
pub const ETHERSCAN_EXPORT_INTERNAL: Dialect = Dialect {
    name: "etherscan-export-internal",
    about: "internal transfers of an address, exported from Etherscan's page",
    form: Form::EtherscanExportInternal,
    required: &[
        "txhash|transaction hash",
        "blockno",
        "unixtimestamp",
        "from",
        "txto",
        "value_in(*",
        "value_out(*",
        "status",
    ],
    optional: &["contractaddress", "errcode", "type"],
    source: NOBODY,
    trails: true,
    ..PLAIN
};

/// Etherscan's export of ERC-20 transfers.
pub const ETHERSCAN_EXPORT_ERC20: Dialect = Dialect {
    name: "etherscan-export-erc20",
    about: "ERC-20 transfers of an address, exported from Etherscan's page",
    form: Form::EtherscanExportErc20,
    required: &[
        "txhash|transaction hash",
        "blockno",
        "unixtimestamp",
        "from",
        "to",
        "tokenvalue",
        "contractaddress",
    ],
    optional: &["tokenid|token_id"],
    foreign: &["value_in(*", "iserror"],
    source: TOKENS_OF_SENDERS,
    ..PLAIN
};

/// Transfers of NFTs from Etherscan, which are no amounts.
pub const NFT: Dialect = Dialect {
    name: "etherscan-nft",
    about: "NFT transfers of an address from Etherscan: no amounts, so that every row is left out",
    form: Form::Nft,
    required: &[
        "txhash|transaction hash|hash",
        "blockno|blocknumber",
        "from",
        "to",
        "contractaddress",
        "tokenid|token_id",
    ],
    foreign: &["value", "tokenvalue", "value_in(*"],
    source: NOBODY,
    ..PLAIN
};

/// cryo's `erc20_transfers`.
pub const CRYO_ERC20_TRANSFERS: Dialect = Dialect {
    name: "cryo-erc20-transfers",
    about: "cryo's `erc20_transfers`",
    form: Form::CryoErc20Transfers,
    required: &["block_number", "log_index", "transaction_hash", "erc20", "from_address", "to_address"],
    one_of: &["value_string", "value_str", "value_binary", "value_f64", "value_float", "value"],
    optional: &["transaction_index", "chain_id", "timestamp|block_timestamp"],
    source: TOKENS,
    ..PLAIN
};

/// cryo's `native_transfers`.
pub const CRYO_NATIVE_TRANSFERS: Dialect = Dialect {
    name: "cryo-native-transfers",
    about: "cryo's `native_transfers`",
    form: Form::CryoNativeTransfers,
    required: &["block_number", "transfer_index", "transaction_hash", "from_address", "to_address"],
    one_of: &["value_string", "value_str", "value_binary", "value_f64", "value_float", "value"],
    optional: &["transaction_index", "chain_id", "timestamp|block_timestamp"],
    source: NATIVE,
    native_numbers: Some(Numbering::TransferIndex),
    caveats: &[
        "cryo writes delegate calls into this file with a value that they do not move, and nothing tells \
                them apart: such amounts are counted twice; its `traces` are exact",
    ],
    ..PLAIN
};

/// cryo's `transactions`.
pub const CRYO_TRANSACTIONS: Dialect = Dialect {
    name: "cryo-transactions",
    about: "cryo's `transactions`",
    form: Form::CryoTransactions,
    required: &["block_number", "transaction_hash", "nonce", "from_address", "to_address", "gas_limit"],
    one_of: &["value_string", "value_str", "value_binary", "value_f64", "value_float", "value"],
    optional: &[
        "transaction_index",
        "chain_id",
        "timestamp|block_timestamp",
        "gas_used",
        "gas_price",
        "success",
    ],
    foreign: &["erc20", "transfer_index", "hash"],
    source: NATIVE,
    tells_failure: &["success"],
    needs_failure: true,
    ..PLAIN
};

/// cryo's `traces`.
pub const CRYO_TRACES: Dialect = Dialect {
    name: "cryo-traces",
    about: "cryo's `traces`",
    form: Form::CryoTraces,
    required: &[
        "action_from",
        "action_to",
        "action_value",
        "action_call_type",
        "action_type",
        "trace_address",
        "transaction_hash",
        "block_number",
    ],
    optional: &[
        "result_address",
        "transaction_index|transaction_position",
        "chain_id",
        "timestamp|block_timestamp",
        "error",
    ],
    source: NATIVE,
    native_numbers: Some(Numbering::TraceAddress),
    tells_failure: &["error"],
    ..PLAIN
};

/// Blockscout's export of transactions.
pub const BLOCKSCOUT: Dialect = Dialect {
    name: "blockscout",
    about: "transactions of an address, exported from Blockscout",
    form: Form::Blockscout,
    required: &[
        "txhash",
        "blocknumber",
        "unixtimestamp",
        "fromaddress",
        "toaddress",
        "type",
        "value",
        "fee",
        "status",
    ],
    optional: &["contractaddress"],
    foreign: &["tokencontractaddress", "tokencontractaddresshash", "tokenid"],
    source: NATIVE_OF_SENDERS,
    tells_failure: &["status"],
    ..PLAIN
};

/// BlockchainSpider's crawls.
pub const BLOCKCHAINSPIDER: Dialect = Dialect {
    name: "blockchainspider",
    about: "transfers of a BlockchainSpider crawl",
    form: Form::BlockchainSpider,
    required: &["address_from", "address_to", "block_number", "contract_address", "hash", "value"],
    optional: &["timestamp", "token_id"],
    source: ALL_OF_SENDERS,
    ..PLAIN
};

/// MFTracer: transfers in US dollars, with labels.
pub const MFTRACER: Dialect = Dialect {
    name: "mftracer",
    about: "MFTracer's transfers in US dollars, with labels",
    form: Form::MfTracer,
    required: &["timestamp", "block", "tx_hash", "from", "to", "value_in_usd"],
    optional: &["from_label", "to_label"],
    source: NATIVE,
    ..PLAIN
};

/// Files that belong to a known format and hold no transfers.
pub(super) const REFUSED: &[Refused] = &[
    Refused {
        what: "ethereum-etl's `logs.csv`: events as they stand on the chain, not transfers",
        hint: "give `token_transfers.csv`, which `ethereumetl extract_token_transfers` makes of it",
        columns: &["log_index", "transaction_hash", "address", "data", "topics*"],
    },
    Refused {
        what: "cryo's `logs`: events as they stand on the chain, not transfers",
        hint: "give cryo's `erc20_transfers`",
        columns: &["log_index", "transaction_hash", "address", "topic0", "data"],
    },
    Refused {
        what: "ethereum-etl's `contracts.csv`: code, not transfers",
        hint: "leave it out; transfers stand in `transactions.csv`, `traces.csv` and `token_transfers.csv`",
        columns: &["address", "bytecode", "function_sighashes"],
    },
    Refused {
        what: "cryo's `balance_diffs`: how balances changed, not who paid whom",
        hint: "give cryo's `traces` and `transactions`",
        columns: &["block_number", "transaction_hash", "address", "from_value*", "to_value*"],
    },
    Refused {
        what: "a list of deposits into a Tornado Cash pool: the depositor stands in the transaction, not here",
        hint: "give the transactions or traces of the pool's address",
        columns: &["blocknumber", "transactionhash", "commitment", "leafindex"],
    },
    Refused {
        what: "a list of withdrawals from a Tornado Cash pool: amount and payer stand in the traces, not here",
        hint: "give the internal transfers or traces of the pool's address",
        columns: &["blocknumber", "transactionhash", "nullifierhash", "to"],
    },
    Refused {
        what: "Blockscout's export of token transfers, which does not say in what unit its amounts are",
        hint: "give the address's `tokentx` from the explorer's API",
        columns: &["txhash", "fromaddress", "toaddress", "tokencontractaddress*"],
    },
];
