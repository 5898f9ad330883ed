//! The routes to the first places, drawn once and standing still: for print, and where no script runs.

use super::data::in_short;
use super::fold::{Kind, Look};
use super::grid::ROW;
use super::pick::Picked;
use super::picture::{Picture, Spot};
use super::role::{Part, Roles};
use super::text::{NAME, escaped, visible};
use crate::report::Report;
use crate::table::at;
use dyetrace_core::trace::Evidence;
use dyetrace_core::{AccountId, Amount, AssetId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Routes to so many places are drawn.
const MOST_PLACES: usize = 6;
/// Nothing beyond this many columns is drawn: routes in the table tell it.
const MOST_COLUMNS: u32 = 14;

const STEP: i64 = 158;
const WIDE: i64 = 126;
const HIGH: i64 = 36;
const ROW_HIGH: i64 = 48;

/// The figure, empty where there is no route.
pub(super) fn route_map(report: &Report<'_>, roles: &Roles, picked: &Picked) -> String {
    let Some(map) = Map::of(report, roles, picked) else { return String::new() };
    format!(
        "<figure class=\"routes\">{}<figcaption>Routes to the first {} of the list, time from left to right. Thick \
         frame: somebody named can stop it there. Solid line: FACT; dashed: PRESUMED; dotted: INFERRED. All routes stand \
         in <code>routes.csv</code>.</figcaption></figure>",
        map.svg(),
        crate::missing::counted(report.findings().len().min(MOST_PLACES), "place", "places")
    )
}

/// Per sender and receiver: what went between them, by asset, and the grade of the last of it.
type Carried = BTreeMap<(u32, u32), (BTreeMap<AssetId, Amount>, &'static str)>;

struct Map<'a> {
    report: &'a Report<'a>,
    accounts: Vec<AccountId>,
    parts: Vec<(Part, String)>,
    picture: Picture,
    carried: Carried,
    ranks: BTreeMap<u32, Vec<usize>>,
}

impl<'a> Map<'a> {
    fn of(report: &'a Report<'_>, roles: &Roles, picked: &Picked) -> Option<Self> {
        let (ledger, trace) = (report.input.ledger, report.input.trace);
        let (columns, purses) = (ledger.columns(), ledger.purses());
        let first = || report.findings().iter().take(MOST_PLACES);
        let mut hops: Vec<_> = first().flat_map(|finding| &finding.route).copied().collect();
        // An exchange goes from an account to itself: there is nothing to draw. A link goes to another.
        hops.retain(|hop| hop.exchange.is_none() || hop.link.is_some());
        hops.sort_unstable_by_key(|hop| (hop.place, hop.class));
        hops.dedup_by_key(|hop| (hop.place, hop.class));
        let ends = |hop: &Evidence| {
            let legs = hop.exchange.map(|legs| legs.map(|row| purses.account(trace.postings.purse[row])));
            let of_transfer =
                || [columns.from[at(hop.place)], columns.to[at(hop.place)]].map(|it| purses.account(it));
            <(AccountId, AccountId)>::from(legs.unwrap_or_else(of_transfer))
        };
        let mut accounts: Vec<AccountId> =
            hops.iter().flat_map(|hop| <[AccountId; 2]>::from(ends(hop))).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let local = |account: AccountId| {
            u32::try_from(accounts.binary_search(&account).expect("on a route")).expect("few accounts")
        };
        let mut flows: Vec<(u32, u32)> = Vec::new();
        let mut carried = Carried::new();
        for hop in &hops {
            let (from, to) = ends(hop);
            let pair = (local(from), local(to));
            if pair.0 == pair.1 {
                continue;
            }
            flows.push(pair);
            let (sums, grade) = carried.entry(pair).or_default();
            let sum = sums.entry(purses.asset(columns.to[at(hop.place)])).or_default();
            *sum = sum.plus(hop.taint);
            *grade = hop.grade.as_str();
        }
        if flows.is_empty() {
            return None;
        }
        let mut ranks: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (rank, finding) in (1..).zip(first()) {
            let account = purses.account(trace.holdings.purse[finding.holding]);
            if let Ok(at) = accounts.binary_search(&account) {
                ranks.entry(u32::try_from(at).expect("few accounts")).or_default().push(rank);
            }
        }
        let role = |account: &AccountId| {
            let shown = picked.accounts.binary_search(account).ok().map(|at| &roles.0[at]);
            shown.map_or((Part::Passes, String::new()), |role| (role.part, role.name.clone()))
        };
        let parts: Vec<(Part, String)> = accounts.iter().map(role).collect();
        let look = |(at, part): (u32, &(Part, String))| {
            let is_end = ranks.contains_key(&at) || part.0 == Part::Seed || !part.1.is_empty();
            if is_end { Look::Alone } else { Look::Plain }
        };
        let looks: Vec<Look> = (0..).zip(&parts).map(look).collect();
        let picture = Picture::of(accounts.len(), &flows, &looks);
        Some(Self { report, accounts, parts, picture, carried, ranks })
    }

    fn svg(&self) -> String {
        let spots = self.picture.spots(&vec![false; self.picture.folds.len()]);
        let shown = |spot: &&Spot| spot.0 < MOST_COLUMNS;
        let wide = spots.iter().flatten().filter(shown).map(|spot| i64::from(spot.0)).max().unwrap_or(0);
        let high = spots.iter().flatten().filter(shown).map(|spot| spot.1).max().unwrap_or(0);
        let (wide, high) = (wide * STEP + WIDE + 4, high * ROW_HIGH / ROW + HIGH + 16);
        let mut svg = format!(
            "<svg class=\"map\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\" role=\"img\" \
             aria-label=\"Routes of the money to the first places\">"
        );
        for line in &self.picture.lines {
            self.line(line.from, line.to, &spots, &mut svg);
        }
        let visits = self.picture.visits.account.len();
        for (number, spot) in spots.iter().enumerate() {
            let Some(spot) = spot.filter(|spot| spot.0 < MOST_COLUMNS) else { continue };
            if let Some(&account) = self.picture.visits.account.get(number) {
                self.account(account, spot, &mut svg);
            } else {
                let fold = &self.picture.folds[number - visits];
                let words = match fold.kind {
                    Kind::Chain => "passed on by",
                    Kind::Fan => "through",
                };
                let accounts = crate::missing::counted(fold.members.len(), "account", "accounts");
                cell("fold", spot, words, &accounts, &mut svg);
            }
        }
        svg.push_str("</svg>");
        svg
    }

    fn spot_of(&self, visit: u32, spots: &[Option<Spot>]) -> Option<Spot> {
        let fold = || {
            self.picture.visits.account.len()
                + (self.picture.unit[visit as usize] - self.picture.singles) as usize
        };
        spots[visit as usize].or_else(|| spots[fold()]).filter(|spot| spot.0 < MOST_COLUMNS)
    }

    fn line(&self, from: u32, to: u32, spots: &[Option<Spot>], svg: &mut String) {
        let (Some(start), Some(end)) = (self.spot_of(from, spots), self.spot_of(to, spots)) else { return };
        if start == end {
            return;
        }
        let of = |visit: u32| self.picture.visits.account[visit as usize];
        let Some((sums, grade)) = self.carried.get(&(of(from), of(to))) else { return };
        let ((x1, y1), (x2, y2)) = (corner(start), corner(end));
        let (x1, y1, y2) = (x1 + WIDE, y1 + HIGH / 2, y2 + HIGH / 2);
        let middle = i64::midpoint(x1, x2);
        let text = in_short(self.report, sums.iter().map(|(asset, sum)| (*asset, *sum)));
        let _ = write!(
            svg,
            "<path class=\"{}\" d=\"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}\"><title>{}</title></path>",
            grade.to_ascii_lowercase(),
            escaped(&text)
        );
    }

    fn account(&self, account: u32, spot: Spot, svg: &mut String) {
        let (part, name) = &self.parts[account as usize];
        let address =
            self.report.input.ledger.accounts().address(self.accounts[account as usize]).to_checksum();
        let head = match self.ranks.get(&account) {
            Some(ranks) => {
                let ranks: Vec<String> = ranks.iter().map(|rank| format!("#{rank}")).collect();
                format!("{} {}", ranks.join(" "), cut(name, 14))
            }
            None if *part == Part::Seed => format!("theft {}", cut(name, 12)),
            None if name.is_empty() => "account".to_owned(),
            None => cut(name, 18),
        };
        cell(part.as_str(), spot, &head, &short_address(&address), svg);
    }
}

fn corner(spot: Spot) -> (i64, i64) {
    (i64::from(spot.0) * STEP + 2, spot.1 * ROW_HIGH / ROW + 8)
}

fn cell(class: &str, spot: Spot, head: &str, line: &str, svg: &mut String) {
    let (x, y) = corner(spot);
    let _ = write!(
        svg,
        "<g class=\"{class}\"><rect x=\"{x}\" y=\"{y}\" width=\"{WIDE}\" height=\"{HIGH}\" rx=\"4\"></rect><text \
         x=\"{}\" y=\"{}\">{}</text><text class=\"line\" x=\"{}\" y=\"{}\">{}</text></g>",
        x + 8,
        y + 15,
        escaped(head),
        x + 8,
        y + 28,
        escaped(line)
    );
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    format!("{cut}…")
}

fn short_address(address: &str) -> String {
    let letters: Vec<char> = visible(address, NAME).chars().collect();
    if letters.len() <= 17 {
        return letters.into_iter().collect();
    }
    let (head, tail) = (&letters[..8], &letters[letters.len() - 6..]);
    format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}
