"""What holds for the doctests of gdlib as for the tests; it lies at the root so that both see it."""

import numpy as np

import gdlib  # noqa: F401  # as a package, before a doctest's module is imported by its path and makes its rules again

np.set_printoptions(legacy="1.25")  # 0.5, not np.float64(0.5), as the pages show it
