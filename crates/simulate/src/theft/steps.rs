//! The steps of all plans as one list, each with the one that follows.

use crate::coin::Coin;
use crate::error::Error;
use crate::params::Step;

/// A step, and where a lot goes from it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(super) act: Act,
    /// The next step; `None`: the money rests.
    pub(super) next: Option<usize>,
}

/// What is done. See [`Step`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Wait { hours: [u64; 2] },
    FanOut { ways: u64, minutes: [u64; 2] },
    Peel { hops: u64, thousandths: [u64; 2], minutes: [u64; 2] },
    Swap { to: Coin, dollars: [u64; 2], minutes: [u64; 2] },
    Mix { note: u64, minutes: [u64; 2], hours: [u64; 2], burst: [u64; 2] },
    Bridge { dollars: [u64; 2], minutes: [u64; 2] },
    Mule { fee: u64, hours: [u64; 2] },
    Desk { to: Coin, minutes: [u64; 2] },
    CashOut { dollars: [u64; 2], minutes: [u64; 2], deposits: [u64; 2], recruited: u64 },
    Branch { thousandths: u64, side: Option<usize> },
}

/// Adds steps to the list, the last one followed by `after`. Returns the first.
pub(super) fn flatten(
    steps: &[Step],
    after: Option<usize>,
    nodes: &mut Vec<Node>,
) -> Result<Option<usize>, Error> {
    let mut next = after;
    for step in steps.iter().rev() {
        let act = match step {
            &Step::Wait { hours } => Act::Wait { hours },
            &Step::FanOut { ways, minutes } => Act::FanOut { ways, minutes },
            &Step::Peel { hops, thousandths, minutes } => Act::Peel { hops, thousandths, minutes },
            Step::Swap { to, dollars, minutes } => {
                Act::Swap { to: find(to)?, dollars: *dollars, minutes: *minutes }
            }
            &Step::Mix { note, minutes, hours, burst } => Act::Mix { note, minutes, hours, burst },
            &Step::Bridge { dollars, minutes } => Act::Bridge { dollars, minutes },
            &Step::Mule { fee, hours } => Act::Mule { fee, hours },
            Step::Desk { to, minutes } => Act::Desk { to: find(to)?, minutes: *minutes },
            &Step::CashOut { dollars, minutes, deposits, recruited } => {
                Act::CashOut { dollars, minutes, deposits, recruited }
            }
            Step::Branch { thousandths, step } => {
                Act::Branch { thousandths: *thousandths, side: flatten(step, None, nodes)? }
            }
        };
        nodes.push(Node { act, next });
        next = Some(nodes.len() - 1);
    }
    Ok(next)
}

fn find(name: &str) -> Result<Coin, Error> {
    Coin::find(name).ok_or_else(|| Error::new(format!("`{name}` is no coin")))
}
