//! `graph.json`: the elements of Cytoscape.js, which networkx reads too (`cytoscape_graph`, with `value`, `name` and
//! `key` that it wants).
//!
//! Texts stand as they are, but that `<` is written `\u003c`: in whatever page the file is put, no text ends a script.

use super::{Attribute, Graph, Value};
use serde_json::{Map, Value as Json, json};
use std::io::{self, Write};

pub(crate) fn write(graph: &Graph<'_>, to: &mut impl Write) -> io::Result<()> {
    let (nodes, edges) = (graph.node_attributes(), graph.edge_attributes());
    to.write_all(b"{\"data\": {\"name\": \"taint\"}, \"directed\": true, \"multigraph\": true, \"elements\": {\n\"nodes\": [")?;
    for node in 0..graph.node_count() {
        let id = graph.id(node);
        let mut data = Map::new();
        data.insert("id".to_owned(), id.clone().into());
        data.insert("value".to_owned(), id.into());
        add(&mut data, &nodes, graph.node(node));
        data.insert("name".to_owned(), data["label"].clone());
        element(to, node == 0, data)?;
    }
    to.write_all(b"\n],\n\"edges\": [")?;
    for (number, edge) in graph.edges().enumerate() {
        let mut data = Map::new();
        data.insert("id".to_owned(), format!("e{number}").into());
        data.insert("key".to_owned(), number.into());
        data.insert("source".to_owned(), graph.id(edge.from).into());
        data.insert("target".to_owned(), graph.id(edge.to).into());
        add(&mut data, &edges, graph.values(&edge));
        element(to, number == 0, data)?;
    }
    to.write_all(b"\n]\n}}\n")
}

fn add(data: &mut Map<String, Json>, attributes: &[Attribute], values: Vec<Value>) {
    for ((name, _), value) in attributes.iter().zip(values) {
        let value = match value {
            Value::Text(value) => value.into(),
            Value::Number(value) => value.into(),
            Value::Unknown => continue,
        };
        data.insert(name.clone(), value);
    }
}

fn element(to: &mut impl Write, is_first: bool, data: Map<String, Json>) -> io::Result<()> {
    let before = if is_first { "\n" } else { ",\n" };
    // Outside of texts JSON has no `<`.
    let text = json!({"data": data}).to_string().replace('<', "\\u003c");
    to.write_all(format!("{before}{text}").as_bytes())
}
