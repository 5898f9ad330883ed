"""Long work: the interpreter is free meanwhile, progress comes through, and Ctrl-C ends it."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import dyetrace
import pytest

CASE = "sample-data/harmony/case.toml"


@pytest.fixture
def slow(tmp_path):
    """A file that comes row by row, as long as it is read."""
    path = tmp_path / "slow.csv"
    os.mkfifo(path)
    stopped = threading.Event()

    def feed():
        try:
            with open(path, "w") as pipe:
                pipe.write("block_number,from_address,to_address,value\n")
                block = 0
                while not stopped.is_set():
                    block += 1
                    pipe.write(f"{block},0x{9:040x},0x{1:040x},5\n" * 200)
                    pipe.flush()
                    time.sleep(0.002)
        except BrokenPipeError:
            pass

    thread = threading.Thread(target=feed, daemon=True)
    thread.start()
    yield path
    stopped.set()
    thread.join(5)


def test_progress_comes_through_while_the_interpreter_is_free(slow):
    calls = []

    class Enough(Exception):
        pass

    def enough(what, done, total):
        calls.append((what, done, total, threading.current_thread()))
        if len(calls) == 3:
            raise Enough

    began = time.monotonic()
    # The feeder is a thread of this interpreter: were it not let go, nothing would ever come.
    with pytest.raises(Enough):
        dyetrace.read(slow, progress=enough)
    assert time.monotonic() - began < 20
    assert {call[0] for call in calls} == {"reading"}
    assert sorted(call[1] for call in calls) == [call[1] for call in calls]
    # It is called where the work was asked for.
    assert {call[3] for call in calls} == {threading.current_thread()}


def test_ctrl_c_ends_long_work(tmp_path):
    path = tmp_path / "slow.csv"
    os.mkfifo(path)
    script = textwrap.dedent(
        """
        import sys, dyetrace
        print("begins", flush=True)
        try:
            dyetrace.read(sys.argv[1])
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True)
    with open(path, "w") as pipe:
        pipe.write("block_number,from_address,to_address,value\n")
        pipe.flush()
        assert process.stdout.readline() == "begins\n"
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        # It is interrupted though nothing comes any more.
        assert process.stdout.readline() == "interrupted\n"
        assert time.monotonic() - began < 5
        assert process.wait(10) == 0


def test_any_number_of_threads_gives_the_same(tmp_path):
    answers = {str(dyetrace.trace(CASE, threads=threads)) for threads in (None, 1, 2, 7)}
    assert len(answers) == 1


def test_traces_at_once():
    answers = []
    ledger = dyetrace.Case.open(CASE).read()
    work = [threading.Thread(target=lambda: answers.append(str(dyetrace.trace(ledger)))) for _ in range(4)]
    [thread.start() for thread in work]
    [thread.join() for thread in work]
    assert len(answers) == 4 and len(set(answers)) == 1


def test_a_bar_is_shown_on_a_terminal_alone(capsys):
    dyetrace.trace(CASE, progress=True)
    assert capsys.readouterr().err == ""


def test_a_folder_under_way_is_written_whole_though_the_interpreter_ends(ledger_file, tmp_path):
    rows = [(block, f"0x{block:040x}", f"0x{block + 1:040x}", 10**18) for block in range(1, 60_000)]
    script = textwrap.dedent(
        """
        import sys, dyetrace

        def stop(what, done, total):
            if what == "writing":
                raise KeyboardInterrupt

        trace = dyetrace.trace(dyetrace.read(sys.argv[1]), thefts={"T": f"0x{1:040x}"})
        try:
            trace.write(sys.argv[2], progress=stop)
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", script, ledger_file(rows), out], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
    assert dyetrace.verify(out)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("threads", [0, -1, 1025, 10**6, "two", 1.5])
def test_threads_that_cannot_be_are_named(threads):
    with pytest.raises(ValueError, match="threads=.*: a number from 1 to 1024 was expected"):
        dyetrace.trace(CASE, threads=threads)


@pytest.mark.parametrize("thefts", [{"T": []}, {"T": None}, {"T": 1.5}, {"T": [True]}])
def test_a_theft_without_a_seed_is_no_theft(thefts):
    with pytest.raises(TypeError, match="`T`: "):
        dyetrace.trace(CASE, thefts=thefts)
