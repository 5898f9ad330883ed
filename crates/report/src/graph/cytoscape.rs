//! `graph.json`: the elements of Cytoscape.js, which networkx reads too (`cytoscape_graph`, with `value`, `name` and
//! `key` that it wants).
//!
//! Texts stand as they are, but that `<` is written `\u003c`: in whatever page the file is put, no text ends a script.

use super::{Attribute, Graph, Values};
use std::fmt::{Display, Write as _};
use std::io::{self, Write};

const HEAD: &str =
    "{\"data\":{\"name\":\"taint\"},\"directed\":true,\"multigraph\":true,\"elements\":{\n\"nodes\":[";

pub(crate) fn write(graph: &Graph<'_>, to: &mut impl Write) -> io::Result<()> {
    to.write_all(HEAD.as_bytes())?;
    let ids: Vec<String> = (0..graph.node_count()).map(|node| quoted(&graph.id(node))).collect();
    let (nodes, edges) = (graph.node_attributes(), graph.edge_attributes());
    let mut element = Element { text: String::new(), attributes: &nodes, number: 0 };
    for (node, id) in ids.iter().enumerate() {
        let name = quoted(&graph.name(node));
        element.begin(node == 0, format_args!("\"id\":{id},\"value\":{id},\"name\":{name}"));
        graph.node(node, &mut element);
        element.end(to)?;
    }
    to.write_all(b"\n],\n\"edges\":[")?;
    element.attributes = &edges;
    for (number, edge) in graph.edges().enumerate() {
        let [source, target] = [edge.from, edge.to].map(|node| &ids[node]);
        element.begin(
            number == 0,
            format_args!("\"id\":\"e{number}\",\"key\":{number},\"source\":{source},\"target\":{target}"),
        );
        graph.values(&edge, &mut element);
        element.end(to)?;
    }
    to.write_all(b"\n]\n}}\n")
}

/// A text as JSON writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('<', "\\u003c")
}

/// A node or edge under way.
struct Element<'a> {
    text: String,
    attributes: &'a [Attribute],
    /// Of the next attribute.
    number: usize,
}

impl Element<'_> {
    fn begin(&mut self, is_first: bool, ids: std::fmt::Arguments<'_>) {
        self.text.clear();
        self.number = 0;
        let before = if is_first { "\n" } else { ",\n" };
        write!(self.text, "{before}{{\"data\":{{{ids}").expect("a string takes any text");
    }

    /// Adds a value as JSON writes it.
    fn add(&mut self, value: std::fmt::Arguments<'_>) {
        let name = &self.attributes[self.number].0;
        write!(self.text, ",\"{name}\":{value}").expect("a string takes any text");
        self.number += 1;
    }

    fn end(&mut self, to: &mut impl Write) -> io::Result<()> {
        self.text.push_str("}}");
        to.write_all(self.text.as_bytes())
    }
}

impl Values for Element<'_> {
    fn foreign(&mut self, text: &str) {
        self.add(format_args!("{}", quoted(text)));
    }

    fn ours(&mut self, text: &dyn Display) {
        self.add(format_args!("\"{text}\""));
    }

    fn number(&mut self, number: u64) {
        self.add(format_args!("{number}"));
    }

    fn unknown(&mut self) {
        self.number += 1;
    }
}
