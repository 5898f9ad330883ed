//! When it happened: how many tainted transfers in each stretch of time, and when money first came to the places on the
//! list. Counts, since amounts of several assets do not add up.

use super::answer::holder;
use super::text::escaped;
use crate::cell::iso;
use crate::display::grouped;
use crate::report::Report;
use crate::table::at;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Stretches of time, in seconds: the shortest of which there are no more than [`MOST_BARS`] is taken.
const STEPS: [i64; 10] =
    [60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000, 7_776_000, 31_536_000, 315_360_000];
const MOST_BARS: i64 = 72;
/// So many places are marked.
const MOST_MARKS: usize = 12;
/// The size of the drawing.
const WIDTH: i64 = 960;
const HEIGHT: i64 = 130;

/// The section.
pub(super) fn timeline(report: &Report<'_>) -> String {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let time_of = |place: u64| ledger.columns().time(at(place));
    let mut times: Vec<i64> = Vec::with_capacity(trace.flows.place.len());
    let mut before = None;
    for &place in &trace.flows.place {
        // A transfer of two thefts is one.
        if before.replace(place) != Some(place) {
            times.extend(time_of(place));
        }
    }
    let (Some(&first), Some(&last)) = (times.iter().min(), times.iter().max()) else {
        return "<p>The data give no times.</p>".to_owned();
    };
    let count = |step: i64| last.div_euclid(step) - first.div_euclid(step) + 1;
    let step = STEPS.into_iter().find(|&step| count(step) <= MOST_BARS).unwrap_or(STEPS[STEPS.len() - 1]);
    let start = first.div_euclid(step) * step;
    let mut bars: BTreeMap<i64, i64> = BTreeMap::new();
    for time in times {
        *bars.entry((time - start).div_euclid(step)).or_default() += 1;
    }
    let marks: Vec<(usize, i64)> = (1..)
        .zip(report.findings())
        .filter_map(|(rank, it)| Some((rank, time_of(trace.holdings.first_taint[it.holding])?)))
        .take(MOST_MARKS)
        .collect();
    let drawing = Drawing { start, step, count: count(step), bars, marks };
    let mut html = drawing.svg(first, last);
    html.push_str(&events(report, first, last));
    html
}

struct Drawing {
    start: i64,
    step: i64,
    count: i64,
    /// Number of a stretch to transfers.
    bars: BTreeMap<i64, i64>,
    /// Ranks with their times.
    marks: Vec<(usize, i64)>,
}

impl Drawing {
    fn svg(&self, first: i64, last: i64) -> String {
        let most = self.bars.values().copied().max().unwrap_or(1);
        let base = HEIGHT - 22;
        let mut svg = format!(
            "<figure><svg class=\"timeline\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Tainted \
             transfers over time, from {} to {}\"><line class=\"axis\" x1=\"0\" y1=\"{base}\" x2=\"{WIDTH}\" \
             y2=\"{base}\"></line>",
            iso(first),
            iso(last)
        );
        for (&at, &transfers) in &self.bars {
            let (left, right) = (self.x(at * self.step), self.x((at + 1) * self.step));
            let high = (transfers * (base - 34) / most).max(2);
            let stretch = self.label(self.start + at * self.step);
            let _ = write!(
                svg,
                "<rect class=\"count\" x=\"{left}\" y=\"{}\" width=\"{}\" height=\"{high}\"><title>{stretch}: \
                 {transfers}</title></rect>",
                base - high,
                (right - left - 1).max(2)
            );
        }
        let mut free = [i64::MIN; 3];
        let mut marks = self.marks.clone();
        marks.sort_by_key(|&(rank, time)| (time, rank));
        for (rank, time) in marks {
            let x = self.x(time - self.start).clamp(8, WIDTH - 8);
            let line = free.iter().position(|&free| free <= x);
            let y = 10 + 11 * i64::try_from(line.unwrap_or(0)).expect("three lines");
            if let Some(line) = line {
                free[line] = x + 20;
                let _ = write!(
                    svg,
                    "<line class=\"mark\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{base}\"></line><text class=\"mark\" \
                     x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">#{rank}</text>",
                    y + 2
                );
            }
        }
        for tick in 0..=4 {
            let seconds = self.count * self.step * tick / 4;
            let anchor =
                ["start", "middle", "middle", "middle", "end"][usize::try_from(tick).expect("0 to 4")];
            let _ = write!(
                svg,
                "<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                self.x(seconds),
                HEIGHT - 6,
                self.label(self.start + seconds)
            );
        }
        let words = match self.step {
            60 => "minute",
            600 => "ten minutes",
            3_600 => "hour",
            21_600 => "six hours",
            86_400 => "day",
            604_800 => "week",
            2_592_000 => "30 days",
            7_776_000 => "90 days",
            31_536_000 => "365 days",
            _ => "ten years",
        };
        let _ = write!(
            svg,
            "</svg><figcaption>Tainted transfers a {words} (the highest bar is {}), times in UTC. #1, #2 …: when stolen \
             money first came to that place of the list.</figcaption></figure>",
            grouped(&most.to_string())
        );
        svg
    }

    /// Where so many seconds after the start stand.
    fn x(&self, seconds: i64) -> i64 {
        i64::try_from(i128::from(seconds) * i128::from(WIDTH) / i128::from(self.count * self.step))
            .expect("no further than the drawing is wide")
    }

    fn label(&self, time: i64) -> String {
        let text = iso(time).replace('T', " ");
        let letters = if self.step < 86_400 { 16 } else { 10 };
        text.chars().take(letters).collect()
    }
}

/// The turning points, in words.
fn events(report: &Report<'_>, first: i64, last: i64) -> String {
    let (ledger, trace) = (report.input.ledger, report.input.trace);
    let place = |places: &[u64]| places.iter().filter_map(|&it| ledger.columns().time(at(it))).min();
    let mut events: Vec<(i64, String)> =
        vec![(first, "first tainted transfer".to_owned()), (last, "last tainted transfer".to_owned())];
    events.extend(place(&trace.postings.place).map(|time| (time, "stolen money first seen".to_owned())));
    let findings = (1..).zip(report.findings()).take(MOST_MARKS);
    events.extend(findings.filter_map(|(rank, it): (usize, _)| {
        let time = ledger.columns().time(at(trace.holdings.first_taint[it.holding]))?;
        Some((time, format!("first at place #{rank}, {}: {}", holder(&it.holder), it.state.in_words())))
    }));
    events.sort();
    let mut html = "<ol class=\"events\">".to_owned();
    for (time, what) in events {
        let time = iso(time).replace('T', " ").replace('Z', "");
        let _ = write!(html, "<li><time>{}</time> {what}</li>", escaped(&time));
    }
    html.push_str("</ol>");
    html
}
