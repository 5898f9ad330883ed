//! The explanation as a picture: the sum under the rule, and below it each route as a line of accounts.
//!
//! An arrow is as thick as the share of the route in what came in, and broken where it is an exchange or a link. Long routes
//! go on in the next line. Whole numbers only, fonts of the reader's machine, no script, nothing from elsewhere.

use super::purse::{Explanation, Hop, PurseStory, Route};
use super::steps::Step;
use super::text::LINES;
use crate::display::{amount_of, plain};
use crate::rank::product;
use crate::visible::{visible_cut, xml};
use dyetrace_core::Amount;
use ruint::Uint;
use std::fmt::Write as _;

const MARGIN: usize = 24;
/// A box with an account.
const BOX: (usize, usize) = (170, 54);
/// From one box to the next.
const STEP: usize = 380;
/// From one line to the next.
const GAP: usize = 40;
/// How many boxes stand in a line.
const IN_LINE: usize = 3;
const WIDTH: usize = 2 * MARGIN + BOX.0 + (IN_LINE - 1) * STEP + 40;
const LINE: usize = 20;
/// How many purses are drawn.
const MOST_PURSES: usize = 4;

impl Explanation {
    /// Returns the explanation as an SVG picture, of the first purses.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut drawing = Drawing { body: String::new(), y: MARGIN };
        drawing.text(MARGIN, 18, "h", &plain(&self.address, 100));
        drawing.y += 10;
        for story in self.purses.iter().take(MOST_PURSES) {
            drawing.story(self, story);
        }
        if self.purses.len() > MOST_PURSES {
            drawing.text(
                MARGIN,
                LINE,
                "s",
                &format!("and {} more, not drawn", self.purses.len() - MOST_PURSES),
            );
        }
        let height = drawing.y + MARGIN;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
             font-family=\"sans-serif\" font-size=\"12\" fill=\"#1c2733\">\n<style>.h{{font-size:16px;font-weight:bold}}\
             .b{{font-weight:bold}}.s{{fill:#5b6875;font-size:11px}}.m{{font-family:monospace;font-size:11px}}</style>\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"white\"/>\n{}</svg>\n",
            drawing.body
        )
    }
}

struct Drawing {
    body: String,
    /// Where the next line stands.
    y: usize,
}

impl Drawing {
    fn add(&mut self, what: std::fmt::Arguments<'_>) {
        self.body.write_fmt(what).expect("a string takes any text");
        self.body.push('\n');
    }

    fn put(&mut self, x: usize, y: usize, class: &str, text: &str) {
        self.add(format_args!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{}</text>", xml(text)));
    }

    /// A line of text, and on to the next.
    fn text(&mut self, x: usize, height: usize, class: &str, text: &str) {
        self.y += height;
        self.put(x, self.y, class, text);
    }

    fn story(&mut self, whole: &Explanation, story: &PurseStory) {
        let rule = &whole.rules[story.rule];
        let amount = |amount: Amount| amount_of(story.token.as_ref(), amount);
        let theft = visible_cut(&story.theft, 64);
        self.y += 8;
        self.text(MARGIN, LINE, "b", &format!("Theft {theft}, on {}: {}", story.chain, story.asset_words()));
        if story.stolen_asset != story.asset {
            self.text(MARGIN, LINE, "s", &format!("stolen as {}", plain(&story.stolen_asset, 120)));
        }
        if let Some(holding) = &story.holding {
            let label = if holding.category.is_empty() {
                String::new()
            } else {
                format!("; labelled {}, {}", visible_cut(&holding.label, 60), holding.category)
            };
            self.text(MARGIN, LINE, "", &format!("{}, {}{label}", holding.state, holding.grade));
        }
        self.y += 4;
        for (at, (sign, words, figure)) in LINES.into_iter().enumerate() {
            let figure = figure(&story.sums[story.rule]);
            if !figure.is_zero() || at == 0 || at + 1 == LINES.len() {
                let class = if at + 1 == LINES.len() { "b" } else { "" };
                self.text(MARGIN + 8, 17, class, sign);
                self.put(MARGIN + 24, self.y, class, words);
                self.put(MARGIN + 270, self.y, class, &amount(figure));
            }
        }
        self.text(MARGIN + 24, 17, "s", &format!("by rule {rule}"));
        for (number, route) in (1..).zip(&story.routes) {
            self.y += 14;
            let brings = story.route_amount(route);
            let head = format!("Route {number}: {}", brings.trim_end_matches(','));
            self.text(MARGIN, LINE, "b", &visible_cut(&head, 130));
            self.text(MARGIN, 17, "s", &visible_cut(&route.origin_words(), 150));
            if !route.links().is_empty() {
                self.text(MARGIN, 17, "s", &visible_cut(&route.grade_words(), 150));
            }
            self.route(story, route, width(route.claim, story.claims.came));
        }
    }

    fn route(&mut self, story: &PurseStory, route: &Route, thick: u64) {
        let steps = route.steps();
        let first = steps.first().map(|step| [&step.ends()[0].chain, &step.ends()[0].from]);
        let last = steps.iter().map(|step| [&step.ends()[1].chain, &step.ends()[1].to]);
        let accounts: Vec<[&String; 2]> = first.into_iter().chain(last).collect();
        let is_far = accounts.iter().any(|[chain, _]| *chain != &story.chain);
        self.y += 12;
        let top = self.y;
        let place = |at: usize| (MARGIN + (at % IN_LINE) * STEP, top + (at / IN_LINE) * (BOX.1 + GAP));
        for (at, [chain, account]) in accounts.iter().enumerate() {
            let (x, y) = place(at);
            let fill = match at {
                0 => "#f7d4d0",
                at if at + 1 == accounts.len() => "#dcebf7",
                _ => "#f3f5f7",
            };
            let (width, height) = BOX;
            self.add(format_args!(
                "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" \
                 fill=\"{fill}\" stroke=\"#9aa7b3\"/></g>",
                xml(account)
            ));
            self.put(x + 8, y + 18, "m", &short(account));
            if let Some(name) = story.name(chain, account) {
                self.put(x + 8, y + 33, "", &visible_cut(&name.label, 21));
                self.put(x + 8, y + 47, "s", &name.category);
            } else if is_far {
                self.put(x + 8, y + 33, "s", &visible_cut(&format!("on {chain}"), 21));
            }
        }
        for (at, step) in steps.into_iter().enumerate() {
            let ((x, y), (to, _)) = (place(at), place(at + 1));
            let (from, middle) = (x + BOX.0, y + BOX.1 / 2);
            let broken = !matches!(step, Step::Transfer(_));
            // Where the line ends, an arrow points out of it, and another one into the next.
            let is_last = at % IN_LINE == IN_LINE - 1;
            let end = if is_last { from + 36 } else { to };
            self.arrow((from, end), middle, thick, broken);
            if is_last {
                let (x, y) = place(at + 1);
                self.arrow((x.saturating_sub(20), x), y + BOX.1 / 2, thick, broken);
                self.step_words(step, (x, y - 12), 200);
            } else {
                self.step_words(step, (from + 8, middle - 9), 0);
            }
        }
        self.y = place(accounts.len().saturating_sub(1)).1 + BOX.1 + 14;
    }

    fn arrow(&mut self, (from, to): (usize, usize), y: usize, thick: u64, broken: bool) {
        let end = to.saturating_sub(7);
        let dashes = if broken { " stroke-dasharray=\"6 4\"" } else { "" };
        self.add(format_args!("<line x1=\"{from}\" y1=\"{y}\" x2=\"{end}\" y2=\"{y}\" stroke=\"#c0392b\" stroke-width=\"{thick}\"{dashes}/>"));
        let (up, down) = (y - 5, y + 5);
        self.add(format_args!("<path d=\"M{end} {up} L{to} {y} L{end} {down} Z\" fill=\"#c0392b\"/>"));
    }

    /// What a step carries, and when: one above the other, or beside it at a distance.
    fn step_words(&mut self, step: Step<'_>, (x, y): (usize, usize), beside: usize) {
        let [before, after] = step.ends();
        let amount = |hop: &Hop| amount_of(hop.token.as_ref(), hop.taint);
        let (title, mut lines) = match step {
            Step::Transfer(hop) => (hop.transaction.clone(), Vec::new()),
            Step::Exchange(_) => {
                (after.transaction.clone(), vec![format!("exchanged for {}", amount(after))])
            }
            Step::Link(_, link) => (
                format!("{} {}", before.transaction, after.transaction),
                vec![
                    format!("came out as {}", amount(after)),
                    format!("`{}`, {}", link.method, link.confidence),
                ],
            ),
        };
        lines.push(format!("{}, {}", after.when(), after.grade));
        self.add(format_args!("<g><title>{}</title>", xml(&title)));
        self.put(x, y, "s", &visible_cut(&amount(before), 34));
        if beside == 0 {
            for (line, at) in lines.iter().zip([24, 37, 50]) {
                self.put(x, y + at, "s", &visible_cut(line, 38));
            }
        } else {
            let beside_it = lines.join("; ");
            self.put(x + beside, y, "s", &visible_cut(&beside_it, 110));
        }
        self.add(format_args!("</g>"));
    }
}

/// How thick the arrows of a route are: 1 to 8.
fn width(part: Amount, whole: Amount) -> u64 {
    if whole.is_zero() {
        return 1;
    }
    let eighths = product(part, Amount::from(7)) / Uint::<640, 10>::from(whole.to_wide());
    1 + u64::try_from(eighths).unwrap_or(7).min(7)
}

/// The ends of an address.
fn short(address: &str) -> String {
    let letters: Vec<char> = plain(address, 200).chars().collect();
    if letters.len() <= 20 {
        return letters.into_iter().collect();
    }
    let end: String = letters[letters.len() - 8..].iter().collect();
    format!("{}…{end}", letters[..10].iter().collect::<String>())
}
