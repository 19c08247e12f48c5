"""The two ways to score a segment: with SciPy, or compiled by Numba (the extra `fast`). Both give the same lists."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from types import ModuleType
from typing import Literal

Name = Literal["scipy", "numba"]


def choose(name: Name | None = None) -> ModuleType:
    """Return a kernel, by default the compiled one where Numba is installed and has a folder to keep its code in.

    Raises ValueError for an unknown name, RuntimeError where the compiled one is asked for and has no such folder.
    """
    if name is None:
        return _compiled_where_it_can_be() if find_spec("numba") else choose("scipy")
    if name == "scipy":
        from matching.kernels import plain

        return plain
    if name == "numba":
        from matching.kernels import compiled

        return compiled
    raise ValueError(f"kernel is {name!r}; choose 'scipy' or 'numba'")


def _compiled_where_it_can_be() -> ModuleType:
    try:
        return choose("numba")
    except RuntimeError as error:  # Neither the folder of the code nor the account's own can be written.
        warnings.warn(f"SciPy ranks; set NUMBA_CACHE_DIR to a folder that can be written ({error})", stacklevel=2)
        return choose("scipy")
