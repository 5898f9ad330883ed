//! What is refused, and in which words.

use dyetrace_simulate::{Parameters, Scope};

#[track_caller]
fn refused(text: &str, words: &str) {
    let error = Parameters::parse("my.toml", text).unwrap_err().to_string();
    assert!(error.starts_with("my.toml: "), "{error}");
    assert!(error.contains(words), "{error}");
}

#[test]
fn every_preset_is_valid_and_bears_its_name() {
    for name in Parameters::preset_names() {
        assert_eq!(Parameters::preset(name).unwrap().name, name);
    }
}

#[test]
fn an_unknown_preset_is_refused_with_the_known_ones() {
    let error = Parameters::preset("horizon").unwrap_err().to_string();
    assert!(error.starts_with("`horizon` is no preset"), "{error}");
    assert!(error.contains("small, smurf, peel, harmony, ronin, bybit, clean"), "{error}");
}

#[test]
fn a_size_out_of_bounds_is_refused() {
    for transfers in [0, 999, 4_000_000_001, u64::MAX] {
        let error = Scope { transfers, seed: 1, tokens_only: false }.check().unwrap_err().to_string();
        assert!(error.contains("`--size` takes from 1000 to 4000000000"), "{error}");
    }
    assert!(Scope { transfers: 1000, seed: u64::MAX, tokens_only: true }.check().is_ok());
}

#[test]
fn parameters_out_of_bounds_are_refused() {
    let theft = "name = \"x\"\n[[theft]]\nid = \"T\"\nday = 1\ntake = { usdt = 5 }\n";
    refused("name = \"x\"\ndays = 0", "`days` is 0, but from 1 to 3650 was expected");
    refused("name = \"x\"\n[labels]\nhot = 1001", "`a share of [labels]` is 1001");
    refused("name = \"x\"\n[economy]\nexchanges = 0", "`exchanges` is 0");
    refused("name = \"x\"\nhours = 3", "unknown field `hours`");
    refused("", "missing field `name`");
    refused(&theft.replace("usdt", "doge"), "theft `T`: `doge` is no coin");
    refused(&theft.replace("usdt", "pol"), "theft `T`: `pol` cannot be stolen");
    refused(&theft.replace("= 5 ", "= 0 "), "`an amount of `take`` is 0");
    refused(&theft.replace("day = 1", "day = 30"), "theft `T`: `day` is 30, but from 0 to 29 was expected");
    refused(&theft.replace("\"T\"", "\"a\\\"b\""), "`id` is no name");
    refused(&format!("{theft}{}", &theft[11..]), "two thefts are called `T`");
    let step = |step: &str| format!("{theft}[[theft.step]]\n{step}");
    refused(&step("do = \"wait\"\nhours = [5, 2]"), "`hours = [5, 2]`: the first is to be the smaller one");
    refused(&step("do = \"fly\""), "unknown variant `fly`");
    refused(
        &step("do = \"mix\"\nnote = 7\nminutes = [1, 2]\nhours = [1, 2]\nburst = [1, 2]"),
        "mixers here take 1, 10 or 100 coins",
    );
    refused(
        &step("do = \"cash_out\"\ndollars = [0, 2]\nminutes = [1, 2]\ndeposits = [1, 2]\nrecruited = 0"),
        "`dollars` is 0",
    );
    let no_weight = "pay = 0\nshop = 0\ninvoice = 0\nsalary = 0\ndeposit = 0\nwithdraw = 0\nchurn = 0\nswap = 0\nbridge = 0\nmix = 0\ndesk = 0\nnoise = 0\nsecond_chain = 0";
    refused(&format!("name = \"x\"\n[economy]\n{no_weight}"), "nothing would ever happen");
}
