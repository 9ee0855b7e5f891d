"""The same network in torch: its layers from ours, its parameters from one flat vector and back into one."""

from collections.abc import Iterator
from typing import Any

import numpy as np

BENDS = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh"}


def twin(net: Any, theta: np.ndarray) -> Any:
    """A torch.nn.Sequential of theta's type that computes what our network computes; the bend stands before the pool."""
    import torch

    made: list[Any] = []
    for layer in net.layers:
        kind = type(layer).__name__
        if kind == "Dense":
            if made and not any(isinstance(one, torch.nn.Linear) for one in made):
                made.append(torch.nn.Flatten())  # after images
            made.append(torch.nn.Linear(layer.takes, layer.outputs))
        elif kind == "PooledConvolution":
            made += [torch.nn.Conv2d(layer.image[0], layer.filters, layer.size), torch.nn.MaxPool2d(2)]
        else:
            bend = getattr(torch.nn, BENDS[layer.kind])()
            made.insert(len(made) - isinstance(made[-1], torch.nn.MaxPool2d), bend)
    module = torch.nn.Sequential(*made).to(getattr(torch, theta.dtype.name))
    given = [part for own in net.views(theta) for part in _as_torch(own)]
    with torch.no_grad():
        for parameter, values in zip(module.parameters(), given, strict=True):
            parameter.copy_(torch.from_numpy(np.array(values)).reshape(parameter.shape))
    return module


def _as_torch(parts: list[np.ndarray]) -> Iterator[np.ndarray]:
    """A layer's parameters as torch has them: weights by outputs, and the offsets apart."""
    if len(parts) == 1:
        (filters,) = parts
        yield from (filters[:, :-1], filters[:, -1])
    elif parts:
        yield from (parts[0].T, parts[1])


def flat(module: Any) -> np.ndarray:
    """The module's parameters as our flat vector."""
    parts: list[np.ndarray] = []
    arrays = [parameter.detach().numpy() for parameter in module.parameters()]
    for weights, offsets in zip(arrays[::2], arrays[1::2], strict=True):
        if weights.ndim == 4:
            parts.append(np.concatenate([weights.reshape(len(weights), -1), offsets[:, None]], axis=1).ravel())
        else:
            parts += [weights.T.ravel(), offsets]
    return np.concatenate(parts)


def examples(net: Any, x: np.ndarray) -> Any:
    """Rows of numbers as torch's network takes them: images where it begins with a convolution."""
    import torch

    image = getattr(net.layers[0], "image", None)
    return torch.from_numpy(x if image is None else x.reshape(-1, *image))
