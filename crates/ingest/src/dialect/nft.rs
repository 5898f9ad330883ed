//! Files that hold transfers of NFTs alone: Etherscan's ERC-721 and ERC-1155 exports and the API's
//! `tokennfttx` and `token1155tx`. A token id is no amount: every row is left out, counted and named.

use super::fields::{Fields, Names};
use super::{Absence, Context, Entry};
use crate::error::Fault;
use crate::header::Header;
use crate::records::Record;

/// Where the columns stand in one file.
pub(crate) struct Columns {
    fields: Fields,
}

impl Columns {
    pub(super) fn of(header: &Header) -> Self {
        let names = Names {
            hash: "txhash|transaction hash|hash",
            block: "blockno|blocknumber",
            time: "unixtimestamp|timestamp",
            from: "from",
            to: "to",
            ..Names::default()
        };
        Self { fields: Fields::of(header, &names) }
    }

    pub(super) fn read<'c>(&self, record: &Record, context: &Context<'c>) -> Result<Entry<'c>, Fault> {
        self.fields.place(record)?;
        Ok(Entry::absent(Absence::Nft, context))
    }
}
