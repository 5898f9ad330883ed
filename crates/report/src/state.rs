//! The state of a holding: what can be done about the money there. Exactly one, the first that fits.
//!
//! A state is by any label of the account, whether that label stopped the trace or not: a hot wallet is a hot
//! wallet. Whether an address is frozen already, or a memo tells who is behind it, no transfer says: such states are
//! given where the case states it. A refund that is due cannot be told today.

use crate::input::{Input, Issuers};
use crate::stated::Stated;
use dyetrace_core::trace::Stop;
use dyetrace_core::{Amount, Category, Labels, Ledger, PurseId};
use hashbrown::HashMap;

/// What can be done about the money in a holding. The order is the order of checking, and of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The issuer has stopped this address.
    AlreadyFrozen,
    /// A shared account, told apart by a memo.
    MemoAccount,
    /// At a customer's deposit address that still holds at least this much.
    AtDepositUnswept,
    /// Sent on from a customer's deposit address: the customer was credited.
    SweptCredited,
    /// In an exchange's own account.
    AtExchange,
    /// In a mixer.
    InPool,
    /// About to come back from a bridge.
    RefundPending,
    /// Went into a bridge; its way out is not known.
    InFlightBridge,
    /// Tied up in a financial contract.
    DefiPosition,
    /// Went somewhere that the trace does not follow.
    NotFollowed,
    /// At an account whose own history no input holds.
    EdgeOfData,
    /// Destroyed.
    Lost,
    /// A token that its issuer can stop, in somebody's own wallet.
    IssuerFreezable,
    /// The chain's coin, in somebody's own wallet.
    SelfCustodyNative,
    /// A token that nobody can stop, in somebody's own wallet.
    SelfCustodyToken,
}

impl State {
    /// All states, in order.
    pub const ALL: [Self; 15] = [
        Self::AlreadyFrozen,
        Self::MemoAccount,
        Self::AtDepositUnswept,
        Self::SweptCredited,
        Self::AtExchange,
        Self::InPool,
        Self::RefundPending,
        Self::InFlightBridge,
        Self::DefiPosition,
        Self::NotFollowed,
        Self::EdgeOfData,
        Self::Lost,
        Self::IssuerFreezable,
        Self::SelfCustodyNative,
        Self::SelfCustodyToken,
    ];

    /// The word that stands in a row.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyFrozen => "ALREADY_FROZEN",
            Self::MemoAccount => "MEMO_ACCOUNT",
            Self::AtDepositUnswept => "AT_DEPOSIT_UNSWEPT",
            Self::SweptCredited => "SWEPT_CREDITED",
            Self::AtExchange => "AT_EXCHANGE",
            Self::InPool => "IN_POOL",
            Self::RefundPending => "REFUND_PENDING",
            Self::InFlightBridge => "IN_FLIGHT_BRIDGE",
            Self::DefiPosition => "DEFI_POSITION",
            Self::NotFollowed => "NOT_FOLLOWED",
            Self::EdgeOfData => "EDGE_OF_DATA",
            Self::Lost => "LOST",
            Self::IssuerFreezable => "ISSUER_FREEZABLE",
            Self::SelfCustodyNative => "SELF_CUSTODY_NATIVE",
            Self::SelfCustodyToken => "SELF_CUSTODY_TOKEN",
        }
    }

    /// The word that stands at the head of a column.
    #[must_use]
    pub fn column(self) -> String {
        self.as_str().to_ascii_lowercase()
    }

    /// What it means, for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::AlreadyFrozen => "already frozen",
            Self::MemoAccount => "account behind a memo",
            Self::AtDepositUnswept => "deposit address, not swept",
            Self::SweptCredited => "swept, customer credited",
            Self::AtExchange => "exchange's own account",
            Self::InPool => "in a mixer",
            Self::RefundPending => "refund pending",
            Self::InFlightBridge => "in a bridge",
            Self::DefiPosition => "in a DeFi contract",
            Self::NotFollowed => "not followed further",
            Self::EdgeOfData => "at the edge of the data",
            Self::Lost => "lost: burn address or set dust",
            Self::IssuerFreezable => "own wallet, issuer can freeze",
            Self::SelfCustodyNative => "own wallet, native coin",
            Self::SelfCustodyToken => "own wallet, uncontrolled token",
        }
    }

    /// Whether somebody named can stop the money there: such holdings are findings.
    #[must_use]
    pub const fn is_freezable(self) -> bool {
        matches!(
            self,
            Self::AlreadyFrozen
                | Self::MemoAccount
                | Self::AtDepositUnswept
                | Self::SweptCredited
                | Self::RefundPending
                | Self::InFlightBridge
                | Self::IssuerFreezable
        )
    }
}

/// What a holding's state depends on.
#[derive(Clone, Copy, Debug)]
struct Facts {
    purse: PurseId,
    stop: Option<Stop>,
    /// At the end of the data, or as the case states it later.
    balance: Amount,
    /// Stated in the case.
    is_frozen: bool,
    /// Stated in the case.
    has_memo: bool,
    /// At a deposit account: the run rule's amount in the purse, over all thefts; where that is 0, the first asked
    /// rule's above 0.
    tainted: Amount,
}

/// Returns the state of every holding, in the order of [`dyetrace_core::trace::Holdings`].
///
/// # Cost
/// **O(n)** for n holdings.
pub(crate) fn states(input: &Input<'_>, stated: &Stated<'_>) -> Vec<State> {
    let (holdings, rules) = (&input.trace.holdings, &input.trace.rules);
    let is_deposit = |purse: PurseId| {
        let account = input.ledger.purses().account(purse);
        input.labels.of(account).any(|label| label.category == Category::ExchangeDeposit)
    };
    let deposits: Vec<(usize, PurseId)> =
        holdings.purse.iter().copied().enumerate().filter(|&(_, purse)| is_deposit(purse)).collect();
    let mut tainted: HashMap<PurseId, Amount> = HashMap::new();
    for (rule, _) in rules.iter().enumerate().filter(|(_, rule)| rule.is_exact()) {
        let mut by_rule: HashMap<PurseId, Amount> = HashMap::new();
        for &(row, purse) in &deposits {
            let sum = by_rule.entry(purse).or_default();
            *sum = sum.plus(holdings.shares.get(row, rule).units);
        }
        for (purse, sum) in by_rule.drain().filter(|(_, sum)| !sum.is_zero()) {
            tainted.entry(purse).or_insert(sum);
        }
    }
    let facts = |row: usize| {
        let purse = holdings.purse[row];
        Facts {
            purse,
            stop: holdings.stop[row],
            balance: stated.balance(input.ledger, purse).unwrap_or(holdings.balance[row]),
            is_frozen: stated.is_frozen(purse),
            has_memo: stated.has_memo(input.ledger.purses().account(purse)),
            tainted: tainted.get(&purse).copied().unwrap_or_default(),
        }
    };
    (0..holdings.purse.len())
        .map(|row| state(input.ledger, input.labels, input.issuers, facts(row)))
        .collect()
}

fn state(ledger: &Ledger, labels: &Labels, issuers: &Issuers, facts: Facts) -> State {
    use Category as C;
    let account = ledger.purses().account(facts.purse);
    let bit = |category: Category| 1_u32 << category as u32;
    let theirs = labels.of(account).fold(0, |bits, label| bits | bit(label.category));
    let has = |category| theirs & bit(category) != 0;
    let unfollowed = [C::Dex, C::Token, C::Payment, C::Gambling, C::Service];
    let cut = matches!(facts.stop, Some(Stop::Cut | Stop::Hub | Stop::Hops | Stop::Horizon | Stop::Unclear));
    // A stop that the user chose and no other state speaks of: who holds it is known, what follows is not.
    let chosen = matches!(facts.stop, Some(Stop::Label(category)) if category != C::Burn);
    let asset = ledger.purses().asset(facts.purse);
    if facts.is_frozen {
        State::AlreadyFrozen
    } else if facts.has_memo {
        State::MemoAccount
    } else if has(C::ExchangeDeposit) {
        if facts.balance >= facts.tainted { State::AtDepositUnswept } else { State::SweptCredited }
    } else if has(C::Exchange) {
        State::AtExchange
    } else if has(C::Mixer) {
        State::InPool
    } else if has(C::Bridge) {
        State::InFlightBridge
    } else if has(C::Defi) || facts.stop == Some(Stop::Position) {
        State::DefiPosition
    } else if unfollowed.into_iter().any(has) || cut || chosen {
        State::NotFollowed
    } else if facts.stop == Some(Stop::Edge) {
        State::EdgeOfData
    } else if has(C::Burn) {
        State::Lost
    } else if issuers.in_control(asset).is_some() {
        State::IssuerFreezable
    } else if ledger.assets().get(asset).is_native() {
        State::SelfCustodyNative
    } else {
        State::SelfCustodyToken
    }
}
