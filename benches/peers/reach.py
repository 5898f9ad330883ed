#!/usr/bin/env python3
"""Reach by other engines over the transfers that `make-reach-transfers` wrote.

    cargo run --release -p dyetrace-benches --bin make-reach-transfers -- --transfers 1000000 --accounts 250007 --out FILE
    python benches/peers/reach.py FILE

DuckDB (a recursive query with USING KEY) and the plain pass in Python ask our question; both have to give our count and
our checksum, the sum over the purses reached of the earliest place from which each can pass taint on. rustworkx and
networkx search a graph without times, which has one edge for each pair that ever pays: another question. Time and memory
to load a graph or table stand apart from the search. What is unequal: all but DuckDB run on one thread; none of them
knows dust, stops, ends, or what nets; the plain pass in Python holds its columns as lists.
"""

import argparse
import json
import time

import numpy

NONE = 2**32 - 1


def timed(name, work):
    start = time.perf_counter()
    result = work()
    return result, (name, time.perf_counter() - start)


def duckdb_reach(ends, seeds, threads):
    """Loads the transfers, then asks. The table is columns, without an index."""
    import duckdb

    database = duckdb.connect(config={"threads": threads})
    sender, receiver = ends[:, 0], ends[:, 1]  # noqa: F841: the query reads them by name
    place = numpy.arange(len(ends), dtype=numpy.int64)  # noqa: F841

    def load():
        columns = {"place": place, "sender": numpy.ascontiguousarray(sender), "receiver": numpy.ascontiguousarray(receiver)}
        import pyarrow

        database.register("raw", pyarrow.table(columns))
        database.execute(f"CREATE TABLE transfers AS SELECT place, sender, receiver FROM raw WHERE sender <> {NONE}")
        database.execute("CREATE TABLE seeds (node UINTEGER, place BIGINT)")
        database.executemany("INSERT INTO seeds VALUES (?, ?)", seeds)

    def ask():
        return database.execute(
            """
            WITH RECURSIVE reach(node, place) USING KEY (node) AS (
                SELECT node, place FROM seeds
                UNION
                SELECT t.receiver, min(t.place) + 1
                FROM reach r
                JOIN transfers t ON t.sender = r.node AND t.place >= r.place
                LEFT JOIN recurring.reach k ON k.node = t.receiver
                WHERE k.place IS NULL OR t.place + 1 < k.place
                GROUP BY t.receiver
            )
            SELECT count(*), sum(place)::HUGEINT FROM reach
            """
        ).fetchone()

    _, loading = timed(f"duckdb {duckdb.__version__} load, {threads} threads", load)
    answer, asking = timed(f"duckdb {duckdb.__version__} USING KEY, {threads} threads", ask)
    return tuple(int(it) for it in answer), [loading, asking]


def python_reach(ends, seeds):
    """One pass over the transfers with a dictionary."""
    senders, receivers = ends[:, 0].tolist(), ends[:, 1].tolist()
    begins = sorted((place, node) for node, place in seeds)

    def scan():
        reached = {}
        begin = 0
        for place, sender in enumerate(senders):
            while begin < len(begins) and begins[begin][0] <= place:
                reached.setdefault(begins[begin][1], begins[begin][0])
                begin += 1
            if sender in reached:
                receiver = receivers[place]
                if receiver not in reached:
                    reached[receiver] = place + 1
        return len(reached), sum(reached.values())

    answer, scanning = timed("python dictionary, one pass", scan)
    return answer, [scanning]


def rustworkx_static(ends, seeds, purses):
    import rustworkx

    def load():
        graph = rustworkx.PyDiGraph(multigraph=False)
        graph.add_nodes_from([None] * (purses + 1))
        graph.add_edges_from_no_data([(a, b) for a, b in ends.tolist() if a != NONE])
        graph.add_edges_from_no_data([(purses, node) for node, _ in seeds])
        return graph

    graph, loading = timed(f"rustworkx {rustworkx.__version__} load", load)
    found, searching = timed(
        f"rustworkx {rustworkx.__version__} static search", lambda: len(rustworkx.descendants(graph, purses))
    )
    return found, [loading, searching]


def networkx_static(ends, seeds, purses):
    import networkx

    def load():
        graph = networkx.DiGraph()
        graph.add_edges_from((a, b) for a, b in ends.tolist() if a != NONE)
        graph.add_edges_from((purses, node) for node, _ in seeds)
        return graph

    graph, loading = timed(f"networkx {networkx.__version__} load", load)
    found, searching = timed(
        f"networkx {networkx.__version__} static search", lambda: len(networkx.descendants(graph, purses))
    )
    return found, [loading, searching]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--only", nargs="*", choices=["duckdb", "python", "rustworkx", "networkx"])
    arguments = parser.parse_args()
    with open(arguments.file + ".json") as file:
        ours = json.load(file)
    ends = numpy.fromfile(arguments.file, dtype="<u4").reshape(-1, 2)
    seeds = ours["seeds"]
    exact = (ours["reached"], ours["checksum"])
    asked = lambda name: not arguments.only or name in arguments.only  # noqa: E731
    rows = [(f"dyetrace {way[:-3]}", microseconds / 1e6) for way, microseconds in ours.items() if way.endswith("_us")]

    def check(name, answer, expected):
        if answer != expected:
            raise SystemExit(f"{name} finds {answer}, dyetrace {expected}")

    if asked("python"):
        answer, times = python_reach(ends, seeds)
        check("python", answer, exact)
        rows += times
    if asked("duckdb"):
        for threads in (1, 2):
            answer, times = duckdb_reach(ends, seeds, threads)
            check("duckdb", answer, exact)
            rows += times
    for name, search in (("rustworkx", rustworkx_static), ("networkx", networkx_static)):
        if asked(name):
            found, times = search(ends, seeds, ours["purses"])
            check(name, found, ours["static"])
            rows += times
    print(f"{ours['transfers']} transfers, {ours['purses']} purses: {exact[0]} reached, checksum {exact[1]}")
    more = ours["static"] - exact[0]
    print(f"without times {ours['static']}: {more} too many, {100 * more / exact[0]:.1f} %")
    for name, seconds in rows:
        print(f"| {name} | {seconds:.4f} s | {ours['transfers'] / seconds / 1e6:.2f} M/s |")


if __name__ == "__main__":
    main()
