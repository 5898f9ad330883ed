//! `report.html`: the answer as one page for a person, complete in itself.
//!
//! Nothing on it is fetched: style and script stand in the page, named by their hashes in its content security policy,
//! which allows nothing else. Text and figures are HTML made here, so that all of it can be read and printed without
//! JavaScript; the script adds the moving picture, sorting and filtering. Foreign text goes through [`text`] alone.
//!
//! [`pick`] chooses what a page can hold, [`role`] says what each account is, [`picture`] lays them out, [`data`] hands
//! all that to the script, [`route_map`] and [`timeline`] draw what stands still, and the other modules write a section
//! each.
//!
//! # Cost
//!
//! **O(n log n)** for n flows, and one pass over the ledger up to the last flow shown. The page's size is bounded: see
//! [`pick::MOST_ACCOUNTS`] and the constants of the sections.

mod answer;
mod before;
mod data;
mod evidence;
mod fold;
mod grid;
mod pick;
mod picture;
mod places;
mod policy;
mod role;
mod route_map;
mod rules;
mod text;
mod timeline;
mod unknown;
mod unroll;
mod wholes;
mod words;

use crate::report::Report;
use pick::pick;
use role::Roles;
use std::io::{self, Write};
use text::{NAME, escaped, foreign, inside_script};

const TEMPLATE: &str = include_str!("asset/page.html");
const STYLE: &str = include_str!("asset/page.css");
const SCRIPT: &str = concat!(
    "'use strict';\n(function () {\n",
    include_str!("asset/theme.js"),
    include_str!("asset/table.js"),
    include_str!("asset/scene.js"),
    include_str!("asset/panel.js"),
    include_str!("asset/canvas.js"),
    "})();\n"
);

impl Report<'_> {
    /// Writes the page that a folder holds as `report.html`.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_page(&self, mut to: impl Write) -> io::Result<()> {
        write(self, &mut to)
    }
}

/// Writes the page.
pub(crate) fn write(report: &Report<'_>, to: &mut impl Write) -> io::Result<()> {
    let picked = pick(report);
    let roles = Roles::of(report, &picked);
    let picture = picture::picture(report, &picked, &roles);
    let data = data::data(report, &picked, &roles, &picture);
    let part = |name: &str| match name {
        "policy" => policy::policy(STYLE, SCRIPT),
        "title" => escaped(&text::visible(title(report), NAME)),
        "style" => STYLE.to_owned(),
        "case" => foreign(title(report), NAME),
        "facts" => answer::facts(report),
        "answer" => answer::answer(report),
        "routes" => route_map::route_map(report, &roles, &picked),
        "shown" => answer::shown(&picked, &picture),
        "places" => places::places(report, &picked),
        "wholes" => wholes::wholes(report),
        "timeline" => timeline::timeline(report),
        "rules" => rules::rules(report),
        "evidence" => evidence::evidence(report),
        "method" => words::method(report),
        "limits" => unknown::limits(report),
        "next" => unknown::next(report),
        "check" => unknown::check(report),
        "glossary" => words::glossary(),
        "data" => inside_script(&data.to_string()),
        "script" => SCRIPT.to_owned(),
        _ => unreachable!("the page's template has no part `{name}`"),
    };
    // Parts are put in once: what stands in them is never taken for a place of another.
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("the page's template closes what it opens");
        to.write_all(before.as_bytes())?;
        to.write_all(part(name).as_bytes())?;
        rest = after;
    }
    to.write_all(rest.as_bytes())
}

fn title<'a>(report: &'a Report<'_>) -> &'a str {
    let case = report.input.facts.case.as_str();
    if case.is_empty() { "Fund-flow trace" } else { case }
}
