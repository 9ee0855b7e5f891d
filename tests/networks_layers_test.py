"""Networks: every layer's slopes against differences of its own values, and the shapes, ties and memory of each."""

import copy
import pickle
import threading

import numpy as np
import pytest

from gdlib.networks import CNN, MLP, Activation, Dense, Network, PooledConvolution, images

RNG = np.random.default_rng(5)
LAYERS = [
    Dense(5, 3),
    Activation("relu"),
    Activation("sigmoid"),
    Activation("tanh"),
    PooledConvolution((1, 6, 7), filters=2, size=3),  # a last column of answers is in no square
    PooledConvolution((2, 5, 4), filters=3, size=2),
    PooledConvolution((3, 2, 5), filters=1, size=1),
]
NETWORKS = [
    MLP((4, 3)),
    MLP((6, 5, 4, 3), "tanh"),
    MLP((6, 8, 3), "relu"),
    MLP((3, 4, 2), "sigmoid"),
    CNN((8, 9), filters=3, size=3, dense=(5, 4)),
    CNN((2, 12, 13), filters=(2, 3), size=3, dense=(4,), activation="tanh"),
    Network([PooledConvolution((1, 6, 6), 2, 3), Dense(8, 3), Activation("sigmoid")]),
]


def slope_by_differences(function, point, step=1e-6):
    """The gradient of a function of one array, entry by entry, by central differences."""
    slope = np.empty_like(point)
    for place in np.ndindex(point.shape):
        high, low = point.copy(), point.copy()
        high[place] += step
        low[place] -= step
        slope[place] = (function(high) - function(low)) / (2 * step)
    return slope


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_a_layers_slopes_are_those_of_its_values(layer):
    x = RNG.standard_normal((4, layer.takes or 6))
    parameters = [RNG.standard_normal(shape) for shape in layer.shapes]
    weights = RNG.standard_normal((4, layer.gives(x.shape[1])))  # a random direction tests all that comes out

    def value(x, parameters):
        return float((layer.forward(parameters, x) * weights).sum())

    value(x, parameters)
    slopes = [np.empty(shape) for shape in layer.shapes]
    dx = layer.backward(parameters, slopes, weights).copy()
    np.testing.assert_allclose(dx, slope_by_differences(lambda at: value(at, parameters), x), atol=2e-9, rtol=1e-7)
    for place, (own, slope) in enumerate(zip(parameters, slopes, strict=True)):
        measured = slope_by_differences(lambda at, k=place: value(x, [*parameters[:k], at, *parameters[k + 1 :]]), own)
        np.testing.assert_allclose(slope, measured, atol=2e-9, rtol=1e-7)


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if isinstance(layer, PooledConvolution)], ids=str)
@pytest.mark.parametrize("size", [1, 100])
def test_a_pools_slopes_are_the_same_in_parts_of_any_size(layer, size, monkeypatch):
    x, weights = RNG.standard_normal((4, layer.takes)), RNG.standard_normal(layer.shapes[0])
    dy, found = RNG.standard_normal(layer.forward([weights], x).shape), []
    for bytes_in_cache in (images._BYTES, size):
        monkeypatch.setattr(images, "_BYTES", bytes_in_cache)
        slope = np.empty(layer.shapes[0])
        found.append((layer.backward([weights], [slope], dy).copy(), slope))
    for at_once, in_parts in zip(*found, strict=True):
        np.testing.assert_allclose(in_parts, at_once, atol=1e-13)


@pytest.mark.parametrize("cost", ["cross_entropy", "logistic", "squared"])
@pytest.mark.parametrize("net", NETWORKS, ids=str)
def test_the_whole_gradient_is_that_of_the_values(net, cost):
    x = RNG.standard_normal((5, net.takes))
    answers = {
        "cross_entropy": RNG.integers(0, net.outputs, 5),
        "logistic": RNG.uniform(0, 1, (5, net.outputs)),
        "squared": RNG.standard_normal((5, net.outputs)),
    }
    loss = net.loss(x, answers[cost], cost)
    theta = net.start(seed=3, scale=0.5) + 0.01 * RNG.standard_normal(net.n)
    np.testing.assert_allclose(loss.grad(theta), slope_by_differences(loss, theta), atol=2e-9, rtol=1e-7)


@pytest.mark.parametrize("cost", ["logistic", "squared"])
def test_a_network_of_one_output_takes_answers_in_a_row(cost):
    net = MLP((3, 1))
    x, y = RNG.standard_normal((6, 3)), RNG.integers(0, 2, 6).astype(float)
    loss, theta = net.loss(x, y, cost), net.start(seed=1)
    assert loss(theta) == net.loss(x, y[:, None], cost)(theta)
    np.testing.assert_allclose(loss.grad(theta), slope_by_differences(loss, theta), atol=1e-9)


def answers_of(weights, images, size):
    """A filter's answers as their definition writes them, (rows, filters, height, width)."""
    rows, channels, height, width = images.shape
    filters = weights[:, :-1].reshape(-1, channels, size, size)
    made = np.empty((rows, len(filters), height - size + 1, width - size + 1))
    for row, k, i, j in np.ndindex(made.shape):
        made[row, k, i, j] = (images[row, :, i : i + size, j : j + size] * filters[k]).sum() + weights[k, -1]
    return made


def test_the_convolution_is_the_sum_that_its_definition_writes_and_the_pool_its_largest():
    layer = PooledConvolution((2, 5, 7), filters=3, size=2)
    x, weights = RNG.standard_normal((4, 70)), RNG.standard_normal(layer.shapes[0])
    answers = answers_of(weights, x.reshape(4, 2, 5, 7), 2)
    squares = answers.reshape(4, 3, 2, 2, 3, 2).max(axis=(3, 5))
    np.testing.assert_allclose(layer.forward([weights], x).reshape(squares.shape), squares, rtol=1e-12)


def test_a_squares_slope_goes_to_the_first_of_its_largest_answers():
    """On an image of whole numbers full of ties; a filter of one weight has its answers where the pixels are."""
    layer = PooledConvolution((1, 6, 8), filters=1, size=1)
    x, weights = RNG.integers(0, 3, (5, 48)).astype(float), np.array([[1.0, 0.0]])
    dy = RNG.integers(1, 9, layer.forward([weights], x).shape).astype(float)
    dx = layer.backward([weights], [np.empty((1, 2))], dy).reshape(5, 3, 2, 4, 2).transpose(0, 1, 3, 2, 4)
    squares = x.reshape(5, 3, 2, 4, 2).transpose(0, 1, 3, 2, 4).reshape(5, 3, 4, 4)
    assert (np.sort(squares)[..., -1] == np.sort(squares)[..., -2]).mean() > 0.5
    expected = np.eye(4)[squares.argmax(axis=-1)] * dy.reshape(5, 3, 4, 1)  # argmax gives the first
    np.testing.assert_array_equal(dx.reshape(5, 3, 4, 4), expected)


def test_parameters_are_views_of_one_vector_in_the_layers_order():
    net = CNN((8, 8), filters=2, size=3, dense=(5, 4))
    theta = np.arange(net.n, dtype=float)
    parts = [part for own in net.views(theta) for part in own]
    assert [part.shape for part in parts] == [(2, 10), (18, 5), (5,), (5, 4), (4,)]
    assert np.concatenate([part.ravel() for part in parts]).tolist() == theta.tolist()
    assert all(np.shares_memory(part, theta) for part in parts)


def test_a_start_has_the_spread_asked_for_and_no_offsets():
    net = MLP((100, 200, 50))
    theta = net.start(seed=4, scale=0.1)
    weights = np.concatenate([own[0].ravel() for own in net.views(theta) if own])
    assert weights.std() == pytest.approx(0.1, rel=0.02)
    assert all((own[1] == 0).all() for own in net.views(theta) if own)
    assert (net.start(seed=4, scale=0.1) == theta).all()
    assert (net.start(np.random.default_rng(4)) == theta).all()
    assert net.start(seed=4, dtype=np.float32).dtype == np.float32


def test_scores_are_the_readers_own_and_float32_stays():
    net = MLP((3, 4, 2))
    theta, x = net.start(seed=1, scale=1.0), RNG.standard_normal((5, 3))
    first = net.scores(theta, x)
    kept = first.copy()
    net.scores(theta, x + 1)
    assert (first == kept).all()
    (W, b), _, (V, c) = net.views(theta)
    np.testing.assert_allclose(first, np.maximum(x @ W + b, 0) @ V + c, rtol=1e-14)
    assert net.scores(theta.astype(np.float32), x).dtype == np.float32


def test_threads_share_a_network_without_touching_each_other():
    net = CNN((10, 10), filters=3, size=3, dense=(6, 4))
    data = [(RNG.standard_normal((30, 100)), RNG.integers(0, 4, 30)) for _ in range(4)]
    theta = net.start(seed=2)
    losses = [net.loss(x, y) for x, y in data]
    alone = [loss.grad(theta) for loss in losses]
    wrong = []

    def work(loss, expected):
        wrong.extend(1 for _ in range(20) if (loss.grad(theta) != expected).any())

    threads = [threading.Thread(target=work, args=pair) for pair in zip(losses, alone, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_networks_and_losses_can_be_copied_and_sent():
    net = CNN((8, 8), filters=2, size=3, dense=(3,))
    loss = net.loss(RNG.standard_normal((4, 64)), [0, 1, 2, 0])
    theta = net.start(seed=1)
    for twin in (copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
        assert (twin.grad(theta) == loss.grad(theta)).all()
        assert repr(twin) == repr(loss)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: MLP((4,)), "sizes: needs at least"),
        (lambda: MLP(5), "sizes: needs several whole numbers, such as (784, 100, 10), got int 5"),
        (lambda: MLP(None), "sizes: needs several whole numbers, such as (784, 100, 10), got NoneType"),
        (lambda: MLP((4, 0, 2)), "sizes: needs a whole number >= 1, got 0"),
        (lambda: MLP((4, 2.5)), "sizes: needs a whole number"),
        (lambda: MLP((4, 2), "softplus"), "activation: needs one of relu, sigmoid, tanh, got 'softplus'"),
        (lambda: CNN((28,)), "image: needs (height, width) or (channels, height, width), got (28,)"),
        (lambda: CNN(image=5), "image: needs (height, width) or (channels, height, width), got int 5"),
        (lambda: CNN(np.ones((28, 28))), "image: needs (height, width) or (channels, height, width), got (array([1., 1."),
        (lambda: PooledConvolution(5, 3, 2), "image: needs (channels, height, width), got int 5"),
        (lambda: PooledConvolution((9, 9), 3, 2), "image: needs (channels, height, width), got (9, 9)"),
        (lambda: CNN((4, 4), size=5), "size: needs a filter that leaves 2 x 2 answers of 4 x 4, got 5"),
        (lambda: CNN((5, 5), size=5), "size: needs a filter that leaves 2 x 2 answers of 5 x 5, got 5"),
        (lambda: CNN((8, 8), filters=(), size=3), "filters: needs at least one"),
        (lambda: CNN((8, 8), filters=0, size=3), "filters: needs a whole number >= 1, got 0"),
        (lambda: CNN((8, 8), filters=2.5, size=3), "filters: needs a whole number >= 1, or one for each stage, got float"),
        (lambda: CNN((8, 8), filters=True, size=3), "filters: needs a whole number >= 1, got bool True"),
        (lambda: CNN((8, 8), 3, 3, dense=5), "dense: needs the sizes of the layers that follow, such as (100, 10), got"),
        (lambda: CNN((8, 8), 3, 3, dense=()), "dense: needs at least the number of outputs, got none"),
        (lambda: CNN((8, 8), 3, 3, dense=(0,)), "dense: needs a whole number >= 1, got 0"),
        (lambda: Network(Dense(2, 3)), "layers: needs several layers, such as [Dense(2, 3), Activation('tanh')], got Dense"),
        (lambda: Network([Dense(2, 3), "relu"]), "layers: needs layers such as Dense(2, 3), got str among them"),
        (lambda: Network([]), "layers: needs a first layer"),
        (lambda: Network([Activation("relu")]), "layers: needs a first layer"),
        (lambda: Network([Dense(2, 3), Dense(4, 1)]), "layers: layer 1 takes 4 numbers a row, the one before gives 3"),
        (lambda: MLP((2, 2)).start(None), "seed: needs"),
        (lambda: MLP((2, 2)).start(-1), "seed: needs a whole number >= 0, got -1"),
        (lambda: MLP((2, 2)).start(1, scale=-0.1), "scale: needs"),
        (lambda: MLP((2, 2)).start(1, scale=float("nan")), "scale: needs"),
        (lambda: MLP((2, 2)).start(1, dtype=int), "dtype: needs np.float32 or np.float64"),
        (lambda: MLP((2, 2)).scores(np.zeros((3, 6)), [[1.0, 2.0]]), "theta: needs one point of shape"),
        (lambda: MLP((2, 2)).scores(np.zeros(5), [[1.0, 2.0]]), "theta: needs shape"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_is_said_in_a_sentence(make, words):
    with pytest.raises((TypeError, ValueError)) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_numpys_whole_numbers_count_like_pythons():
    """Also those of few bits: 12 * 12 does not fit int8."""
    small = np.int8(12)
    net = CNN(np.array([30, 30]), filters=np.int64(3), size=small, dense=np.array([5, 4]))
    twin = CNN((30, 30), filters=3, size=12, dense=(5, 4))
    assert repr(net) == repr(twin)
    assert (net.start(seed=1) == twin.start(seed=1)).all()
    assert [layer.shapes for layer in net.layers] == [layer.shapes for layer in twin.layers]
    assert repr(MLP(np.array([4, 3, 2]))) == repr(MLP((4, 3, 2)))


def test_a_layer_that_stands_twice_is_refused():
    """It keeps what it saw on the way there for the way back, and would keep the second sight alone."""
    again = Activation("tanh")
    with pytest.raises(ValueError, match=r"^layers: needs each layer once"):
        Network([Dense(2, 3), again, Dense(3, 3), again, Dense(3, 1)])
    Network([Dense(2, 3), Activation("tanh"), Dense(3, 3), Activation("tanh"), Dense(3, 1)])
