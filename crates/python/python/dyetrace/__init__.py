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
    Mixers,
    Screening,
    Sources,
    Table,
    Trace,
    Verdict,
    __version__,
    deposits,
    diff,
    explain,
    ingest,
    mixers,
    read,
    screen,
    source,
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
    "Mixers",
    "ResultError",
    "Screening",
    "Sources",
    "Table",
    "Trace",
    "TraceError",
    "Verdict",
    "__version__",
    "deposits",
    "diff",
    "explain",
    "ingest",
    "mixers",
    "read",
    "screen",
    "source",
    "trace",
    "verify",
]
