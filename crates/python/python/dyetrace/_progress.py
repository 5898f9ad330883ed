"""The bar of ``progress=True``: a line on standard error, only where that is a terminal or a notebook."""

import sys


class Bar:
    """Takes ``(what, done, total)``; ``done`` and ``total`` are bytes, and ``total`` may be unknown."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() or "ipykernel" in sys.modules
        self._width = 0

    def __call__(self, what: str, done: int, total: int | None) -> None:
        line = f"{what} {100 * done // total} %" if total else f"{what} …"
        self._show(line)

    def close(self) -> None:
        self._show("")

    def _show(self, line: str) -> None:
        if self._shown:
            sys.stderr.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
            sys.stderr.flush()
            self._width = len(line)
