"""LightGBM alone: it would bring scikit-learn and pandas along, a second of every start.

They are for its wrappers and for tables, of which nothing here uses any: what is trained and ranked
are arrays.
"""

from __future__ import annotations

import sys

_HIDDEN = [name for name in ("sklearn", "pandas") if name not in sys.modules]

# What stands there as None cannot be imported, and LightGBM does without what is not installed.
sys.modules.update(dict.fromkeys(_HIDDEN))  # type: ignore[arg-type]
try:
    import lightgbm
finally:
    for _name in _HIDDEN:
        del sys.modules[_name]

__all__ = ["lightgbm"]
