"""A network on data is an objective that rules run on; training goes through its rows in batches, drawn from a seed."""

import numpy as np
import pytest

import gdlib as gd
from gdlib.loops import large_arrays
from gdlib.networks import CNN, MLP, train
from tests.duck_array import DeviceArray
from tests.lanes_test import cache_of_our_own  # noqa: F401  # a fixture
from tests.tables import each_rule

RNG = np.random.default_rng(8)
X, Y = RNG.standard_normal((25, 4)), RNG.integers(0, 3, 25)
NET = MLP((4, 6, 3), "tanh")
LOSS, START = NET.loss(X, Y), NET.start(seed=1, scale=0.5)
IMAGES = CNN((6, 7), filters=2, size=3, dense=(4, 3))
ON_IMAGES = IMAGES.loss(RNG.standard_normal((9, 6, 7)), RNG.integers(0, 3, 9))


def test_a_loss_goes_where_an_objective_goes():
    points = np.stack([START, 2 * START, -START])
    assert LOSS(points).shape == (3,)
    assert LOSS.grad(points).shape == points.shape
    assert [LOSS(point) for point in points] == LOSS(points).tolist()
    assert (LOSS.grad(points)[1] == LOSS.grad(2 * START)).all()
    assert (LOSS.grad(np.asfortranarray(points)) == LOSS.grad(points)).all()
    run = gd.descend(LOSS, gd.rules.adam, START, steps=30, lr=0.05, keep=10)
    assert run.reason == "steps"
    assert run.values[-1] < 0.5 * run.values[0]
    given = gd.Objective.from_functions(LOSS, LOSS.grad, n=LOSS.n)  # which compares the gradient once more
    assert given(START) == LOSS(START)


def test_the_loss_of_many_rows_is_that_of_all_at_once():
    x, y = RNG.standard_normal((700, 4)), RNG.integers(0, 3, 700)
    loss, slope = NET.loss(x, y), np.empty_like(START)
    value = loss.on_rows(START, slice(None), slope)
    assert loss(START) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(loss.grad(START), slope, rtol=1e-10, atol=1e-13)
    scores = NET.scores(START, x)
    assert loss.accuracy(START) == (scores.argmax(1) == y).mean()
    assert value == pytest.approx(np.mean(np.log(np.exp(scores).sum(1)) - scores[np.arange(700), y]), rel=1e-13)


def test_points_may_lie_anyhow_in_memory():
    wide = np.zeros((NET.n, 2))
    theta = wide[:, 0]
    for scale in (1.0, 2.0):  # the same array, moved in place
        theta[:] = scale * START
        assert LOSS(theta) == LOSS(scale * START)
        assert (LOSS.grad(theta) == LOSS.grad(scale * START)).all()
        assert LOSS.accuracy(theta) == LOSS.accuracy(scale * START)
    for point, slope in ((theta, START.copy()), (START, theta)):
        with pytest.raises(ValueError, match="needs a vector whose numbers lie side by side"):
            LOSS.on_rows(point, slice(None), slope)


def test_rows_are_taken_by_number_or_as_a_slice():
    slopes = np.empty((3, NET.n))
    rows = ([4, 2, 4], np.array([4, 2, 4]), slice(2, 5))
    values = [LOSS.on_rows(START, some, slope) for some, slope in zip(rows, slopes, strict=True)]
    assert values[0] == values[1] == NET.loss(X[[4, 2, 4]], Y[[4, 2, 4]])(START)
    assert values[2] == NET.loss(X[2:5], Y[2:5])(START)
    assert (slopes[0] == slopes[1]).all()
    with pytest.raises(IndexError):
        LOSS.on_rows(START, [25], slopes[0])


def test_scores_of_any_size_do_not_overflow():
    for cost, y in (("cross_entropy", [0, 1]), ("logistic", [[0.0, 1.0], [1.0, 0.0]])):
        loss = MLP((1, 2)).loss([[1e4], [-1e4]], y, cost)
        theta = np.array([1.0, -1.0, 0.0, 0.0])
        assert np.isfinite(loss(theta))
        assert np.isfinite(loss.grad(theta)).all()


@pytest.mark.parametrize(("kind", "tolerance"), [(np.float32, 1e-5), (np.float64, 0.0)])
@each_rule
def test_training_on_all_rows_is_descent(rule, kind, tolerance):
    options = {"lr": 0.01} if "lr" in rule.defaults else {}
    run = gd.descend(LOSS, rule, START.astype(kind), steps=8, **options)
    training = train(LOSS, rule, START.astype(kind), epochs=8, batch=None, **options)
    assert training.theta.dtype == run.path.dtype == kind
    np.testing.assert_allclose(training.theta, run.path[-1], rtol=tolerance, atol=tolerance)
    if rule.trace.gradient_at is None:  # the costs are those at the points of the path
        np.testing.assert_allclose(training.values, run.values[:-1], rtol=max(tolerance, 1e-15))


@each_rule
def test_a_step_on_batches_is_the_plain_rules(rule):
    """The same rows in the same order, the rule called as a reader would call it."""
    training = train(LOSS, rule, START, epochs=3, batch=10, seed=7)
    rng, theta, t = np.random.default_rng(7), START, 0
    state = [np.zeros_like(theta) for _ in rule.state]
    for _ in range(3):
        order = rng.permutation(25)
        for rows in (order[:10], order[10:20], order[20:]):
            t, part = t + 1, NET.loss(X[rows], Y[rows])
            g = part.grad(rule.gradient_at(theta, *state))
            given = {"theta": theta, "g": g, "t": t, "f": np.full_like(theta, part(theta))}
            given |= dict(zip(rule.state, state, strict=True))
            result = rule(*(given[name] for name in rule.takes))
            theta, *state = result if rule.state else (result,)
    assert training.steps == 9
    np.testing.assert_allclose(training.theta, theta, rtol=1e-9, atol=1e-12)


def test_large_networks_take_the_step_in_place_and_leave_the_start_alone():
    x, y = RNG.standard_normal((30, 200)), RNG.integers(0, 10, 30)
    net = MLP((200, 160, 10))  # more entries than a step takes in one piece
    loss, start = net.loss(x, y), net.start(seed=2)
    before = start.copy()
    training = train(loss, gd.rules.adam, start, epochs=4, batch=None)
    assert (start == before).all()
    run = gd.descend(loss, gd.rules.adam, start, steps=4)
    assert (training.theta == run.path[-1]).all()


def test_the_seed_alone_decides_the_order_of_the_rows():
    options = {"epochs": 2, "batch": 6}
    one, again, other = (train(LOSS, gd.rules.momentum, START, seed=seed, **options) for seed in (1, 1, 2))
    assert (one.theta == again.theta).all()
    assert (one.values == again.values).all()
    assert (one.theta != other.theta).any()
    given = train(LOSS, gd.rules.momentum, START, seed=np.random.default_rng(1), **options)
    assert (given.theta == one.theta).all()


def test_the_last_batch_of_an_epoch_takes_what_is_left():
    assert train(LOSS, gd.rules.adam, START, epochs=2, batch=10, seed=1).steps == 6
    assert train(LOSS, gd.rules.adam, START, epochs=2, batch=1000, seed=1).steps == 2


def test_what_is_watched_stands_beside_the_epochs():
    training = train(LOSS, gd.rules.adam, START, epochs=3, seed=1, watch=lambda theta: float(LOSS(theta)))
    assert len(training.watched) == 4
    assert training.watched[0] == LOSS(START)
    assert training.watched[-1] == LOSS(training.theta)


class Fading:
    """A schedule that remembers."""

    factor = 1.0

    def __call__(self, t):
        self.factor *= 0.9
        return self.factor


def test_a_schedule_that_remembers_begins_anew_in_each_training():
    schedule = Fading()
    ends = [
        train(LOSS, gd.rules.gradient_descent, START, epochs=5, batch=None, schedule=schedule, lr=0.5).theta
        for _ in range(2)
    ]
    assert (ends[0] == ends[1]).all()
    assert schedule.factor == 1.0


def test_no_earlier_call_changes_the_bits_of_a_later_one():
    """Examples that lie otherwise in memory, taken before, must leave no array that lies so."""
    x = RNG.standard_normal((100, 784))
    fresh, used = MLP((784, 100, 10)), MLP((784, 100, 10))
    theta = fresh.start(seed=2, scale=0.5)
    used.scores(theta, np.asfortranarray(x))
    assert (fresh.scores(theta, x) == used.scores(theta, x)).all()
    y = RNG.integers(0, 10, 100)
    used.loss(np.asfortranarray(x), y).grad(theta)
    assert (fresh.loss(x, y).grad(theta) == used.loss(x, y).grad(theta)).all()


def test_schedule_and_transform_are_descends():
    clip, inverse = gd.clip_norm(0.1), gd.schedules.inverse(0.5)
    options = {"schedule": inverse, "transform": clip, "lr": 0.5}
    training = train(LOSS, gd.rules.gradient_descent, START, epochs=6, batch=None, **options)
    run = gd.descend(LOSS, gd.rules.gradient_descent, START, steps=6, **options)
    assert (training.theta == run.path[-1]).all()
    seen = []
    options["schedule"] = lambda t, f: seen.append((t, float(f))) or 1.0
    training = train(LOSS, gd.rules.gradient_descent, START, epochs=2, batch=13, seed=1, **options)
    assert seen == list(enumerate(training.values.tolist(), 1))


def test_a_training_that_leaves_the_finite_numbers_says_at_which_step():
    loss = MLP((1, 1)).loss([[1.0], [2.0]], [1.0, -1.0], "squared")
    training = train(loss, gd.rules.gradient_descent, [1.0, 1.0], epochs=2000, batch=None, lr=10.0)
    run = gd.descend(loss, gd.rules.gradient_descent, [1.0, 1.0], steps=2000, lr=10.0)
    steps = int(training.reason.rpartition(" ")[2])
    assert training.reason.startswith("left the finite numbers at step")
    assert steps == training.steps <= run.steps + 1  # the cost, a square, overflows first
    assert np.isfinite(training.values).all()


def test_an_interrupted_training_gives_what_it_has():
    def interrupt(theta, calls=[]):  # noqa: B006
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return len(calls)

    training = train(LOSS, gd.rules.adam, START, epochs=9, batch=None, watch=interrupt)
    assert (training.reason, training.steps, training.watched) == ("interrupted", 2, [1, 2])


def test_a_training_that_is_interrupted_in_an_epoch_counts_its_steps():
    calls = []

    def interrupt(g):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return g

    training = train(LOSS, gd.rules.adam, START, epochs=9, batch=-(-LOSS.rows // 3), seed=1, transform=interrupt)
    assert (training.reason, training.steps) == ("interrupted", 5)
    assert np.isfinite(training.values).all()


def test_a_transform_that_makes_doubles_of_some_gradients_does_not_end_a_training(monkeypatch):
    monkeypatch.setattr(large_arrays, "LARGE", 1)
    monkeypatch.setattr(large_arrays, "PATIENCE", 0)
    calls = []

    def sometimes(g):
        calls.append(1)
        return g * np.float64(0.5) if len(calls) == 2 else g * np.float32(0.5)

    start = START.astype(np.float32)
    training = train(LOSS, gd.rules.adam, start, epochs=4, batch=None, transform=sometimes)
    assert (training.theta.dtype, training.steps, training.reason) == (np.float32, 4, "epochs")


def test_what_watch_is_given_is_its_own():
    training = train(LOSS, gd.rules.adam, START, epochs=2, batch=None, watch=lambda theta: theta)
    first, *_, last = training.watched
    np.testing.assert_array_equal(first, START)
    assert not np.array_equal(first, last)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize(("loss", "net"), [(LOSS, NET), (ON_IMAGES, IMAGES)])
def test_losses_and_training_stay_on_the_device(loss, net, kind):
    start = net.start(seed=1, scale=0.5, dtype=kind)
    device = DeviceArray(start)
    assert type(loss(device)) is type(loss.grad(device)) is DeviceArray
    np.testing.assert_array_equal(loss.grad(device).get(), loss.grad(start))
    assert loss(device).get() == loss(start)
    assert loss.accuracy(device) == loss.accuracy(start)
    options = {"epochs": 3, "batch": 4, "seed": 5, "transform": gd.clip_norm(1.0)}
    for rule in (gd.rules.adam, gd.rules.nesterov_lookahead, gd.rules.irprop_plus):
        there, here = (train(loss, rule, point, **options) for point in (device, start))
        assert type(there.theta) is DeviceArray
        np.testing.assert_array_equal(there.theta.get(), here.theta)
        np.testing.assert_array_equal(there.values, here.values)


def test_training_looks_at_the_device_once_an_epoch():
    looks = []
    for batch in (25, 5):
        DeviceArray.looks = 0
        train(LOSS, gd.rules.adam, DeviceArray(START), epochs=4, batch=batch, seed=1)
        looks.append(DeviceArray.looks)
    assert looks[0] == looks[1]


def test_data_on_the_device_stays_there():
    loss = NET.loss(DeviceArray(X), DeviceArray(Y))
    np.testing.assert_array_equal(loss.grad(DeviceArray(START)).get(), LOSS.grad(START))
    with pytest.raises(ValueError, match="theta: needs the data's kind of array, DeviceArray, got ndarray"):
        loss(START)


BAD = np.array([[1.0, np.nan, 0.0, 0.0]])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: NET.loss(X[:, :3], Y), "x: needs shape (rows, 4), at least one row, got (25, 3)"),
        (lambda: NET.loss(X[0], Y[:1]), "x: needs shape (rows, 4), at least one row, got"),
        (lambda: NET.loss(X[:0], Y[:0]), "x: needs shape (rows, 4), at least one row, got"),
        (lambda: NET.loss([[1.0, 2.0], [3.0]], Y), "x: needs an array of shape (rows, 4), got rows of different lengths"),
        (lambda: NET.loss(BAD, [0]), "x: needs finite numbers, got nan or inf among them"),
        (lambda: NET.loss([["a", "b", "c", "d"]], [0]), "x: needs real numbers"),
        (lambda: NET.loss(X.astype(complex), Y), "x: needs real numbers"),
        (lambda: NET.loss(X, Y[:-1]), "y: needs one class for each of 25 examples, shape (25,), got (24,)"),
        (lambda: NET.loss(X, Y[:, None]), "y: needs one class for each of 25 examples"),
        (lambda: NET.loss(X, Y + 1), "y: needs classes from 0 to 2, one for each output, got 3"),
        (lambda: NET.loss(X, Y - 1), "y: needs classes from 0 to 2, one for each output, got -1"),
        (lambda: NET.loss(X, Y.astype(float)), "y: needs whole numbers that name classes, got an array of float64"),
        (lambda: NET.loss(X, ["a"] * 25), "y: needs numbers"),
        (lambda: NET.loss(X, Y, "hinge"), "cost: needs one of cross_entropy, logistic, squared, got 'hinge'"),
        (lambda: MLP((4, 1)).loss(X, Y), "cost: cross_entropy needs a network of at least 2 outputs"),
        (lambda: MLP((4, 1)).loss(X, Y, "logistic"), "y: needs numbers from 0 to 1 for the logistic cost"),
        (lambda: NET.loss(X, Y, "squared"), "y: needs an answer for each output of each example, (25, 3), got (25,)"),
        (lambda: MLP((4, 1)).loss(X, [np.inf] * 25, "squared"), "y: needs finite numbers"),
        (lambda: LOSS(START[:-1]), "points: needs shape (..., 51)"),
        (lambda: MLP((4, 1)).loss(X, X[:, 0], "squared").accuracy(np.zeros(5)), "accuracy: needs classes"),
        (lambda: train(LOSS, gd.rules.adam, START, epochs=1), "seed: needs a whole number >= 0 or a numpy Generator"),
        (lambda: train(LOSS, gd.rules.adam, START, epochs=0, seed=1), "epochs: needs a whole number >= 1, got 0"),
        (lambda: train(LOSS, gd.rules.adam, START, epochs=1, batch=0, seed=1), "batch: needs a whole number >= 1"),
        (lambda: train(LOSS, gd.rules.adam, START[None], epochs=1, seed=1), "start: needs one point"),
        (lambda: train(LOSS, gd.rules.adam, START * np.nan, epochs=1, seed=1), "start: needs finite coordinates"),
        (lambda: train(LOSS, gd.rules.adam, START, epochs=1, seed=1, rate=1), "rate: no hyperparameter of adam"),
        (lambda: train(LOSS, gd.methods.newton, START, epochs=1, seed=1), "rule: needs a rule such as gd.rules.adam"),
        (lambda: train(gd.objectives.bowl, gd.rules.adam, (1, 1), epochs=1, seed=1), "loss: needs a network on data"),
        (lambda: train(LOSS, gd.rules.adam, START, epochs=1, seed=1, watch=3), "watch: needs a function of theta, got int"),
        (lambda: train(LOSS, gd.rules.adam, START, epochs=1, seed=1, schedule=3), "schedule: needs a function"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_a_sentence(make, words):
    with pytest.raises((TypeError, ValueError)) as caught:
        make()
    assert str(caught.value).startswith(words)
