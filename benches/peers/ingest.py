#!/usr/bin/env python3
"""How fast others load a CSV of token transfers, and how fast we do, in one run.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install -r benches/peers/requirements.txt
    cargo run --release -p dyetrace-benches --bin make-token-transfers -- --rows 5000000 --out transfers.csv
    /tmp/peers/bin/python benches/peers/ingest.py transfers.csv --json out.json \\
        --ours "target/release/dyetrace ingest {file} --out {out}"

The command of ours may name {file}, {out} and {threads}. Without it only the peers run; a peer that is not
installed is skipped, and said so.

What is timed
  A peer: its load alone, inside its own process; neither the interpreter's start nor the import. Ours: the whole
  process, from its start to its end. DuckDB's file is closed inside the timed part, so that all of it is written.
  Each run is a fresh process on as many cores as threads (`taskset`), with a fresh result next to --work, on one disk.
  The file was read once before, so it is in the page cache. What earlier runs left to be written to disk is written
  before the clock starts (`sync`).
  Runs alternate: a peer, ours, the next peer, ours, and so on, for several rounds. `times ours` is the median over
  rounds of a peer's time over that of the run of ours right after it.

Memory
  Read from /proc/PID/status every 2 ms. `VmHWM` is the kernel's own high-water mark: only growth in the last 2 ms is
  missed. `RssAnon` is what was there at the moment, so a peak shorter than 2 ms may be missed. Mapped pages of the
  input count in the first, not in the second.

What is unequal
  Peers keep addresses, hashes and values as text, and intern nothing for good; ours interns accounts and makes
  amounts exact. DuckDB has no type for value: UHUGEINT ends at 2^128 and the file has values up to 2^256 - 1, so
  it is VARCHAR. `duckdb_file_sniffed` leaves all types to DuckDB: where its sample shows no large value it takes a
  narrower type and fails later, or a DOUBLE, which is not exact; the table says which. `duckdb_file_value_text`
  leaves all but that of value to DuckDB.
  polars and pyarrow load into memory only, as does `duckdb_memory`.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

POLL_SECONDS = 0.002
COLUMNS = {
    "token_address": "VARCHAR",
    "from_address": "VARCHAR",
    "to_address": "VARCHAR",
    "value": "VARCHAR",
    "transaction_hash": "VARCHAR",
    "log_index": "UINTEGER",
    "block_number": "UINTEGER",
    "block_timestamp": "BIGINT",
}


TYPED = ", header = true, columns = {" + ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items()) + "}"


# What a child does: load(file, out, threads) -> (seconds, rows, type of value).


def duckdb_load(file, database, threads, options):
    import duckdb

    source = f"'{file}'{options}"
    start = time.perf_counter()
    connection = duckdb.connect(database, config={"threads": threads})
    connection.execute(f"CREATE TABLE transfers AS SELECT * FROM read_csv({source})")
    if database != ":memory:":
        connection.close()
    seconds = time.perf_counter() - start
    if database != ":memory:":
        connection = duckdb.connect(database, read_only=True)
    (rows,) = connection.execute("SELECT count(*) FROM transfers").fetchone()
    kinds = dict(row[:2] for row in connection.execute("DESCRIBE transfers").fetchall())
    return seconds, rows, kinds["value"]


def duckdb_file(file, out, threads):
    return duckdb_load(file, out, threads, TYPED)


def duckdb_file_sniffed(file, out, threads):
    return duckdb_load(file, out, threads, "")


def duckdb_file_value_text(file, out, threads):
    return duckdb_load(file, out, threads, ", types = {'value': 'VARCHAR'}")


def duckdb_memory(file, _out, threads):
    return duckdb_load(file, ":memory:", threads, TYPED)


def polars_memory(file, _out, threads):
    import polars

    assert polars.thread_pool_size() == threads
    start = time.perf_counter()
    frame = polars.read_csv(file, schema_overrides={"value": polars.String})
    seconds = time.perf_counter() - start
    return seconds, frame.height, str(frame.schema["value"])


def pyarrow_memory(file, _out, threads):
    import pyarrow
    from pyarrow import csv

    pyarrow.set_cpu_count(threads)
    convert = csv.ConvertOptions(column_types={"value": pyarrow.string()})
    start = time.perf_counter()
    table = csv.read_csv(file, read_options=csv.ReadOptions(use_threads=threads > 1), convert_options=convert)
    seconds = time.perf_counter() - start
    return seconds, table.num_rows, str(table.schema.field("value").type)


PEERS = {
    "duckdb_file": ("duckdb", duckdb_file),
    "duckdb_file_sniffed": ("duckdb", duckdb_file_sniffed),
    "duckdb_file_value_text": ("duckdb", duckdb_file_value_text),
    "duckdb_memory": ("duckdb", duckdb_memory),
    "polars_memory": ("polars", polars_memory),
    "pyarrow_memory": ("pyarrow", pyarrow_memory),
}


def child(name, file, out, threads):
    try:
        seconds, rows, kind = PEERS[name][1](file, out, int(threads))
    except Exception as error:  # A peer that cannot read the file is a result, and is listed as one.
        lines = [line.strip() for line in str(error).splitlines() if "rror" in line]
        print(json.dumps({"failed": "; ".join(lines[:2])[:300] or repr(error)[:300]}))
    else:
        print(json.dumps({"seconds": seconds, "rows": rows, "value_type": kind}))
    # Whatever it holds need not be freed in order.
    sys.stdout.flush()
    os._exit(0)


# What the parent does.


class Watch(threading.Thread):
    """Keeps the highest VmHWM and RssAnon of a process, in bytes."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.status = Path(f"/proc/{pid}/status")
        self.peaks = {"VmHWM": 0, "RssAnon": 0}
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(POLL_SECONDS):
            try:
                lines = self.status.read_text().splitlines()
            except OSError:
                return
            for line in lines:
                key, _, rest = line.partition(":")
                if key in self.peaks:
                    self.peaks[key] = max(self.peaks[key], int(rest.split()[0]) * 1024)


def watched(command, cores, environment):
    """Runs a command and returns its seconds, its peaks and its output; ends the benchmark if it fails."""
    pinned = ["taskset", "-c", ",".join(map(str, cores)), *command]
    start = time.perf_counter()
    process = subprocess.Popen(
        pinned, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    watch = Watch(process.pid)
    watch.start()
    output, errors = process.communicate()
    seconds = time.perf_counter() - start
    watch.over.set()
    watch.join()
    if process.returncode != 0:
        sys.exit(f"error: `{shlex.join(command)}` ended with {process.returncode}\n{errors.strip()[-2000:]}")
    return seconds, watch.peaks, output


def size_of(path):
    if path.is_dir():
        return sum(it.stat().st_size for it in path.rglob("*") if it.is_file())
    return path.stat().st_size if path.exists() else 0


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def run(name, args, threads, rows):
    """Runs an engine once, with a fresh result, and returns the sample."""
    cores = args.cores[:threads]
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(dir=args.work, prefix="ingest-") as folder:
        os.sync()
        if name == "ours":
            out = Path(folder) / "ours"
            names = {"file": str(args.file), "out": str(out), "threads": threads}
            command = [part.format(**names) for part in shlex.split(args.ours)]
            seconds, peaks, _ = watched(command, cores, {"RAYON_NUM_THREADS": str(threads)})
            sample = {"seconds": seconds}
            if args.ours_check:
                check = [part.format(**names) for part in shlex.split(args.ours_check)]
                watched(check, args.cores, {})
        else:
            out = Path(folder) / "peer.db"
            command = [sys.executable, __file__, "--child", name, str(args.file), str(out), str(threads)]
            _, peaks, output = watched(command, cores, {"POLARS_MAX_THREADS": str(threads)})
            sample = json.loads(output.splitlines()[-1])
            if sample.get("rows", rows) != rows:
                sys.exit(f"error: {name} has {sample['rows']} rows, the file {rows}")
        wal = out.with_name(out.name + ".wal")
        sample["result_bytes"] = size_of(out) + size_of(wal)
        if name == "ours" and not sample["result_bytes"]:
            sys.exit(f"error: {args.ours} left nothing at {{out}}")
        remove(out)
    sample |= {"peak_rss": peaks["VmHWM"], "peak_anonymous": peaks["RssAnon"], "load_before": load}
    shown = f"{sample['seconds']:.3f} s" if "seconds" in sample else f"failed: {sample['failed']}"
    print(f"{threads} threads, {name}: {shown} (load {load[0]:.2f})", file=sys.stderr)
    return sample


def measure(args, peers, rows):
    """Returns samples by threads and engine; of ours as many as of all peers together."""
    samples = {}
    for threads in args.threads:
        of = samples[threads] = {name: [] for name in [*peers, *(["ours"] if args.ours else [])]}
        for _ in range(args.rounds):
            for name in peers or ([None] if args.ours else []):
                if name and not (of[name] and "failed" in of[name][-1]):
                    of[name].append(run(name, args, threads, rows))
                elif name:
                    continue
                if args.ours:
                    of["ours"].append(run("ours", args, threads, rows))
                    if name:
                        of[name][-1]["ours_after"] = of["ours"][-1]["seconds"]
    return samples


def table(samples, size, rows):
    yield "| threads | engine | min s | median s | GB/s (min) | times ours | peak RSS MB | peak anonymous MB | result bytes a row |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for threads, engines in samples.items():
        for name, of in engines.items():
            done = [it for it in of if "seconds" in it]
            if not done:
                why = of[0]["failed"] if of else "not run"
                yield f"| {threads} | `{name}` | failed: {why.replace('|', '/')} | | | | | | |"
                continue
            seconds = [it["seconds"] for it in done]
            ratios = [it["seconds"] / it["ours_after"] for it in done if it.get("ours_after")]
            times = f"{statistics.median(ratios):.2f}" if ratios else ("1" if name == "ours" else "")
            rss, anonymous = (max(it[key] for it in done) / 1e6 for key in ("peak_rss", "peak_anonymous"))
            result = max(it["result_bytes"] for it in done) / rows
            kind = done[0].get("value_type")
            shown = f"`{name}`" + (f", value {kind}" if kind else "")
            yield (
                f"| {threads} | {shown} | {min(seconds):.3f} | {statistics.median(seconds):.3f} "
                f"| {size / min(seconds) / 1e9:.3f} | {times} | {rss:.0f} | {anonymous:.0f} "
                f"| {f'{result:.1f}' if result else 'in memory'} |"
            )


def warm(file):
    """Reads the whole file, which puts it into the page cache, and counts its rows; no field has a line break."""
    lines, last = 0, b"\n"
    with open(file, "rb") as source:
        while chunk := source.read(1 << 22):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last != b"\n") - 1


def arguments():
    about, _, more = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        description=about, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, help="the CSV file")
    parser.add_argument("--ours", help="our command, with {file}, {out} and perhaps {threads}")
    parser.add_argument("--ours-check", help="a command that must succeed on {out}, outside the timed part")
    parser.add_argument("--peers", default=",".join(PEERS), help="which, by comma; empty for none (default: %(default)s)")
    parser.add_argument("--threads", default="1,2", help="by comma (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    parser.add_argument("--cores", help="by comma; the first ones are used (default: all that may be used)")
    parser.add_argument("--work", type=Path, help="folder for results (default: the file's)")
    parser.add_argument("--json", type=Path, help="where all samples are written")
    args = parser.parse_args()
    args.file = args.file.resolve()
    args.work = (args.work or args.file.parent).resolve()
    args.threads = [int(it) for it in args.threads.split(",")]
    args.cores = [int(it) for it in args.cores.split(",")] if args.cores else sorted(os.sched_getaffinity(0))
    args.peers = [it for it in args.peers.split(",") if it]
    if unknown := [it for it in args.peers if it not in PEERS]:
        parser.error(f"no peers: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    if max(args.threads) > len(args.cores):
        parser.error(f"{max(args.threads)} threads need as many cores, but there are {len(args.cores)}")
    return args


def main():
    args = arguments()
    packages = dict.fromkeys(PEERS[name][0] for name in args.peers)
    skipped = [it for it in packages if importlib.util.find_spec(it) is None]
    peers = [name for name in args.peers if PEERS[name][0] not in skipped]
    if not peers and not args.ours:
        sys.exit("\n".join([*(f"skipped: {it} is not installed" for it in skipped), "error: nothing is left to run"]))
    rows, size = warm(args.file), args.file.stat().st_size
    facts = {
        "file": args.file.name,
        "bytes": size,
        "rows": rows,
        "ours": args.ours,
        "rounds": args.rounds,
        "cores": args.cores,
        "versions": {it: importlib.metadata.version(it) for it in packages if it not in skipped},
        "skipped": skipped,
        "python": platform.python_version(),
        "machine": platform.platform(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    samples = measure(args, peers, rows)
    if args.json:
        args.json.write_text(json.dumps(facts | {"samples": samples}, indent=1) + "\n")
    loads = [it["load_before"][0] for engines in samples.values() for of in engines.values() for it in of]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    print(f"`{facts['file']}`: {size:,} bytes, {rows:,} rows; {args.rounds} rounds; {versions or 'no peer'}.")
    print(f"Load average (1 min) before runs: {min(loads):.2f} to {max(loads):.2f}.\n")
    for line in table(samples, size, rows):
        print(line)
    for it in skipped:
        print(f"\nskipped: {it} is not installed")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    main()
