"""Where things are: the clone, the command that was built from it, and data that is no part of it."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def missing(what: str) -> None:
    """Skips a test, or fails where nothing may be skipped."""
    if os.environ.get("DYETRACE_NO_SKIP"):
        pytest.fail(f"{what}, and nothing may be skipped here")
    pytest.skip(what)


@pytest.fixture
def command():
    """Runs the command with these words, from the folder of the clone."""
    named = os.environ.get("DYETRACE_BIN")
    places = [Path(named)] if named else [ROOT / "target" / kind / "dyetrace" for kind in ("release", "debug")]
    program = next((place for place in places if place.exists()), None)
    if program is None:
        missing("no program: cargo build --release")

    def run(*words, ends_with=0, cwd=ROOT):
        done = subprocess.run([program, *map(str, words)], cwd=cwd, capture_output=True, text=True)
        assert done.returncode == ends_with, done.stderr
        return done

    return run


@pytest.fixture
def shared():
    """A file beside the repository; where there is none the test is passed over, also in CI."""

    def path(name: str) -> Path:
        folder = Path(os.environ.get("DYETRACE_SHARED") or ROOT.parent / "shared")
        if not (folder / name).exists():
            pytest.skip("no shared data")
        return folder / name

    return path


@pytest.fixture(autouse=True)
def in_the_clone(monkeypatch):
    """Paths are as they are typed in the folder of the clone."""
    monkeypatch.chdir(ROOT)
    (ROOT / "out").mkdir(exist_ok=True)


@pytest.fixture
def ledger_file(tmp_path):
    """Writes a small ledger."""

    def write(rows, name="transfers.csv"):
        path = tmp_path / name
        lines = ["block_number,from_address,to_address,value"]
        lines += [",".join(map(str, row)) for row in rows]
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


def account(number: int) -> str:
    """An address."""
    return f"0x{number:040x}"
