"""A table says what its file says, and every library takes it."""

import csv
import random
from datetime import datetime, timezone

import duckdb
import dyetrace
import pandas
import polars
import pyarrow
import pytest
from conftest import account

CASE = "sample-data/harmony/case.toml"


def cells_of_file(path):
    """The rows of a file, with what keeps spreadsheets from running a cell taken away again."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    plain = lambda cell: cell[1:] if cell.startswith("'") else cell
    return [{name: plain(cell) or None for name, cell in row.items()} for row in rows]


def as_text(cell):
    if cell is None:
        return None
    if isinstance(cell, datetime):
        assert cell.tzinfo == timezone.utc
        return cell.isoformat().replace("+00:00", "Z")
    assert not isinstance(cell, float)
    return str(cell)


def assert_tables_are_files(trace, folder):
    trace.write(folder)
    for name in trace.table_names:
        file = folder / f"{name}.csv"
        if name in ("dollars", "links") and not file.exists():
            continue
        rows = cells_of_file(file)
        for amounts in ("auto", "text"):
            table = trace.table(name, amounts=amounts)
            assert [{key: as_text(cell) for key, cell in row.items()} for row in table] == rows, name
            assert table.columns == file.read_text().splitlines()[0].split(",")
            assert pyarrow.table(table).num_rows == polars.DataFrame(table).height == len(rows)


def test_the_sample(tmp_path):
    assert_tables_are_files(dyetrace.trace(CASE), tmp_path / "out")


def test_harmony(shared, tmp_path):
    seeds = shared("cases/harmony/sources.txt").read_text().split()
    assert_tables_are_files(
        dyetrace.trace(dyetrace.read(shared("cases/harmony/flows.csv")), thefts={"T": seeds}), tmp_path / "out"
    )


def test_links(tmp_path):
    hashes = [f"0x{number:064x}" for number in range(1, 4)]
    rows = [(1, hashes[0], 9, 1, 100), (2, hashes[1], 1, 5, 100), (3, hashes[2], 6, 2, 99)]
    lines = [f"{block},{sha},{account(sender)},{account(to)},{value}" for block, sha, sender, to, value in rows]
    (tmp_path / "t.csv").write_text("block_number,transaction_hash,from_address,to_address,value\n" + "\n".join(lines) + "\n")
    (tmp_path / "links.csv").write_text(
        f"source_transaction,destination_transaction,method,confidence\n{hashes[1]},{hashes[2]},wormhole_sequence,0.95\n"
    )
    ledger = dyetrace.read(tmp_path / "t.csv")
    options = {"thefts": {"T": account(1)}, "links": tmp_path / "links.csv", "link_confidence": "0.9"}
    trace = dyetrace.trace(ledger, **options)
    assert_tables_are_files(trace, tmp_path / "out")
    assert trace.links["link_confidence"] == ["0.95"] and trace.links.types["link_confidence"] == "text"
    assert {row["address"] for row in trace.holdings} == {account(2)}


def test_prices(tmp_path):
    (tmp_path / "prices.csv").write_text("time,asset,usd\n2022-06-24T00:00:00Z,ethereum:native,1143.6\n")
    assert_tables_are_files(dyetrace.trace(CASE, prices=tmp_path / "prices.csv"), tmp_path / "out")


@pytest.mark.parametrize("seed", range(40))
def test_random_ledgers(ledger_file, tmp_path, seed):
    chance = random.Random(seed)
    most = chance.choice([100, 10**20, 10**38 - 1, 10**38, 2**256 - 1])
    rows = [
        (block // 2, account(chance.randint(1, 8)), account(chance.randint(1, 8)), chance.randint(0, most))
        for block in range(chance.randint(1, 60))
    ]
    rows.append((0, account(1), account(2), 1))
    names = ["=1+1", "-x", "@it", "+", "a,b", 'say "no"', "<b>", "é", "'quoted"]
    labels = tmp_path / "labels.csv"
    with open(labels, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["address", "label", "category"])
        # A text of ours that begins with what is taken away above could not be told from one that was defused.
        for number in range(5, 9):
            table.writerow([account(number), chance.choice(names[:-1]), chance.choice(["exchange", "other", "mixer"])])
    rules = chance.choice([None, "none", "poison,fifo"])
    trace = dyetrace.trace(dyetrace.read(ledger_file(rows), labels=labels), thefts={"T": account(1)}, compare=rules)
    assert_tables_are_files(trace, tmp_path / "out")


@pytest.mark.parametrize("amount, kind", [(10**38 - 1, "decimal128(38, 0)"), (10**38, "text"), (2**256 - 1, "text")])
def test_amounts_are_exact_whatever_their_size(ledger_file, amount, kind):
    file = ledger_file([(1, account(9), account(1), amount), (2, account(1), account(2), amount)])
    trace = dyetrace.trace(dyetrace.read(file), thefts=f"T={account(1)}")
    flows = trace.flows
    assert flows.types["value"] == flows.types["libr"] == kind
    assert [row["value"] for row in flows] == [amount] == flows["value"]
    assert [int(cell) for cell in polars.DataFrame(flows)["libr"]] == [amount]
    assert [int(cell) for cell in flows.to_pandas()["libr"]] == [amount]
    assert [int(cell) for cell in pandas.DataFrame.from_arrow(flows)["libr"]] == [amount]
    assert [int(cell) for cell in pyarrow.table(flows)["libr"].to_pylist()] == [amount]
    assert [int(cell) for (cell,) in duckdb.sql("select libr from flows").fetchall()] == [amount]
    assert polars.DataFrame(trace.table("flows", amounts="text"))["libr"].to_list() == [str(amount)]
    if kind == "text":
        with pytest.raises(ValueError, match="more than 38 digits"):
            trace.table("flows", amounts="decimal")


def test_what_leaves_has_a_sign(ledger_file):
    rows = [(1, account(9), account(1), 100), (2, account(1), account(0), 100)]
    trace = dyetrace.trace(dyetrace.read(ledger_file(rows)), thefts={"T": account(1)})
    assert [(row["kind"], row["libr"]) for row in trace.postings] == [("received", 100), ("burn", -100)]


def test_the_memory_is_shared():
    flows = dyetrace.trace(CASE).flows
    one, other = (pyarrow.table(flows)["value"].chunk(0).buffers()[1].address for _ in range(2))
    assert one == other
    taken = polars.DataFrame(flows)["block_number"].to_arrow().buffers()[1].address
    assert taken == pyarrow.table(flows)["block_number"].chunk(0).buffers()[1].address


def test_a_table_outlives_its_trace():
    frame = polars.DataFrame(dyetrace.trace(CASE).flows)
    table = dyetrace.trace(CASE).holdings
    assert frame.height == 1341 and len(table) == 77 and table[-1] == table[76]


def test_rows_and_columns_are_asked_for():
    table = dyetrace.trace(CASE).freezable
    assert table["rank"] == list(range(1, 17))
    with pytest.raises(IndexError):
        table[16]
    with pytest.raises(KeyError):
        table["nothing"]
    with pytest.raises(ValueError, match="`x` is no table"):
        dyetrace.trace(CASE).table("x")


def test_a_notebook_gets_no_markup_of_others(ledger_file, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text(f'address,label,category,entity\n{account(2)},<script>alert(1)</script>,exchange,"<img src=x onerror=y>"\n')
    rows = [(1, account(9), account(1), 5), (2, account(1), account(2), 5)]
    trace = dyetrace.trace(dyetrace.read(ledger_file(rows), labels=labels), thefts={"T": account(1)})
    shown = trace._repr_html_() + "".join(trace.table(name)._repr_html_() for name in trace.table_names)
    assert "<script" not in shown and "<img" not in shown and "&lt;script&gt;" in shown
    assert trace.holdings["label"] == ["<script>alert(1)</script>"]
