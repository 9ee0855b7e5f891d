"""A stand-in for an array on a GPU: it refuses to become a NumPy array, to mix with one, and counts every look at it."""

import numpy as np


class DeviceArray(np.lib.mixins.NDArrayOperatorsMixin):
    """What CuPy's array does and forbids, on the CPU; `looks` counts conversions to Python numbers."""

    looks = 0

    def __init__(self, values):
        self._values = np.asarray(values)

    def __array__(self, *_, **__):
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()`")

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        _refuse_numpy([*inputs, *(options.get("out") or ())])
        if options.get("out"):
            options["out"] = tuple(_bare(one) for one in options["out"])
        return _wrapped(getattr(ufunc, method)(*map(_bare, inputs), **options))

    def __array_function__(self, function, types, args, options):
        if function is np.asarray or "like" in options:
            return DeviceArray(np.array(args[0], **{k: v for k, v in options.items() if k != "like"}))
        _refuse_numpy(_flat(args))
        return _wrapped(function(*map(_bare, args), **{key: _bare(value) for key, value in options.items()}))

    def get(self):
        """The values on the host, asked for on purpose."""
        return self._values.copy()

    def _looked_at(self, kind):
        DeviceArray.looks += 1
        return kind(self._values)

    def __bool__(self):
        return self._looked_at(bool)

    def __float__(self):
        return self._looked_at(float)

    def __int__(self):
        return self._looked_at(int)

    def __index__(self):
        raise TypeError("only integer arrays on the host can be an index")

    def __getitem__(self, key):
        return DeviceArray(self._values[_bare(key)])

    def __setitem__(self, key, value):
        _refuse_numpy([value])
        self._values[_bare(key)] = _bare(value)

    def __getattr__(self, name):
        if name in ("shape", "dtype", "ndim", "size", "flags"):
            return getattr(self._values, name)
        if name == "T":
            return DeviceArray(self._values.T)
        if name in ("all", "any", "sum", "max", "min", "argmax", "astype", "reshape", "ravel"):
            return lambda *args, **options: _wrapped(getattr(self._values, name)(*args, **options))
        raise AttributeError(name)


def _flat(args):
    for one in args:
        yield from one if isinstance(one, list | tuple) else [one]


def _refuse_numpy(values):
    for value in values:
        if isinstance(value, np.ndarray) and value.ndim:
            raise TypeError(f"Unsupported type {type(value)}")


def _bare(value):
    if isinstance(value, DeviceArray):
        return value._values
    if isinstance(value, list | tuple):
        return type(value)(map(_bare, value))
    return value


def _wrapped(value):
    if isinstance(value, np.ndarray | np.generic):
        return DeviceArray(value)
    return tuple(map(_wrapped, value)) if isinstance(value, tuple) else value
