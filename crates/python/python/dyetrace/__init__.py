"""Follows stolen money to the accounts where it can still be stopped.

    import dyetrace

    trace = dyetrace.trace("case.toml")
    print(trace)                          # the answer, as the command prints it
    trace.freezable.to_polars()           # where the money can be stopped, best first
    trace.write("result")                 # the folder that the command writes, byte for byte

The engine is that of the command ``dyetrace``; options are named as there. Amounts are whole base units and never floats.
"""

from ._errors import CaseError, DyetraceError, InputError, ResultError, TraceError
from ._native import (
    Case,
    Changes,
    Explanation,
    Ledger,
    Table,
    Trace,
    Verdict,
    __version__,
    deposits,
    diff,
    explain,
    ingest,
    read,
    trace,
    verify,
)

__all__ = [
    "Case",
    "CaseError",
    "Changes",
    "DyetraceError",
    "Explanation",
    "InputError",
    "Ledger",
    "ResultError",
    "Table",
    "Trace",
    "TraceError",
    "Verdict",
    "__version__",
    "deposits",
    "diff",
    "explain",
    "ingest",
    "read",
    "trace",
    "verify",
]
