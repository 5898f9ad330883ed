//! Mixers in plain transfers: notes, exits, shieldings, and what fits no rule.

use dyetrace_core::ledger::{Covers, Kind, Source};
use dyetrace_core::links::mixers::{
    Base, Detected, Direction, ExitBasis, LeadOptions, Leads, MisfitReason, MixerTable, NoteBasis, Rule,
    Ties, Used, Verdict, census, depositor_clusters, detect, find_leads, weigh,
};
use dyetrace_core::{Address, Amount, Labels, Ledger, LedgerBuilder, Row, RowPlace};

const ETH: u128 = 1_000_000_000_000_000_000;

fn who(number: u16) -> Address {
    let mut raw = [0; 20];
    raw[..2].copy_from_slice(&number.to_be_bytes());
    raw[19] = 1;
    Address::from_evm(raw)
}

/// Rows of one chain: each transaction has its number, which is its time in minutes, too.
struct Rows {
    builder: LedgerBuilder,
    source: u32,
    line: u64,
}

impl Rows {
    fn new() -> Self {
        let mut builder = LedgerBuilder::new();
        let source = builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
        Self { builder, source, line: 1 }
    }

    fn add(&mut self, transaction: u64, kind: Kind, from: Address, to: Address, value: u128) -> &mut Self {
        self.token(transaction, kind, from, to, value, None)
    }

    fn token(
        &mut self,
        transaction: u64,
        kind: Kind,
        from: Address,
        to: Address,
        value: u128,
        contract: Option<Address>,
    ) -> &mut Self {
        self.line += 1;
        let row = Row {
            chain: self.builder.chain("ethereum"),
            block: Some(transaction),
            time: Some(i64::try_from(transaction).unwrap() * 60),
            transaction_index: Some(0),
            event_index: Some(self.line),
            transaction_hash: None,
            from: Some(from),
            to,
            contract,
            value: Amount::from(value),
            fee: None,
            kind,
        };
        self.builder.push(RowPlace { source: self.source, line: self.line }, row).unwrap();
        self
    }

    fn ledger(self) -> Ledger {
        self.builder.finish().unwrap()
    }
}

fn pool(name: &str) -> (usize, Address, u128) {
    let table = MixerTable::known();
    let number = table.named(name).unwrap();
    let it = &table.pools[number];
    (number, it.address, it.denomination.to_u128().unwrap())
}

fn service(of: &str) -> Address {
    Address::parse(dyetrace_core::AddressKind::Evm, of.as_bytes()).unwrap()
}

fn router() -> Address {
    service("0xd90e2f925da726b50c4ed8d0fb90ad053324f31b")
}

fn found(rows: Rows) -> (Ledger, Detected) {
    let ledger = rows.ledger();
    let detected = detect(&ledger, &MixerTable::known());
    (ledger, detected)
}

#[test]
fn notes_are_transfers_of_exactly_a_notes_size() {
    let (number, pool, size) = pool("eth_100");
    let mut rows = Rows::new();
    // Straight, over the router, over the router from a contract wallet, and over the router with nothing else seen.
    rows.add(1, Kind::External, who(1), pool, size);
    rows.add(2, Kind::External, who(2), router(), size).add(2, Kind::Internal, router(), pool, size);
    rows.add(3, Kind::External, who(3), who(4), 0);
    rows.add(3, Kind::Internal, who(4), router(), size).add(3, Kind::Internal, router(), pool, size);
    rows.add(4, Kind::External, who(5), router(), size);
    // No note: a little less; and a size that no pool takes.
    rows.add(5, Kind::External, who(6), pool, size - 1);
    rows.add(6, Kind::External, who(6), router(), 7 * ETH);
    let (_, detected) = found(rows);
    assert_eq!(detected.histories.len(), 1);
    let history = &detected.histories[0];
    assert_eq!(history.pool, number);
    let notes: Vec<_> =
        history.notes.iter().map(|it| (it.block.unwrap(), it.depositor.unwrap(), it.basis)).collect();
    let transfer = NoteBasis::Transfer;
    let expected =
        [(1, who(1), transfer), (2, who(2), transfer), (3, who(4), transfer), (4, who(5), NoteBasis::Routed)];
    assert_eq!(notes, expected);
    let misfits: Vec<_> = detected.misfits.iter().map(|it| it.reason).collect();
    assert_eq!(misfits, [MisfitReason::NotANote, MisfitReason::NoPool]);
}

#[test]
fn exits_sum_to_a_note_and_the_sender_is_the_relayer() {
    let (_, pool, size) = pool("eth_1");
    let (relayer, thief, other) = (who(1), who(2), who(3));
    let mut rows = Rows::new();
    for transaction in [1, 2, 3, 5, 6] {
        rows.add(transaction, Kind::External, relayer, router(), 0);
    }
    // The relayer takes little, most, and in the other order of rows; nobody relays; nobody is known to have sent it.
    rows.add(1, Kind::Internal, pool, thief, size - 7).add(1, Kind::Internal, pool, relayer, 7);
    rows.add(2, Kind::Internal, pool, thief, 7).add(2, Kind::Internal, pool, relayer, size - 7);
    rows.add(3, Kind::Internal, pool, relayer, 9).add(3, Kind::Internal, pool, thief, size - 9);
    rows.add(4, Kind::Internal, pool, thief, size);
    // Two in one transaction; and what adds up to no note.
    rows.add(5, Kind::Internal, pool, thief, size - 5).add(5, Kind::Internal, pool, relayer, 5);
    rows.add(5, Kind::Internal, pool, other, size);
    rows.add(6, Kind::Internal, pool, thief, size - 5).add(6, Kind::Internal, pool, relayer, 6);
    rows.add(7, Kind::Internal, pool, thief, 11).add(7, Kind::Internal, pool, relayer, size - 11);
    let (_, detected) = found(rows);
    let exits: Vec<_> = detected.histories[0]
        .exits
        .iter()
        .map(|it| (it.block.unwrap(), it.recipient, it.fee.to_u128().unwrap(), it.basis))
        .collect();
    let expected = [
        (1, thief, 7, ExitBasis::NotTheSender),
        (2, thief, size - 7, ExitBasis::NotTheSender),
        (3, thief, 9, ExitBasis::NotTheSender),
        (4, thief, 0, ExitBasis::SelfRelayed),
        (5, thief, 5, ExitBasis::NotTheSender),
        (5, other, 0, ExitBasis::SelfRelayed),
        (7, relayer, 11, ExitBasis::Larger),
    ];
    assert_eq!(exits, expected);
    assert_eq!(detected.misfits.len(), 1);
    assert_eq!(detected.misfits[0].reason, MisfitReason::NotAnExit);
}

#[test]
fn two_pools_of_one_size_are_told_by_who_received() {
    let (first, one, size) = pool("dai_1000");
    let (second, other, _) = pool("dai_1000_2");
    let dai = Some(service("0x6b175474e89094c44da98b954eedeac495271d0f"));
    let mut rows = Rows::new();
    for (transaction, pool) in [(1, other), (2, one)] {
        rows.token(transaction, Kind::Token, who(1), router(), size, dai);
        rows.token(transaction, Kind::Token, router(), pool, size, dai);
    }
    // With the payment to the router alone nobody can tell which.
    rows.token(3, Kind::Token, who(1), router(), size, dai);
    // Coins are no notes of a pool of tokens.
    rows.add(4, Kind::External, who(1), one, size);
    let (_, detected) = found(rows);
    let notes: Vec<_> = detected.histories.iter().map(|it| (it.pool, it.notes[0].block.unwrap())).collect();
    let mut expected = [(first, 2), (second, 1)];
    expected.sort_unstable();
    assert_eq!(notes, expected);
    assert_eq!(detected.misfits.iter().map(|it| it.reason).collect::<Vec<_>>(), [MisfitReason::NoPool]);
}

#[test]
fn shieldings_are_told_by_their_fee() {
    let proxy = service("0xfa7093cdd9ee6932b4eb2c9e1cde7ce00b1fa4b9");
    let adapt = service("0x4025ee6512dbbda97049bcf5aa5d38c54af6be8a");
    let (token, treasury) = (Some(who(90)), who(91));
    let mut rows = Rows::new();
    let whole = 1_234_567_u128;
    let fee = whole * 25 / 10_000;
    rows.token(1, Kind::Token, who(1), proxy, whole - fee, token);
    rows.token(1, Kind::Token, who(1), treasury, fee, token);
    rows.add(2, Kind::External, who(2), adapt, whole);
    rows.token(2, Kind::Token, adapt, proxy, whole - fee, token);
    rows.token(2, Kind::Token, adapt, treasury, fee, token);
    rows.token(3, Kind::Token, proxy, who(3), whole - fee, token);
    rows.token(3, Kind::Token, proxy, treasury, fee, token);
    // Two units more are no fee.
    rows.token(4, Kind::Token, proxy, who(3), whole - fee, token);
    rows.token(4, Kind::Token, proxy, treasury, fee + 2, token);
    let (_, detected) = found(rows);
    let seen: Vec<_> = detected.shieldings.iter().map(|it| (it.direction, it.party)).collect();
    let expected = [(Direction::Shield, who(1)), (Direction::Shield, who(2)), (Direction::Unshield, who(3))];
    assert_eq!(seen, expected);
    assert!(detected.misfits.iter().all(|it| it.reason == MisfitReason::NoFee));
    assert_eq!(detected.misfits.len(), 2);
}

#[test]
fn anonymity_sets_are_the_notes_that_lay_there() {
    let (number, pool, size) = pool("eth_10");
    let mut rows = Rows::new();
    for transaction in 1..=3 {
        rows.add(transaction, Kind::External, who(1), pool, size);
    }
    rows.add(4, Kind::Internal, pool, who(2), size);
    rows.add(5, Kind::Internal, pool, who(2), size - 9).add(5, Kind::Internal, pool, who(9), 9);
    rows.add(6, Kind::External, who(1), pool, size);
    for transaction in 7..=10 {
        rows.add(transaction, Kind::Internal, pool, who(3), size);
    }
    let (_, detected) = found(rows);
    let it = census(&MixerTable::known(), &detected.histories[0], |time| (time / 300).to_string());
    assert_eq!(detected.histories[0].pool, number);
    // Six exits of four notes: two notes at least lay there before.
    assert_eq!(it.base, Some(Base::AtLeast(2)));
    assert_eq!(it.sets, [5, 4, 4, 3, 2, 1]);
    assert_eq!((it.notes, it.exits, it.unspent, it.recipients), (4, 6, 0, 2));
    assert_eq!((it.to_repeated, it.self_relayed), (1_000_000, 833_333));
    let months: Vec<_> =
        it.months.iter().map(|(name, it)| (name.as_str(), it.notes, it.exits, it.unspent)).collect();
    assert_eq!(months, [("0", 3, 1, 4), ("1", 1, 4, 1), ("2", 0, 1, 0)]);
}

/// Thirty depositors a day apart, each with a window of its own; some draw to an account that they also paid.
fn planted(direct: usize) -> Leads {
    planted_with(direct, &LeadOptions::default())
}

fn planted_with(direct: usize, options: &LeadOptions) -> Leads {
    let (_, pool, size) = pool("eth_10");
    let mut rows = Rows::new();
    let day = 24 * 60;
    for number in 0..30_u16 {
        let start = 100 * day + u64::from(number) * day;
        let (depositor, friend) = (who(1_000 + number), who(2_000 + number));
        rows.add(start, Kind::External, depositor, friend, 5);
        rows.add(start + 1, Kind::External, depositor, pool, size);
        if usize::from(number) < direct {
            rows.add(start + 600, Kind::Internal, pool, friend, size);
        }
    }
    // The pool is known from long before to long after.
    rows.add(1, Kind::External, who(1), pool, size);
    rows.add(300 * day, Kind::External, who(1), pool, size);
    let ledger = rows.ledger();
    let table = MixerTable::known();
    let detected = detect(&ledger, &table);
    let ties = Ties::of(&ledger, &Labels::default(), &table, &detected.histories, &[], 10_000);
    find_leads(&table, &detected.histories, &ties, options)
}

#[test]
fn decoys_are_made_as_far_as_the_known_time_goes() {
    let usual = LeadOptions::default();
    // Known are days 0 to 300. Depositor n of 30 comes n days after day 100; forty decoys are forty times 3 days and a second, so that
    // n = 21 is the first with room for all of them: nine have. One who marks the ends comes twice, with room on one side.
    let many = planted_with(12, &LeadOptions { decoys: 40, ..usual }).records[0];
    assert_eq!((many.searched, many.beyond_data, many.without_decoys), (9, 1, 22));
    // More than any data hold, and times beyond all data: nothing is counted, everything ends.
    let most = planted_with(12, &LeadOptions { decoys: u32::MAX, ..usual });
    assert!(most.records.iter().all(|it| it.searched == 0 && it.decoy_hits == 0));
    let endless = LeadOptions { window: i64::MAX, late_window: i64::MAX, ..usual };
    assert!(planted_with(12, &endless).records.iter().all(|it| it.searched == 0));
}

#[test]
fn leads_from_enough_data_have_the_probability_of_the_data() {
    let leads = planted(12);
    let record = leads.records[0];
    assert_eq!((record.rule, record.target_hits, record.decoy_hits), (Rule::EarlyDirect, 12, 0));
    assert_eq!((record.verdict, record.used), (Verdict::AboveChance, Used::Data));
    assert_eq!(record.probability.unwrap()[0], 1_000_000);
    let links = weigh(&leads);
    assert_eq!(links.iter().filter(|it| it.rules.contains(&Rule::EarlyDirect)).count(), 12);
    // The first and the last voucher of the one who marks the ends have no room on one side.
    assert_eq!((record.searched, record.beyond_data, record.without_decoys), (30, 1, 1));
}

#[test]
fn few_leads_have_the_published_probability_and_none_is_no_lead() {
    let record = planted(3).records[0];
    assert_eq!((record.target_hits, record.verdict, record.used), (3, Verdict::TooFew, Used::Published));
    assert_eq!(record.probability, Some([975_000, 906_000]));
    assert_eq!(planted(0).records[0].leads, 0);
}

#[test]
fn depositors_paid_by_one_account_are_one_cluster() {
    let (_, pool, size) = pool("eth_10");
    let mut rows = Rows::new();
    for number in 1..=4 {
        let funder = if number < 4 { who(50) } else { who(51) };
        rows.add(u64::from(number), Kind::External, funder, who(number), 2 * size);
        rows.add(10 + u64::from(number), Kind::External, who(number), pool, size);
    }
    // Paid after its first note: no funder.
    rows.add(20, Kind::External, who(50), who(4), 1);
    let ledger = rows.ledger();
    let table = MixerTable::known();
    let detected = detect(&ledger, &table);
    let clusters = depositor_clusters(&ledger, &Labels::default(), &table, &detected.histories, 200);
    assert_eq!(clusters.len(), 1);
    assert_eq!((clusters[0].depositors.len(), clusters[0].notes.len()), (3, 3));
    assert!(clusters[0].funders.contains(&who(50)));
}
