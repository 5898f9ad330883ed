//! The sentences of a request: what a state means for the addressee, what else could explain it, what to ask.

use crate::state::State;
use dyetrace_core::trace::Grade;

/// What is there, in words.
pub(super) const fn state(state: State, grade: Grade) -> &'static str {
    match (state, grade) {
        (State::AtDepositUnswept, Grade::Inferred) => {
            "still at the address, which its sweeps tell to be a customer's deposit address"
        }
        (State::AtDepositUnswept, _) => "still at the customer's deposit address at the end of the data",
        (State::SweptCredited, _) => {
            "swept from the deposit address: the customer was credited, and the money is in the account behind it"
        }
        (State::AlreadyFrozen, _) => "stated to be frozen: please confirm that it stays so",
        (State::MemoAccount, _) => "in the account that the memo names",
        (State::RefundPending, _) => "about to come back from a bridge",
        (State::InFlightBridge, _) => "went into the bridge; its way out is not known",
        (State::IssuerFreezable, _) => {
            "a token in somebody's own wallet, which its issuer can stop until it is moved or swapped"
        }
        _ => state.in_words(),
    }
}

/// Whether the money is still there, in short.
pub(super) const fn still_there(state: State) -> &'static str {
    match state {
        State::AtDepositUnswept => "yes: at the address at the end of the data",
        State::SweptCredited => "in the customer's account, if not withdrawn: the address was swept",
        State::AlreadyFrozen => "stated to be frozen",
        State::MemoAccount => "in the account that the memo names, if not withdrawn",
        State::RefundPending => "a refund is due",
        State::InFlightBridge => "not known: it went into the bridge",
        State::IssuerFreezable => "yes: at the address at the end of the data",
        _ => "not known",
    }
}

/// What else could explain the finding.
pub(super) const fn competing(grade: Grade) -> &'static str {
    match grade {
        Grade::Fact => {
            "None by the ledger: no purse on the route held anything else, or it was emptied whole. Whether the account \
             behind it is the thief's is not told by the ledger."
        }
        Grade::Presumed => {
            "A purse on the route also held other money when it paid. Which of it left first is a presumption of law, the \
             rule; other rules give the other figures. The account may belong to somebody who was paid in good faith."
        }
        Grade::Inferred => {
            "A heuristic stands on the route. Where that is whose account it is: an account that forwards to an exchange's \
             wallet may belong to a desk or a payment service, in the measured share of cases."
        }
    }
}

/// What the addressee alone can answer.
pub(super) fn question(state: State, kind: &str) -> &'static str {
    match (state, kind) {
        (State::IssuerFreezable, _) | (State::AlreadyFrozen, "issuer") => {
            "Is the address frozen for this token? If not, please freeze it; what is its balance now, and was any of it \
             moved after the last transfer below?"
        }
        (State::InFlightBridge | State::RefundPending, _) => {
            "Which transfer on which chain completed this one, to which address, or is a refund pending?"
        }
        _ => {
            "Which customer (UID) is credited at this address? Please state the balance when the money came and now, \
             orders and withdrawals since then with their destinations, and keep identity, device and address records."
        }
    }
}

/// How the figures are made, in plain words.
pub(super) const METHOD: [&str; 5] = [
    "Transfers are followed in the order in which the chain recorded them; money that left an account before stolen money \
     came is not followed.",
    "Where stolen and other money met in one account, a rule decides whose money left first. One rule was declared for the \
     whole run; the figures of the other rules stand beside it, so that the reader sees what depends on the choice.",
    "All amounts are whole base units of the asset, and add up. Where prorata divides, what is left over goes by a fixed order; \
     dollars are rounded down to the cent for each transfer, percentages to hundredths.",
    "The trace stops at accounts that labels or sweeps tell to be a service's; what such an account sends on is the \
     service's money, and is not followed.",
    "What was stolen equals what rests plus fees plus what was burned, to the last unit: the table of where all of it is \
     adds up to a difference of 0.",
];

/// Words that a reader may not know.
pub(super) const GLOSSARY: [(&str, &str); 9] = [
    ("base units", "the smallest whole units of an asset; 1 ETH is 10^18 of them, 1 USDT 10^6"),
    (
        "least, by the rule, most",
        "the smallest amount under any of the compared rules, the amount under the declared rule, the largest",
    ),
    (
        "robust",
        "the least over fifo, lifo, prorata and libr: the amount that none of these four rules disputes",
    ),
    ("claim", "how many units of the stolen asset an amount stands for, if it was exchanged on the way"),
    ("FACT", "no presumption was needed: the account held nothing else, or was emptied whole"),
    ("PRESUMED", "the amount follows by the declared rule"),
    ("INFERRED", "a heuristic with a measured error stands on the route"),
    ("sweep", "the transfer by which an exchange collects what customers paid into their deposit addresses"),
    ("other venue", "an account of another exchange or its customer, which is not shown here"),
];
