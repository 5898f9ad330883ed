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
