"""The Harmony case in ten lines: where the money went, and where it can still be stopped."""

import dyetrace

trace = dyetrace.trace("sample-data/harmony/case.toml")
for place in trace.freezable:
    shown = f"{place['amount_rule']} base units of {place['symbol'] or place['asset']}"
    print(f"{place['rank']:>3} {place['holder']:<12} {place['state']:<20} {place['address']} {shown}")
assert all(row["difference"] == 0 for row in trace.conservation)
print("manifest:", trace.write("out/harmony-python"))
