"""Deposit addresses that no label names: found by their sweeps, and written as labels for the next trace."""

import csv
from pathlib import Path

import dyetrace

# Only the exchanges' own wallets are known: what stands in the sample's labels of deposit accounts is left out.
with open("sample-data/harmony/labels.csv", newline="") as file:
    known = [row for row in csv.DictReader(file) if row["category"] != "exchange_deposit"]
Path("out").mkdir(exist_ok=True)
with open("out/wallets.csv", "w", newline="") as file:
    table = csv.DictWriter(file, known[0])
    table.writeheader()
    table.writerows(known)

ledger = dyetrace.read("sample-data/harmony/transfers.csv", labels="out/wallets.csv")
found = dyetrace.deposits(ledger)
labels = ["address", "chain", "label", "category", "entity", "source", "confidence"]
unique = {row["address"]: row for row in found if row["grade"] == "INFERRED"}
with open("out/deposits.csv", "w", newline="") as file:
    table = csv.DictWriter(file, labels, extrasaction="ignore")
    table.writeheader()
    table.writerows(unique.values())

for row in list(unique.values())[:5]:
    print(f"{row['address']}  {row['entity']}: {row['all_sweeps']} of {row['all_transfers_out']} transfers out are sweeps")
print(f"{len(unique)} deposit addresses in out/deposits.csv; of such, a share of {row['false_leads']} was measured to be none")
seed = "HARMONY=0x9e91ae672e7f7330fc6b9bab9c259bd94cd08715@2022-06-23T11:06:00Z"
trace = dyetrace.trace(ledger, labels="out/deposits.csv", thefts=seed)
print(f"a trace with them names {len(trace.freezable)} places where money can be stopped")
