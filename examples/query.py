"""SQL: over a trace, whose tables DuckDB takes as they lie in memory, and over a written folder."""

import duckdb
import dyetrace

trace = dyetrace.trace("sample-data/harmony/case.toml")
flows, holdings = trace.flows, trace.holdings

print("The busiest accounts on the way, by what passed through them:")
print(
    duckdb.sql("""
        select to_address, asset, count(*) as transfers, sum(libr) as units, min(block_timestamp) as since
        from flows group by all order by units desc limit 5
    """)
)
print("Where it is, by state and asset:")
print(duckdb.sql("select state, asset, sum(libr) as units, count(*) as places from holdings group by all order by all limit 12"))

# A written folder, years later, without dyetrace: every column as text, so that no amount becomes a float.
trace.write("out/harmony-python")
print("Stolen, and found again:")
print(
    duckdb.sql("""
        select theft, stolen_asset, rule, stolen::hugeint + unseen_inflow::hugeint as entered, total::hugeint as found
        from read_csv('out/harmony-python/conservation.csv', all_varchar = true)
        where rule = 'libr' order by all
    """)
)
