//! Story: what the tables say of a purse, once it was surveyed.

use super::purse::{Claims, Explanation, Hop, Move, PurseStory, Rest};
use super::survey::{Survey, Target};
use crate::display::plain;
use crate::error::Error;
use crate::written::Fault;
use crate::written::rows::Rows;
use crate::written::source::Source;
use std::cmp::Reverse;

/// The most transfers of one purse that are told one by one.
const MOST_MOVES: usize = 1_000;

impl Survey {
    /// What the tables say, without routes.
    pub(super) fn explanation(&self, source: &Source, rule: Option<usize>) -> Result<Explanation, Error> {
        let mut purses: Vec<u32> = self.targets.keys().copied().collect();
        purses.sort_by_key(|&purse| self.words(purse));
        let mut rows = source.rows("flows.csv")?;
        let mut stories = Vec::new();
        for purse in purses {
            stories.push(self.story(source, &mut rows, purse, rule)?);
        }
        Ok(Explanation {
            address: self.address.clone(),
            rules: source.rules.clone(),
            purses: stories,
            notes: self.notes.clone(),
        })
    }

    fn story(
        &self,
        source: &Source,
        rows: &mut Rows,
        purse: u32,
        rule: Option<usize>,
    ) -> Result<PurseStory, Error> {
        let target = &self.targets[&purse];
        let [theft, stolen, chain, address, asset] = self.words(purse);
        for (rule, sums) in target.sums.iter().enumerate().filter(|(rule, _)| source.is_exact(*rule)) {
            if !sums.holds() {
                let what = format!(
                    "{}, {address}, {asset}: under {}, {} entered and {} left, but {} rests",
                    plain(theft, 80),
                    source.rules[rule],
                    sums.entered(),
                    sums.left(),
                    sums.rests
                );
                return Err(source.damaged(&what));
            }
        }
        let tells = |rule: &usize| source.is_exact(*rule) && !target.sums[*rule].entered().is_zero();
        let rule = rule.unwrap_or_else(|| (0..source.rules.len()).find(tells).unwrap_or_default());
        let (moves, more) = self.moves(source, rows, target, rule).map_err(|fault| source.fault(&fault))?;
        Ok(PurseStory {
            theft: theft.to_owned(),
            stolen_asset: stolen.to_owned(),
            stolen_token: source.tokens.get(stolen).cloned(),
            chain: chain.to_owned(),
            asset: asset.to_owned(),
            token: source.tokens.get(asset).cloned(),
            holding: target.holding.clone(),
            sums: target.sums.clone(),
            rule,
            moves,
            more,
            claims: Claims::default(),
            routes: Vec::new(),
            names: Vec::new(),
        })
    }

    /// The largest transfers of a purse under a rule, in order, and how many more there are with what they bring and take.
    fn moves(
        &self,
        source: &Source,
        rows: &mut Rows,
        target: &Target,
        rule: usize,
    ) -> Result<(Vec<Move>, Rest), Fault> {
        let column = &target.amounts[rule];
        let mut kept: Vec<usize> = (0..target.moves.len()).filter(|&at| !column.is_zero(at)).collect();
        kept.sort_by_key(|&at| (Reverse(column.get(at)), at));
        let mut more = Rest::default();
        for &at in kept.iter().skip(MOST_MOVES) {
            let sum = if target.moves[at].1 { &mut more.came } else { &mut more.went };
            *sum = sum.plus(column.get(at));
            more.count += 1;
        }
        kept.truncate(MOST_MOVES);
        kept.sort_unstable();
        let told = kept.into_iter().map(|at| {
            let (place, came) = target.moves[at];
            Ok(Move { came, transfer: self.hop(source, rows, place, rule)? })
        });
        Ok((told.collect::<Result<_, Fault>>()?, more))
    }

    /// Reads one flow again.
    pub(super) fn hop(
        &self,
        source: &Source,
        rows: &mut Rows,
        place: u64,
        rule: usize,
    ) -> Result<Hop, Fault> {
        rows.go_to(place)?;
        let columns = rows.columns([
            "chain",
            "transaction_hash",
            "block_number",
            "block_timestamp",
            "from_address",
            "to_address",
            "asset",
            "grade",
        ])?;
        let name = &source.rules[rule];
        let [value, taint, claim] = rows.columns(["value", name, &format!("claim_{name}")])?;
        let (value, taint, claim) = (rows.amount(value)?, rows.amount(taint)?, rows.amount(claim)?);
        let [chain, transaction, block, time, from, to, asset, grade] = rows.texts(columns);
        let (token, leg) = (source.tokens.get(&asset).cloned(), self.legs.side(place));
        Ok(Hop { chain, transaction, block, time, from, to, asset, token, value, taint, claim, grade, leg })
    }
}
