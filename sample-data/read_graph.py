#!/usr/bin/env python3
"""Reads the graph files of a result with networkx, and compares them with each other and with its tables.

    read_graph.py DIR
"""
import csv, json, sys
from collections import defaultdict
from pathlib import Path

import networkx


def main(folder):
    xml = networkx.read_graphml(folder / "graph.graphml", force_multigraph=True)
    elements = networkx.cytoscape_graph(json.loads((folder / "graph.json").read_text()))
    assert xml.is_directed() and elements.is_directed()
    assert set(xml) == set(elements), "other nodes"
    assert xml.number_of_edges() == elements.number_of_edges(), "other edges"
    rule = json.loads((folder / "manifest.json").read_text())["rule"]
    tables = defaultdict(lambda: [0, 0])
    for row in csv.DictReader((folder / "flows.csv").open(newline="")):
        key = tuple(f"{row['chain']}:{row[end]}" for end in ("from_address", "to_address"))
        if key[0] == key[1]:
            continue  # a leg of an exchange goes nowhere
        tables[key][0] += 1
        tables[key][1] += int(row[rule])
    for graph in (xml, elements):
        found = defaultdict(lambda: [0, 0])
        for source, target, data in graph.edges(data=True):
            found[source, target][0] += data["transfers"]
            found[source, target][1] += int(data[rule])
            assert 1 <= data["weight"] <= 1000
        assert found == tables, "the edges are not the flows"
    print(f"{len(xml)} accounts and {xml.number_of_edges()} edges, the same in both files and in flows.csv")


main(Path(sys.argv[1]))
