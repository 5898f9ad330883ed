//! What stands in an array of a snapshot, as NumPy names it.

use bytemuck::Pod;
use dyetrace_core::account::ChainMark;
use dyetrace_core::{AccountId, AssetId, PurseId};

/// A value of fixed size, of one or several equal numbers.
pub(super) trait Item: Pod {
    /// NumPy's name of the numbers: lowest byte first.
    const DESCR: &'static str;
    /// How many numbers make one value.
    const WIDTH: usize;
}

macro_rules! item {
    ($($item:ty: $descr:literal, $width:literal;)*) => {
        $(impl Item for $item {
            const DESCR: &'static str = $descr;
            const WIDTH: usize = $width;
        })*
    };
}

item! {
    u8: "|u1", 1;
    u32: "<u4", 1;
    u64: "<u8", 1;
    i64: "<i8", 1;
    // The lower half first.
    u128: "<u8", 2;
    [u64; 5]: "<u8", 5;
    [u8; 20]: "|u1", 20;
    [u8; 32]: "|u1", 32;
    PurseId: "<u4", 1;
    AccountId: "<u4", 1;
    AssetId: "<u4", 1;
    ChainMark: "<u2", 1;
}
