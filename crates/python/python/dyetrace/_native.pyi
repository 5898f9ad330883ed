from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike
from typing import Any, Literal, final, overload

import pandas
import polars
import pyarrow

__version__: str
__all__: list[str]

Path = str | PathLike[str]
Paths = Path | Iterable[Path]
Labels = Paths | Mapping[str, Paths]
Words = str | Iterable[str]
Pairs = Words | Mapping[str, str | int | Iterable[str]]
# A cell is a str, an int, a datetime or None, by its column.
Cell = Any
Progress = bool | Callable[[str, int, int | None], object] | None

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
    def __iter__(self) -> Iterator[dict[str, Cell]]: ...
    @overload
    def __getitem__(self, key: int) -> dict[str, Cell]: ...
    @overload
    def __getitem__(self, key: str) -> list[Cell]: ...
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
        transfers: Paths,
        *,
        labels: Labels = (),
        thefts: Pairs = (),
        decisions: Path | None = None,
        tokens: Paths = (),
        chain: str | None = None,
        map: Pairs = (),
        inexact: bool = False,
        skip_bad_rows: bool = False,
    ) -> Case: ...
    @staticmethod
    def open(
        path: Path,
        *,
        labels: Labels = (),
        thefts: Pairs = (),
        decisions: Path | None = None,
        tokens: Paths = (),
        chain: str | None = None,
        map: Pairs = (),
        inexact: bool = False,
        skip_bad_rows: bool = False,
    ) -> Case: ...
    @property
    def name(self) -> str: ...
    def read(self, *, threads: int | None = None, progress: Progress = None) -> Ledger: ...

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
    def write(self, out: Path, *, progress: Progress = None) -> str: ...
    def _repr_html_(self) -> str: ...

@final
class Explanation:
    def summary(self) -> dict[str, Any]: ...
    def to_svg(self) -> str: ...
    def _repr_svg_(self) -> str: ...
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

def read(
    *paths: Paths,
    labels: Labels = (),
    tokens: Paths = (),
    chain: str | None = None,
    map: Pairs = (),
    inexact: bool = False,
    skip_bad_rows: bool = False,
    threads: int | None = None,
    progress: Progress = None,
) -> Ledger: ...
def ingest(
    *paths: Paths,
    out: Path,
    tokens: Paths = (),
    chain: str | None = None,
    map: Pairs = (),
    inexact: bool = False,
    skip_bad_rows: bool = False,
    without_sha256: bool = False,
    threads: int | None = None,
    progress: Progress = None,
) -> Ledger: ...
def trace(
    what: Case | Ledger | Path,
    *,
    thefts: Pairs = (),
    labels: Labels = (),
    decisions: Path | None = None,
    rule: str | None = None,
    compare: Words | None = None,
    stop: Words | None = None,
    no_detected_deposits: bool = False,
    hub_transfers: int | None = None,
    max_hops: int | None = None,
    until: str | None = None,
    min_amount: Pairs = (),
    follow_noise: bool = False,
    no_swaps: bool = False,
    issuers: Paths = (),
    prices: Paths = (),
    no_graph: bool = False,
    resume: Path | None = None,
    threads: int | None = None,
    progress: Progress = None,
) -> Trace: ...
def deposits(
    what: Case | Ledger | Path,
    *,
    labels: Labels = (),
    min_share: int | None = None,
    destinations: int | None = None,
    max_transfers: int | None = None,
    max_senders: int | None = None,
    max_delay: int | None = None,
    max_delay_blocks: int | None = None,
    max_short: Pairs = (),
    gas_accounts: int | None = None,
    gas_share: int | None = None,
    threads: int | None = None,
    progress: Progress = None,
) -> Table: ...
def explain(
    folder: Path,
    of: str,
    *,
    chain: str | None = None,
    asset: str | None = None,
    theft: str | None = None,
    rule: str | None = None,
    routes: int = 5,
    progress: Progress = None,
) -> Explanation: ...
def verify(folder: Path, *, sha256: str | None = None, progress: Progress = None) -> Verdict: ...
