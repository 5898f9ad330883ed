//! Addresses: how chains write them, read and written.

use alloy_primitives::Address as EvmAddress;
use std::fmt;

/// How a chain writes its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// `0x` and 40 hex digits; case is a checksum.
    Evm,
    /// Any other text; case counts.
    Text,
}

/// Chains that do not write EVM addresses. Every other name is taken for an EVM chain.
const TEXT_CHAINS: &[&str] = &[
    "algorand",
    "bitcoin",
    "bitcoin-cash",
    "cardano",
    "cosmos",
    "dash",
    "dogecoin",
    "eos",
    "litecoin",
    "monero",
    "near",
    "polkadot",
    "ripple",
    "solana",
    "stellar",
    "sui",
    "aptos",
    "tezos",
    "thorchain",
    "ton",
    "tron",
    "xrp",
    "zcash",
];

/// The zero address as Tron writes it.
const TRON_ZERO: &[u8] = b"T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb";

impl AddressKind {
    /// Returns how the chain of this name writes its addresses.
    #[must_use]
    pub fn of_chain(name: &str) -> Self {
        if TEXT_CHAINS.contains(&name) { Self::Text } else { Self::Evm }
    }
}

/// An address in the form in which the ledger keeps it: at most 96 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    bytes: [u8; Self::MOST],
    length: u8,
    kind: u8,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// The text is empty.
    Empty,
    /// An EVM chain wants `0x` and 40 hex digits.
    NotEvm,
    /// A space, a control character, something that is not ASCII, or more than 96 characters.
    NotText,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty, but an address was expected",
            Self::NotEvm => "is not an address: `0x` and 40 hex digits were expected",
            Self::NotText => "is not an address: up to 96 visible ASCII characters were expected",
        })
    }
}

impl std::error::Error for AddressError {}

impl Address {
    /// The longest address kept.
    pub const MOST: usize = 96;

    /// Parses the written form. EVM addresses may be in any case.
    ///
    /// # Errors
    /// An [`AddressError`].
    pub fn parse(kind: AddressKind, text: &[u8]) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        match kind {
            AddressKind::Evm => {
                let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X"));
                let digits = digits.filter(|digits| digits.len() == 40).ok_or(AddressError::NotEvm)?;
                let mut raw = [0; 20];
                for (byte, pair) in raw.iter_mut().zip(digits.chunks_exact(2)) {
                    let high = hex_value(pair[0]).ok_or(AddressError::NotEvm)?;
                    let low = hex_value(pair[1]).ok_or(AddressError::NotEvm)?;
                    *byte = high << 4 | low;
                }
                Ok(Self::from_evm(raw))
            }
            AddressKind::Text => {
                if text.len() > Self::MOST || !text.iter().all(u8::is_ascii_graphic) {
                    return Err(AddressError::NotText);
                }
                let mut bytes = [0; Self::MOST];
                bytes[..text.len()].copy_from_slice(text);
                #[expect(clippy::cast_possible_truncation, reason = "at most 96, checked above")]
                Ok(Self { bytes, length: text.len() as u8, kind: 1 })
            }
        }
    }

    /// Makes an EVM address of its 20 bytes.
    #[must_use]
    pub fn from_evm(raw: [u8; 20]) -> Self {
        let mut bytes = [0; Self::MOST];
        bytes[..20].copy_from_slice(&raw);
        Self { bytes, length: 20, kind: 0 }
    }

    /// Parses a text whose chain is not known: an EVM address if it looks like one, else a text address.
    ///
    /// # Errors
    /// An [`AddressError`].
    pub fn parse_any(text: &[u8]) -> Result<Self, AddressError> {
        let evm = text.starts_with(b"0x") || text.starts_with(b"0X");
        Self::parse(if evm { AddressKind::Evm } else { AddressKind::Text }, text)
    }

    pub(super) fn from_bytes(kind: AddressKind, key: &[u8]) -> Self {
        let key = &key[..key.len().min(Self::MOST)];
        let mut bytes = [0; Self::MOST];
        bytes[..key.len()].copy_from_slice(key);
        #[expect(clippy::cast_possible_truncation, reason = "keys come from addresses")]
        Self { bytes, length: key.len() as u8, kind: u8::from(kind == AddressKind::Text) }
    }

    /// The bytes kept: 20 for an EVM address, else the text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// How it is written.
    #[must_use]
    pub fn kind(&self) -> AddressKind {
        if self.kind == 0 { AddressKind::Evm } else { AddressKind::Text }
    }

    /// Whether this is the zero address, which is no purse: into it is burned, out of it is minted.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match self.kind() {
            AddressKind::Evm => self.as_bytes().iter().all(|&byte| byte == 0),
            AddressKind::Text => self.as_bytes() == TRON_ZERO,
        }
    }

    /// Whether a text writes this address with upper and lower case mixed and the EIP-55 checksum wrong.
    #[must_use]
    pub fn has_wrong_checksum(text: &str) -> bool {
        let mixed = |digits: &str| {
            digits.bytes().any(|byte| byte.is_ascii_uppercase())
                && digits.bytes().any(|byte| byte.is_ascii_lowercase())
        };
        text.get(2..).is_some_and(mixed) && EvmAddress::parse_checksummed(text, None).is_err()
    }

    /// Writes it for people: with the EIP-55 checksum on an EVM chain.
    #[must_use]
    pub fn to_checksum(&self) -> String {
        match self.kind() {
            AddressKind::Evm => EvmAddress::from_slice(self.as_bytes()).to_checksum(None),
            AddressKind::Text => self.to_string(),
        }
    }
}

/// Writes it for data: lower case on an EVM chain.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            AddressKind::Evm => {
                f.write_str("0x")?;
                self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            AddressKind::Text => self.as_bytes().iter().try_for_each(|&byte| write!(f, "{}", byte as char)),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns the value of a hex digit.
pub(crate) fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressError, AddressKind};

    #[test]
    fn an_evm_address_is_read_in_any_case_and_written_in_two() {
        let text = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        let address = Address::parse(AddressKind::Evm, text.to_uppercase().as_bytes()).unwrap();
        assert_eq!(address.to_string(), text.to_lowercase());
        assert_eq!(address.to_checksum(), text);
        assert!(!Address::has_wrong_checksum(text));
        assert!(Address::has_wrong_checksum(&text.replace("aA", "Aa")));
        assert!(!Address::has_wrong_checksum(&text.to_lowercase()));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["0x12", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xzzzzb6053F3E94C9b9A09f33669435E7Ef1BeAed"]
        {
            assert_eq!(Address::parse(AddressKind::Evm, text.as_bytes()), Err(AddressError::NotEvm));
        }
        assert_eq!(Address::parse(AddressKind::Evm, b""), Err(AddressError::Empty));
        assert_eq!(Address::parse(AddressKind::Text, b"a b"), Err(AddressError::NotText));
    }

    #[test]
    fn the_zero_address_is_known_on_every_chain_that_has_one() {
        assert!(Address::from_evm([0; 20]).is_zero());
        assert!(!Address::from_evm([1; 20]).is_zero());
        assert!(Address::parse(AddressKind::Text, b"T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb").unwrap().is_zero());
    }
}
