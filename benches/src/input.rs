//! A named input: rows, and what was stolen in them.

use crate::row::{CSV_HEADER, InputRow, address, transaction_hash};
use dyetrace_core::ledger::{Covers, Source, TxHash};
use dyetrace_core::trace::{AddressSeed, Rule, Seed, Since, StopRule, Theft, TraceOptions, TransactionSeed};
use dyetrace_core::{Ledger, LedgerBuilder, RowPlace};

/// Rows and thefts, the same on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Shape and size, such as `power_law_large`.
    pub name: String,
    /// How many accounts may occur: rows name numbers below this.
    pub accounts: u32,
    /// The transfers, in position order.
    pub rows: Vec<InputRow>,
    /// What was stolen.
    pub thieves: Vec<Thief>,
}

/// A theft and where its taint enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thief {
    /// The theft's name.
    pub theft: String,
    /// Where its taint enters.
    pub seeds: Vec<SeedAt>,
}

/// Where taint enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedAt {
    /// What is the account's, from the first row on.
    Account(u32),
    /// What the row with this number brings its receiver.
    Payment(usize),
}

impl Thief {
    pub(crate) fn new(theft: &str, seeds: Vec<SeedAt>) -> Self {
        Self { theft: theft.to_owned(), seeds }
    }
}

impl Input {
    pub(crate) const fn new(accounts: u32, rows: Vec<InputRow>, thieves: Vec<Thief>) -> Self {
        Self { name: String::new(), accounts, rows, thieves }
    }

    /// Puts the rows into a ledger, as a reader does.
    ///
    /// # Panics
    /// If the ledger does not take a row: inputs have none such.
    #[must_use]
    pub fn to_ledger(&self) -> Ledger {
        let mut builder = LedgerBuilder::new();
        let chain = builder.chain("ethereum");
        let source = builder.add_source(Source { covers: Covers::All, native: true, tokens: true });
        for (number, row) in self.rows.iter().enumerate() {
            let place = RowPlace { source, line: number as u64 + 2 };
            builder.push(place, row.to_row(number, chain)).expect("a transaction states its fee once");
        }
        builder.finish().expect("every row has a block")
    }

    /// Writes the rows as canonical CSV, with its header.
    #[must_use]
    pub fn to_csv(&self) -> Vec<u8> {
        let mut text = String::with_capacity(CSV_HEADER.len() + self.rows.len() * 260);
        text.push_str(CSV_HEADER);
        for (number, row) in self.rows.iter().enumerate() {
            row.write_csv(number, &mut text);
        }
        text.into_bytes()
    }

    /// Where taint enters, of all thefts.
    pub fn seeds(&self) -> impl Iterator<Item = SeedAt> {
        self.thieves.iter().flat_map(|thief| thief.seeds.iter().copied())
    }

    /// The thefts, as a person states them.
    #[must_use]
    pub fn thefts(&self) -> Vec<Theft> {
        let seed = |at: &SeedAt| match *at {
            SeedAt::Account(account) => Seed::Address(AddressSeed {
                chain: None,
                address: address(account),
                since: Since::Start,
                asset: None,
            }),
            SeedAt::Payment(row) => Seed::Transaction(TransactionSeed {
                chain: None,
                hash: TxHash::Bytes(transaction_hash(row as u64)),
                address: Some(address(self.rows[row].to)),
                asset: None,
            }),
        };
        let theft = |it: &Thief| Theft { id: it.theft.clone(), seeds: it.seeds.iter().map(seed).collect() };
        self.thieves.iter().map(theft).collect()
    }

    /// Trace options that ask for these rules, the first as the run's, and stop nowhere: every peer then does
    /// equal work, and no busy account is spared.
    ///
    /// # Panics
    /// If no rule is asked for.
    #[must_use]
    pub fn options(rules: &[Rule]) -> TraceOptions {
        let (rule, compare) = rules.split_first().expect("a trace has a rule");
        TraceOptions {
            rule: *rule,
            compare: compare.to_vec(),
            stop: StopRule::none(),
            ..TraceOptions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Case, ColumnScan, SeedAt, Shape, Size, StaticGraph, TimedGraph, communities, many_thefts};
    use dyetrace_core::ledger::{FlowIndex, flag};
    use dyetrace_core::trace::Rule;
    use dyetrace_core::{AssetId, Column};

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        for shape in Shape::ALL {
            let [one, other] = [shape.build(Size::Small), shape.build(Size::Small)];
            assert_eq!(one.to_csv(), other.to_csv(), "{}", one.name);
            assert_eq!(one, other);
        }
    }

    #[test]
    fn an_input_has_as_many_rows_as_its_size_says_and_its_ledger_keeps_their_order() {
        for shape in Shape::ALL {
            let Case { input, ledger } = Case::build(shape, Size::Small);
            assert_eq!(input.rows.len(), Size::Small.transfers());
            assert_eq!(ledger.transfer_count(), Size::Small.transfers());
            assert!(!ledger.notes().order_ambiguous);
            assert!(input.rows.iter().all(|row| row.to < input.accounts && row.value > 0));
            assert!(input.rows.iter().all(|row| row.from != Some(row.to)));
            let values = (0..ledger.transfer_count()).map(|place| ledger.columns().value.get(place));
            assert!(values.eq(input.rows.iter().map(|row| row.value.into())));
        }
    }

    #[test]
    fn reach_along_the_index_finds_what_a_scan_finds_and_a_search_without_times_no_less() {
        for shape in Shape::ALL {
            let case = Case::build(shape, Size::Small);
            let (prepared, index) = (case.prepare(&[Rule::Libr]), FlowIndex::build(&case.ledger));
            let reach = prepared.reach_along(&index, u64::MAX).expect("nothing is too much");
            assert_eq!(reach, prepared.reach_by_scan());
            assert_eq!(reach, prepared.reach(&index));
            assert_eq!(reach.purses, ColumnScan::prepare(&case).run(), "{}", case.input.name);
            assert!(reach.purses <= StaticGraph::build(&case).search());
            if case.input.seeds().all(|seed| matches!(seed, SeedAt::Account(_))) {
                assert_eq!(reach.purses, TimedGraph::build(&case).search());
            }
        }
    }

    #[test]
    fn a_ledger_made_column_by_column_is_the_one_a_reader_makes_less_fees_and_transactions() {
        let transfers = Size::Small.transfers();
        let Case { input, ledger } = Case::build(Shape::PowerLaw, Size::Small);
        let direct = Case::power_law(transfers, input.accounts);
        assert_eq!(direct.input.seeds().collect::<Vec<_>>(), input.seeds().collect::<Vec<_>>());
        let (one, other) = (direct.ledger.columns(), ledger.columns());
        assert_eq!((&one.from, &one.to, &one.value), (&other.from, &other.to, &other.value));
        assert_eq!((&one.blocks, &one.flags), (&other.blocks, &strip_fees(&other.flags)));
        assert_eq!((direct.ledger.accounts(), direct.ledger.purses()), (ledger.accounts(), ledger.purses()));
        assert_eq!(direct.ledger.asset_name(AssetId(0)), ledger.asset_name(AssetId(0)));
    }

    fn strip_fees(flags: &[u8]) -> Column<u8> {
        flags.iter().map(|flags| flags & !flag::STATES_FEE).collect()
    }

    #[test]
    fn a_theft_in_a_community_stays_there_and_thefts_at_once_reach_what_each_reaches() {
        let case = communities("communities", &[(300, 90), (3_000, 700)]);
        let thefts = case.input.thefts();
        let both = case.prepare(&[Rule::Libr]).reach_by_theft().expect("two thefts");
        let reached: u64 = both.purses().iter().sum();
        assert_eq!(reached, case.prepare(&[Rule::Libr]).reach_by_scan().purses);
        for (number, theft) in thefts.iter().enumerate() {
            let alone = case.prepare_for(std::slice::from_ref(theft), &[Rule::Libr]).reach_by_scan();
            assert_eq!(alone.purses, both.purses()[number]);
            assert!(alone.purses > 20 && alone.purses < [90, 700][number]);
        }
        let case = many_thefts(3_000, 700, 64);
        let purses = case.prepare(&[Rule::Libr]).reach_by_theft().expect("64 thefts").purses();
        for (theft, purses) in case.input.thefts().into_iter().zip(purses) {
            assert_eq!(case.prepare_for(&[theft], &[Rule::Libr]).reach_by_scan().purses, purses);
        }
    }

    #[test]
    fn a_rule_alone_gives_what_it_gives_beside_the_others() {
        for shape in Shape::ALL {
            let case = Case::build(shape, Size::Small);
            let together = case.answer(&Rule::ALL);
            for rule in Rule::ALL {
                let alone = case.answer(&[rule]).of_rule(rule);
                assert_eq!(alone, together.of_rule(rule), "{} {rule}", case.input.name);
                assert!(alone.holdings > 0 && alone.flows > 0);
            }
        }
    }
}
