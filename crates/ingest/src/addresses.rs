//! Addresses that are asked about: one a line, `ADDRESS` or `ADDRESS,CHAIN`. What stands after `#` is a comment; empty lines are
//! skipped. Where the first line is a header (`address`, or `address,chain` and whatever follows), the first two columns are taken:
//! so a list of `dyetrace deposits`, or a file of labels that begins so, can be given.

use crate::error::{Error, Fault};
use crate::labels::parse_address;
use crate::open::{FileSpec, cannot_read, open};
use dyetrace_core::{Address, AddressKind};

use std::collections::HashMap;
use std::io::{BufRead, Read};

/// The longest line that may be one.
const LONGEST: u64 = 64 * 1024;

/// The shortest address that is no EVM one and names no chain: those of Bitcoin, Tron and XRP have 25 letters or more.
const SHORTEST: usize = 20;

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
    /// How many are written with a wrong EIP-55 checksum.
    pub slips: u64,
    /// The first of them: its line, and how it is written.
    pub first_slip: Option<(u64, String)>,
}

/// Reads the addresses of a file.
///
/// # Errors
/// The file cannot be read, or a line is no address: with its place, what was seen, and what was expected.
pub fn read_addresses(file: &FileSpec) -> Result<AskedAddresses, Error> {
    let mut opened = open(file, 0, &|_| ())?;
    let mut list = List::default();
    let mut bytes = Vec::new();
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
        let text = text.trim_start_matches('\u{feff}').split('#').next().unwrap_or_default();
        if line == 1 && list.take_head(text) {
            continue;
        }
        list.take(line, text).map_err(refuse)?;
    }
    opened.finish(&file.name)?;
    Ok(list.asked)
}

/// Takes addresses that somebody names one by one: each `ADDRESS` or `ADDRESS,CHAIN`, counted from 1.
///
/// # Errors
/// The first that is no address, with its number.
pub fn list_addresses<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<AskedAddresses, Error> {
    let mut list = List::default();
    for (number, text) in (1..).zip(texts) {
        list.take(number, text.as_ref()).map_err(|fault| Error::row("addresses", number, fault))?;
    }
    Ok(list.asked)
}

/// A list under way.
#[derive(Default)]
struct List {
    asked: AskedAddresses,
    /// In which line each stands first.
    lines: HashMap<AskedAddress, u64>,
    /// Whether a head names the columns, and the second is no chain.
    has_head: bool,
    is_chain_elsewhere: bool,
}

/// Address and chain of a line, and whether more follows.
fn fields(text: &str) -> (&str, &str, bool) {
    let mut fields = text.trim().split(',').map(|field| field.trim().trim_matches('"'));
    let (address, chain) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    (address, chain, fields.next().is_some())
}

impl List {
    /// Takes a line as the head, if it is one.
    fn take_head(&mut self, text: &str) -> bool {
        let (address, chain, _) = fields(text);
        self.has_head = address.eq_ignore_ascii_case("address");
        self.is_chain_elsewhere = self.has_head && !chain.eq_ignore_ascii_case("chain");
        self.has_head
    }

    /// Takes a line.
    fn take(&mut self, line: u64, text: &str) -> Result<(), Fault> {
        let (address, chain, has_more) = fields(text);
        if address.is_empty() {
            return Ok(());
        }
        let chain = Some(chain).filter(|chain| !self.is_chain_elsewhere && !chain.is_empty());
        let chain = chain.map(str::to_ascii_lowercase);
        let hint = "one address a line, or `ADDRESS,CHAIN`; a comment begins with `#`";
        if has_more && !self.has_head {
            let reason = "is followed by more than a chain, and no head says what these columns are";
            return Err(Fault::of_field("", address, reason).with_hint(hint));
        }
        if Address::has_wrong_checksum(address) {
            self.asked.slips += 1;
            self.asked.first_slip.get_or_insert_with(|| (line, address.to_owned()));
        }
        let address = parse_address(address, chain.as_deref())
            .map_err(|reason| Fault::of_field("", address, reason).with_hint(hint))?;
        // Any word could be an account of some chain: one that is not told has to look like an address.
        if chain.is_none() && address.kind() == AddressKind::Text && address.as_bytes().len() < SHORTEST {
            let reason = "is not an address of a chain that is told by its addresses";
            return Err(Fault::of_field("", address.to_string(), reason).with_hint(hint));
        }
        let it = AskedAddress { address, chain };
        match self.lines.get(&it) {
            None => {
                self.lines.insert(it.clone(), line);
                self.asked.addresses.push(it);
            }
            Some(&first) => {
                self.asked.repeated += 1;
                self.asked.first_repeated.get_or_insert_with(|| (line, first, address.to_string()));
            }
        }
        Ok(())
    }
}
