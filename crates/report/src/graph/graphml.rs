//! `graph.graphml`: for Gephi, Cytoscape, yEd, networkx.
//!
//! Attributes are `string` or `long`, the types that all of them read; what is not known is left out. Ids are unique:
//! a node's is its chain and address.

use super::{Graph, Values};
use crate::visible::xml;
use std::fmt::{Display, Write as _};
use std::io::{self, Write};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n";

pub(crate) fn write(graph: &Graph<'_>, to: &mut impl Write) -> io::Result<()> {
    to.write_all(HEAD.as_bytes())?;
    for (kind, letter, attributes) in
        [("node", 'n', graph.node_attributes()), ("edge", 'e', graph.edge_attributes())]
    {
        for (number, (name, is_number)) in attributes.iter().enumerate() {
            let form = if *is_number { "long" } else { "string" };
            writeln!(
                to,
                "<key id=\"d{letter}{number}\" for=\"{kind}\" attr.name=\"{name}\" attr.type=\"{form}\"/>"
            )?;
        }
    }
    to.write_all(b"<graph id=\"taint\" edgedefault=\"directed\">\n")?;
    let ids: Vec<String> = (0..graph.node_count()).map(|node| xml(&graph.id(node))).collect();
    let mut element = Element { text: String::new(), letter: 'n', number: 0 };
    for (node, id) in ids.iter().enumerate() {
        element.begin(format_args!("<node id=\"{id}\">"));
        graph.node(node, &mut element);
        element.end("</node>\n", to)?;
    }
    element.letter = 'e';
    for (number, edge) in graph.edges().enumerate() {
        let [source, target] = [edge.from, edge.to].map(|node| &ids[node]);
        element.begin(format_args!("<edge id=\"e{number}\" source=\"{source}\" target=\"{target}\">"));
        graph.values(&edge, &mut element);
        element.end("</edge>\n", to)?;
    }
    to.write_all(b"</graph>\n</graphml>\n")
}

/// A node or edge under way.
struct Element {
    text: String,
    /// Which kind's attributes these are.
    letter: char,
    /// Of the next attribute.
    number: usize,
}

impl Element {
    fn begin(&mut self, tag: std::fmt::Arguments<'_>) {
        self.text.clear();
        self.number = 0;
        self.text.write_fmt(tag).expect("a string takes any text");
    }

    fn add(&mut self, value: &dyn Display) {
        let Self { text, letter, number } = self;
        write!(text, "<data key=\"d{letter}{number}\">{value}</data>").expect("a string takes any text");
        self.number += 1;
    }

    fn end(&mut self, tag: &str, to: &mut impl Write) -> io::Result<()> {
        self.text.push_str(tag);
        to.write_all(self.text.as_bytes())
    }
}

impl Values for Element {
    fn foreign(&mut self, text: &str) {
        self.add(&xml(text));
    }

    fn ours(&mut self, text: &dyn Display) {
        self.add(text);
    }

    fn number(&mut self, number: u64) {
        self.add(&number);
    }

    fn unknown(&mut self) {
        self.number += 1;
    }
}
