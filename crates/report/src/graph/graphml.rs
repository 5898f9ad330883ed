//! `graph.graphml`: for Gephi, Cytoscape, yEd, networkx.
//!
//! Attributes are `string` or `long`, the types that all of them read; what is not known is left out. Ids are unique:
//! a node's is its chain and address.

use super::{Attribute, Graph, Value};
use crate::visible::xml;
use std::fmt::Write as _;
use std::io::{self, Write};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";

pub(crate) fn write(graph: &Graph<'_>, to: &mut impl Write) -> io::Result<()> {
    let (nodes, edges) = (graph.node_attributes(), graph.edge_attributes());
    to.write_all(HEAD.as_bytes())?;
    for (kind, letter, attributes) in [("node", 'n', &nodes), ("edge", 'e', &edges)] {
        for (number, (name, is_number)) in attributes.iter().enumerate() {
            let form = if *is_number { "long" } else { "string" };
            writeln!(
                to,
                "<key id=\"d{letter}{number}\" for=\"{kind}\" attr.name=\"{}\" attr.type=\"{form}\"/>",
                xml(name)
            )?;
        }
    }
    to.write_all(b"<graph id=\"taint\" edgedefault=\"directed\">\n")?;
    for node in 0..graph.node_count() {
        let mut text = format!("<node id=\"{}\">", xml(&graph.id(node)));
        add(&mut text, 'n', &nodes, graph.node(node));
        text.push_str("</node>\n");
        to.write_all(text.as_bytes())?;
    }
    for (number, edge) in graph.edges().enumerate() {
        let [source, target] = [edge.from, edge.to].map(|node| xml(&graph.id(node)));
        let mut text = format!("<edge id=\"e{number}\" source=\"{source}\" target=\"{target}\">");
        add(&mut text, 'e', &edges, graph.values(&edge));
        text.push_str("</edge>\n");
        to.write_all(text.as_bytes())?;
    }
    to.write_all(b"</graph>\n</graphml>\n")
}

fn add(text: &mut String, letter: char, attributes: &[Attribute], values: Vec<Value>) {
    for (number, value) in values.into_iter().enumerate().take(attributes.len()) {
        let value = match value {
            Value::Text(value) => xml(&value),
            Value::Number(value) => value.to_string(),
            Value::Unknown => continue,
        };
        write!(text, "<data key=\"d{letter}{number}\">{value}</data>").expect("a string takes any text");
    }
}
