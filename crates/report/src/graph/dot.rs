//! `graph.dot`: a picture for Graphviz of the edges that carry the largest parts of a theft.
//!
//! More than some hundreds of edges are no picture: what was left out is said in a comment, and stands in the other
//! two files.

use super::{Edge, Graph};
use crate::display;
use crate::visible::visible_cut;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The most edges of a picture.
const MOST_EDGES: usize = 200;
/// The most characters of a foreign text in it.
const MOST_LETTERS: usize = 46;

pub(crate) fn write(graph: &Graph<'_>, to: &mut impl Write) -> io::Result<()> {
    let (edges, all) = largest(graph);
    let mut shown: BTreeSet<usize> = edges.iter().flat_map(|(_, edge)| [edge.from, edge.to]).collect();
    if all == 0 {
        shown.extend(0..graph.node_count().min(MOST_EDGES));
    }
    let least = edges.iter().map(|(_, edge)| edge.weight()).min();
    let (left_edges, left_nodes) = (all - edges.len(), graph.node_count() - shown.len());
    writeln!(
        to,
        "// {} of {all} edges and {} of {} accounts.",
        edges.len(),
        shown.len(),
        graph.node_count()
    )?;
    if left_edges + left_nodes > 0 {
        writeln!(
            to,
            "// Left out: {left_edges} edges, of {} thousandths of a theft at most each, and {left_nodes} accounts that no \
             edge here touches: see graph.graphml.",
            least.unwrap_or_default()
        )?;
    }
    to.write_all(
        b"digraph taint {\nrankdir=LR;\nnode [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];\n\
          edge [fontname=\"sans-serif\", fontsize=10];\n",
    )?;
    for node in shown {
        writeln!(to, "n{node} [{}];", node_words(graph, node))?;
    }
    for (_, edge) in &edges {
        writeln!(to, "n{} -> n{} [{}];", edge.from, edge.to, edge_words(graph, edge))?;
    }
    to.write_all(b"}\n")
}

/// The largest edges, in order, and how many there are in all.
fn largest(graph: &Graph<'_>) -> (Vec<(usize, Edge)>, usize) {
    let mut kept: Vec<(usize, Edge)> = Vec::new();
    let mut all = 0;
    let cut = |kept: &mut Vec<(usize, Edge)>| {
        kept.sort_by_key(|(number, edge)| (Reverse(edge.share), *number));
        kept.truncate(MOST_EDGES);
    };
    for (number, edge) in graph.edges().enumerate() {
        all += 1;
        kept.push((number, edge));
        if kept.len() == 4 * MOST_EDGES {
            cut(&mut kept);
        }
    }
    cut(&mut kept);
    kept.sort_by_key(|(number, _)| *number);
    (kept, all)
}

fn node_words(graph: &Graph<'_>, node: usize) -> String {
    let (label, address, states) = (graph.name(node), graph.address(node), graph.states(node));
    let mut lines = vec![visible_cut(&label, MOST_LETTERS)];
    if label != address {
        lines.push(visible_cut(&address, MOST_LETTERS));
    }
    let colour = match (graph.is_seed(node), states.is_empty()) {
        (true, _) => ", fillcolor=\"#f7d4d0\"",
        (false, false) => ", fillcolor=\"#dcebf7\"",
        (false, true) => "",
    };
    if !states.is_empty() {
        lines.push(states);
    }
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    format!("label=\"{}\"{colour}", lines.join("\\n"))
}

fn edge_words(graph: &Graph<'_>, edge: &Edge) -> String {
    let rule = graph.telling.unwrap_or_default();
    let amount = display::amount(&graph.report.input, edge.asset, edge.sums[rule]);
    let times = if edge.transfers == 1 { String::new() } else { format!("\\n{} transfers", edge.transfers) };
    let width = 1 + edge.weight() / 125;
    format!(
        "label=\"{}{times}\", weight={}, penwidth={width}",
        escaped(&visible_cut(&amount, 60)),
        edge.weight()
    )
}

/// A text between quotation marks: Graphviz takes a backslash for the beginning of a line break or a name.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
