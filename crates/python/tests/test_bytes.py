"""Python and the command write the same bytes."""

import json
from pathlib import Path

import dyetrace
import pytest

CASE = "sample-data/harmony/case.toml"


def assert_same_folder(one: Path, other: Path) -> None:
    """Every file the same, but for the time of the run."""
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(other)) for path in other.rglob("*") if path.is_file())
    for name in names:
        if name == "manifest.json":
            assert timeless(one / name) == timeless(other / name)
        else:
            assert (one / name).read_bytes() == (other / name).read_bytes(), name


def timeless(manifest: Path) -> dict:
    """A manifest without its time and its seal."""
    facts = json.loads(manifest.read_text())
    for key in ("started", "finished", "run", "seal"):
        facts.pop(key, None)
    return facts


@pytest.mark.parametrize(
    "words, options",
    [
        ([], {}),
        (["--rule", "fifo", "--compare", "libr,lifo", "--no-graph"], {"rule": "fifo", "compare": ["libr", "lifo"], "no_graph": True}),
        (["--stop", "none", "--no-swaps", "--max-hops", "4"], {"stop": "none", "no_swaps": True, "max_hops": 4}),
        (["--min-amount", "native=1000", "--until", "2022-07-08T00:00:00Z", "--no-detected-deposits", "--follow-noise"],
         {"min_amount": {"native": 1000}, "until": "2022-07-08T00:00:00Z", "no_detected_deposits": True, "follow_noise": True}),
        (["--hub-transfers", "50", "--threads", "1"], {"hub_transfers": 50, "threads": 3}),
    ],
)
def test_the_sample_case(command, tmp_path, words, options):
    trace = dyetrace.trace(CASE, **options)
    command("trace", CASE, *words, "--out", tmp_path / "command", ends_with=0 if trace.is_complete else 2)
    sha256 = trace.write(tmp_path / "python")
    assert_same_folder(tmp_path / "command", tmp_path / "python")
    assert dyetrace.verify(tmp_path / "python", sha256=sha256)


def test_the_sample_case_is_as_expected(tmp_path):
    dyetrace.trace(CASE).write(tmp_path / "out")
    expected = Path("sample-data/harmony/expected")
    for file in expected.glob("*.csv"):
        assert file.read_bytes() == (tmp_path / "out" / file.name).read_bytes(), file.name


def test_a_ledger_that_was_read_once(command, tmp_path):
    theft = "H=0x0d043128146654c7683fbf30ac98d7b2285ded00@2022-06-23T11:06:00Z"
    files = ["sample-data/harmony/transfers.csv", "sample-data/harmony/labels.csv"]
    ledger = dyetrace.read(files[0], labels=files[1])
    for rule in ("libr", "lifo"):
        command("trace", "--transfers", files[0], "--labels", files[1], "--theft", theft, "--rule", rule, "--out", tmp_path / "command")
        dyetrace.trace(ledger, thefts=theft, rule=rule).write(tmp_path / "python")
        assert_same_folder(tmp_path / "command", tmp_path / "python")


def test_a_snapshot(command, tmp_path):
    theft = "H=0x0d043128146654c7683fbf30ac98d7b2285ded00@2022-06-23T11:06:00Z"
    snapshot = tmp_path / "s.dye"
    made = dyetrace.ingest("sample-data/harmony/transfers.csv", out=snapshot)
    command("ingest", "sample-data/harmony/transfers.csv", "--out", tmp_path / "c.dye")
    assert snapshot.read_bytes() == (tmp_path / "c.dye").read_bytes()
    command("trace", "--transfers", snapshot, "--theft", theft, "--out", tmp_path / "command")
    dyetrace.trace(made, thefts=theft).write(tmp_path / "python")
    assert_same_folder(tmp_path / "command", tmp_path / "python")


def test_a_state_that_is_gone_on_from(command, tmp_path):
    theft = "H=0x0d043128146654c7683fbf30ac98d7b2285ded00@2022-06-23T11:06:00Z"
    ledger = dyetrace.read("sample-data/harmony/transfers.csv")
    whole = dyetrace.trace(ledger, thefts=theft)
    for _ in range(2):
        again = dyetrace.trace(ledger, thefts=theft, resume=tmp_path / "state")
        assert str(again) == str(whole)
    assert (tmp_path / "state").exists()


def test_harmony(command, shared, tmp_path):
    transfers = shared("cases/harmony/flows.csv")
    seeds = shared("cases/harmony/sources.txt").read_text().split()
    thefts = [word for seed in seeds for word in ("--theft", f"T={seed}")]
    for options in ([], ["--stop", "none"]):
        stop = {"stop": "none"} if options else {}
        command("trace", "--transfers", transfers, *thefts, *options, "--out", tmp_path / "command")
        dyetrace.trace(dyetrace.read(transfers), thefts={"T": seeds}, **stop).write(tmp_path / "python")
        assert_same_folder(tmp_path / "command", tmp_path / "python")


def test_deposits(command, tmp_path):
    command("deposits", CASE, "--out", tmp_path / "deposits.csv", "--min-share", "60", "--max-short", "native=2%")
    found = dyetrace.deposits(CASE, min_share=60, max_short={"native": "2%"})
    assert len(found) == len((tmp_path / "deposits.csv").read_text().splitlines()) - 1
    assert found.columns == (tmp_path / "deposits.csv").read_text().splitlines()[0].split(",")


def test_explain_and_verify(command, tmp_path):
    folder = tmp_path / "out"
    dyetrace.trace(CASE).write(folder)
    said = command("explain", folder, "R2", "--routes", "2", "--svg", tmp_path / "r2.svg", "--json")
    explanation = dyetrace.explain(folder, "R2", routes=2)
    assert explanation.summary() == json.loads(said.stdout)
    assert explanation.to_svg() == (tmp_path / "r2.svg").read_text()
    (folder / "next.csv").write_text("changed\n")
    verdict = dyetrace.verify(folder)
    assert not verdict and not verdict.holds
    assert json.loads(command("verify", folder, "--json", ends_with=1).stdout)["faults"] == [
        {"file": file, "what": what} for file, what in verdict.faults
    ]


def test_diff(command, tmp_path):
    folders = [tmp_path / name for name in ("before", "after")]
    for folder, hops in zip(folders, (2, 3)):
        dyetrace.trace(CASE, max_hops=hops).write(folder)
    changes = dyetrace.diff(*folders)
    assert changes and not dyetrace.diff(folders[0], folders[0])
    assert str(changes) == command("diff", *folders).stdout
    assert changes.summary() == json.loads(command("diff", *folders, "--json").stdout)


def test_the_summary(command):
    assert str(dyetrace.trace(CASE)) == command("trace", CASE).stdout
    assert dyetrace.trace(CASE).summary() == json.loads(command("trace", CASE, "--json").stdout)
