"""Sweeps spread over executors: the same bytes as at home, whatever gets lost on the way; what is done is never lost."""

import io
import os
import pickle
import re
import signal
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

import numpy as np
import pytest

import gdlib as gd
from gdlib.sweeps import on_numpy, progress, spread, whole_arrays, work

himmelblau, adam = gd.objectives.himmelblau, gd.rules.adam
STARTS = np.random.default_rng(3).uniform(-5, 5, (3, 400, 2))
ASKED = {"steps": 60, "tol": 0.05, "lr": np.geomspace(0.01, 1.0, 400)}


def swept(f=himmelblau, rule=adam, start=STARTS, **options):
    return gd.sweep(f, rule, start, **{**ASKED, **options})


def same_bytes(one, other):
    for name in ("points", "values", "steps", "taken", "left", "minimum"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


@pytest.fixture(scope="module")
def at_home():
    return swept()


class Executor:
    """An executor of the tests' own: it works at once, except where `spoil` has a future for a call."""

    def __init__(self, spoil=lambda number, future: False):
        self.calls, self._spoil = [], spoil

    def submit(self, function, *arguments):
        self.calls.append((function, arguments))
        future = Future()
        if not self._spoil(len(self.calls), future):
            function, arguments = pickle.loads(pickle.dumps((function, arguments)))
            future.set_result(pickle.loads(pickle.dumps(function(*arguments))))
        return future


def be_impatient(monkeypatch):
    for name, seconds in (("_LEAST", 0.1), ("_LONGER", 0.1), ("_TICK", 0.05)):
        monkeypatch.setattr(spread, name, seconds)


def processes():
    """A pool whose processes are forked from one that has gdlib already."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["gdlib.sweeps.spread", "gdlib.sweeps.on_numpy"])
    return ProcessPoolExecutor(2, mp_context=context)


def test_threads_give_the_same_bytes(at_home):
    with ThreadPoolExecutor(2) as pool:
        same_bytes(swept(executor=pool), at_home)


def test_processes_give_the_same_bytes_and_need_nothing_of_the_callers_own_code(at_home):
    @gd.rule  # a function of a function: it could not be pickled
    def mine(theta, g, *, lr=0.1):
        return theta - lr * np.sign(g) * np.minimum(np.abs(g), 1.0)

    f = gd.Objective(lambda x, y: x**4 + y**2 + x * y)
    with processes() as pool:
        same_bytes(swept(executor=pool), at_home)
        same_bytes(swept(f, mine, executor=pool), swept(f, mine))


def test_a_chunk_is_text_and_plain_arrays():
    executor = Executor()
    swept(executor=executor)
    assert len(executor.calls) > 20
    for function, (name, text, chunk, attempt) in executor.calls:
        assert (function.__module__, name, attempt) == ("gdlib.sweeps.spread", "numpy", 1)
        assert "def step(arrays, numbers):" in text
        assert type(chunk.points) is np.ndarray
        assert type(chunk.numbers["lr"]) is np.ndarray
        assert len(chunk.points) == len(chunk.numbers["lr"])


def test_futures_that_fail_or_are_cancelled_are_handed_over_again(at_home):
    def spoil(number, future):
        if number in (1, 7, 50):
            future.cancel()
            future.set_running_or_notify_cancel()
        elif number in (2, 3, 51):
            future.set_exception(OSError("the line is dead"))
        return number in (1, 2, 3, 7, 50, 51)

    executor = Executor(spoil)
    same_bytes(swept(executor=executor), at_home)
    assert {attempt for _, (*_, attempt) in executor.calls} == {1, 2, 3}


def test_futures_that_never_come_back_are_handed_over_again(at_home, monkeypatch):
    be_impatient(monkeypatch)
    executor = Executor(lambda number, future: number in (2, 3, 7))
    same_bytes(swept(executor=executor), at_home)


def test_an_executor_that_loses_all_it_may_hold_still_gets_the_others(at_home, monkeypatch):
    be_impatient(monkeypatch)
    monkeypatch.setattr(spread, "_WAITING", 4)
    executor = Executor(lambda number, future: number in (5, 6, 7, 8))
    same_bytes(swept(executor=executor), at_home)


def test_what_fails_three_times_ends_the_sweep_and_says_what_is_done(at_home):
    def spoil(number, future):
        if number > 10:
            future.set_exception(ValueError("no memory left"))
        return number > 10

    with pytest.raises(gd.sweeps.Unfinished, match=r"^executor: broke off \(ValueError: no memory left\); ") as caught:
        swept(executor=Executor(spoil))
    assert isinstance(caught.value.__cause__, ValueError)
    done = caught.value.done
    assert done.count == 10 * 25
    assert f"{done.count} of 1,200 runs are done (runs 0 to {done.count - 1})" in str(caught.value)
    kept = pickle.loads(pickle.dumps(done))
    executor = Executor()
    same_bytes(swept(executor=executor, resume=kept), at_home)
    assert sum(len(chunk.points) for _, (_, _, chunk, _) in executor.calls) == 1200 - done.count
    again = swept(resume=caught.value)
    same_bytes(again, at_home)
    assert done.count == 250, "what is done can be taken up more than once"
    assert not np.shares_memory(again.points, done.reached.points)


def test_an_executor_that_takes_nothing_more_ends_the_sweep_and_what_was_on_its_way_is_kept(at_home):
    class Closing(Executor):
        def submit(self, function, *arguments):
            if len(self.calls) == 12:
                raise RuntimeError("cannot schedule new futures after shutdown")
            return super().submit(function, *arguments)

    with pytest.raises(gd.sweeps.Unfinished, match="cannot schedule new futures") as caught:
        swept(executor=Closing())
    assert caught.value.done.count == 12 * 25
    same_bytes(swept(resume=caught.value), at_home)


def test_a_process_killed_midway_breaks_its_pool_and_a_new_one_takes_what_is_left(at_home):
    class Killer:
        """Kills a worker of the pool once some chunks are back."""

        def __init__(self, pool):
            self.pool, self.back = pool, 0

        def submit(self, function, *arguments):
            future = self.pool.submit(function, *arguments)
            future.add_done_callback(self._count)
            return future

        def _count(self, _):
            self.back += 1
            if self.back == 3:
                os.kill(next(iter(self.pool._processes)), signal.SIGKILL)

    asked = {"steps": 1000, "tol": None}
    broken = pytest.raises(gd.sweeps.Unfinished, match=r"^executor: broke off \(BrokenProcessPool")
    with processes() as pool, broken as caught:
        swept(executor=Killer(pool), **asked)
    assert isinstance(caught.value.__cause__, BrokenProcessPool)
    assert 0 < caught.value.done.count < 1200
    with ThreadPoolExecutor(2) as pool:
        same_bytes(swept(executor=pool, resume=caught.value, **asked), swept(**asked))


def stopping_after(chunks):
    """An executor that breaks after some chunks."""

    def spoil(number, future):
        if number > chunks:
            future.set_exception(OSError("gone"))
        return number > chunks

    return Executor(spoil)


def test_a_sweep_in_many_coordinates_goes_on_at_home_as_it_began_elsewhere():
    f = gd.objectives.rosenbrock.with_n(24)
    starts = np.random.default_rng(1).uniform(-1, 1, (60, 24))
    asked = {"start": starts, "steps": 5, "lr": 0.01}
    with pytest.raises(gd.sweeps.Unfinished) as caught:
        gd.sweep(f, gd.rules.adam, executor=stopping_after(3), **asked)
    resumed = gd.sweep(f, gd.rules.adam, resume=caught.value, **asked)
    assert (resumed.backend, resumed.why) == ("numpy", "what is done was worked out there")
    same_bytes(resumed, gd.sweep(f, gd.rules.adam, executor=Executor(), **asked))


def test_what_is_done_elsewhere_by_numba_goes_on_with_numba_though_little_is_left(at_home, monkeypatch):
    pytest.importorskip("numba")
    with pytest.raises(gd.sweeps.Unfinished) as caught:
        swept(executor=stopping_after(3), backend="numba")
    resumed = swept(resume=caught.value, backend="auto")
    assert resumed.backend == "numba"
    same_bytes(resumed, at_home)
    with pytest.raises(
        ValueError, match=r"^resume: .* on the same back end, here numpy; got another's, which was on numba"
    ):
        swept(resume=caught.value, backend="numpy")


@pytest.mark.parametrize(
    "other", [{"steps": 61}, {"tol": 0.06}, {"lr": 0.1}, {"start": STARTS + 1e-9}, {"rule": gd.rules.amsgrad},
              {"schedule": gd.schedules.cosine(60)}, {"beta1": 0.8}, {"f": gd.objectives.beale}],
    ids=lambda one: next(iter(one)),
)  # fmt: skip
def test_only_the_same_sweep_goes_on(other):
    def spoil(number, future):
        if number > 2:
            future.set_exception(ValueError("no memory left"))
        return number > 2

    with pytest.raises(gd.sweeps.Unfinished) as caught:
        swept(executor=Executor(spoil))
    with pytest.raises(ValueError, match=r"^resume: needs what is done of the same sweep"):
        swept(resume=caught.value, **other)


def test_the_same_sweep_is_told_by_what_it_does_not_by_who_asks(at_home):
    def asked_once():
        return {"schedule": lambda t: 1 / t, "f": gd.Objective(himmelblau.text), "start": STARTS.tolist()}

    with pytest.raises(gd.sweeps.Unfinished) as caught:
        swept(executor=Executor(lambda number, future: number > 2 and (future.set_exception(OSError()) or True)),
              **asked_once())  # fmt: skip
    resumed = swept(resume=caught.value, **asked_once())
    np.testing.assert_array_equal(resumed.points, swept(**asked_once()).points)
    with pytest.raises(ValueError, match=r"^resume: needs what is done of the same sweep"):
        swept(resume=caught.value, **{**asked_once(), "schedule": lambda t: 2 / t})


SAME_BYTES = {
    "lr turned": ({"start": np.ones((2, 2, 2)), "lr": [[0.001], [0.1]]}, {"start": np.ones((2, 2, 2)), "lr": [0.001, 0.1]}),
    "start turned": (
        {"start": np.arange(4.0).reshape(2, 1, 2), "lr": [0.001, 0.1]},
        {"start": np.arange(4.0).reshape(1, 2, 2), "lr": [[0.001], [0.1]]},
    ),
    "another name": ({"start": np.ones((4, 2)), "beta1": [0.9] * 4}, {"start": np.ones((4, 2)), "beta2": [0.9] * 4}),
}  # fmt: skip


@pytest.mark.parametrize("what", SAME_BYTES)
def test_the_same_bytes_in_another_shape_are_another_sweep(what):
    first, other = SAME_BYTES[what]
    with pytest.raises(gd.sweeps.Unfinished) as caught:
        gd.sweep(himmelblau, adam, steps=50, executor=Executor(breaks_after(2)), **first)
    with pytest.raises(ValueError, match=r"^resume: needs what is done of the same sweep"):
        gd.sweep(himmelblau, adam, steps=50, resume=caught.value, **other)
    resumed = gd.sweep(himmelblau, adam, steps=50, resume=caught.value, **first)
    same_bytes(resumed, gd.sweep(himmelblau, adam, steps=50, **first))


def breaks_after(calls):
    def spoil(number, future):
        if number > calls:
            raise RuntimeError("no more")

    return spoil


def sizes_until_a_key(monkeypatch, place, call):
    """A key is pressed in this call of the place's `advance`; the sizes of its chunks, before and after."""
    advance, sizes = place.advance, []

    def noted(told, chunk):
        sizes.append(len(chunk.points))
        if len(sizes) == call:
            raise KeyboardInterrupt
        return advance(told, chunk)

    monkeypatch.setattr(place, "advance", noted)
    return sizes


def given(k):
    return gd.Objective.from_functions(lambda x: k * (x**2).sum(-1), lambda x: 2 * k * x, n=2)


def at_the_starts(k):
    def value(x):
        if (x > 1).any():
            raise ValueError("beyond where it is defined")
        return k * (x**2).sum(-1)

    return gd.Objective.from_functions(value, lambda x: 2 * k * x, n=2)


@gd.rule
def a_named_rule(theta, g, *, values=0.1):
    return theta - 1e-3 * values * g


def a_rule(k):
    @gd.rule
    def mine(theta, g, *, lr=0.1):
        return theta - k * lr * g

    return mine


def network(seed):
    x = np.random.default_rng(seed).normal(size=(6, 2))
    return gd.networks.MLP((2, 1)).loss(x, x[:, 0], "squared")


WITHOUT_TEXT = {
    "functions": lambda k: (given(k), adam, {}),
    "a rule of the same name": lambda k: (given(1), a_rule(k), {}),
    "functions of the starts alone": lambda k: (at_the_starts(k), adam, {}),
    "a setting with a name of ours": lambda k: (given(1), a_named_rule, {"values": float(k)}),
    "data": lambda k: (network(k), adam, {}),
    "a schedule": lambda k: (given(1), adam, {"schedule": lambda t: k / t}),
    "a schedule by value": lambda k: (given(1), adam, {"schedule": lambda t, f: np.where(f < k, 1.0, 0.5)}),
}


@pytest.mark.parametrize("what", WITHOUT_TEXT)
def test_what_has_no_text_is_told_apart_by_what_it_comes_to(what, monkeypatch):
    monkeypatch.setattr(whole_arrays, "_MOST", 2)
    sizes_until_a_key(monkeypatch, whole_arrays, 2)

    def found(k, **options):
        f, rule, more = WITHOUT_TEXT[what](k)
        return gd.sweep(f, rule, np.ones((4, f.n)), steps=5, **more, **options)

    with pytest.raises(gd.sweeps.Interrupted) as caught:
        found(1)
    done = pickle.loads(pickle.dumps(caught.value.done))
    with pytest.raises(ValueError, match=r"^resume: needs what is done of the same sweep"):
        found(3, resume=done)
    same_bytes(found(1, resume=done), found(1))


class OfTheirOwn:
    """An objective of a reader's own class, which says of itself where it lies in memory."""

    n = 2

    def __call__(self, points):
        return np.sum(points * points, axis=-1)

    def grad(self, points):
        return 2 * points


class Halves:
    """A schedule of that kind."""

    def __call__(self, t):
        return 0.5**t


def test_objects_made_anew_that_come_to_the_same_are_the_same(monkeypatch):
    """In another session an object lies elsewhere."""
    monkeypatch.setattr(whole_arrays, "_MOST", 2)
    sizes_until_a_key(monkeypatch, whole_arrays, 2)

    def found(**options):
        return gd.sweep(OfTheirOwn(), adam, np.ones((4, 2)), steps=5, schedule=Halves(), **options)

    with pytest.raises(gd.sweeps.Interrupted) as caught:
        found()
    same_bytes(found(resume=caught.value), found())


def test_an_answer_that_is_no_result_loses_nothing_that_is_done():
    executor = Executor(lambda number, future: number > 2 and (future.set_result(None) or True))
    with pytest.raises(gd.sweeps.Unfinished) as caught:
        swept(executor=executor)
    assert "three arrays for 25 runs; its future gave None); 50 of 1,200 runs are done" in str(caught.value)
    same_bytes(swept(resume=caught.value), swept())


def test_a_key_that_stops_a_sweep_keeps_what_is_done(at_home, monkeypatch):
    monkeypatch.setattr(on_numpy, "_WORK", 1)
    monkeypatch.setattr(on_numpy, "_MOST", 100)
    sizes = sizes_until_a_key(monkeypatch, on_numpy, 5)
    with pytest.raises(KeyboardInterrupt) as caught:
        swept()
    assert isinstance(caught.value, gd.sweeps.Interrupted)
    assert "400 of 1,200 runs are done (runs 0 to 399); go on with gd.sweep(…, resume=error)" in str(caught.value)
    same_bytes(swept(resume=caught.value), at_home)
    assert sum(sizes) == 1200 + 100


@contextmanager
def a_key_after(seconds):
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background ignores the key
    timer.start()
    try:
        with pytest.raises(gd.sweeps.Interrupted) as caught:
            yield caught
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


def test_a_key_stops_a_sweep_that_waits_for_others():
    executor = Executor(lambda number, future: number > 3)
    with a_key_after(0.5) as caught:
        swept(executor=executor)
    assert caught.value.done.count == 75


LONG = {"numpy": 10**7, "numba": 2 * 10**9}
"""Steps of one run that take minutes."""


@pytest.mark.parametrize("backend", LONG)
def test_one_long_run_tells_how_far_it_is_and_hears_a_key(backend, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "_SILENT", 0.0)
    gd.sweep(himmelblau, adam, (1.0, 1.0), steps=2**18, backend=backend)  # compiled
    with a_key_after(2.5) as caught:
        began = time.monotonic()
        gd.sweep(himmelblau, adam, (1.0, 1.0), steps=LONG[backend], backend=backend)
    assert time.monotonic() - began < 10
    assert "interrupted: 0 of 1 runs are done; go on" in str(caught.value)
    told = [int(line.split()[1]) for line in stream.getvalue().split("\r") if line.startswith("sweep: ")]
    assert told[-1] < 50
    took = re.findall(r"about (\d+) s to go", stream.getvalue())
    assert int(took[-1]) > 10


def test_what_is_under_way_is_never_more_than_all_of_it():
    asked_for = gd.sweeps.arguments.asked(himmelblau, adam, STARTS[0], 100, None, None, {})
    whole = work.Work(asked_for, gd.sweeps.choice.chosen("numpy", asked_for, None))
    one, other = whole._watched((0, 10)), whole._watched((10, 30))
    one.watch[1], other.watch[1] = 500, 99_999
    assert whole.under_way() == 5 + 20
    assert whole._watched((0, 10)).watch is one.watch  # handed over once more


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_long_sweep_tells_how_far_it_is_on_a_terminal_only(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(progress.sys, "stderr", stream)
        told = progress.Progress(2000, done=1000)
        for _ in range(4):
            now[0] += 0.75
            told.add(250)
        told.close()
        lines = [line.strip() for line in stream.getvalue().split("\r")]
        if stream.isatty():
            assert lines == ["", "sweep: 75 % of 2,000 runs, 2 s, about 2 s to go",
                             "sweep: 87 % of 2,000 runs, 2 s, about 1 s to go",
                             "sweep: 100 % of 2,000 runs, 3 s, about 0 s to go", "", ""]  # fmt: skip
        else:
            assert stream.getvalue() == ""


def test_a_notebook_shows_the_line_where_somebody_works_in_it_and_not_where_it_is_run_through():
    """A real kernel, asked as Jupyter asks it, and as a program does that builds a book."""
    from jupyter_client.manager import start_new_kernel

    code = (
        "import gdlib as gd, numpy as np\n"
        "from gdlib.sweeps import on_numpy, progress\n"
        "progress._SILENT = progress._BETWEEN = on_numpy._WORK = 0\n"
        "on_numpy._MOST = 50\n"
        "gd.sweep(gd.objectives.bowl, gd.rules.adam, np.ones((200, 2)), steps=3, backend='numpy').steps.sum()"
    )
    manager, client = start_new_kernel()
    try:
        for somebody in (True, False):
            messages = []
            client.execute_interactive(code, allow_stdin=somebody, timeout=60, output_hook=messages.append)
            said = [message["content"] for message in messages if message["msg_type"] == "stream"]
            assert [one["name"] for one in said] == ["stdout"] * len(said)
            assert ("50 % of 200 runs" in "".join(one["text"] for one in said)) == somebody
            assert any(message["msg_type"] == "execute_result" for message in messages)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_short_sweep_says_nothing(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    swept(steps=2)
    assert stream.getvalue() == ""


def test_chunks_hold_the_right_runs_however_they_broadcast():
    lr, start = np.geomspace(0.01, 0.1, 5)[:, None], np.arange(14.0).reshape(7, 2) / 7
    executor = Executor()
    out = gd.sweep(himmelblau, adam, start, steps=5, lr=lr, executor=executor)
    np.testing.assert_array_equal(out.points, gd.sweep(himmelblau, adam, start, steps=5, lr=lr).points)
    sent = np.concatenate([chunk.points for _, (_, _, chunk, _) in executor.calls])
    np.testing.assert_array_equal(sent, np.tile(start, (5, 1)))
    assert max(len(chunk.points) for _, (_, _, chunk, _) in executor.calls) <= -(-35 // work._CHUNKS)
