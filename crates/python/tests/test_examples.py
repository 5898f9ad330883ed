"""Every example runs, and says something."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT, missing

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.suffix in (".py", ".sh"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(command, name):
    if name.endswith(".sh") and shutil.which("jq") is None:
        missing("no jq")
    words = ["bash"] if name.endswith(".sh") else [sys.executable]
    program = os.environ.get("DYETRACE_BIN", "target/release/dyetrace")
    done = subprocess.run(
        [*words, ROOT / "examples" / name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "DYETRACE_BIN": program},
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 5
    assert "Error" not in done.stderr


def test_each_stands_in_the_list():
    told = (ROOT / "examples" / "README.md").read_text()
    assert len(EXAMPLES) == 7 and all(f"`{name}`" in told for name in EXAMPLES)
