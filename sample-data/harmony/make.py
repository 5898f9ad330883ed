#!/usr/bin/env python3
"""Writes the sample case: transfers.csv, labels.csv and roles.csv beside this file.

    python3 make.py            writes the three files, the same bytes on every run
    python3 make.py --check    reads them back, replays every balance, and lists what does not add up

The facts and the made-up names are in book.py, the theft and its laundering in story.py, the clean traffic in town.py.

What is real (public reports, see README.md): the addresses in `REAL`, the token contracts, the stolen amount of
each asset, the five hashes in `REAL_HASH`, the hour of the first drain, the mixer days (27 June to 2 July 2022,
notes of 100 ETH, one every 6 to 8 minutes), the exchange days (13 to 16 and 28 January 2023), and some sizes: the
two USDT payments, 18,036.3 ETH split into three wallets, 41,000 ETH put through RAILGUN.

What is invented: every other address, hash and hop, all minutes, fees, prices and block numbers, which signer sent
what, all deposit accounts, all people. An invented address is the first 20 bytes of SHA-256("dyetrace sample
harmony: account NAME"), NAME in roles.csv; an invented hash is SHA-256("dyetrace sample harmony: transaction N"),
N counting from 1 in the order in which the script made it up.

Left out of the theft: FRAX, AAG, FXS, SUSHI, AAVE, WETH and all of BNB Chain.
"""

import argparse
import csv
import hashlib
import io
import pathlib
import sys

sys.dont_write_bytecode = True  # leaves no cache folder in the repository

from book import COLUMNS, REAL, STATED, STOLEN, TOKEN, ZERO, Ledger, account, names, units
import story
import town

HERE = pathlib.Path(__file__).resolve().parent
LABEL_COLUMNS = "address,chain,label,category,entity,source,as_of,confidence".split(",")


def labels(people):
    """Yields the rows of labels.csv without address order: real ones from public reports, the rest invented."""
    def row(address, label, category, entity, basis):
        source, as_of, confidence = basis
        return address, "ethereum", label, category, entity, source, as_of, confidence

    report = ("public incident reports on the Harmony Horizon bridge", "2022-06-24", 95)
    name_tag = ("public name tag of a block explorer", "2023-01-13", 95)
    for n in (1, 2, 3):
        thief = account(f"exploiter {n}")
        yield row(thief, f"Harmony Horizon exploiter {n}", "theft", "Harmony Horizon exploiter", report)
    for name in ("bridge ETH", "bridge ERC20", "bridge BUSD"):
        yield row(account(name), "Harmony " + name, "bridge", "Harmony Horizon bridge", report)
    yield row(account("multisig"), "Harmony bridge multisig", "other", "Harmony Horizon bridge", report)
    yield row(account("tornado 100"), "Tornado Cash: 100 ETH", "mixer", "Tornado Cash",
              ("public contract configuration of the mixer", "2022-06-27", 99))
    yield row(account("railgun"), "RAILGUN: relay", "mixer", "RAILGUN", ("public code, second hand", "2023-01-13", 60))
    yield row(account("binance hot"), "Binance 14", "exchange", "Binance", name_tag)
    yield row(account("huobi hot"), "Huobi 1", "exchange", "Huobi", name_tag)
    for symbol, (contract, _) in TOKEN.items():
        yield row(contract, symbol + " contract", "token", symbol, ("the issuer's own publication", "2022-06-23", 99))

    def made(confidence):
        return "invented for this sample", "2023-02-03", confidence

    for exchange in ("Binance", "Huobi"):
        for n in range(1, 6):
            deposit = account(f"{exchange.lower()} deposit {n}")
            yield row(deposit, f"{exchange} deposit {n}", "exchange_deposit", exchange, made(85))
    for own, exchange in people.labelled:
        yield row(own, f"{exchange} deposit", "exchange_deposit", exchange, made(80))
    yield row(account("dex router"), "Sample swap router", "dex", "Sample Swap", made(90))
    yield row(account("dex pool"), "Sample swap pool", "dex", "Sample Swap", made(90))
    yield row(account("lending vault"), "Sample lending vault", "defi", "Sample Lend", made(80))
    yield row(account("wbtc bridge"), "Sample WBTC bridge", "bridge", "Sample Bridge", made(80))
    yield row(account("payment processor"), "Sample card shop", "payment", "Sample Pay", made(70))


def build():
    """Makes the case; returns the three files as text by name."""
    names.clear()
    book = Ledger()
    story.openings(book)
    town.other_notes(book)
    binance, huobi = story.tell(book)
    people = town.Town(book, binance, huobi)
    people.live("2022-06-10", "2023-02-03")
    roles = [(address, kind, name, role) for address, (name, role, kind) in names.items()]
    return {
        "transfers.csv": table(COLUMNS, book.rows()),
        "labels.csv": table(LABEL_COLUMNS, sorted(labels(people))),
        "roles.csv": table(["address", "kind", "name", "role"], roles),
    }


def table(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def replay(rows):
    """Replays all balances with exact integers; yields (row number, holder, asset, missing) for each gap."""
    balance, seen = {}, set()
    for number, row in enumerate(rows, 2):
        sender, receiver, asset, value = row["from_address"], row["to_address"], row["asset"], int(row["value"])
        spends = []
        if row["fee"] and row["transaction_hash"] not in seen:
            seen.add(row["transaction_hash"])
            spends.append(("native", int(row["fee"])))
        spends.append((asset, value))
        for spent, amount in spends:
            if sender in ("", ZERO) or (spent == asset and amount == value and sender == receiver):
                continue
            held = balance.get((sender, spent), 0)
            if held < amount:
                yield number, sender, spent, amount - held
            balance[(sender, spent)] = max(held - amount, 0)
        if receiver != ZERO and sender != receiver:
            balance[(receiver, asset)] = balance.get((receiver, asset), 0) + value


def check():
    """Reads the files back; returns the list of faults."""
    faults = []
    for name, text in build().items():
        if (HERE / name).read_text() != text:
            faults.append(f"{name}: not what this script writes")
    with open(HERE / "transfers.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(HERE / "roles.csv", newline="") as file:
        roles = {row["address"]: row for row in csv.DictReader(file)}
    positions = [tuple(int(row[c]) for c in COLUMNS[1:4]) for row in rows]
    if positions != sorted(set(positions)):
        faults.append("transfers.csv: positions are not strictly increasing")
    contracts = {contract for contract, _ in TOKEN.values()}
    for row in rows:
        strangers = {row["from_address"], row["to_address"]} - set(roles) - contracts - {ZERO, ""}
        faults += [f"{address}: in transfers.csv, not in roles.csv" for address in sorted(strangers)]
    for address, role in roles.items():
        stated = hashlib.sha256((STATED + "account " + role["name"]).encode()).hexdigest()[:40]
        if role["kind"] == "invented" and address != "0x" + stated:
            faults.append(f"{address}: not derived from its name {role['name']}")
    gaps = list(replay(rows))
    for number, holder, asset, missing in gaps:
        print(f"gap: line {number}, {roles[holder]['name']} lacks {missing} of {asset}")
    if [(roles[g[1]]["name"], g[2], g[3]) for g in gaps] != [("hop 6", "native", units("12.5"))]:
        faults.append("transfers.csv: the gaps are not the one that the README names")
    print_sums(rows)
    return faults


def print_sums(rows):
    thief, bridges = REAL["exploiter 1"], {REAL[name] for name in REAL if name.startswith("bridge")}
    for symbol, amount in STOLEN.items():
        asset = "native" if symbol == "ETH" else TOKEN[symbol][0]
        got = sum(int(row["value"]) for row in rows
                  if row["asset"] == asset and row["to_address"] == thief and row["from_address"] in bridges)
        print(f"stolen {symbol}: {got}", "as reported" if got == units(amount, symbol) else "NOT AS REPORTED")
    first, last = rows[0], rows[-1]
    print(f"{len(rows)} rows, blocks {first['block_number']} to {last['block_number']}, "
          f"{first['block_timestamp']} to {last['block_timestamp']}")


def main():
    options = argparse.ArgumentParser(description="writes or checks the Harmony sample case")
    options.add_argument("--check", action="store_true", help="replay the written files instead of writing them")
    if options.parse_args().check:
        faults = check()
        print(*faults or ["no fault"], sep="\n")
        return 1 if faults else 0
    for name, text in build().items():
        (HERE / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
