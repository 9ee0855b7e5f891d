"""How numbers print in doctests, of gdlib as of the tests; it lies at the root so that both see it."""

import numpy as np

np.set_printoptions(legacy="1.25")  # 0.5, not np.float64(0.5), as the pages show it
