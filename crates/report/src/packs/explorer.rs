//! Where a person looks a transaction up: public explorers by chain. Nothing is fetched; a link is for a person to click.

const EXPLORERS: &str = include_str!("../../data/explorers.csv");

/// The row of a chain: its number among EVM chains, and the beginnings of links.
fn row(chain: &str) -> Option<[&'static str; 4]> {
    let rows = EXPLORERS.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let mut rows = rows.filter_map(|row| <[&str; 4]>::try_from(row).ok());
    rows.find(|row| row[0] == chain)
}

/// The number of an EVM chain; empty where none is known.
pub(super) fn chain_id(chain: &str) -> &'static str {
    row(chain).map_or("", |row| row[1])
}

/// The page of a transaction; empty where no explorer is known, or this is no hash that could stand in a link.
pub(super) fn transaction_link(chain: &str, hash: &str) -> String {
    let plain = !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    row(chain).filter(|_| plain).map_or_else(String::new, |row| format!("{}{hash}", row[2]))
}

#[cfg(test)]
mod tests {
    use super::{EXPLORERS, chain_id, transaction_link};

    #[test]
    fn every_row_is_whole_and_no_hash_can_leave_its_link() {
        assert!(EXPLORERS.lines().all(|line| line.split(',').count() == 4));
        assert_eq!(chain_id("bsc"), "56");
        assert_eq!(transaction_link("ethereum", "0xab"), "https://etherscan.io/tx/0xab");
        assert_eq!(transaction_link("ethereum", "\"><script>"), "");
        assert_eq!(transaction_link("nowhere", "0xab"), "");
    }
}
