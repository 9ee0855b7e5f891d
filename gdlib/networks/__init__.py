"""Networks and the data that they learn from; nothing is read before it is asked for.

An `MLP` or a `CNN` holds no parameters: they are one vector theta, so that a rule moves them as it moves any point.
`network.loss(x, y)` is an objective; `descend` runs on it with all data at every step, `train` with small batches.
"""

from .handwriting import Digits, digits
from .images import PooledConvolution
from .layers import Activation, Dense
from .network import CNN, MLP, Network
from .on_data import Loss
from .separating_plane import Perceptron, perceptron
from .training import Training, train

__all__ = [
    "CNN", "MLP", "Activation", "Dense", "Digits", "Loss", "Network", "Perceptron", "PooledConvolution",
    "Training", "digits", "perceptron", "train",
]  # fmt: skip
