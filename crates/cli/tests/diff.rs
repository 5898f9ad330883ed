//! `dyetrace diff`: planted changes and no others are named; what cannot be compared is refused.

use crate::support::{A, B, C, Desk, dyetrace, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What is planted in one corner of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plant {
    Nothing,
    /// One more payment to the deposit account that was paid before.
    Deposit,
    /// The deposit account is swept.
    Sweep,
    /// Money goes on to an account that had none.
    Onward,
    /// All that is left goes on to an account that had some.
    All,
    /// An account is stated to be frozen.
    Freeze,
    /// An account that holds some is labelled an exchange.
    Label,
    /// A label that stops nothing.
    Name,
    /// Another theft.
    Theft,
    /// A clean payment to an account that holds some.
    Clean,
    /// A payment among strangers.
    Strangers,
}

const PLANTS: [Plant; 11] = [
    Plant::Nothing,
    Plant::Deposit,
    Plant::Sweep,
    Plant::Onward,
    Plant::All,
    Plant::Freeze,
    Plant::Label,
    Plant::Name,
    Plant::Theft,
    Plant::Clean,
    Plant::Strangers,
];

/// An account of a corner: `p` first receiver, `d` deposit, `h` hot wallet, `q` second receiver, `s` and `v` strangers,
/// `n` nobody yet.
fn who(role: char, corner: usize) -> String {
    format!("0x{:040x}", 0x1000 + 0x100 * corner as u64 + u64::from(role as u32))
}

/// What a world says, and the changes that follow from its plants.
#[derive(Debug, Default)]
struct World {
    rows: String,
    labels: String,
    case: String,
    purses: BTreeMap<(String, String), Vec<&'static str>>,
    holders: BTreeSet<String>,
    stolen: BTreeSet<String>,
    reached: BTreeSet<String>,
    transfers: u64,
}

impl World {
    fn of(plants: &[Plant]) -> Self {
        let mut world = Self {
            rows: "block_number,transaction_hash,from_address,to_address,value\n".to_owned(),
            labels: "address,label,category,entity\n".to_owned(),
            case: format!(
                "name = \"Planted\"\n[[input]]\npath = \"NAME.csv\"\n[[labels]]\npath = \"NAME-labels.csv\"\n\
                 [[theft]]\nid = \"T\"\n[[theft.seed]]\naddress = \"{A}\"\n"
            ),
            ..Self::default()
        };
        for corner in 0..plants.len() {
            world.row(A, &who('p', corner), 100 + corner as u64);
            world.row(&who('p', corner), &who('d', corner), 40);
            world.row(&who('p', corner), &who('q', corner), 20);
            world.row(&who('s', corner), &who('v', corner), 70);
            world.row(&who('h', corner), &who('s', corner), 1);
            let (d, h) = (who('d', corner), who('h', corner));
            world.labels += &format!("{d},,exchange_deposit,Venue {corner}\n{h},,exchange,Venue {corner}\n");
        }
        for (corner, plant) in plants.iter().enumerate() {
            world.plant(corner, *plant);
        }
        world
    }

    fn row(&mut self, from: &str, to: &str, value: u64) {
        let number = self.rows.lines().count();
        self.rows += &format!("{number},0x{number:064x},{from},{to},{value}\n");
    }

    fn plant(&mut self, corner: usize, plant: Plant) {
        let [p, d, h, q, s, v, n] = ['p', 'd', 'h', 'q', 's', 'v', 'n'].map(|role| who(role, corner));
        let mut changes: Vec<(&str, &String, &[&'static str])> = Vec::new();
        match plant {
            Plant::Nothing => {}
            Plant::Deposit => {
                self.row(&p, &d, 10);
                self.transfers += 1;
                changes = vec![("T", &p, &["shrank"]), ("T", &d, &["grew"])];
            }
            Plant::Sweep => {
                self.row(&d, &h, 40);
                changes = vec![("T", &d, &["swept"])];
            }
            Plant::Onward => {
                self.row(&p, &n, 5);
                self.transfers += 1;
                self.reached.insert(n.clone());
                changes = vec![("T", &p, &["shrank"]), ("T", &n, &["reached"])];
            }
            Plant::All => {
                self.row(&p, &q, 40 + corner as u64);
                self.transfers += 1;
                changes = vec![("T", &p, &["emptied"]), ("T", &q, &["grew"])];
            }
            Plant::Freeze => {
                self.case += &format!(
                    "[[status]]\nchain = \"ethereum\"\naddress = \"{p}\"\nasset = \"native\"\nblock = 100000\nfrozen = true\n"
                );
                changes = vec![("T", &p, &["stoppable", "state"])];
            }
            Plant::Label => {
                self.labels += &format!("{q},,exchange_deposit,New venue {corner}\n");
                self.holders.insert(format!("New venue {corner}"));
                changes = vec![("T", &q, &["stoppable", "state", "label"])];
            }
            Plant::Name => {
                self.labels += &format!("{q},The Collector,other,\n");
                changes = vec![("T", &q, &["label"])];
            }
            Plant::Theft => {
                self.case += &format!("[[theft]]\nid = \"U{corner}\"\n[[theft.seed]]\naddress = \"{s}\"\n");
                self.stolen.insert(format!("U{corner}"));
                self.reached.extend([s.clone(), v.clone()]);
                self.transfers += 1;
            }
            Plant::Clean => self.row(&v, &q, 3),
            Plant::Strangers => self.row(&v, &n, 3),
        }
        for (theft, address, words) in changes {
            self.purses.insert((theft.to_owned(), address.clone()), words.to_vec());
        }
        if plant == Plant::Theft {
            // One unit arrives at the thief after he has sent all he had.
            for address in [s, v] {
                self.purses.insert((format!("U{corner}"), address), vec!["reached"]);
            }
        }
    }

    /// Traces the world into a folder of this name.
    fn trace(&self, desk: &Desk, name: &str) {
        fs::write(desk.path(&format!("{name}.csv")), &self.rows).unwrap();
        fs::write(desk.path(&format!("{name}-labels.csv")), &self.labels).unwrap();
        fs::write(desk.path(&format!("{name}.toml")), self.case.replace("NAME", name)).unwrap();
        desk.run(&format!("trace {name}.toml --no-graph --out {name}")).ends_with(0);
    }
}

fn texts(list: &Value, key: &str) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|it| it[key].as_str().unwrap().to_owned()).collect()
}

/// The changes of each theft's purses, which are all native here.
fn purses(changes: &Value) -> BTreeMap<(String, String), Vec<String>> {
    let of = |it: &Value| {
        let key = [&it["theft"], &it["address"]].map(|text| text.as_str().unwrap().to_owned());
        let words = it["changes"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned());
        (key.into(), words.collect())
    };
    changes["purses"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn exactly_what_was_planted_is_named() {
    let mut state = 5_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for round in 0..24 {
        // Every plant alone first, then many at once.
        let plants: Vec<Plant> = match PLANTS.get(round) {
            Some(plant) => vec![Plant::Nothing, *plant, Plant::Nothing],
            None => (0..2 + random(9)).map(|_| PLANTS[random(PLANTS.len())]).collect(),
        };
        let (before, after) = (World::of(&vec![Plant::Nothing; plants.len()]), World::of(&plants));
        let desk = Desk::new();
        before.trace(&desk, "before");
        after.trace(&desk, "after");
        let is_new = after.transfers > 0 || !after.purses.is_empty();
        let run = desk.run("diff before after --json --exit-code").ends_with(if is_new { 3 } else { 0 });
        let changes = run.json();
        assert_eq!(changes["anything_new"], is_new, "{plants:?}");
        let expected: BTreeMap<_, Vec<String>> = after
            .purses
            .iter()
            .map(|(key, words)| (key.clone(), words.iter().map(|&word| word.to_owned()).collect()))
            .collect();
        assert_eq!(purses(&changes), expected, "{plants:?}");
        assert_eq!(texts(&changes["holders"], "holder"), after.holders, "{plants:?}");
        assert_eq!(texts(&changes["stolen"], "theft"), after.stolen, "{plants:?}");
        assert_eq!(texts(&changes["reached"], "address"), after.reached, "{plants:?}");
        let moves = &changes["transfers"];
        let counts = ["new", "changed", "gone"].map(|key| moves[key].as_u64().unwrap());
        assert_eq!(counts, [after.transfers, 0, 0], "{plants:?}");
        assert_eq!(moves["listed"].as_array().unwrap().len() as u64, after.transfers);
        assert_eq!(desk.run("diff before after").ends_with(0).stdout.starts_with("Nothing is new"), !is_new);
        // The other way round as many purses are named, and nothing is new between a result and itself.
        let back = desk.run("diff after before --json").ends_with(0).json();
        assert_eq!(purses(&back).len(), expected.len());
        assert_eq!(back["transfers"]["gone"].as_u64().unwrap(), after.transfers);
        desk.run("diff after after --exit-code").ends_with(0);
    }
}

#[test]
fn amounts_are_exact_and_the_words_say_the_same() {
    let rows = |more: &str| format!("block_number,from_address,to_address,value\n1,{A},{B},100\n{more}");
    let desk = Desk::with("a.csv", rows("")).and("b.csv", rows(&format!("2,{B},{C},30\n")));
    for name in ["a", "b"] {
        desk.run(&format!("trace --transfers {name}.csv --theft T={A} --no-graph --out {name}")).ends_with(0);
    }
    let json = desk.run("diff a b --json").ends_with(0).json();
    let find = |address: &str| {
        let all = json["purses"].as_array().unwrap();
        all.iter().find(|it| it["address"] == address).unwrap().clone()
    };
    assert_eq!((&find(B)["before"]["amount"], &find(B)["after"]["amount"]), (&"100".into(), &"70".into()));
    assert_eq!((&find(C)["before"], &find(C)["after"]["amount"]), (&Value::Null, &"30".into()));
    assert_eq!(json["transfers"]["sums"][0]["amount"], "30");
    assert_eq!(json["settings"][0]["what"], "inputs.a.csv");
    let text = desk.run("diff a b").ends_with(0).stdout;
    for line in [
        "From a to b, amounts by libr:\n",
        "  inputs.a.csv: no longer there\n",
        "  inputs.b.csv: new\n",
        "Rests at accounts that no stolen money had got to: 1 purse\n",
        "More rests",
        "(-0.00000000000000003 ETH)",
        "Transfers that carry stolen money: 1 new, 0 with another amount, 0 gone\n",
    ] {
        assert_eq!(text.contains(line), line != "More rests", "{line}{text}");
    }
}

#[test]
fn other_rules_are_said_and_results_without_a_common_one_are_refused() {
    let desk = Desk::with("a.csv", format!("block_number,from_address,to_address,value\n1,{A},{B},100\n"));
    for (name, rule, compare) in [("a", "libr", "none"), ("b", "fifo", "libr"), ("c", "lifo", "none")] {
        let words =
            format!("trace --transfers a.csv --theft T={A} --rule {rule} --compare {compare} --no-graph");
        desk.run(&format!("{words} --out {name}")).ends_with(0);
    }
    let json = desk.run("diff a b --json --exit-code").ends_with(0).json();
    assert_eq!(json["rule"], "libr");
    let settings = texts(&json["settings"], "what");
    assert!(settings.contains("rule") && settings.contains("compare"), "{settings:?}");
    let refused = desk.run("diff a c").ends_with(1);
    assert!(
        refused.stderr.contains("no rule in common: libr in the earlier, lifo in the later"),
        "{refused:?}"
    );
    assert!(refused.stderr.contains("hint: trace one of them again"), "{refused:?}");
    let refused = desk.run("diff a b --rule fifo").ends_with(1);
    assert!(refused.stderr.contains("`fifo` was not asked for in this run"), "{refused:?}");
    let refused = desk.run("diff a nowhere").ends_with(1);
    assert!(refused.stderr.contains("`nowhere` is no result of dyetrace"), "{refused:?}");
}

#[test]
fn a_damaged_result_is_not_compared() {
    let desk = Desk::new();
    let out = desk.path("result");
    dyetrace(
        &root(),
        ["trace", "sample-data/harmony/case.toml", "--no-graph", "--out", out.to_str().unwrap()],
    )
    .ends_with(0);
    let sample = desk.run("diff result result --exit-code").ends_with(0);
    assert_eq!(sample.stdout, "Nothing is new from result to result, by libr.\n");
    for name in
        ["flows.csv", "postings.csv", "holdings.csv", "freezable.csv", "conservation.csv", "manifest.json"]
    {
        let path = out.join(name);
        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        let at = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let run = desk.run("diff result result").ends_with(1);
        assert!(run.stderr.contains("damaged") && run.stderr.contains("hint: "), "{name}: {run:?}");
        assert!(run.stdout.is_empty());
        fs::write(&path, whole).unwrap();
    }
}
