//! What is asked without the command line, which checks some of it while it is typed: nothing out of bounds gets through.

use dyetrace_run::TypedCase;
use dyetrace_run::bounds::{CENTURY, DECOYS};
use dyetrace_run::deposits::TypedDeposits;
use dyetrace_run::mixers::TypedMixers;

/// Pools of a file of transfers: what is wrong with it is told before any is opened.
fn mixers() -> TypedMixers {
    let case = TypedCase { transfers: vec!["t.csv".into()], ..TypedCase::default() };
    TypedMixers { case, ..TypedMixers::default() }
}

#[test]
fn mixers_take_numbers_within_bounds_alone() {
    mixers().lay().unwrap();
    let refused = |option: &str, set: &dyn Fn(&mut TypedMixers, i64), bad: &[i64], good: &[i64]| {
        for &number in bad {
            let mut asked = mixers();
            set(&mut asked, number);
            let said = asked.lay().unwrap_err().to_string();
            assert!(said.starts_with(&format!("`--{option}`: {number} is not from ")), "{said}");
            assert!(said.contains("\n\nhint: "), "{said}");
        }
        for &number in good {
            let mut asked = mixers();
            set(&mut asked, number);
            asked.lay().unwrap();
        }
    };
    let (bad, good) = ([i64::MIN, -1, 0, CENTURY + 1, i64::MAX], [1, CENTURY]);
    refused("voucher-gap", &|asked, it| asked.voucher_gap = Some(it), &bad, &good);
    refused("window", &|asked, it| asked.window = Some(it), &bad, &good);
    refused("late-window", &|asked, it| asked.late_window = Some(it), &bad, &good);
    refused("group-window", &|asked, it| asked.group_window = Some(it), &bad, &good);
    let small = |it: i64| Some(u32::try_from(it).unwrap());
    let (bad, good) = ([0, DECOYS + 1, u32::MAX.into()], [1, DECOYS]);
    refused("decoys", &|asked, it| asked.decoys = small(it), &bad, &good);
    refused("group-share", &|asked, it| asked.group_share = small(it), &[101, u32::MAX.into()], &[0, 100]);
}

#[test]
fn deposits_take_numbers_within_bounds_alone() {
    let usual = TypedDeposits::default;
    usual().check().unwrap();
    for (typed, said) in [
        (TypedDeposits { min_share: Some(0), ..usual() }, "`--min-share`: 0 is not from 1 to 100"),
        (TypedDeposits { min_share: Some(101), ..usual() }, "`--min-share`: 101 is not from 1 to 100"),
        (TypedDeposits { gas_share: Some(50), ..usual() }, "`--gas-share`: 50 is not from 51 to 100"),
        (TypedDeposits { gas_share: Some(u32::MAX), ..usual() }, "`--gas-share`: 4294967295 is not from"),
        (TypedDeposits { max_delay: Some(-1), ..usual() }, "`--max-delay`: -1 is not from 0 to 3155760000"),
        (TypedDeposits { max_delay: Some(i64::MAX), ..usual() }, "`--max-delay`: 9223372036854775807 is"),
    ] {
        let message = typed.check().unwrap_err().to_string();
        assert!(message.starts_with(said), "{message}");
    }
    TypedDeposits { min_share: Some(1), gas_share: Some(51), max_delay: Some(0), ..usual() }.check().unwrap();
}
