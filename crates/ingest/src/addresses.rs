//! Addresses that are asked about: one a line, `ADDRESS` or `ADDRESS,CHAIN`. What stands after `#` is a comment; empty lines are
//! skipped. Where the first line is a header (`address`, or `address,chain` and whatever follows), the first two columns are taken:
//! so a list of `dyetrace deposits`, or a file of labels that begins so, can be given.

use crate::error::{Error, Fault};
use crate::labels::parse_address;
use crate::open::{FileSpec, cannot_read, open};
use dyetrace_core::Address;

use std::collections::HashMap;
use std::io::{BufRead, Read};

/// The longest line that may be one.
const LONGEST: u64 = 64 * 1024;

/// An address that is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AskedAddress {
    /// The address.
    pub address: Address,
    /// On this chain alone; `None` for every chain.
    pub chain: Option<String>,
}

/// What a file asks about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedAddresses {
    /// Each once, in the order of the file.
    pub addresses: Vec<AskedAddress>,
    /// How many lines repeat an earlier one.
    pub repeated: u64,
    /// The first that does: its line, the earlier line, and the address.
    pub first_repeated: Option<(u64, u64, String)>,
}

/// Reads the addresses of a file.
///
/// # Errors
/// The file cannot be read, or a line is no address: with its place, what was seen, and what was expected.
pub fn read_addresses(file: &FileSpec) -> Result<AskedAddresses, Error> {
    let mut opened = open(file, 0, &|_| ())?;
    let mut asked = AskedAddresses::default();
    let mut lines: HashMap<AskedAddress, u64> = HashMap::new();
    let mut bytes = Vec::new();
    let mut has_chain = true;
    for line in 1_u64.. {
        bytes.clear();
        let mut limited = opened.text.by_ref().take(LONGEST);
        let read = limited.read_until(b'\n', &mut bytes).map_err(|error| cannot_read(&file.name, error))?;
        if read == 0 {
            break;
        }
        let refuse = |fault| Error::row(&file.name, line, fault);
        if read as u64 == LONGEST && !bytes.ends_with(b"\n") {
            return Err(refuse(Fault::of_row(format!("the line is longer than {LONGEST} bytes"))));
        }
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| refuse(Fault::of_field("", &bytes, "is not UTF-8 text")))?;
        let text = text.trim_start_matches('\u{feff}').split('#').next().unwrap_or_default().trim();
        let mut fields = text.split(',').map(|field| field.trim().trim_matches('"'));
        let (address, chain) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        if line == 1 && address.eq_ignore_ascii_case("address") {
            has_chain = chain.eq_ignore_ascii_case("chain");
            continue;
        }
        if address.is_empty() {
            continue;
        }
        let chain = Some(chain).filter(|chain| has_chain && !chain.is_empty()).map(str::to_ascii_lowercase);
        let hint = "one address a line, or `ADDRESS,CHAIN`; a comment begins with `#`";
        let address = parse_address(address, chain.as_deref())
            .map_err(|reason| refuse(Fault::of_field("", address, reason).with_hint(hint)))?;
        let it = AskedAddress { address, chain };
        match lines.get(&it) {
            None => {
                lines.insert(it.clone(), line);
                asked.addresses.push(it);
            }
            Some(&first) => {
                asked.repeated += 1;
                asked.first_repeated.get_or_insert_with(|| (line, first, address.to_string()));
            }
        }
    }
    opened.finish(&file.name)?;
    Ok(asked)
}
