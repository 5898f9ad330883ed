"""Errors say what the command says."""

import dyetrace
import pytest
from conftest import account

SEED = f"T={account(1)}"


def said_by(command, *words):
    return command(*words, ends_with=1).stderr.removeprefix("error: ").rstrip("\n")


def test_a_bad_row(command, ledger_file):
    file = ledger_file([(1, account(9), account(1), 5), (2, account(1), account(2), "12.5")])
    with pytest.raises(dyetrace.InputError) as caught:
        dyetrace.read(file)
    error = caught.value
    assert str(error) == said_by(command, "trace", "--transfers", file, "--theft", SEED)
    assert (error.file, error.line, error.column, error.seen) == (str(file), 3, "value", "12.5")
    assert "whole base units" in error.expected and error.hint in str(error)


def test_bad_rows_are_left_out_where_that_is_asked_for(ledger_file):
    file = ledger_file([(1, account(9), account(1), 5), (2, account(1), account(2), "12.5")])
    ledger = dyetrace.read(file, skip_bad_rows=True)
    assert len(ledger) == 1 and ledger.rejects[0]["seen"] == "12.5"
    trace = dyetrace.trace(ledger, thefts=SEED)
    assert not trace.is_complete and trace.missing[0][0] == "rejects"
    assert trace.rejects["line"] == [3]


@pytest.mark.parametrize(
    "kind, words, options",
    [
        (dyetrace.CaseError, ["--rule", "best"], {"rule": "best"}),
        (dyetrace.CaseError, ["--compare", "fifo,x"], {"compare": ["fifo", "x"]}),
        (dyetrace.CaseError, ["--stop", "somewhere"], {"stop": "somewhere"}),
        (dyetrace.CaseError, ["--until", "tomorrow"], {"until": "tomorrow"}),
        (dyetrace.CaseError, ["--min-amount", "native=-1"], {"min_amount": "native=-1"}),
        (dyetrace.TraceError, ["--until", "2022-07-08T00:00:00Z"], {"until": "2022-07-08T00:00:00Z"}),
        (dyetrace.InputError, ["--prices", "nowhere.csv"], {"prices": "nowhere.csv"}),
        (dyetrace.InputError, ["--labels", "nowhere.csv"], {"labels": "nowhere.csv"}),
    ],
)
def test_options(command, ledger_file, kind, words, options):
    file = ledger_file([(1, account(9), account(1), 5)])
    with pytest.raises(kind) as caught:
        dyetrace.trace(dyetrace.read(file), thefts=SEED, **options)
    assert type(caught.value) is kind
    assert str(caught.value) == said_by(command, "trace", "--transfers", file, "--theft", SEED, *words)


def test_no_theft(command, ledger_file):
    file = ledger_file([(1, account(9), account(1), 5)])
    with pytest.raises(dyetrace.CaseError) as caught:
        dyetrace.trace(dyetrace.read(file))
    assert str(caught.value) == said_by(command, "trace", "--transfers", file)


def test_a_case_file(command, tmp_path):
    case = tmp_path / "case.toml"
    case.write_text('name = "x"\nnonsense = 1\n')
    with pytest.raises(dyetrace.CaseError) as caught:
        dyetrace.Case.open(case)
    assert str(caught.value) == said_by(command, "trace", case)
    assert caught.value.file == str(case)


def test_a_folder_that_is_not_ours(command, ledger_file, tmp_path):
    file = ledger_file([(1, account(9), account(1), 5)])
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "diary.txt").write_text("dear diary")
    trace = dyetrace.trace(dyetrace.read(file), thefts=SEED)
    with pytest.raises(dyetrace.ResultError) as caught:
        trace.write(folder)
    said = said_by(command, "trace", "--transfers", file, "--theft", SEED, "--out", folder)
    assert said.startswith(caught.value.message)
    with pytest.raises(dyetrace.CaseError, match="which the result would replace"):
        trace.write(tmp_path)
    assert (folder / "diary.txt").read_text() == "dear diary"


def test_a_result_that_is_none(command, tmp_path):
    with pytest.raises(dyetrace.ResultError) as caught:
        dyetrace.explain(tmp_path, account(1))
    assert str(caught.value) == said_by(command, "explain", tmp_path, account(1))


def test_a_damaged_snapshot(command, tmp_path):
    snapshot = tmp_path / "s.dye"
    dyetrace.ingest("sample-data/harmony/transfers.csv", out=snapshot)
    whole = snapshot.read_bytes()
    told = 0
    for place in range(2_000, len(whole) - 4_000, len(whole) // 12):
        snapshot.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            dyetrace.trace(dyetrace.read(snapshot), thefts="H=0x0d043128146654c7683fbf30ac98d7b2285ded00")
        except dyetrace.InputError:
            told += 1
    assert told > 0


def test_what_is_no_argument():
    with pytest.raises(TypeError):
        dyetrace.trace(5)
    with pytest.raises(TypeError):
        dyetrace.trace("case.toml", rules="fifo")
    with pytest.raises(dyetrace.InputError):
        dyetrace.read()
