//! The links of a case: stated in files, decided by an analyst, and found at bridges.

use crate::error::Error;
use crate::facts::file_facts;
use dyetrace_core::ledger::TxHash;
use dyetrace_core::links::bridges::{BridgeOptions, known_bridges, pair_bridges};
use dyetrace_core::links::mixers::MixerTable;
use dyetrace_core::links::{Link, StatedEnd, StatedFault, StatedLink, find_stated};
use dyetrace_core::trace::TraceOptions;
use dyetrace_core::{Address, Category, DecisionKind, Label, Labels, Ledger};
use dyetrace_ingest::{Case, DecisionLog, LinkTable};
use dyetrace_report::{FileFacts, LinkFacts, LinkOrigin, StatedRow};
use std::collections::HashSet;

/// The method of a link that an analyst decided on.
const DECIDED: &str = "decision";

/// The files of links, read.
pub(crate) struct LinkFiles {
    table: LinkTable,
    files: Vec<FileFacts>,
}

/// Reads the files of links that a case names.
pub(crate) fn read_links(case: &Case) -> Result<LinkFiles, Error> {
    let mut table = LinkTable::default();
    let files = case.links.iter().map(|file| table.add_file(file).map(|fact| file_facts(&fact)));
    let files = files.collect::<Result<_, _>>()?;
    Ok(LinkFiles { table, files })
}

/// The labels of bridges that nobody else has labelled.
pub(crate) fn bridge_labels(case: &Case, ledger: &Ledger, stated: &[Label]) -> Vec<Label> {
    let mut known = known_bridges(ledger);
    if !case.bridges {
        known.clear();
    }
    let named: HashSet<_> = stated.iter().map(|label| (label.address, label.chain.as_deref())).collect();
    let is_named = |label: &Label| {
        named.contains(&(label.address, None)) || named.contains(&(label.address, label.chain.as_deref()))
    };
    known.retain(|label| !is_named(label));
    known
}

/// Tells the options of a trace which links to follow: what files state, what was decided, then those through mixers,
/// with the rules that say so, then pairs at bridges.
pub(crate) fn add_links(
    case: &Case,
    files: LinkFiles,
    log: Option<&DecisionLog>,
    mixers: Vec<(Link, String)>,
    ledger: &Ledger,
    labels: &Labels,
    options: &mut TraceOptions,
) -> Result<LinkFacts, Error> {
    let mut facts = LinkFacts { files: files.files, follow: case.link_confidence, ..LinkFacts::default() };
    let mut stated: Vec<(StatedLink, LinkOrigin, String)> = Vec::new();
    for row in files.table.rows {
        stated.push((row.link, LinkOrigin::File(row.place), row.told_by));
    }
    stated.extend(decided(log));
    let links: Vec<StatedLink> = stated.iter().map(|it| it.0.clone()).collect();
    for (found, (link, origin, told_by)) in find_stated(ledger, labels, &links).into_iter().zip(stated) {
        let found = match (found, &origin) {
            (Ok(found), _) => Ok(found),
            (Err(StatedFault::Unclear(what)), LinkOrigin::File(place)) => {
                return Err(Error::refused(
                    format!("{place}: {what}"),
                    "the event index is that of the transfer in its transaction's log",
                ));
            }
            (Err(StatedFault::Unclear(what)), _) => Err(what),
            (Err(StatedFault::Absent(which)), _) => {
                Err(format!("the {which} transaction is not in the data"))
            }
        };
        let follows = link.confidence >= case.link_confidence;
        let index = match &found {
            Ok(found) if follows => {
                options.links.push(found.clone());
                Some(options.links.len() - 1)
            }
            _ => None,
        };
        facts.stated.push(StatedRow { link: found, confidence: link.confidence, index, origin, told_by });
    }
    for (link, rules) in mixers {
        options.links.push(link.clone());
        facts.stated.push(StatedRow {
            confidence: link.confidence,
            link: Ok(link),
            index: Some(options.links.len() - 1),
            origin: LinkOrigin::Rules(rules.clone()),
            told_by: rules,
        });
    }
    if case.bridges && labels.accounts().any(|account| labels.has(account, Category::Bridge)) {
        let rows = |link: &Link| {
            std::iter::once(link.source).chain(link.destinations.iter().copied()).collect::<Vec<_>>()
        };
        let taken: Vec<u64> = options.links.iter().flat_map(rows).collect();
        let search = BridgeOptions { follow: case.link_confidence, ..BridgeOptions::default() };
        let bridges = pair_bridges(ledger, labels, &taken, &search);
        facts.first_pair = options.links.len();
        options.links.extend(bridges.links());
        facts.bridges = Some((search, bridges));
    }
    Ok(facts)
}

/// Who drew from pools of the table by links that somebody states in a file or decided on: exits that are confirmed. A link
/// whose transactions are not in the data names nobody.
pub(crate) fn confirmed_exits(stated: &[StatedRow], ledger: &Ledger, table: &MixerTable) -> Vec<Address> {
    let (columns, purses, accounts) = (ledger.columns(), ledger.purses(), ledger.accounts());
    let at = |place: u64| usize::try_from(place).expect("rows are in memory");
    let receiver = |place: u64| purses.account(columns.to[at(place)]);
    let is_pool = |place: u64| {
        let account = receiver(place);
        let (chain, address) = (ledger.chain_name(accounts.chain(account)), accounts.address(account));
        table.pools.iter().any(|pool| pool.address == address && pool.chain == chain)
    };
    let told = stated.iter().filter(|it| !matches!(it.origin, LinkOrigin::Rules(_)));
    let through = told.filter_map(|it| it.link.as_ref().ok()).filter(|link| is_pool(link.source));
    // The relayer's part is the smaller one.
    let largest =
        |link: &Link| link.destinations.iter().copied().max_by_key(|&place| columns.value.get(at(place)));
    through.filter_map(largest).map(|place| accounts.address(receiver(place))).collect()
}

/// The links of a log. A person says so, and no identifier: inferred.
fn decided(log: Option<&DecisionLog>) -> Vec<(StatedLink, LinkOrigin, String)> {
    let decisions = log.into_iter().flat_map(|log| &log.decisions);
    let links = decisions.filter(|decision| decision.kind == DecisionKind::Link).filter_map(|decision| {
        let end = |text: &str| {
            let transaction = TxHash::parse(text.as_bytes())?;
            Some(StatedEnd { chain: None, transaction, events: Vec::new() })
        };
        let link = StatedLink {
            source: end(&decision.subject)?,
            destination: end(decision.detail.destination.as_deref()?)?,
            method: DECIDED.to_owned(),
            confidence: Link::CERTAIN,
            is_inferred: true,
        };
        Some((link, LinkOrigin::Decision(decision.number), decision.source()))
    });
    links.collect()
}
