"""A result of a million rows: how long the package takes to hand it to polars, pandas, pyarrow and duckdb, and what memory.

    python benches/python/million.py [ROWS]

Each library is measured in a process of its own, over the same table. Resident memory is that of the process."""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 1_000_000
LIBRARIES = ("nothing", "polars", "pyarrow", "duckdb", "pandas", "pandas from_arrow")


def ledger(path: Path, rows: int) -> None:
    """Stolen money that is passed on, every transfer tainted: each has a hash, a time and a place of its own."""
    chance = random.Random(1)
    accounts = [f"0x{chance.getrandbits(160):040x}" for _ in range(20_000)]
    with open(path, "w") as file:
        file.write("block_number,transaction_index,event_index,block_timestamp,transaction_hash,from_address,to_address,value\n")
        file.write(f"1,0,0,1600000000,0x{0:064x},{accounts[1]},{accounts[0]},{10**25}\n")
        held = {0: 10**25}
        holders = [0]
        for row in range(1, rows + 1):
            number = holders[chance.randrange(len(holders))]
            to = chance.randrange(len(accounts))
            value = held[number] // chance.randint(2, 50)
            if to == number or value == 0:
                number, to = 0, 1
                value = 1
            held[number] -= value
            if to not in held:
                held[to] = 0
                holders.append(to)
            held[to] += value
            block = 2 + row // 150
            file.write(
                f"{block},{row % 150},{row % 7},{1600000000 + 12 * block},0x{chance.getrandbits(256):064x},"
                f"{accounts[number]},{accounts[to]},{value}\n"
            )
    print(accounts[0])


def resident() -> int:
    """Megabytes."""
    line = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


def timed(work):
    """What it gives, and its time: of the clock and of the processor, in seconds."""
    clock, processor = time.perf_counter(), time.process_time()
    done = work()
    return done, [round(time.perf_counter() - clock, 4), round(time.process_time() - processor, 4)]


def take(library, flows):
    """Hands the table over."""
    if library == "polars":
        import polars

        return polars.DataFrame(flows)
    if library == "pyarrow":
        return flows.to_pyarrow()
    if library == "duckdb":
        import duckdb

        return duckdb.sql("select count(*), sum(libr) from flows").fetchall()
    if library == "pandas":
        return flows.to_pandas()
    if library == "pandas from_arrow":
        import pandas

        return pandas.DataFrame.from_arrow(flows)
    return None


def measure(library: str, transfers: str, seed: str) -> None:
    import dyetrace

    if library != "nothing":
        __import__(library.split()[0])
        import pyarrow  # noqa: F401  what `to_pandas` goes through
    trace, traced = timed(lambda: dyetrace.trace(dyetrace.Case(transfers, thefts={"T": seed}), threads=1))
    before = resident()
    flows, made = timed(lambda: trace.flows)
    after = resident()
    taken, first = timed(lambda: take(library, flows))
    last = resident()
    runs = [first]
    for _ in range(4):
        del taken
        taken, once = timed(lambda: take(library, flows))
        runs.append(once)
    check(library, taken, flows)
    said = {
        "library": library, "rows": len(flows), "trace_s": traced, "table_s": made, "table_mb": flows.nbytes >> 20,
        "rss_trace_mb": before, "rss_table_mb": after, "rss_handed_mb": last,
        "handed_clock_s": spread(runs, 0), "handed_processor_s": spread(runs, 1),
    }
    print(json.dumps(said), flush=True)


def spread(runs, which: int) -> list[float]:
    """The least, the middle and the most."""
    ordered = sorted(run[which] for run in runs)
    return [ordered[0], ordered[len(ordered) // 2], ordered[-1]]


def check(library, taken, flows) -> None:
    """What was taken is what was given."""
    if library in ("nothing", "duckdb"):
        assert taken is None or taken == [(len(flows), sum(flows["libr"]))]
        return
    column = taken["libr"]
    column = column.to_pylist() if library == "pyarrow" else list(column)
    assert [int(units) for units in column] == flows["libr"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(*sys.argv[2:])
    else:
        rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
        with tempfile.TemporaryDirectory() as folder:
            transfers = Path(folder) / "transfers.csv"
            write = f"import runpy; runpy.run_path({__file__!r})['ledger'](__import__('pathlib').Path({str(transfers)!r}), {rows})"
            seed = subprocess.run([sys.executable, "-c", write], capture_output=True, text=True, check=True).stdout.strip()
            for library in LIBRARIES:
                subprocess.run([sys.executable, __file__, "--measure", library, str(transfers), seed], check=True)
