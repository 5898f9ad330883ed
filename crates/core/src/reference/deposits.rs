//! The plain detection of deposit accounts: account by account, over all transfers.

use crate::account::AccountId;
use crate::amount::{Amount, Wide};
use crate::asset::AssetId;
use crate::attribution::deposits::{
    AssetSweeps, Deposit, DepositGrade, DepositOptions, Deposits, Doubt, Excluded, SOURCE, Short,
};
use crate::label::{Category, Label, Labels};
use crate::ledger::{Kind, Ledger, PurseId};
use std::collections::{BTreeMap, BTreeSet};

/// Finds the deposit accounts of a ledger, as [`crate::attribution::deposits::find_deposits`] does.
///
/// # Cost
/// **O(a · n)** for a accounts and n transfers, and worse.
#[must_use]
pub fn find_deposits(
    ledger: &Ledger,
    labels: &Labels,
    own: &[AccountId],
    options: &DepositOptions,
) -> Deposits {
    let known = Known { ledger, labels, own, options };
    let mut excluded = Excluded::default();
    let mut looks: Vec<Look> = Vec::new();
    for account in (0..).map(AccountId).take(ledger.accounts().len()) {
        match known.look(account) {
            Ok(Some(look)) => looks.push(look),
            Ok(None) => {}
            Err(reason) => *reason(&mut excluded) += 1,
        }
    }
    let is_one = |it: &&Look| it.deposit.whole_address || it.deposit.grade == DepositGrade::Labelled;
    let accounts: BTreeSet<AccountId> = looks.iter().filter(is_one).map(|it| it.deposit.account).collect();
    let (customers, mut looks): (Vec<Look>, Vec<Look>) = looks.into_iter().partition(|look| {
        let pays_one = known.paid_by(look).into_iter().any(|to| accounts.contains(&to));
        look.deposit.grade != DepositGrade::Labelled && pays_one
    });
    excluded.customers += customers.len() as u64;
    known.name_gas_wallets(&mut looks);
    let mut found: Vec<Deposit> = looks.into_iter().map(|look| look.deposit).collect();
    found.sort_by_key(|it| {
        let chain = ledger.accounts().chain(it.account);
        let address = ledger.accounts().address(it.account);
        (it.grade, it.entity.clone(), ledger.chain_name(chain).to_owned(), address)
    });
    Deposits { found, excluded }
}

/// An account that passes, with its transfers in and out that count.
struct Look {
    deposit: Deposit,
    ins: Vec<Leg>,
    outs: Vec<Leg>,
}

/// One transfer, with the other party, `None` where that is nobody.
#[derive(Clone, Copy)]
struct Leg {
    place: usize,
    asset: AssetId,
    other: Option<AccountId>,
    value: Amount,
}

/// Which count of the excluded an account adds to.
type Reason = fn(&mut Excluded) -> &mut u64;

struct Known<'a> {
    ledger: &'a Ledger,
    labels: &'a Labels,
    own: &'a [AccountId],
    options: &'a DepositOptions,
}

impl Known<'_> {
    /// The strongest label of an account among these categories, of those that count.
    fn label(&self, account: AccountId, categories: &[Category]) -> Option<&Label> {
        let mut labels = self.labels.of(account).filter(|label| label.source != SOURCE);
        labels.find(|label| categories.contains(&label.category))
    }

    fn is_nobody(&self, account: AccountId) -> bool {
        self.ledger.accounts().address(account).is_zero()
    }

    /// The exchange at which an account is a labelled deposit account.
    fn deposit_at(&self, account: AccountId) -> Option<String> {
        let label = self.label(account, &[Category::ExchangeDeposit])?;
        (!self.is_nobody(account) && !self.own.contains(&account)).then(|| self.name(label))
    }

    /// The exchange of which an account is a wallet.
    fn wallet_of(&self, account: AccountId) -> Option<String> {
        let is_deposit = self.label(account, &[Category::ExchangeDeposit]).is_some();
        let mut labels = self.labels.of(account).filter(|label| label.source != SOURCE);
        let label = labels.find(|it| it.category == Category::Exchange && !it.is_of_reserves())?;
        (!self.is_nobody(account) && !is_deposit).then(|| self.name(label))
    }

    /// The name of a label's exchange: of all that differ in case alone, the least by bytes.
    fn name(&self, label: &Label) -> String {
        let wanted = label.holder().to_lowercase();
        let decides = |account: AccountId| {
            let deposit = self.label(account, &[Category::ExchangeDeposit]);
            deposit.or_else(|| self.label(account, &[Category::Exchange]))
        };
        let accounts = self.labels.accounts().filter(|account| !self.is_nobody(*account));
        let names = accounts.filter_map(decides).map(Label::holder);
        names.filter(|name| name.to_lowercase() == wanted).min().expect("its own name is one").to_owned()
    }

    /// Whether an account that is neither wallet nor deposit account may be found.
    fn may_be(&self, account: AccountId) -> bool {
        let services: Vec<Category> = Category::ALL
            .into_iter()
            .filter(|category| category.names_the_account() && *category != Category::ExchangeDeposit)
            .collect();
        !self.is_nobody(account)
            && !self.own.contains(&account)
            && self.label(account, &services).is_none()
            && self.label(account, &[Category::ExchangeDeposit]).is_none()
    }

    /// All transfers of an account, in order: whether it sends, and the leg.
    fn legs(&self, account: AccountId) -> Vec<(bool, Leg)> {
        let (ledger, columns) = (self.ledger, self.ledger.columns());
        let holder = |purse: PurseId| (!ledger.is_void(purse)).then(|| ledger.purses().account(purse));
        let mut legs = Vec::new();
        for place in (0..ledger.transfer_count()).filter(|&place| ledger.moves(place)) {
            let (from, to) = (holder(columns.from[place]), holder(columns.to[place]));
            let asset = ledger.purses().asset(columns.to[place]);
            let value = columns.value.get(place);
            if from == Some(account) {
                legs.push((true, Leg { place, asset, other: to, value }));
            }
            if to == Some(account) {
                legs.push((false, Leg { place, asset, other: from, value }));
            }
        }
        legs
    }

    fn is_native(&self, asset: AssetId) -> bool {
        self.ledger.assets().get(asset).is_native()
    }

    fn look(&self, account: AccountId) -> Result<Option<Look>, Reason> {
        let labelled = self.deposit_at(account);
        let legs = self.legs(account);
        let pays = |it: &(bool, Leg)| it.0 && it.1.other.is_some_and(|to| self.wallet_of(to).is_some());
        if labelled.is_none() && !(self.may_be(account) && legs.iter().any(pays)) {
            return Ok(None);
        }
        let transfers = legs.len() as u64;
        let is_busy = transfers >= self.options.max_transfers;
        let legs = if is_busy && labelled.is_some() { Vec::new() } else { legs };
        let ins: Vec<Leg> = legs.iter().filter(|it| !it.0).map(|it| it.1).collect();
        let counts = |leg: &Leg| self.is_native(leg.asset) || ins.iter().any(|it| it.asset == leg.asset);
        let outs: Vec<Leg> = legs.iter().filter(|it| it.0).map(|it| it.1).filter(counts).collect();
        let exchange = match labelled.clone() {
            Some(name) => name,
            None => match self.only_exchange(&outs)? {
                Some(name) => name,
                None => return Ok(None),
            },
        };
        if is_busy && labelled.is_none() {
            return Err(|excluded| &mut excluded.busy);
        }
        let look = Look { deposit: self.describe(account, &exchange, transfers, &ins, &outs), ins, outs };
        if labelled.is_some() {
            return Ok(Some(look));
        }
        self.judge(look)
    }

    /// The exchange that all wallets and deposit accounts belong to that are paid.
    fn only_exchange(&self, outs: &[Leg]) -> Result<Option<String>, Reason> {
        let paid: Vec<AccountId> = outs.iter().filter_map(|leg| leg.other).collect();
        let wallets: BTreeSet<String> = paid.iter().filter_map(|it| self.wallet_of(*it)).collect();
        let deposits: BTreeSet<String> = paid.iter().filter_map(|it| self.deposit_at(*it)).collect();
        if wallets.union(&deposits).count() > 1 {
            return Err(|excluded| &mut excluded.two_exchanges);
        }
        if !deposits.is_empty() {
            return Err(|excluded| &mut excluded.customers);
        }
        let Some(exchange) = wallets.into_iter().next() else { return Ok(None) };
        let is_contract = outs.iter().any(|leg| self.ledger.columns().kind(leg.place) == Kind::Internal);
        if is_contract && outs.iter().any(|leg| !self.is_sweep(leg, &exchange)) {
            return Err(|excluded| &mut excluded.contracts);
        }
        Ok(Some(exchange))
    }

    fn is_sweep(&self, leg: &Leg, exchange: &str) -> bool {
        leg.other.and_then(|to| self.wallet_of(to)).is_some_and(|name| name == exchange)
    }

    fn describe(
        &self,
        account: AccountId,
        exchange: &str,
        transfers: u64,
        ins: &[Leg],
        outs: &[Leg],
    ) -> Deposit {
        let senders = self.senders(ins, exchange).len() as u64;
        let sweeps: Vec<&Leg> = outs.iter().filter(|leg| self.is_sweep(leg, exchange)).collect();
        let mut by_receiver: BTreeMap<Option<AccountId>, u64> = BTreeMap::new();
        let mut by_wallet: BTreeMap<AccountId, u64> = BTreeMap::new();
        for leg in outs {
            *by_receiver.entry(leg.other).or_default() += 1;
            if self.is_sweep(leg, exchange) {
                *by_wallet.entry(leg.other.expect("a wallet is somebody")).or_default() += 1;
            }
        }
        let is_wallet = |to: &Option<AccountId>| to.is_some_and(|to| by_wallet.contains_key(&to));
        let mut counts: Vec<(u64, bool)> = by_receiver.iter().map(|(to, n)| (*n, is_wallet(to))).collect();
        counts.sort_unstable();
        let most = counts.iter().rev().take(self.options.destinations);
        let to_exchange: u64 = most.map(|&(count, theirs)| if theirs { count } else { 0 }).sum();
        let enough = to_exchange * 100 >= outs.len() as u64 * u64::from(self.options.min_share);
        let assets: BTreeSet<AssetId> = ins.iter().chain(outs).map(|leg| leg.asset).collect();
        let top = by_wallet.values().max().copied();
        Deposit {
            account,
            entity: exchange.to_owned(),
            grade: DepositGrade::Labelled,
            doubts: Vec::new(),
            whole_address: to_exchange > 0 && enough && senders > 0 && senders <= self.options.max_senders,
            transfers,
            senders,
            transfers_out: outs.len() as u64,
            sweeps: sweeps.len() as u64,
            hot_wallet: by_wallet.iter().find(|(_, count)| Some(**count) == top).map(|(to, _)| *to),
            hot_wallets: by_wallet.len() as u64,
            gas_top_ups: 0,
            gas_wallet: None,
            assets: assets.into_iter().map(|it| self.of_asset(account, it, exchange, ins, outs)).collect(),
        }
    }

    fn senders(&self, ins: &[Leg], exchange: &str) -> BTreeSet<AccountId> {
        let others = ins.iter().filter(|leg| !self.is_sweep(leg, exchange));
        others.filter_map(|leg| leg.other).collect()
    }

    fn of_asset(
        &self,
        account: AccountId,
        asset: AssetId,
        exchange: &str,
        ins: &[Leg],
        outs: &[Leg],
    ) -> AssetSweeps {
        let ins: Vec<&Leg> = ins.iter().filter(|leg| leg.asset == asset).collect();
        let outs: Vec<&Leg> = outs.iter().filter(|leg| leg.asset == asset).collect();
        let sweeps: Vec<&Leg> = outs.iter().copied().filter(|leg| self.is_sweep(leg, exchange)).collect();
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        let mut forwarded = 0;
        let transaction = |place: usize| self.ledger.columns().transaction[place];
        for sweep in &sweeps {
            let fits = |leg: &&&Leg| {
                leg.place < sweep.place && !taken.contains(&leg.place) && self.passes_on(account, leg, sweep)
            };
            if let Some(leg) = ins.iter().rev().find(fits) {
                taken.insert(leg.place);
                forwarded += u64::from(transaction(leg.place) == transaction(sweep.place));
            }
        }
        let last_before =
            |sweep: &Leg| ins.iter().rev().find(|leg| leg.place < sweep.place).map(|leg| leg.place);
        let pairs: Vec<(usize, usize)> =
            sweeps.iter().filter_map(|it| Some((last_before(it)?, it.place))).collect();
        let columns = self.ledger.columns();
        let mut seconds: Vec<i64> =
            pairs.iter().filter_map(|it| Some(columns.time(it.1)? - columns.time(it.0)?)).collect();
        let mut blocks: Vec<u64> =
            pairs.iter().filter_map(|it| columns.block(it.1)?.checked_sub(columns.block(it.0)?)).collect();
        seconds.sort_unstable();
        blocks.sort_unstable();
        AssetSweeps {
            asset,
            deposits: ins.len() as u64,
            received: ins.iter().map(|leg| leg.value).sum(),
            transfers_out: outs.len() as u64,
            sweeps: sweeps.len() as u64,
            swept: sweeps.iter().map(|leg| leg.value).sum(),
            matched: taken.len() as u64,
            forwarded,
            median_delay: seconds.get(seconds.len().saturating_sub(1) / 2).copied(),
            median_delay_blocks: blocks.get(blocks.len().saturating_sub(1) / 2).copied(),
            first_sweep: sweeps.first().map(|leg| leg.place as u64),
            last_sweep: sweeps.last().map(|leg| leg.place as u64),
        }
    }

    /// Whether a sweep may pass on a deposit: in time and in full, but for what it may fall short.
    fn passes_on(&self, account: AccountId, deposit: &Leg, sweep: &Leg) -> bool {
        let columns = self.ledger.columns();
        let times = columns.time(deposit.place).zip(columns.time(sweep.place));
        let blocks = columns.block(deposit.place).zip(columns.block(sweep.place));
        let in_time = match (times, blocks) {
            (Some((a, b)), _) => a <= b && b - a <= self.options.max_delay,
            (None, Some((a, b))) => a <= b && b - a <= self.options.max_delay_blocks,
            (None, None) => false,
        };
        let Some(short) = deposit.value.minus(sweep.value) else { return false };
        let asset = self.ledger.assets().get(sweep.asset);
        let chain = self.ledger.chain_name(asset.chain);
        let chosen = self.options.short.iter().rfind(|(name, _)| name.names(&asset, chain));
        let fee = self.ledger.fees().iter().find(|fee| {
            let place = usize::try_from(fee.place).expect("rows are in memory");
            columns.transaction[place] == columns.transaction[sweep.place]
                && self.ledger.purses().account(fee.payer) == account
        });
        let fee = fee.filter(|_| asset.is_native()).map_or(Amount::ZERO, |fee| fee.amount);
        let usual = if asset.is_native() { DepositOptions::SHORT_NATIVE } else { 0 };
        in_time
            && match chosen.map_or(Short::Units(Amount::from(usual)), |it| it.1) {
                Short::Units(units) => short <= units.max(fee),
                Short::Percent(percent) => {
                    let of = deposit.value.to_wide() * Wide::from(percent);
                    short.to_wide() * Wide::from(100) <= of
                }
            }
    }

    fn judge(&self, mut look: Look) -> Result<Option<Look>, Reason> {
        let deposit = &mut look.deposit;
        if deposit.senders == 0 {
            return Err(|excluded| &mut excluded.internal);
        }
        let passes_one_on = deposit.assets.iter().any(|it| it.matched > 0);
        if !deposit.whole_address && !passes_one_on {
            return Ok(None);
        }
        if self.label(deposit.account, &[Category::Theft, Category::Other]).is_some() {
            deposit.doubts.push(Doubt::OwnLabel);
        }
        if deposit.senders > self.options.max_senders {
            deposit.doubts.push(Doubt::Senders);
        } else if !deposit.whole_address {
            deposit.doubts.push(Doubt::Share);
        }
        deposit.grade = if deposit.doubts.is_empty() { DepositGrade::Inferred } else { DepositGrade::Lead };
        Ok(Some(look))
    }

    /// Whom an account pays.
    fn paid_by(&self, look: &Look) -> BTreeSet<AccountId> {
        look.outs.iter().filter_map(|leg| leg.other).collect()
    }

    /// The native payments into an account before its last sweep of a token.
    fn top_ups<'l>(&self, look: &'l Look) -> Vec<&'l Leg> {
        let exchange = &look.deposit.entity;
        let tokens =
            look.outs.iter().filter(|leg| !self.is_native(leg.asset) && self.is_sweep(leg, exchange));
        let last = tokens.map(|leg| leg.place).max().unwrap_or(0);
        look.ins.iter().filter(|leg| self.is_native(leg.asset) && leg.place < last).collect()
    }

    fn name_gas_wallets(&self, looks: &mut [Look]) {
        let mut wallets: BTreeMap<AccountId, String> = BTreeMap::new();
        let funders: BTreeSet<AccountId> =
            looks.iter().flat_map(|look| self.top_ups(look)).filter_map(|leg| leg.other).collect();
        for funder in funders {
            let paid: BTreeSet<_> = self
                .legs(funder)
                .into_iter()
                .filter(|it| it.0 && self.is_native(it.1.asset))
                .filter_map(|it| it.1.other)
                .collect();
            let mut served: BTreeMap<&str, u64> = BTreeMap::new();
            for look in &*looks {
                if self.top_ups(look).iter().any(|leg| leg.other == Some(funder)) {
                    *served.entry(&look.deposit.entity).or_default() += 1;
                }
            }
            let all = paid.len() as u64;
            let enough = |count: u64| count * 100 >= all * u64::from(self.options.gas_share);
            let theirs = served.into_iter().find(|&(_, count)| enough(count));
            if let Some((exchange, _)) = theirs.filter(|_| all >= self.options.gas_accounts) {
                wallets.insert(funder, exchange.to_owned());
            }
        }
        for look in looks {
            let exchange = look.deposit.entity.clone();
            let is_gas = |account: &AccountId| wallets.get(account) == Some(&exchange);
            let mut payments: BTreeMap<AccountId, u64> = BTreeMap::new();
            for funder in self.top_ups(look).into_iter().filter_map(|leg| leg.other) {
                if is_gas(&funder) || self.wallet_of(funder).as_ref() == Some(&exchange) {
                    *payments.entry(funder).or_default() += 1;
                }
            }
            let most = payments.values().max().copied();
            let senders = self.senders(&look.ins, &exchange).into_iter().filter(|it| !is_gas(it)).count();
            look.deposit.senders = senders as u64;
            look.deposit.gas_top_ups = payments.values().sum();
            look.deposit.gas_wallet =
                payments.iter().find(|(_, count)| Some(**count) == most).map(|(wallet, _)| *wallet);
        }
    }
}
