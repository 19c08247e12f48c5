"""The two ways to score a segment: with SciPy, or compiled by Numba (the extra `fast`). Both give the same lists."""

from __future__ import annotations

from importlib.util import find_spec
from types import ModuleType
from typing import Literal

Name = Literal["scipy", "numba"]


def choose(name: Name | None = None) -> ModuleType:
    """Return a kernel, by default the compiled one where Numba is installed.

    Raises ValueError for an unknown name.
    """
    name = name or ("numba" if find_spec("numba") else "scipy")
    if name == "scipy":
        from matching.kernels import plain

        return plain
    if name == "numba":
        from matching.kernels import compiled

        return compiled
    raise ValueError(f"kernel is {name!r}; choose 'scipy' or 'numba'")
