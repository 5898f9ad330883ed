#!/usr/bin/env python3
"""Haircut (prorata) in plain Python with exact integers, over the transfers that the program traces.

    python benches/peers/haircut.py target/release/dyetrace --transfers 1000000

Transfers of one token among accounts by a power law are made up and written as our CSV; a theft begins at nine tenths of
them. The program reads them into a snapshot and traces it by `prorata` alone, without stops; then one plain pass does the
same, with dictionaries, as scripts do that follow blacklisted coins. Both have to leave the same amount with every account:
the pass is an independent oracle too. What is unequal: the pass keeps no claims, grades, flows, routes or tables, goes over
every transfer, and has its rows in memory, parsed; the program's time is that of the whole command, tables written.
Standard library only.
"""

import argparse
import csv
import hashlib
import os
import random
import subprocess
import tempfile
import time

TOKEN = "0xdac17f958d2ee523a2206206994597c13d831ec7"


def make(count, accounts, seed):
    """Block, sender, receiver, value; a transfer a block."""
    rng = random.Random(seed)

    def somebody():
        return min(int(accounts * rng.random() ** 3), accounts - 1)

    rows = []
    for block in range(1, count + 1):
        sender, receiver = somebody(), somebody()
        if sender != receiver:
            rows.append((block, sender, receiver, rng.randrange(1, 10**24)))
    return rows


def address(number):
    return "0x" + hashlib.sha256(str(number).encode()).hexdigest()[:40]


def haircut(rows, thief, since):
    """What each account holds of the theft in the end. Half of a unit stays with the payer."""
    balance, tainted = {}, {}
    for block, sender, receiver, value in rows:
        held, bad = balance.get(sender, 0), tainted.get(sender, 0)
        if value > held:
            if sender == thief and block >= since:
                bad += value - held
            held = value
        taken, rest = divmod(bad * value, held)
        if rest > held - rest:
            taken += 1
        tainted[sender] = bad - taken
        balance[sender] = held - value
        if receiver == thief and block >= since:
            taken = value
        if taken:
            tainted[receiver] = tainted.get(receiver, 0) + taken
        balance[receiver] = balance.get(receiver, 0) + value
    return {account: amount for account, amount in tainted.items() if amount}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--transfers", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    rows = make(args.transfers, max(args.transfers // 8, 100), args.seed)
    since = args.transfers * 9 // 10
    # The busiest account, so that much is reached.
    thief = 0
    with tempfile.TemporaryDirectory() as folder:
        path, snapshot, out = (os.path.join(folder, name) for name in ("transfers.csv", "transfers.dye", "out"))
        with open(path, "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["block_number", "event_index", "from_address", "to_address", "asset", "value"])
            for block, sender, receiver, value in rows:
                table.writerow([block, 0, address(sender), address(receiver), TOKEN, value])
        subprocess.run([args.program, "ingest", path, "--out", snapshot], check=True, capture_output=True)
        trace = [args.program, "trace", "--transfers", snapshot, "--theft", f"T={address(thief)}@block:{since}"]
        trace += ["--rule", "prorata", "--compare", "none", "--stop", "none", "--threads", "1", "--out", out]
        ours, theirs = [], []
        for _ in range(args.rounds):
            start = time.perf_counter()
            subprocess.run(trace, check=True, capture_output=True)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            held = haircut(rows, thief, since)
            theirs.append(time.perf_counter() - start)
        with open(os.path.join(out, "holdings.csv"), newline="") as file:
            found = {row["address"]: int(row["prorata"]) for row in csv.DictReader(file)}
    expected = {address(account): amount for account, amount in held.items()}
    if found != expected:
        differ = sorted(who for who in found.keys() | expected.keys() if found.get(who) != expected.get(who))
        raise SystemExit(f"{len(differ)} accounts differ, the first is {differ[0]}: {found.get(differ[0])} and {expected.get(differ[0])}")
    million = len(rows) / 1e6
    print(f"{len(rows)} transfers, {len(held)} accounts with taint, the same by both to the last unit")
    print(f"dyetrace trace, 1 thread, whole command: {min(ours):.3f} s, {million / min(ours):.2f} M/s")
    print(f"plain Python, the pass alone: {min(theirs):.3f} s, {million / min(theirs):.2f} M/s, {min(theirs) / min(ours):.1f} times")


if __name__ == "__main__":
    main()
