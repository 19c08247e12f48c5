"""Every locked package may be used, and the bill of materials is what the lock file says."""

import pytest

from tests.supply import PIN, ROOT, SBOM, SHIPPED, as_text, packages, pins, refused, sbom


def test_every_licence_is_allowed() -> None:
    assert [(one.name, one.licence) for one in packages() if refused(one.licence)] == []


def test_every_package_is_pinned_with_hashes() -> None:
    assert all(one.hashes for one in packages())
    dev = (ROOT / "requirements-dev.lock").read_text("utf-8")
    assert len(PIN.findall(dev)) == pins(dev)
    assert "://" not in dev + (ROOT / "requirements.lock").read_text("utf-8")


def test_committed_bill_is_up_to_date() -> None:
    assert SBOM.read_text("utf-8") == as_text(), "run `make sbom` and commit docs/sbom.json"


def test_bill_names_what_is_shipped_in_the_repository() -> None:
    folder = ROOT / "expertdb" / "console" / "static" / "vendor"
    scripts = {path.relative_to(ROOT).as_posix() for path in folder.iterdir() if path.suffix in (".js", ".css")}
    assert scripts <= {part.path for part in SHIPPED}
    names = {component["bom-ref"] for component in sbom()["components"]}
    assert {part.path for part in SHIPPED} <= names
    assert len(names) == len(sbom()["components"])


@pytest.mark.parametrize(
    ("expression", "no"),
    [
        ("MIT", False),
        ("GPL-3.0-only OR MIT", False),
        ("GPL-3.0-only AND MIT", True),
        ("(MIT AND BSD-3-Clause) OR GPL-2.0-only", False),
        ("Proprietary", True),
        ("", True),
    ],
)
def test_licences_are_weighed(expression: str, no: bool) -> None:
    assert refused(expression) is no
