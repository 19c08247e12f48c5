"""Which kernel ranks."""

from types import ModuleType

import pytest

from matching import kernels
from matching.kernels import compiled, plain


def test_compiled_one_ranks_where_numba_is_installed():
    assert kernels.choose() is compiled
    assert kernels.choose("scipy") is plain


def test_scipy_ranks_where_nothing_compiled_can_be_kept(monkeypatch):
    choose = kernels.choose

    def without_a_folder(name: kernels.Name | None = None) -> ModuleType:
        if name == "numba":
            raise RuntimeError("cannot cache function: no locator available")
        return choose(name)

    monkeypatch.setattr(kernels, "choose", without_a_folder)
    with pytest.warns(UserWarning, match="NUMBA_CACHE_DIR"):
        assert choose() is plain


def test_unknown_one_names_the_choices():
    with pytest.raises(ValueError, match="'scipy' or 'numba'"):
        kernels.choose("fortran")  # type: ignore[arg-type]
