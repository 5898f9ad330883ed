//! What a detection finds: accounts, each with its grade and what speaks for it.

use crate::account::AccountId;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::label::{Category, Label, Labels};
use crate::ledger::Ledger;

/// The source of a label that a detection gives.
pub const SOURCE: &str = "dyetrace deposits";

/// The share of false leads that was measured for accounts as [`DepositGrade::Inferred`], and its 95 % interval: how
/// often such an account linked two users of a mixer by chance, decoys against targets (`docs/method.md`).
pub const FALSE_LEADS: &str = "0.16 (0.03-0.44)";

/// How sure a label is that a heuristic gives: GraphSense's level for `heuristic`.
const CONFIDENCE: u8 = 10;

/// How sure it is that an account is a customer's deposit account. The strongest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DepositGrade {
    /// A label says so.
    Labelled,
    /// It passes the whole-address test, and nothing speaks against it.
    Inferred,
    /// It looks like one, but something speaks against it: a trace does not stop there.
    Lead,
}

impl DepositGrade {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Labelled => "LABELLED",
            Self::Inferred => "INFERRED",
            Self::Lead => "LEAD",
        }
    }
}

/// What speaks against an account that looks like a deposit account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// A label of category `theft` or `other` says that it is somebody's own.
    OwnLabel,
    /// Too few of its transfers out go to the exchange.
    Share,
    /// Too many accounts pay into it.
    Senders,
}

impl Doubt {
    /// The word that stands in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OwnLabel => "own_label",
            Self::Share => "share",
            Self::Senders => "senders",
        }
    }
}

/// What an account did with one asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssetSweeps {
    /// The asset.
    pub asset: AssetId,
    /// How many transfers brought it.
    pub deposits: u64,
    /// How much they brought, in base units.
    pub received: Amount,
    /// How many transfers took it away.
    pub transfers_out: u64,
    /// How many of these went to the exchange.
    pub sweeps: u64,
    /// How much those took, in base units.
    pub swept: Amount,
    /// Sweeps that pass on one deposit: in time, and short by no more than is allowed. Each deposit counts once.
    pub matched: u64,
    /// Of these, the ones in the transaction of their deposit: a forwarding contract.
    pub forwarded: u64,
    /// The middle time from the last deposit before a sweep to the sweep, in seconds.
    pub median_delay: Option<i64>,
    /// The same, in blocks.
    pub median_delay_blocks: Option<u64>,
    /// The place of the first sweep.
    pub first_sweep: Option<u64>,
    /// The place of the last one.
    pub last_sweep: Option<u64>,
}

/// An account that is, or looks like, a customer's deposit account at an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    /// The account.
    pub account: AccountId,
    /// The exchange, as the label of its wallet names it; for a labelled account, as its own label does.
    pub entity: String,
    /// How sure it is.
    pub grade: DepositGrade,
    /// What speaks against it, for a lead.
    pub doubts: Vec<Doubt>,
    /// Whether it passes the whole-address test.
    pub whole_address: bool,
    /// In how many transfers it takes part.
    pub transfers: u64,
    /// How many accounts paid into it, the exchange's own and its gas wallets left out.
    pub senders: u64,
    /// How many transfers out of it count.
    pub transfers_out: u64,
    /// How many of these went to the exchange.
    pub sweeps: u64,
    /// The exchange's wallet that got most of them; of equal ones, the one seen first.
    pub hot_wallet: Option<AccountId>,
    /// How many of its wallets got some.
    pub hot_wallets: u64,
    /// How many payments of the native coin by a gas wallet of the exchange came before a sweep of a token.
    pub gas_top_ups: u64,
    /// The gas wallet that made most of them; of equal ones, the one seen first.
    pub gas_wallet: Option<AccountId>,
    /// What it did with each asset, by asset.
    pub assets: Vec<AssetSweeps>,
}

impl Deposit {
    /// The label that says what was found out, with the confidence of a heuristic.
    #[must_use]
    pub fn to_label(&self, ledger: &Ledger) -> Label {
        let accounts = ledger.accounts();
        Label {
            address: accounts.address(self.account),
            chain: Some(ledger.chain_name(accounts.chain(self.account)).to_owned()),
            text: format!("{} deposit, by its sweeps", self.entity),
            category: Category::ExchangeDeposit,
            entity: self.entity.clone(),
            source: SOURCE.to_owned(),
            as_of: String::new(),
            confidence: CONFIDENCE,
        }
    }
}

/// Accounts that pay an exchange and are excluded for good, by the reason: the first that fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excluded {
    /// They pay two exchanges.
    pub two_exchanges: u64,
    /// They pay into a deposit account: they are a customer's own.
    pub customers: u64,
    /// Contracts that also pay others.
    pub contracts: u64,
    /// In too many transfers.
    pub busy: u64,
    /// Only the exchange itself pays into them.
    pub internal: u64,
}

/// What a detection found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deposits {
    /// By grade, exchange, chain and address.
    pub found: Vec<Deposit>,
    /// What was left out.
    pub excluded: Excluded,
}

impl Deposits {
    /// The accounts of one grade.
    pub fn of_grade(&self, grade: DepositGrade) -> impl Iterator<Item = &Deposit> {
        self.found.iter().filter(move |deposit| deposit.grade == grade)
    }

    /// What was found about an account.
    ///
    /// # Cost
    /// **O(n)** for n accounts found.
    #[must_use]
    pub fn of(&self, account: AccountId) -> Option<&Deposit> {
        self.found.iter().find(|deposit| deposit.account == account)
    }
}

/// Whether an account is a deposit account by its sweeps alone: nobody else has said so.
#[must_use]
pub fn is_inferred(labels: &Labels, account: AccountId) -> bool {
    let mut says_so = labels.of(account).filter(|label| label.category == Category::ExchangeDeposit);
    let mut any = false;
    says_so.all(|label| {
        any = true;
        label.source == SOURCE
    }) && any
}
