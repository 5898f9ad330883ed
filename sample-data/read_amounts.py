#!/usr/bin/env python3
"""Reads transfer files a second time, and sets its sums against those of `dyetrace check --json`.

Written from the description of the formats, not from the program. The standard library alone; amounts are
text turned into whole numbers, never floats.

    python3 sample-data/read_amounts.py PROGRAM FILE_OR_FOLDER...

For every file: how many rows move something in each asset, and the exact sum of what they move. A file that
is read here and refused there, or the other way round, is a difference too, unless both say that it holds no
transfers. Ends with 1 where anything differs.
"""

import csv
import gzip
import io
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

csv.field_size_limit(1 << 30)


class NoTransfers(Exception):
    """The file is of a known form that holds no transfers."""


class BadRow(Exception):
    """A row that does not say what it moved."""


def whole(text):
    """Digits to a number; anything else is an error."""
    if not (text.isascii() and text.isdigit()):
        raise BadRow(f"{text!r} is no whole number")
    return int(text)


def coins(text, decimals):
    """A decimal number to base units, exactly."""
    head, _, tail = text.partition(".")
    tail = tail.rstrip("0")
    if len(tail) > decimals:
        raise BadRow(f"{text!r} is too precise")
    return whole((head or "0") + tail.ljust(decimals, "0"))


def canonical(row):
    chain = row.get("chain") or "ethereum"
    asset = (row.get("asset") or "native").lower()
    yield asset if ":" in asset else f"{chain}:{asset}", whole(row["value"])


def etl_transactions(row):
    failed = row.get("receipt_status") == "0"
    yield "ethereum:native", 0 if failed else whole(row["value"])


def etl_token_transfers(row):
    yield "ethereum:" + row["token_address"].lower(), whole(row["value"])


def etl_traces(row):
    kind, call = row["trace_type"], row["call_type"]
    failed = row["status"] == "0" if row["status"] else bool(row["error"])
    is_root = row["trace_address"] == "" and kind in ("call", "create")
    if kind == "call" and call != "call":
        return
    if kind == "suicide" and not row["value"]:
        raise BadRow("what a self-destruct moved is not told")
    value = 0 if failed else whole(row["value"])
    # A call of nothing is no transfer, but for the transaction itself.
    if value or is_root or kind == "reward":
        yield "ethereum:native", value


def txlist(row):
    failed = row["isError"] == "1" or row.get("txreceipt_status") == "0"
    yield "ethereum:native", 0 if failed else whole(row["value"])


def mftracer(row):
    yield "ethereum:native", coins(row["Value_in_USD"], 6)


# The columns that are enough to know a form, and how a row of it is read.
FORMS = [
    ({"trace_type", "trace_address", "call_type", "value"}, etl_traces),
    ({"token_address", "log_index", "value"}, etl_token_transfers),
    ({"hash", "nonce", "from_address", "gas_price", "value"}, etl_transactions),
    ({"hash", "isError", "gasUsed", "gasPrice", "value"}, txlist),
    ({"Tx_hash", "Value_in_USD"}, mftracer),
    ({"from_address", "to_address", "value", "block_number"}, canonical),
]


def text_of(path):
    data = path.read_bytes()
    # All members of a gzip file, not the first alone.
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")


def sums_of(path):
    """Transfers and their sum by asset, and the number of bad rows."""
    text = text_of(path)
    if not text.strip() or text.lstrip()[0] in "{[":
        raise NoTransfers
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = set(rows.fieldnames)
    read = next((read for wanted, read in FORMS if wanted <= columns), None)
    if read is None:
        raise NoTransfers
    moved, bad = defaultdict(lambda: [0, 0]), 0
    for row in rows:
        try:
            for asset, units in read(row):
                moved[asset][0] += 1
                moved[asset][1] += units
        except BadRow:
            bad += 1
    return {asset: tuple(sums) for asset, sums in moved.items()}, bad


def program_sums(program, path):
    run = subprocess.run([program, "check", "--json", str(path)], capture_output=True, text=True)
    if run.returncode == 1:
        raise NoTransfers
    told = json.loads(run.stdout)
    assets = {it["asset"]: (it["transfers"], int(it["units"])) for it in told["assets"]}
    return assets, len(told["bad_rows"])


def attempt(read, *arguments):
    try:
        sums, bad = read(*arguments)
        return ("no transfers",) if not sums and not bad else (sums, bad)
    except NoTransfers:
        return ("no transfers",)


def main(program, *named):
    files = []
    for name in map(Path, named):
        files += sorted(it for it in name.rglob("*") if it.is_file()) if name.is_dir() else [name]
    wrong = 0
    for path in files:
        ours, theirs = attempt(sums_of, path), attempt(program_sums, program, path)
        same = ours == theirs
        wrong += not same
        shown = "no transfers" if len(ours) == 1 else f"{sum(it[0] for it in ours[0].values())} transfers"
        print(f"{'same' if same else 'DIFFERENT'}: {path}: {shown}")
        if not same:
            print(f"  here:  {ours}\n  there: {theirs}")
    print(f"{len(files)} files, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
