use super::tokens::looks_like;
use super::{AssetFacts, Ends, Lure, Noise, NoiseOptions, NoiseReason, Worth};
use crate::account::{AccountId, Address};
use crate::amount::Amount;
use crate::ledger::{Covers, Kind, Ledger, LedgerBuilder, Row, RowPlace, Source};
use proptest::prelude::{Strategy, any};

/// A transfer: transaction, sender, receiver, token (0 is the native coin), value.
type Made = (u64, Address, Address, u8, u64);

/// An address that shows these digits: `family` is what a wallet shows, `member` what it does not.
fn address(family: u8, member: u8) -> Address {
    let mut bytes = [member; 20];
    (bytes[0], bytes[1], bytes[18], bytes[19]) = (family, 0x10 | member & 0xf, family, 1);
    Address::from_evm(bytes)
}

fn ledger(rows: &[Made]) -> Ledger {
    let mut builder = LedgerBuilder::new();
    let chain = builder.chain("ethereum");
    let source = builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
    for (line, &(block, from, to, token, value)) in (2..).zip(rows) {
        let contract = (token > 0).then(|| Address::from_evm([token; 20]));
        let row = Row {
            chain,
            block: Some(block),
            time: None,
            transaction_index: Some(0),
            event_index: Some(line),
            transaction_hash: None,
            from: Some(from),
            to,
            contract,
            value: Amount::from(u128::from(value)),
            fee: None,
            kind: if token > 0 { Kind::Token } else { Kind::External },
        };
        builder.push(RowPlace { source, line }, row).unwrap();
    }
    builder.finish().unwrap()
}

/// Native coin and token 1 are known, 2 bears the symbol of 1, others bear their number; dust is below 10.
fn facts(ledger: &Ledger) -> Vec<AssetFacts> {
    let of = |(_, asset): (_, crate::asset::Asset)| {
        let number = asset.contract.map_or(0, |contract| contract.as_bytes()[0]);
        let symbol = match number {
            0 => "ETH".to_owned(),
            1 => "USDC".to_owned(),
            2 => "u\u{405}\u{200b}DC".to_owned(),
            _ => format!("T{number}"),
        };
        AssetFacts { symbol, is_known: number < 2, dust: Amount::from(if number < 2 { 10_u128 } else { 0 }) }
    };
    ledger.assets().iter().map(of).collect()
}

fn find(rows: &[Made]) -> Noise {
    let ledger = ledger(rows);
    Noise::find(&ledger, &facts(&ledger), &[], &NoiseOptions::default())
}

#[test]
fn each_reason_is_found() {
    let [alice, bob, mallory] = [(1, 1), (2, 1), (9, 9)].map(|(family, member)| address(family, member));
    let rows = [
        (1, alice, bob, 1, 1000),
        (2, alice, bob, 2, 1000),
        (3, mallory, alice, 1, 0),
        (4, mallory, alice, 0, 0),
        (5, mallory, alice, 0, 9),
        (6, mallory, alice, 0, 10),
        (7, mallory, alice, 3, 0),
        (8, mallory, alice, 3, 5),
    ];
    let noise = find(&rows);
    assert_eq!(noise.places, [1, 2, 4, 6]);
    use NoiseReason::{Counterfeit, Dust, ZeroValue};
    assert_eq!(noise.reasons, [Counterfeit, ZeroValue, Dust, ZeroValue]);
    assert_eq!(noise.reason(4), Some(Dust));
    assert_eq!(noise.reason(5), None);
    assert_eq!(noise.counts(), [0, 1, 2, 0, 1]);
    assert_eq!(noise.lures, []);
}

#[test]
fn a_look_alike_is_noise_until_it_is_paid_and_then_a_lure() {
    let [victim, real, fake] = [(1, 1), (2, 1), (2, 0x11)].map(|(family, member)| address(family, member));
    let rows = [
        // Before the victim dealt with the real one nobody can tell.
        (1, fake, victim, 1, 3),
        (2, victim, real, 1, 1000),
        (3, victim, fake, 1, 0),
        (4, fake, victim, 1, 1),
        (5, fake, victim, 3, 1_000_000),
        (6, victim, fake, 2, 1000),
        (7, victim, fake, 1, 5000),
        (8, victim, fake, 0, 5000),
        // What a look-alike pays is money.
        (9, fake, victim, 1, 700),
        (10, victim, real, 1, 700),
        // Of others it is an address like any.
        (11, address(5, 1), fake, 1, 700),
    ];
    let noise = find(&rows);
    assert_eq!(noise.places, [0, 2, 3, 4, 5]);
    use NoiseReason::{Dust, Poisoning};
    assert_eq!(noise.reasons, [Dust, Poisoning, Poisoning, Poisoning, Poisoning]);
    let ledger = ledger(&rows);
    let chain = ledger.find_chain("ethereum").unwrap();
    let [victim, real, fake] = [victim, real, fake].map(|it| ledger.accounts().find(chain, &it).unwrap());
    let lure = |place| Lure { place, victim, lookalike: fake, real };
    assert_eq!(noise.lures, [lure(6), lure(7)]);
}

#[test]
fn three_digits_in_front_and_four_behind_make_a_look_alike() {
    let victim = address(1, 1);
    let with = |at: usize, byte: u8| {
        let mut bytes = [7; 20];
        bytes[at] = byte;
        Address::from_evm(bytes)
    };
    for (fake, is_alike) in [
        (with(1, 0x08), true),
        (with(1, 0x17), false),
        (with(0, 0x08), false),
        (with(2, 0), true),
        (with(17, 0), true),
        (with(18, 0x17), false),
        (with(19, 0x08), false),
    ] {
        let noise = find(&[(1, victim, with(0, 7), 1, 1000), (2, victim, fake, 1, 0)]);
        let expected = if is_alike { NoiseReason::Poisoning } else { NoiseReason::ZeroValue };
        assert_eq!(noise.reasons, [expected], "{fake}");
    }
}

#[test]
fn a_token_that_is_handed_out_is_noise_and_one_that_is_used_is_not() {
    let distributor = address(1, 1);
    let handed: Vec<Made> = (0..60).map(|at| (1, distributor, address(100 + at, 2), 7, 5)).collect();
    let noise = find(&handed);
    assert_eq!((noise.places.len(), noise.reasons[0]), (60, NoiseReason::Airdrop));
    assert_eq!(noise.tokens, [(crate::asset::AssetId(0), NoiseReason::Airdrop)]);
    let nobody = Address::from_evm([0; 20]);
    let minted: Vec<Made> =
        handed.iter().map(|&(block, _, to, token, value)| (block, nobody, to, token, value)).collect();
    assert_eq!(find(&minted).places.len(), 60, "out of nothing, too");
    let few = find(&handed[..49]);
    assert_eq!(few, Noise::default());
    // One in ten sends it on: still handed out. One more, and it is in use.
    let sent = |count: u8| (0..count).map(|at| (2, address(100 + at, 2), address(1, 3), 7, 5));
    let with = |count| find(&handed.iter().copied().chain(sent(count)).collect::<Vec<_>>());
    assert_eq!(with(6).places.len(), 66);
    assert_eq!(with(7), Noise::default());
    // What everybody knows may be handed out.
    let known: Vec<Made> =
        handed.iter().map(|&(block, from, to, _, value)| (block, from, to, 1, value * 10)).collect();
    assert_eq!(find(&known), Noise::default());
}

#[test]
fn symbols_are_compared_as_the_eye_takes_them() {
    for (symbol, seen) in [
        ("USDC", "USDC"),
        ("usdс", "USDC"),
        ("U\u{200b}SD\u{202e}C ", "USDC"),
        ("ＵＳＤＣ", "USDC"),
        ("USDС", "USDC"),
        ("ΤΕΤΗ", "TETH"),
        ("U\u{301}SDC", "USDC"),
        ("USDC.e", "USDC.E"),
        ("", ""),
    ] {
        assert_eq!(looks_like(symbol), seen, "{symbol:?}");
    }
    let rows = [(1, address(1, 1), address(2, 1), 9, 5)];
    let ledger = ledger(&rows);
    for (symbol, is_noise) in [
        ("PEPE", false),
        ("Visit x.io", true),
        ("claim", true),
        ("a|b", true),
        ("variableDebtEthwstETH", false),
        ("a name that is much longer than any honest one", true),
        ("", false),
    ] {
        let facts = [AssetFacts { symbol: symbol.to_owned(), ..AssetFacts::default() }];
        let noise = Noise::find(&ledger, &facts, &[], &NoiseOptions::default());
        assert_eq!(noise.places.len(), usize::from(is_noise), "{symbol}");
    }
}

#[test]
fn a_purse_into_which_nothing_but_noise_came_is_a_decoy() {
    let [victim, real, fake, other] =
        [(1, 1), (2, 1), (2, 0x11), (3, 1)].map(|(family, member)| address(family, member));
    let nobody = Address::from_evm([0; 20]);
    let rows = [
        (1, victim, real, 1, 1000),
        // A counterfeit, minted and sent; what is sent on makes its receiver's purse no better.
        (2, nobody, victim, 2, 50),
        (3, victim, other, 2, 20),
        // An unknown token from a look-alike; another one from somebody else as well.
        (4, fake, victim, 3, 5),
        (5, fake, victim, 4, 5),
        (6, other, victim, 4, 5),
        // Dust of a known token is money.
        (7, fake, victim, 1, 3),
    ];
    let ledger = ledger(&rows);
    let facts = facts(&ledger);
    let noise = find(&rows);
    let chain = ledger.find_chain("ethereum").unwrap();
    let named =
        |purse| (ledger.purse_address(purse), ledger.asset_name(ledger.purses().asset(purse)).to_string());
    let decoys: Vec<_> =
        noise.decoys(&ledger, &facts, &NoiseOptions::default()).into_iter().map(named).collect();
    let token = |number: u8| format!("ethereum:{}", Address::from_evm([number; 20]));
    assert_eq!(decoys, [(victim, token(2)), (other, token(2)), (victim, token(3))]);
    let account = |address| ledger.accounts().find(chain, &address).unwrap();
    assert_eq!(noise.imitators, [(account(fake), account(real))]);
}

#[test]
fn a_counterfeit_is_told_where_the_real_token_is_not_in_the_ledger() {
    let ledger = ledger(&[(1, address(1, 1), address(2, 1), 9, 5)]);
    let facts = [AssetFacts { symbol: "usdt".to_owned(), ..AssetFacts::default() }];
    for (chain, reasons) in [("ethereum", vec![NoiseReason::Counterfeit]), ("tron", Vec::new())] {
        let symbols = [(chain.to_owned(), "USDT".to_owned())];
        assert_eq!(
            Noise::find(&ledger, &facts, &symbols, &NoiseOptions::default()).reasons,
            reasons,
            "{chain}"
        );
    }
}

/// The plain reference: for every transfer all that came before is looked through.
fn plainly(ledger: &Ledger, facts: &[AssetFacts]) -> Noise {
    let judged = super::Judged::of(ledger, facts, &[], &NoiseOptions::default());
    let address = |account: AccountId| ledger.accounts().address(account).to_string();
    let alike = |a: AccountId, b: AccountId| {
        let (a, b) = (address(a), address(b));
        a != b && a[..5] == b[..5] && a[38..] == b[38..]
    };
    let mut noise = Noise { tokens: judged.tokens(), ..Noise::default() };
    // Who has really dealt with whom, but for those who look like an earlier one.
    let mut dealt: Vec<(AccountId, AccountId)> = Vec::new();
    for row in 0..ledger.transfer_count() {
        let place = row as u64;
        let worth = judged.worth(ledger, row);
        let Some(Ends { from, to }) = Ends::of(ledger, row) else {
            if let (true, Some(reason)) = (super::is_mint(ledger, row), worth.reason()) {
                noise.places.push(place);
                noise.reasons.push(reason);
            }
            continue;
        };
        let imitated = |victim: AccountId, other: AccountId| {
            dealt.iter().find(|(of, real)| *of == victim && alike(*real, other)).map(|(_, real)| *real)
        };
        let (there, back) = (imitated(from, to), imitated(to, from));
        let is_cheap = matches!(worth, Worth::Unknown | Worth::Noise(_));
        let reason = match (there, back) {
            (Some(real), _) if worth == Worth::Real => {
                noise.lures.push(Lure { place, victim: from, lookalike: to, real });
                None
            }
            (Some(real), _) if is_cheap => {
                noise.imitators.push((to, real));
                Some(NoiseReason::Poisoning)
            }
            (_, Some(real)) if is_cheap => {
                noise.imitators.push((from, real));
                Some(NoiseReason::Poisoning)
            }
            _ => worth.reason(),
        };
        if worth == Worth::Real {
            for (victim, other, real) in [(from, to, there), (to, from, back)] {
                if real.is_none() && !dealt.contains(&(victim, other)) {
                    dealt.push((victim, other));
                }
            }
        }
        noise.places.extend(reason.map(|_| place));
        noise.reasons.extend(reason);
    }
    noise.imitators.sort_unstable();
    noise.imitators.dedup();
    noise
}

fn transfers() -> impl Strategy<Value = Vec<Made>> {
    let party = || (0_u8..4, 0_u8..6).prop_map(|(family, member)| address(family, member * 0x11));
    let row = (party(), party(), 0_u8..5, 0_u8..4, any::<bool>());
    proptest::collection::vec(row, 1..60).prop_map(|rows| {
        let rows = (1_u64..).zip(rows);
        rows.map(|(block, (from, to, token, value, same))| {
            (if same { block & !1 } else { block }, from, to, token, [0, 5, 10, 100][usize::from(value)])
        })
        .collect()
    })
}

proptest::proptest! {
    #[test]
    fn what_is_found_is_what_looking_through_everything_finds(rows in transfers()) {
        let ledger = ledger(&rows);
        let facts = facts(&ledger);
        let noise = Noise::find(&ledger, &facts, &[], &NoiseOptions::default());
        proptest::prop_assert_eq!(&noise, &plainly(&ledger, &facts));
        // No place twice, no lure that is noise, and nothing of real worth is noise.
        proptest::prop_assert!(noise.places.is_sorted_by(|a, b| a < b));
        for lure in &noise.lures {
            proptest::prop_assert_eq!(noise.reason(lure.place), None);
        }
        proptest::prop_assert_eq!(noise.counts().iter().sum::<u64>(), noise.places.len() as u64);
    }
}
