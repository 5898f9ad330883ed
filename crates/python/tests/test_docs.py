"""What is written about the package is true: the snippets of its README run, the stubs are those of the module."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import dyetrace
from conftest import ROOT

PACKAGE = Path(__file__).resolve().parents[1]


def test_the_snippets_of_the_readme_run():
    text = (PACKAGE / "README.md").read_text()
    snippets = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(snippets) >= 8
    names = {}
    for snippet in snippets:
        exec(compile(snippet, "README.md", "exec"), names)


def test_the_stubs_name_what_is_there():
    stubs = ast.parse((Path(dyetrace.__file__).parent / "_native.pyi").read_text())
    parts = [node for node in stubs.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    named = {node.name: node for node in parts if not node.name.startswith("_")}
    native = {name for name in dir(dyetrace._native) if not name.startswith("_")}
    assert native == set(named)
    for name, node in named.items():
        there = getattr(dyetrace, name)
        if isinstance(node, ast.FunctionDef):
            assert parameters(node) == list(inspect.signature(there).parameters), name
            continue
        members = {part.name: part for part in node.body if isinstance(part, ast.FunctionDef)}
        for member, part in members.items():
            if member.startswith("__") and member != "__new__":
                assert member == "__iter__" or hasattr(there, member), f"{name}.{member}"
            elif member == "__new__":
                assert parameters(part)[1:] == list(inspect.signature(there).parameters), name
            elif not any(getattr(it, "id", "") in ("property", "staticmethod") for it in part.decorator_list):
                assert parameters(part) == list(inspect.signature(getattr(there, member)).parameters), member
            else:
                assert hasattr(there, member), f"{name}.{member}"
        public = {member for member in dir(there) if not member.startswith("_")}
        assert public <= set(members), name


def parameters(node):
    asked = node.args
    every = [*asked.posonlyargs, *asked.args, *([asked.vararg] if asked.vararg else []), *asked.kwonlyargs]
    return [argument.arg for argument in every]


def test_everything_says_what_it_is():
    for name in dyetrace.__all__:
        if name != "__version__":
            assert inspect.getdoc(getattr(dyetrace, name)), name


def test_the_types_hold():
    """The stubs against the module, by mypy's own comparison, and the examples against the stubs."""
    config = ["--mypy-config-file", "pyproject.toml"]
    for words in (["mypy.stubtest", "dyetrace", *config], ["mypy", "--config-file", "pyproject.toml", str(ROOT / "examples")]):
        done = subprocess.run([sys.executable, "-m", *words], cwd=PACKAGE, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
