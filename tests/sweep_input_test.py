"""What a sweep refuses, before any work: the first line says which argument, what was needed and what came."""

import numpy as np
import pytest

import gdlib as gd
from gdlib.sweeps import arguments, memory

bowl, adam, descent, rprop = gd.objectives.bowl, gd.rules.adam, gd.rules.gradient_descent, gd.rules.rprop_minus
GIVEN = gd.Objective.from_functions(lambda x: (x**2).sum(-1), lambda x: 2 * x, n=2)
GRID = np.ones((3, 4, 2))


def run(f=bowl, rule=adam, start=(1.0, 1.0), steps=5, **options):
    return gd.sweep(f, rule, start, steps=steps, **options)


CALLS = {
    "text for f": (lambda: run(f="x**2"), TypeError, "f: needs an objective"),
    "a rule by name": (lambda: run(rule="adam"), TypeError, "rule: needs a rule such as gd.rules.adam, got str"),
    "start of the wrong size": (lambda: run(start=(1.0,)), ValueError, "start: needs shape (..., 2)"),
    "a start that is nan": (lambda: run(start=(np.nan, 1.0)), ValueError, "start: needs finite coordinates"),
    "no start": (lambda: run(start=np.ones((0, 2))), ValueError, "start: needs at least one point"),
    "steps=0": (lambda: run(steps=0), ValueError, "steps: needs a whole number >= 1, got 0"),
    "tol=-1": (lambda: run(tol=-1.0), ValueError, "tol: needs a finite tolerance >= 0, got -1.0"),
    "tol=nan": (lambda: run(tol=np.nan), ValueError, "tol: needs a finite tolerance >= 0, got nan"),
    "tol for each run": (lambda: run(tol=[1.0]), TypeError, "tol: needs a tolerance, a number >= 0, got list"),
    "an unknown name": (lambda: run(beta_1=[0.9]), TypeError, "beta_1: no hyperparameter of adam. Did you mean 'beta1'?"),
    "lr=nan": (lambda: run(lr=np.nan), ValueError, "lr: needs a finite number, lr > 0, got nan"),
    "nan among many": (lambda: run(lr=[[0.1, 0.2], [0.3, np.nan]]), ValueError, "lr: needs a finite number, lr > 0, got nan at [1, 1]"),
    "inf among many": (lambda: run(lr=[0.1, np.inf]), ValueError, "lr: needs a finite number, lr > 0, got inf at [1]"),
    "0 among many": (lambda: run(lr=np.linspace(0, 1, 5)), ValueError, "lr: needs lr > 0, got 0.0 at [0]"),
    "beta1 = 1 among many": (lambda: run(beta1=np.linspace(0, 1, 5)), ValueError, "beta1: needs 0 <= beta1 < 1, got 1.0 at [4]"),
    "pairs that are half": (lambda: run(rule=gd.methods.lbfgs, memory=[2, 2.5]), ValueError, "memory: needs a whole number, memory >= 1, got 2.5 at [1]"),
    "lr as text": (lambda: run(lr=["0.1", "0.2"]), TypeError, "lr: needs real numbers, got an array of <U3"),
    "complex lr": (lambda: run(lr=[1j]), TypeError, "lr: needs real numbers, got an array of complex128"),
    "one complex lr": (lambda: run(lr=np.complex128(0.1 + 5j)), TypeError, "lr: needs a real number, got complex128"),
    "a truth of NumPy's": (lambda: run(lr=np.True_), TypeError, "lr: needs a real number, got bool"),
    "text without axes": (lambda: run(lr=np.array("0.1")), TypeError, "lr: needs a real number, got ndarray array('0.1'"),
    "nothing without axes": (lambda: run(lr=np.array(None)), TypeError, "lr: needs a real number, got ndarray array(None"),
    "ragged lr": (lambda: run(lr=[[0.1], [0.1, 0.2]]), ValueError, "lr: needs a number or an array of numbers, got rows"),
    "no lr at all": (lambda: run(lr=[]), ValueError, "lr: needs"),
    "shapes that do not fit": (lambda: run(start=GRID, lr=[0.1] * 3), ValueError, "lr: needs a shape that broadcasts with start: (3, 4) (start's without its last axis), got (3,)"),
    "shapes of two numbers": (lambda: run(lr=[0.1] * 3, beta1=[0.5] * 4), ValueError, "beta1: needs a shape that broadcasts with start: () and lr: (3,)"),
    "an unknown back end": (lambda: run(backend="nump"), ValueError, "backend: needs one of 'auto', 'numpy', 'numba', 'cupy', got 'nump'. Did you mean 'numpy'?"),
    "a back end of None": (lambda: run(backend=None), ValueError, "backend: needs one of 'auto', 'numpy', 'numba', 'cupy', got None"),
    "no formula for lanes": (lambda: run(f=GIVEN, backend="numba"), TypeError, "backend: numba needs what can be printed as text, and the objective is no formula"),
    "no components for a GPU": (lambda: run(rule=gd.methods.bfgs, backend="cupy"), TypeError, "backend: cupy needs what can be printed as text, and bfgs is not"),
    "no formula to send": (lambda: run(f=GIVEN, executor=NoExecutor()), TypeError, "executor: needs what can be sent as text, and the objective is no formula"),
    "no executor": (lambda: run(executor=4), TypeError, "executor: needs an object with submit(function, …), got int"),
    "a schedule without lr": (lambda: run(rule=rprop, schedule=lambda t: 1.0), ValueError, "schedule: is a factor on lr, and rprop_minus has no lr"),
    "a schedule of nan": (lambda: run(schedule=lambda t: np.nan), ValueError, "schedule: needs a finite factor"),
    "a schedule for each run": (lambda: run(start=np.ones((3, 2)), schedule=lambda t: np.ones(3)), ValueError, "schedule: needs one factor, got (3,)"),
    "a schedule with an if": (lambda: run(start=np.ones((3, 2)), schedule=lambda t, f: 1.0 if f < 1 else 0.5), ValueError, "schedule: is given f as an array, one value for each run (shape (3,)), of which it asks whether it is true; write np.where(condition, one, other) in place of if"),
    "more steps than can be counted": (lambda: run(steps=10**20), ValueError, "steps: needs at most 2**53, got 2**66 or more"),
    "resume from nothing": (lambda: run(resume=3), TypeError, "resume: needs the error of a sweep that was not finished, or its .done, got int"),
    "a name of descend's": (lambda: run(keep=3), TypeError, "keep: no hyperparameter of adam"),
}  # fmt: skip


class NoExecutor:
    """Looks like one, and must not be asked."""

    def submit(self, *_):
        raise AssertionError("work before the arguments were checked")


@pytest.mark.parametrize("name", CALLS)
def test_bad_input(name):
    call, error, words = CALLS[name]
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value).splitlines()[0]


def test_an_accidental_outer_product_is_refused_with_the_memory_that_it_would_take():
    many = 10**6
    with pytest.raises(ValueError, match=r"^lr: needs a sweep whose results fit in memory") as caught:
        run(start=np.ones((many, 2)), lr=np.full((many, 1), 0.1))
    words = str(caught.value)
    assert "start: (1000000,) × lr: (1000000, 1), 1,000,000,000,000 runs with 33 TB of results" in words
    assert "lr for each of the others" in words
    with pytest.raises(ValueError, match="33 EB of results"):
        run(lr=np.full((many, 1, 1), 0.1), beta1=np.full((many, 1), 0.5), beta2=np.full(many, 0.5))


@pytest.mark.parametrize(("name", "row"), [("start", (1.0, 2.0)), ("lr", 0.1)])
def test_a_view_that_shows_a_number_many_times_is_refused_before_it_is_filled_in(name, row):
    given = np.broadcast_to(row, (10**6, 10**6, *np.shape(row)))
    with pytest.raises(ValueError, match=f"^{name}: needs a sweep that fits in memory, .* when it is filled in$"):
        run(**{name: given})


def test_what_fits_in_memory_is_not_refused(monkeypatch):
    monkeypatch.setattr(arguments, "bytes_at_hand", lambda: 100 * 33 - 1)
    assert run(lr=np.full(99, 0.1)).points.shape == (99, 2)
    with pytest.raises(ValueError, match=r"3\.3 kB here; got start: \(\) × lr: \(100,\), 100 runs with 3\.3 kB"):
        run(lr=np.full(100, 0.1))


def test_a_back_end_is_asked_for_by_one_name():
    with pytest.raises(ValueError, match=r"^backend: needs one of 'auto', 'numpy', 'numba', 'cupy', got array"):
        run(backend=np.array(["numpy", "numba"]))


def test_memory_at_hand_is_a_sensible_number():
    assert 2**26 < memory.bytes_at_hand() < 2**50


@pytest.mark.parametrize(("files", "left"), [({}, 600), ({"memory.max": "max"}, None), ({"memory.current": "5000"}, 0)])
def test_of_a_container_what_it_holds_is_taken_off_but_files_that_can_be_dropped(files, left, monkeypatch, tmp_path):
    texts = {"memory.max": "1000", "memory.current": "500", "memory.stat": "anon 400\ninactive_file 100\nother 7\n"}
    for name, text in (texts | files).items():
        (tmp_path / name).write_text(text)
    names = memory._GROUPS["/sys/fs/cgroup"]
    monkeypatch.setattr(memory, "_GROUPS", {str(tmp_path): names, str(tmp_path / "none"): names})
    found = memory.bytes_at_hand()
    assert found > 2**26 if left is None else found == left


@pytest.mark.parametrize("backend", ["numba", "cupy"])
def test_a_back_end_that_is_missing_is_never_replaced(monkeypatch, backend):
    module = __import__(f"gdlib.sweeps.on_{backend}", fromlist=["missing"])
    monkeypatch.setattr(module, "missing", lambda: "it was taken away")
    with pytest.raises(RuntimeError, match=f"^backend: {backend} cannot work here: it was taken away"):
        run(backend=backend)
