//! A small language for cases: a ledger is told transfer by transfer, a trace row by row.
#![expect(clippy::unwrap_used, reason = "a case that cannot be told is a fault of the test")]

use dyetrace_core::ledger::{Covers, Kind, Source, TxHash};
use dyetrace_core::trace::{
    AddressSeed, Class, ClassId, Grade, PostingKind, Rule, Seed, Share, Since, Stop, Theft, Trace,
    TraceOptions,
};
use dyetrace_core::{
    Address, Amount, Asset, AssetId, Category, Label, Labels, Ledger, LedgerBuilder, PurseId, Row, RowPlace,
};
use dyetrace_report::{FileFacts, Input, Issuer, Issuers, Prices, Report, RunFacts, Token, Tokens};

/// A contract that its issuer can stop.
pub(crate) const USDT: u8 = 0xd7;

/// Returns the address that stands for a number.
pub(crate) fn address(number: u8) -> Address {
    Address::from_evm([number; 20])
}

/// A case under way: transfers first, then what the trace found.
pub(crate) struct Case {
    builder: Option<LedgerBuilder>,
    rows: u64,
    /// The transaction of all transfers told from now on; else each has its own.
    pub(crate) transaction: Option<u64>,
    pub(crate) ledger: Ledger,
    pub(crate) labels: Vec<Label>,
    pub(crate) trace: Trace,
    pub(crate) facts: RunFacts,
    pub(crate) prices: Prices,
}

/// What a holding is, apart from its shares.
pub(crate) struct At {
    pub(crate) holder: u8,
    pub(crate) token: Option<u8>,
    pub(crate) stop: Option<Stop>,
    pub(crate) balance: u128,
    pub(crate) hops: u32,
    pub(crate) first: u64,
}

impl Case {
    /// Starts a case with these rules and one theft, `T`, of the native coin.
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut builder = LedgerBuilder::new();
        builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
        let options =
            TraceOptions { rule: rules[0], compare: rules[1..].to_vec(), ..TraceOptions::default() };
        let file = FileFacts {
            name: "transfers.csv".into(),
            sha256: "00".repeat(32),
            bytes: 10,
            rows: 3,
            dialect: "canonical".into(),
            first_block: Some(100),
            last_block: Some(102),
            first_time: Some(1_655_982_360),
            last_time: None,
        };
        let facts = RunFacts {
            version: "0.1.0".into(),
            command: ["dyetrace", "trace", "case.toml", "--out", "result"].map(str::to_owned).into(),
            case: "A case".into(),
            thefts: vec![Theft { id: "T".into(), seeds: Vec::new() }],
            options,
            labels: vec![FileFacts { name: "labels.csv".into(), ..file.clone() }],
            inputs: vec![file],
            started: 1_700_000_000,
            finished: 1_700_000_001,
            ..RunFacts::default()
        };
        let shares = dyetrace_core::trace::ShareColumns::new(rules.len());
        let mut trace = Trace { rules: rules.to_vec(), thefts: vec!["T".into()], ..Trace::default() };
        trace.flows.shares = shares.clone();
        trace.postings.shares = shares.clone();
        trace.holdings.shares = shares;
        let ledger = Ledger::default();
        let (labels, prices) = (Vec::new(), Prices::default());
        Self { builder: Some(builder), rows: 0, transaction: None, ledger, labels, trace, facts, prices }
    }

    /// Tells a transfer of the native coin; returns its place. Each is a block and a transaction of its own.
    pub(crate) fn coin(&mut self, from: u8, to: u8, value: u128) -> u64 {
        self.transfer(from, to, value, None)
    }

    /// Tells a transfer of a token; returns its place.
    pub(crate) fn token(&mut self, from: u8, to: u8, value: u128, token: u8) -> u64 {
        self.transfer(from, to, value, Some(token))
    }

    fn transfer(&mut self, from: u8, to: u8, value: u128, token: Option<u8>) -> u64 {
        let builder = self.builder.as_mut().expect("transfers come first");
        let place = self.rows;
        self.rows += 1;
        let transaction = self.transaction.unwrap_or(place);
        let row = Row {
            chain: builder.chain("ethereum"),
            block: Some(100 + transaction),
            time: transaction.is_multiple_of(2).then(|| 1_655_982_360 + i64::try_from(transaction).unwrap()),
            transaction_index: Some(7),
            event_index: Some(place),
            transaction_hash: TxHash::parse(format!("{transaction:064x}").as_bytes()),
            from: Some(address(from)),
            to: address(to),
            contract: token.map(address),
            value: Amount::from(value),
            fee: None,
            kind: if token.is_some() { Kind::Token } else { Kind::External },
        };
        builder.push(RowPlace { source: 0, line: place + 2 }, row).unwrap();
        place
    }

    /// Ends the transfers. The stolen asset is the native coin, or the first token where there is no coin.
    pub(crate) fn built(&mut self) -> &mut Self {
        self.ledger = self.builder.take().unwrap().finish().unwrap();
        let assets = self.ledger.assets();
        let chain = self.ledger.find_chain("ethereum").unwrap();
        let asset = assets.find(&Asset { chain, contract: None }).unwrap_or(AssetId(0));
        self.trace.classes = vec![Class { theft: 0, asset }];
        // The payer of the first transfer: nothing is told to have been stolen through it.
        let first = self.ledger.purse_address(self.ledger.columns().from[0]);
        let seed = AddressSeed { chain: None, address: first, since: Since::Start, asset: None };
        self.facts.thefts = vec![Theft { id: "T".into(), seeds: vec![Seed::Address(seed)] }];
        self
    }

    pub(crate) fn label(&mut self, holder: u8, text: &str, category: Category, entity: &str) -> &mut Self {
        self.labels.push(Label {
            address: address(holder),
            chain: None,
            text: text.into(),
            category,
            entity: entity.into(),
            source: "test".into(),
            as_of: "2024-01-02".into(),
            confidence: 90,
        });
        self
    }

    pub(crate) fn purse(&self, holder: u8, token: Option<u8>) -> PurseId {
        let chain = self.ledger.find_chain("ethereum").unwrap();
        let account = self.ledger.accounts().find(chain, &address(holder)).unwrap();
        let asset = self.ledger.assets().find(&Asset { chain, contract: token.map(address) }).unwrap();
        self.ledger.purses().find(account, asset).unwrap()
    }

    pub(crate) fn flow(&mut self, place: u64, units: &[u128]) -> &mut Self {
        let flows = &mut self.trace.flows;
        flows.place.push(place);
        flows.class.push(ClassId(0));
        flows.grade.push(Grade::Presumed);
        flows.shares.push(&shares(units));
        self
    }

    pub(crate) fn posting(
        &mut self,
        kind: PostingKind,
        place: u64,
        purse: PurseId,
        units: &[u128],
    ) -> &mut Self {
        let postings = &mut self.trace.postings;
        postings.kind.push(kind);
        postings.place.push(place);
        postings.purse.push(purse);
        postings.class.push(ClassId(0));
        postings.shares.push(&shares(units));
        self
    }

    pub(crate) fn holding(&mut self, at: &At, units: &[u128]) -> &mut Self {
        let purse = self.purse(at.holder, at.token);
        let holdings = &mut self.trace.holdings;
        holdings.class.push(ClassId(0));
        holdings.purse.push(purse);
        holdings.stop.push(at.stop);
        holdings.balance.push(Amount::from(at.balance));
        holdings.gross_received.push(Amount::from(at.balance));
        holdings.first_taint.push(at.first);
        holdings.last_taint.push(at.first);
        holdings.deposits.push(1);
        holdings.hops.push(at.hops);
        holdings.grade.push(Grade::Presumed);
        holdings.shares.push(&shares(units));
        self
    }

    /// Makes the report and hands it over.
    pub(crate) fn with<R>(&self, use_it: impl FnOnce(&Report<'_>) -> R) -> R {
        let labels = Labels::bind(&self.ledger, self.labels.clone());
        let (mut tokens, mut issuers) = (Tokens::default(), Issuers::default());
        for (id, asset) in self.ledger.assets().iter() {
            if asset.is_native() {
                tokens.insert(id, Token { symbol: "ETH".into(), decimals: 2 });
            } else if asset.contract == Some(address(USDT)) {
                tokens.insert(id, Token { symbol: "USDT".into(), decimals: 6 });
                issuers.insert(id, tether());
            }
        }
        let input = Input {
            ledger: &self.ledger,
            labels: &labels,
            trace: &self.trace,
            tokens: &tokens,
            issuers: &issuers,
            prices: &self.prices,
            facts: &self.facts,
        };
        use_it(&Report::new(input).unwrap())
    }

    /// Writes the report and returns the files by name.
    pub(crate) fn written(&self) -> std::collections::BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("result");
        self.with(|report| report.write(&out)).unwrap();
        let mut files = std::collections::BTreeMap::new();
        let mut waiting = vec![out.clone()];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    let name = path.strip_prefix(&out).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, std::fs::read_to_string(path).unwrap());
                }
            }
        }
        files
    }
}

fn tether() -> Issuer {
    Issuer {
        issuer: "Tether".into(),
        control: "blacklist".into(),
        status_function: "isBlackListed(address)".into(),
        wipe: "destroyBlackFunds".into(),
        legal_threshold: "verified law-enforcement request".into(),
        as_of: "2026-07".into(),
        channel: "request of a law-enforcement agency".into(),
        source: "functions of the contract".into(),
        has_control: true,
    }
}

fn shares(units: &[u128]) -> Vec<Share> {
    units.iter().map(|&units| Share { units: units.into(), claim: units.into() }).collect()
}

/// A small whole case: 1 is robbed of 100, sends 60 by way of 2 to a deposit 3, which is swept to 4; 30 goes
/// straight to a hot wallet 4, 5 to the own wallet 5, and 5 stays.
pub(crate) fn whole_case() -> Case {
    let mut case = Case::new(&[Rule::Libr, Rule::Fifo, Rule::Lifo, Rule::Prorata]);
    let received = case.coin(9, 1, 100);
    let first = case.coin(1, 2, 60);
    let second = case.coin(2, 3, 60);
    let hot = case.coin(1, 4, 30);
    let own = case.coin(1, 5, 5);
    case.coin(3, 4, 60);
    case.built();
    case.label(3, "=Binance deposit", Category::ExchangeDeposit, "Binance");
    case.label(4, "Binance 14", Category::Exchange, "Binance");
    let seed = case.purse(1, None);
    case.posting(PostingKind::Received, received, seed, &[100; 4]);
    case.flow(first, &[60; 4]).flow(second, &[60, 50, 60, 55]);
    case.flow(hot, &[30; 4]).flow(own, &[5; 4]);
    let at = |holder, balance, hops, first| At { holder, token: None, stop: None, balance, hops, first };
    case.holding(&at(1, 5, 0, received), &[5; 4]);
    case.holding(&at(2, 0, 1, first), &[0, 10, 0, 5]);
    case.holding(
        &At { stop: Some(Stop::Label(Category::ExchangeDeposit)), ..at(3, 0, 2, second) },
        &[60, 50, 60, 55],
    );
    case.holding(&At { stop: Some(Stop::Label(Category::Exchange)), ..at(4, 90, 1, hot) }, &[30; 4]);
    case.holding(&at(5, 5, 1, own), &[5; 4]);
    case
}

/// A small generator of numbers, the same on every machine (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: u64) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u8::try_from(self.0 % limit).unwrap()
    }
}
