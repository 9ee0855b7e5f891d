"""Methods of second order: Newton's and its mends, quasi-Newton, conjugate gradients, and what bears a million numbers.

A method goes where a rule goes, and asks for more than a gradient: the Hessian, values elsewhere, a product of the
Hessian with a vector. In `descend` it works with the objective's own derivatives, without noise or transform.
"""

from gdlib.registry import Registry
from gdlib.second_order import conjugate, hessian_free, newton_steps, quasi_newton, sums_of_squares
from gdlib.second_order.method import Halt, Method, method

__all__ = ["Halt", "Method", "method", "methods_in_order"]

_IN_TEACHING_ORDER = (newton_steps, sums_of_squares, quasi_newton, conjugate, hessian_free)
methods_in_order: Registry[Method] = Registry(
    "method", [thing for part in _IN_TEACHING_ORDER for thing in vars(part).values() if isinstance(thing, Method)]
)
"""Every method of the book, which the package calls gd.methods."""
