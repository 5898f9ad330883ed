"""The way back: `source`, `screen` and `mixers` say what the command says."""

import csv
import json
import random

import duckdb
import dyetrace
import polars
import pyarrow
import pytest
from conftest import account
from test_bytes import assert_same_folder

CASE = "sample-data/harmony/case.toml"
POOL = "0x910cbd523d972eb0a6f4cae4618ad62622b39dbf"
TEN = 10**19


def places():
    with open("sample-data/harmony/expected/freezable.csv", newline="") as file:
        return [row["address"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "words, options",
    [
        ([], {}),
        (["--rule", "fifo", "--asset", "native"], {"rule": "fifo", "asset": "native"}),
        (["--origins", "mixer,exchange", "--no-swaps"], {"origins": ["mixer", "exchange"], "no_swaps": True}),
        (["--stop", "exchange", "--until", "2022-08-01T00:00:00Z"], {"stop": "exchange", "until": "2022-08-01T00:00:00Z"}),
    ],
)
def test_source_is_the_command_s(command, words, options):
    for address in places()[:3]:
        sources = dyetrace.source(CASE, address, **options)
        code = 0 if sources.is_complete else 2
        assert str(sources) == command("source", CASE, address, *words, ends_with=code).stdout
        told = command("source", CASE, address, *words, "--json", ends_with=code).stdout
        assert sources.summary() == json.loads(told)


def test_a_deposit_is_told_apart(command):
    address = places()[0]
    trace = dyetrace.trace(CASE)
    paid = next(row for row in trace.flows if row["to_address"] == address)["transaction_hash"]
    sources = dyetrace.source(CASE, address, transaction=paid)
    assert len(sources.summary()["accounts"][0]["transfers"]) == 1
    assert "<pre>" in sources._repr_html_() and "Sources" in repr(sources)
    with pytest.raises(dyetrace.CaseError, match="brings the account nothing") as stopped:
        dyetrace.source(CASE, address, transaction="0x" + "0" * 64)
    assert "--transaction" in stopped.value.hint
    with pytest.raises(dyetrace.CaseError, match="no transfer names"):
        dyetrace.source(CASE, account(12345))


def test_screen_is_the_command_s(command, tmp_path):
    addresses = [*places(), account(7)]
    listed = tmp_path / "who.txt"
    listed.write_text("\n".join(addresses))
    words = ["--flag-direct", "0%", "--flag-indirect", "mixer=1%"]
    command("screen", CASE, "--addresses", listed, *words, "--out", tmp_path / "command.csv")
    options = {"flag_direct": "0%", "flag_indirect": {"mixer": "1%"}}
    for asked in (addresses, listed, iter(addresses)):
        screened = dyetrace.screen(CASE, asked, **options)
        screened.write(tmp_path / "python.csv")
        assert (tmp_path / "python.csv").read_bytes() == (tmp_path / "command.csv").read_bytes()
    assert screened.is_complete and screened.missing == [] and screened.unknown == 1
    with open(tmp_path / "command.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert screened.flagged == len({row["address"] for row in rows if row["met"]}) > 0
    assert screened.rows["came"] == [int(row["came"]) if row["came"] else None for row in rows]
    # Whoever takes tables takes it; amounts are whole numbers.
    table, types = screened.rows, screened.rows.types
    arrow = pyarrow.table(table)
    assert types["came"] == types["claim"] == "decimal128(38, 0)" and types["first"] == "timestamp(us, UTC)"
    assert types["direct_per_mille"] == types["hops"] == "uint64"
    came = sum(amount or 0 for amount in table["came"])
    assert arrow.num_rows == len(rows) and int(polars.DataFrame(table)["came"].sum()) == came
    assert duckdb.sql("select sum(came) from arrow").fetchall()[0][0] == came


def test_an_address_that_is_none_is_named_by_its_number(ledger_file):
    with pytest.raises(dyetrace.InputError) as stopped:
        dyetrace.screen(CASE, [account(1), "0x12"])
    assert (stopped.value.file, stopped.value.line, stopped.value.seen) == ("addresses", 2, "0x12")
    with pytest.raises(dyetrace.CaseError, match="is no share"):
        dyetrace.screen(CASE, [account(1)], flag_direct="ten")
    with pytest.raises(dyetrace.CaseError, match="no origin is named"):
        dyetrace.screen(dyetrace.read(ledger_file([(1, account(1), account(2), 5)])), [account(2)])


def test_a_screening_replaces_nothing_else(tmp_path):
    screened = dyetrace.screen(CASE, places())
    (tmp_path / "mine.csv").write_text("not a screening\n")
    with pytest.raises(dyetrace.CaseError, match="no table of a screening"):
        screened.write(tmp_path / "mine.csv")
    with pytest.raises(dyetrace.ResultError, match="cannot be written"):
        screened.write(tmp_path / "no" / "folder.csv")


@pytest.mark.parametrize("seed", range(20))
def test_what_came_is_what_a_trace_brings(ledger_file, seed):
    """For every account: the sum over origins is what the forward trace put there."""
    chance = random.Random(seed)
    rows = [
        (block, account(chance.randrange(1, 8)), account(chance.randrange(1, 8)), chance.randrange(1, 10**chance.choice([3, 30])))
        for block in range(60)
    ]
    ledger = dyetrace.read(ledger_file(rows))
    thefts = {f"T{number}": account(number) for number in (1, 2)}
    rule = chance.choice(["fifo", "lifo", "prorata", "libr", "taint_first"])
    trace = dyetrace.trace(ledger, thefts=thefts, rule=rule, compare="none")
    everybody = [account(number) for number in range(1, 8)]
    screened = dyetrace.screen(ledger, everybody, thefts=thefts, rule=rule)
    wanted, seeds = {}, {"T1": account(1), "T2": account(2)}
    for row in trace.flows:
        # What a theft's own account gets back is the theft's already.
        key = (row["theft"], row["to_address"])
        if row["from_address"] != row["to_address"] and seeds[row["theft"]] != row["to_address"]:
            wanted[key] = wanted.get(key, 0) + row[rule]
    told = {}
    for row in screened.rows:
        if row["kind"] == "theft" and seeds[row["origin"]] != row["address"] and row["came"]:
            told[row["origin"], row["address"]] = told.get((row["origin"], row["address"]), 0) + row["came"]
    assert told == {key: amount for key, amount in wanted.items() if amount}


def mixed(tmp_path):
    """A steals and pays two notes, a stranger another; B draws two of them, D relays one."""
    a, b, c, d = (account(number) for number in range(1, 5))
    rows = [
        (0, 1, c, POOL, TEN, "external"),
        (10, 2, a, b, 5, "external"),
        (20, 3, a, POOL, TEN, "external"),
        (21, 4, a, POOL, TEN, "external"),
        (30, 5, POOL, b, TEN - 7, "internal"),
        (30, 5, POOL, d, 7, "internal"),
        (40, 6, POOL, b, TEN, "internal"),
        (50, 7, a, POOL, 3, "external"),
    ]
    lines = [f"{1_650_000_000 + 60 * time},0x{sha:064},{sender},{to},{value},{kind}" for time, sha, sender, to, value, kind in rows]
    head = "block_timestamp,transaction_hash,from_address,to_address,value,kind"
    (tmp_path / "t.csv").write_text("\n".join([head, *lines]) + "\n")
    return tmp_path / "t.csv"


def assert_mixers_are_the_command_s(command, tmp_path, words, mixers):
    command("mixers", *words, "--out", tmp_path / "command")
    mixers.write(tmp_path / "python")
    assert_same_folder(tmp_path / "command", tmp_path / "python")
    assert str(mixers) == command("mixers", *words).stdout
    assert mixers.summary() == json.loads(command("mixers", *words, "--json").stdout)
    for name in mixers.table_names:
        with open(tmp_path / "command" / f"{name}.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        for amounts in ("auto", "text"):
            table = mixers.table(name, amounts=amounts)
            assert len(table) == len(rows) == pyarrow.table(table).num_rows
            for there, row in zip(table, rows, strict=True):
                shown = {key: as_text(cell) for key, cell in there.items()}
                assert shown == {key: cell or None for key, cell in row.items()}, name


def as_text(cell):
    return cell.isoformat().replace("+00:00", "Z") if hasattr(cell, "isoformat") else None if cell is None else str(cell)


def test_mixers_are_the_command_s(command, tmp_path):
    file = mixed(tmp_path)
    theft = {"T": account(1)}
    for what in (dyetrace.read(file), dyetrace.Case(file)):
        mixers = dyetrace.mixers(what, thefts=theft, known_exits=account(2), group_members=2)
        words = ["--transfers", file, "--theft", f"T={account(1)}", "--known-exit", account(2), "--group-members", 2]
        assert_mixers_are_the_command_s(command, tmp_path, words, mixers)
    assert mixers.is_complete and mixers.strangers == []
    types = mixers.table("mixer_candidates").types
    assert types["drawn"] == types["balance"] == "decimal128(38, 0)" and types["first_exit"] == "timestamp(us, UTC)"
    assert mixers.table("mixer_thefts")["taint"] == [2 * TEN]
    assert mixers.table("mixer_events")["fee"] == [None, None, None, 7, 0]
    with pytest.raises(ValueError, match="`flows` is no table"):
        mixers.table("flows")
    with pytest.raises(dyetrace.CaseError, match="nothing to look at"):
        dyetrace.mixers()
    for option in ("voucher_gap", "window", "late_window", "group_window", "decoys"):
        with pytest.raises(dyetrace.CaseError, match="is not from 1 to"):
            dyetrace.mixers(what, **{option: 2**32 - 1})
    with pytest.raises(dyetrace.CaseError, match="`--window`: 9223372036854775807 is not from 1 to 3155760000"):
        dyetrace.mixers(what, window=2**63 - 1)
    for wrong in ({"min_share": 0}, {"gas_share": 50}, {"max_delay": 2**63 - 1}):
        with pytest.raises(dyetrace.CaseError, match="is not from"):
            dyetrace.deposits(what, **wrong)


def test_event_files_alone(command, tmp_path):
    sha = [f"0x{number:064}" for number in range(8)]
    (tmp_path / "d.csv").write_text(f"blockNumber,transactionHash,leafIndex,timestamp\n1,{sha[1]},0,1650000000\n2,{sha[3]},1,1650001200\n")
    (tmp_path / "w.csv").write_text(f"blockNumber,transactionHash,to,fee\n3,{sha[5]},{account(2)},7\n3,{sha[6]},{account(2)},0\n")
    events = {"ethereum:eth_10": [tmp_path / "d.csv", tmp_path / "w.csv"]}
    mixers = dyetrace.mixers(pool_events=events, known_exits=[account(9)])
    words = ["--pool-events", *(f"ethereum:eth_10={path}" for path in events["ethereum:eth_10"]), "--known-exit", account(9)]
    assert_mixers_are_the_command_s(command, tmp_path, words, mixers)
    assert mixers.strangers == [account(9)]
