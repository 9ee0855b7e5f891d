"""What holds for the doctests of gdlib as for the tests; it lies at the root so that both see it."""

import numpy as np
import pytest

import gdlib  # noqa: F401  # as a package, before a doctest's module is imported by its path and makes its rules again

np.set_printoptions(legacy="1.25")  # 0.5, not np.float64(0.5), as the pages show it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Workers side by side must find the same names: one with an address in it is another in each process."""
    if nameless := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"needed a name for each case (ids=), got {nameless[0]}")
