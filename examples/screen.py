"""What share of what customers paid in is stolen, or out of a mixer? Many deposit addresses in one pass, then one of them back to the theft."""

import csv
from collections import defaultdict
from typing import Any

import dyetrace

with open("sample-data/harmony/labels.csv", newline="") as file:
    customers = [row["address"] for row in csv.DictReader(file) if row["category"] == "exchange_deposit"]

case = dyetrace.Case.open("sample-data/harmony/case.toml")
ledger = case.read()
screened = dyetrace.screen(ledger, customers, origins="mixer,sanctioned", flag_direct="0%", flag_indirect=["theft=10%", "mixer=1%"])
print(f"{screened.flagged} of {len(customers)} customers are to be looked at")

# A row is an address, asset and kind of money: thefts and labelled holders are told apart, and not to be added up.
by_address: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
for row in screened.rows:
    if row["met"]:
        by_address[row["address"]].append(row)
for address, rows in by_address.items():
    print(address)
    for row in rows:
        share = 1000 * row["came"] // row["received"]
        print(f"  {share // 10}.{share % 10} % of its {row['symbol'] or row['asset']} from {row['origin']}, over {row['hops']} hops")

# Before an account is held, its whole way back.
worst = max((row for row in screened.rows if row["kind"] == "theft"), key=lambda row: row["came"])
print(dyetrace.source(ledger, worst["address"]))
