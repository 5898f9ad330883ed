"""Whose figure depends on the rule? All rules over transfers that are read once, in whole numbers."""

from collections import defaultdict

import dyetrace

trace = dyetrace.trace("sample-data/harmony/case.toml", rule="libr", compare="fifo,lifo,prorata,taint_first")
held: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(trace.rules, 0))
for row in trace.holdings:
    if row["state"] in ("AT_DEPOSIT_UNSWEPT", "SWEPT_CREDITED", "AT_EXCHANGE"):
        place = (row["label"] or row["address"], row["asset"])
        for rule in trace.rules:
            held[place][rule] += row[rule]

print(f"{'least, of the most':>20}  where")
for (label, asset), by_rule in sorted(held.items(), key=lambda it: (min(it[1].values()) * 10**6 // max(it[1].values()), it[0])):
    least, most = min(by_rule.values()), max(by_rule.values())
    verdict = "the same by every rule" if least == most else " ".join(f"{rule}={by_rule[rule]}" for rule in trace.rules)
    print(f"{100 * least // most:>18} %  {label}, {asset}: {verdict}")
