"""The table of outside answers: which optimiser of which library makes which rule's golden values, and how.

A rule gets its outside answer by one row in a file of this folder and `make goldens WRITE=1`. A row whose origin takes
another form of the rule says `differs` and why: its values are not stored, only how far it lies from the rows that
agree. A setting is chosen so that the place of eps, a threshold or a bound shows.
"""

from tests.goldens.table import adaptive, first_order, per_coordinate, variants
from tests.goldens.table.row import Row

ROWS: tuple[Row, ...] = (*first_order.ROWS, *per_coordinate.ROWS, *adaptive.ROWS, *variants.ROWS)
