//! One address a line. What stands after `#` is a comment; empty lines are skipped.

use super::{LabelSpec, ListLabel};
use crate::error::{Error, Fault};
use crate::open::{Digested, Opened, cannot_read};
use dyetrace_core::Label;
use std::io::{BufRead, Read};

/// The longest line that may be one.
const LONGEST: u64 = 64 * 1024;

pub(super) fn read(
    spec: &LabelSpec,
    mut opened: Opened<'_>,
    labels: &mut Vec<Label>,
) -> Result<Digested, Error> {
    let name = &spec.file.name;
    let list = ListLabel::of(spec);
    let mut bytes = Vec::new();
    for line in 1_u64.. {
        bytes.clear();
        let mut limited = opened.text.by_ref().take(LONGEST);
        let read = limited.read_until(b'\n', &mut bytes).map_err(|error| cannot_read(name, error))?;
        if read == 0 {
            break;
        }
        let refuse = |fault| Error::row(name, line, fault);
        if read as u64 == LONGEST && !bytes.ends_with(b"\n") {
            return Err(refuse(Fault::of_row(format!("the line is longer than {LONGEST} bytes"))));
        }
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| refuse(Fault::of_field("", &bytes, "is not UTF-8 text")))?;
        let address = text.split('#').next().unwrap_or_default().trim();
        if !address.is_empty() {
            let hint = "a label list has one address a line; a CSV needs a header with `address`";
            labels.push(list.of_address(address).map_err(|fault| refuse(fault.with_hint(hint)))?);
        }
    }
    opened.finish(name)
}
