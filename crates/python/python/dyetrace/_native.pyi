from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike
from typing import Any, Literal, final, overload

import pandas
import polars
import pyarrow

__all__ = [
    "Case",
    "Changes",
    "Explanation",
    "Ledger",
    "Mixers",
    "Screening",
    "Sources",
    "Table",
    "Trace",
    "Verdict",
    "__version__",
    "_end_writing",
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

__version__: str

_Path = str | PathLike[str]
_Paths = _Path | Iterable[_Path]
_Labels = _Paths | Mapping[str, _Paths]
_Words = str | Iterable[str]
_Pairs = _Words | Mapping[str, str | int | Iterable[str]]
# A cell is a str, an int, a datetime or None, by its column.
_Cell = Any
_Progress = bool | Callable[[str, int, int | None], object] | None

@final
class Table:
    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> list[str]: ...
    @property
    def types(self) -> dict[str, str]: ...
    @property
    def nbytes(self) -> int: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[dict[str, _Cell]]: ...
    @overload
    def __getitem__(self, key: int, /) -> dict[str, _Cell]: ...
    @overload
    def __getitem__(self, key: str, /) -> list[_Cell]: ...
    def to_polars(self) -> polars.DataFrame: ...
    def to_pandas(self) -> pandas.DataFrame: ...
    def to_pyarrow(self) -> pyarrow.Table: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def __arrow_c_schema__(self) -> object: ...
    def _repr_html_(self) -> str: ...

@final
class Case:
    def __new__(
        cls,
        transfers: _Paths,
        *,
        labels: _Labels | None = None,
        thefts: _Pairs | None = None,
        decisions: _Path | None = None,
        tokens: _Paths | None = None,
        chain: str | None = None,
        map: _Pairs | None = None,
        inexact: bool = False,
        skip_bad_rows: bool = False,
    ) -> Case: ...
    @staticmethod
    def open(
        path: _Path,
        *,
        labels: _Labels | None = None,
        thefts: _Pairs | None = None,
        decisions: _Path | None = None,
        tokens: _Paths | None = None,
        chain: str | None = None,
        map: _Pairs | None = None,
        inexact: bool = False,
        skip_bad_rows: bool = False,
    ) -> Case: ...
    @property
    def name(self) -> str: ...
    def read(self, *, threads: int | None = None, progress: _Progress = None) -> Ledger: ...

@final
class Ledger:
    @property
    def transfer_count(self) -> int: ...
    @property
    def account_count(self) -> int: ...
    @property
    def assets(self) -> list[str]: ...
    @property
    def order_ambiguous(self) -> bool: ...
    @property
    def rejects(self) -> list[dict[str, Any]]: ...
    @property
    def inputs(self) -> list[dict[str, Any]]: ...
    def __len__(self) -> int: ...

@final
class Trace:
    @property
    def freezable(self) -> Table: ...
    @property
    def holdings(self) -> Table: ...
    @property
    def flows(self) -> Table: ...
    @property
    def postings(self) -> Table: ...
    @property
    def conservation(self) -> Table: ...
    @property
    def routes(self) -> Table: ...
    @property
    def dollars(self) -> Table: ...
    @property
    def next(self) -> Table: ...
    @property
    def leads(self) -> Table: ...
    @property
    def links(self) -> Table: ...
    @property
    def decisions(self) -> Table: ...
    @property
    def rejects(self) -> Table: ...
    @property
    def limitations(self) -> Table: ...
    def table(self, name: str, *, amounts: Literal["auto", "decimal", "text"] = "auto") -> Table: ...
    @property
    def table_names(self) -> list[str]: ...
    @property
    def rule(self) -> str: ...
    @property
    def rules(self) -> list[str]: ...
    @property
    def is_complete(self) -> bool: ...
    @property
    def missing(self) -> list[tuple[str, str]]: ...
    @property
    def command(self) -> list[str]: ...
    def summary(self) -> dict[str, Any]: ...
    def page(self) -> str: ...
    def write(self, out: _Path, *, progress: _Progress = None) -> str: ...
    def _repr_html_(self) -> str: ...

@final
class Explanation:
    def summary(self) -> dict[str, Any]: ...
    def to_svg(self) -> str: ...
    def _repr_svg_(self) -> str: ...
    def _repr_html_(self) -> str: ...

@final
class Sources:
    def summary(self) -> dict[str, Any]: ...
    @property
    def is_complete(self) -> bool: ...
    @property
    def missing(self) -> list[str]: ...
    def _repr_html_(self) -> str: ...

@final
class Screening:
    @property
    def rows(self) -> Table: ...
    @property
    def flagged(self) -> int: ...
    @property
    def unknown(self) -> int: ...
    @property
    def is_complete(self) -> bool: ...
    @property
    def missing(self) -> list[str]: ...
    def write(self, out: _Path) -> None: ...
    def _repr_html_(self) -> str: ...

@final
class Mixers:
    def table(self, name: str, *, amounts: Literal["auto", "decimal", "text"] = "auto") -> Table: ...
    @property
    def table_names(self) -> list[str]: ...
    @property
    def is_complete(self) -> bool: ...
    @property
    def strangers(self) -> list[str]: ...
    def summary(self) -> dict[str, Any]: ...
    def write(self, out: _Path) -> None: ...
    def _repr_html_(self) -> str: ...

@final
class Verdict:
    @property
    def holds(self) -> bool: ...
    @property
    def manifest_sha256(self) -> str: ...
    @property
    def files(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def figures(self) -> int: ...
    @property
    def faults(self) -> list[tuple[str, str]]: ...
    def __bool__(self) -> bool: ...

@final
class Changes:
    def summary(self) -> dict[str, Any]: ...
    def __bool__(self) -> bool: ...
    def _repr_html_(self) -> str: ...

def _end_writing() -> None: ...
def read(
    *paths: _Paths,
    labels: _Labels | None = None,
    tokens: _Paths | None = None,
    chain: str | None = None,
    map: _Pairs | None = None,
    inexact: bool = False,
    skip_bad_rows: bool = False,
    threads: int | None = None,
    progress: _Progress = None,
) -> Ledger: ...
def ingest(
    *paths: _Paths,
    out: _Path,
    tokens: _Paths | None = None,
    chain: str | None = None,
    map: _Pairs | None = None,
    inexact: bool = False,
    skip_bad_rows: bool = False,
    without_sha256: bool = False,
    threads: int | None = None,
    progress: _Progress = None,
) -> Ledger: ...
def trace(
    what: Case | Ledger | _Path,
    *,
    thefts: _Pairs | None = None,
    labels: _Labels | None = None,
    decisions: _Path | None = None,
    rule: str | None = None,
    compare: _Words | None = None,
    stop: _Words | None = None,
    no_detected_deposits: bool = False,
    hub_transfers: int | None = None,
    max_hops: int | None = None,
    until: str | None = None,
    min_amount: _Pairs | None = None,
    follow_noise: bool = False,
    no_swaps: bool = False,
    links: _Paths | None = None,
    link_confidence: str | None = None,
    no_bridges: bool = False,
    mixers: str | None = None,
    mixer_probability: str | None = None,
    issuers: _Paths | None = None,
    prices: _Paths | None = None,
    no_graph: bool = False,
    resume: _Path | None = None,
    threads: int | None = None,
    progress: _Progress = None,
) -> Trace: ...
def deposits(
    what: Case | Ledger | _Path,
    *,
    labels: _Labels | None = None,
    min_share: int | None = None,
    destinations: int | None = None,
    max_transfers: int | None = None,
    max_senders: int | None = None,
    max_delay: int | None = None,
    max_delay_blocks: int | None = None,
    max_short: _Pairs | None = None,
    gas_accounts: int | None = None,
    gas_share: int | None = None,
    amounts: Literal["auto", "decimal", "text"] = "auto",
    threads: int | None = None,
    progress: _Progress = None,
) -> Table: ...
def explain(
    folder: _Path,
    of: str,
    *,
    chain: str | None = None,
    asset: str | None = None,
    theft: str | None = None,
    rule: str | None = None,
    routes: int = 3,
    progress: _Progress = None,
) -> Explanation: ...
def verify(folder: _Path, *, sha256: str | None = None, progress: _Progress = None) -> Verdict: ...
def diff(before: _Path, after: _Path, *, rule: str | None = None, progress: _Progress = None) -> Changes: ...
def source(
    what: Case | Ledger | _Path,
    of: str,
    *,
    asset: str | None = None,
    transaction: str | None = None,
    thefts: _Pairs | None = None,
    labels: _Labels | None = None,
    decisions: _Path | None = None,
    rule: str | None = None,
    origins: _Words | None = None,
    stop: _Words | None = None,
    until: str | None = None,
    no_swaps: bool = False,
    no_detected_deposits: bool = False,
    threads: int | None = None,
    progress: _Progress = None,
) -> Sources: ...
def screen(
    what: Case | Ledger | _Path,
    addresses: _Path | Iterable[str],
    *,
    flag_direct: _Pairs | None = None,
    flag_indirect: _Pairs | None = None,
    thefts: _Pairs | None = None,
    labels: _Labels | None = None,
    decisions: _Path | None = None,
    rule: str | None = None,
    origins: _Words | None = None,
    stop: _Words | None = None,
    until: str | None = None,
    no_swaps: bool = False,
    no_detected_deposits: bool = False,
    amounts: Literal["auto", "decimal", "text"] = "auto",
    threads: int | None = None,
    progress: _Progress = None,
) -> Screening: ...
def mixers(
    what: Case | Ledger | _Path | None = None,
    *,
    pool_events: _Pairs | None = None,
    outstanding: _Pairs | None = None,
    known_exits: _Words | None = None,
    thefts: _Pairs | None = None,
    labels: _Labels | None = None,
    decisions: _Path | None = None,
    voucher_gap: int | None = None,
    window: int | None = None,
    late_window: int | None = None,
    profile_pools: int | None = None,
    profile_notes: int | None = None,
    decoys: int | None = None,
    least_leads: int | None = None,
    hub_transfers: int | None = None,
    funder_transfers: int | None = None,
    group_window: int | None = None,
    group_joins: int | None = None,
    group_share: int | None = None,
    group_members: int | None = None,
    skip_bad_rows: bool = False,
    threads: int | None = None,
    progress: _Progress = None,
) -> Mixers: ...
