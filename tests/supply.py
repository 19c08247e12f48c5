"""What the program is made of.

`make audit` checks the licences of every locked package and asks pip-audit where it can, `make sbom` writes
docs/sbom.json (CycloneDX 1.6) anew. Both read the lock file and the packages installed from it.
"""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
SBOM = ROOT / "docs" / "sbom.json"
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)(?: ; ([^\\]+?))? *\\?\n"
    r"((?:    --hash=sha256:[0-9a-f]{64} *\\?\n?)+)",
    re.MULTILINE,
)
HASH = re.compile(r"sha256:([0-9a-f]{64})")

# May be used by an Apache-2.0 program that is handed on. LGPL: psycopg, which is imported, not changed, and can be
# exchanged by whoever installs it.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only", "MIT", "MIT-0"),
    *("MPL-2.0", "PSF-2.0", "Zlib"),
}
SPELT = {
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
}
# Locked for other systems than this one, so that no metadata is at hand: looked up once.
ELSEWHERE = {"tzdata": "Apache-2.0"}


@dataclass(frozen=True)
class Package:
    """A pinned package: where it is used when not everywhere, the files it may come as, and its licence."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    licence: str


@dataclass(frozen=True)
class Shipped:
    """A part of somebody else's work that stands in this repository."""

    name: str
    version: str
    path: str
    licence: str


SHIPPED = (
    Shipped("htmx", "4", "expertdb/console/static/vendor/htmx.min.js", "0BSD"),
    Shipped("pico.css", "2", "expertdb/console/static/vendor/pico.min.css", "MIT"),
    Shipped("CC-CEDICT (adapted)", "1.2.0", "matching/data/cedict.tsv.gz", "CC-BY-SA-4.0"),
)


def packages() -> list[Package]:
    """Every package of the lock file."""
    text = LOCK.read_text("utf-8")
    found = [
        Package(name, version, (marker or "").strip(), tuple(HASH.findall(hashes)), licence(name))
        for name, version, marker, hashes in PIN.findall(text)
    ]
    if len(found) != pins(text):
        raise ValueError(f"the lock file pins {pins(text)} packages, but {len(found)} could be read")
    return found


def pins(lock: str) -> int:
    """How many packages a lock file pins, counted in another way than they are read."""
    return sum(not line.startswith((" ", "#")) and "==" in line for line in lock.splitlines())


def licence(name: str) -> str:
    """The licence that a package states, as an SPDX expression; "" when it states none."""
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        return ELSEWHERE.get(name, "")
    if expression := stated.get("License-Expression"):
        return expression
    said = stated.get("License", "").strip()
    if (said := SPELT.get(said, said)) in ALLOWED:
        return said
    classifiers = [
        line.rpartition(" :: ")[2] for line in stated.get_all("Classifier", []) if line.startswith("License ::")
    ]
    return " OR ".join(SPELT.get(one, one) for one in classifiers)


def refused(expression: str) -> bool:
    """Whether none of the alternatives of a licence expression is allowed as a whole."""
    alternatives = [part.strip("() ").split(" AND ") for part in expression.split(" OR ")]
    return not any(all(one.strip("() ") in ALLOWED for one in parts) for parts in alternatives)


def sbom() -> dict[str, Any]:
    """The bill of materials; the same for the same lock file (which holds the hashes), so without a moment."""
    parts = [_component(package) for package in packages()] + [_shipped(part) for part in SHIPPED]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "expertdb", "licenses": [{"expression": "Apache-2.0"}]}
        },
        "components": parts,
    }


def _component(package: Package) -> dict[str, Any]:
    purl = f"pkg:pypi/{package.name}@{package.version}"
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
        "licenses": [{"expression": package.licence}],
    }
    if package.marker:
        found["properties"] = [{"name": "expertdb:only", "value": package.marker}]
    return found


def _shipped(part: Shipped) -> dict[str, Any]:
    content = hashlib.sha256((ROOT / part.path).read_bytes()).hexdigest()
    return {
        "type": "file",
        "bom-ref": part.path,
        "name": part.name,
        "version": part.version,
        "licenses": [{"expression": part.licence}],
        "hashes": [{"alg": "SHA-256", "content": content}],
    }


def as_text() -> str:
    return json.dumps(sbom(), indent=1, ensure_ascii=False) + "\n"


def known_faults() -> str:
    """What pip-audit says of the lock file, or why it cannot say anything here."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "-r", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "No module named pip_audit" in done.stderr:
        return "not asked: pip-audit is not installed (.venv/bin/python -m pip install pip-audit)"
    if "could not be audited" in done.stdout or "ConnectionError" in done.stderr:
        return "not asked: the advisory databases of PyPI and OSV cannot be reached from here"
    return (done.stdout + done.stderr).strip()


def main() -> int:
    """Write the bill (`--write`), or check licences, bill and known faults."""
    if "--write" in sys.argv:
        SBOM.write_text(as_text(), "utf-8")
        return 0
    found = packages()
    wrong = [package for package in found if refused(package.licence)]
    for package in wrong:
        print(f"{package.name} {package.version}: the licence {package.licence or '(none)'} is not allowed")
    stale = SBOM.read_text("utf-8") != as_text()
    if stale:
        print("docs/sbom.json is not what the lock file says: run `make sbom`")
    print(f"{len(found)} packages, {len(wrong)} with a licence that is not allowed")
    print(f"known faults: {known_faults()}")
    return bool(wrong or stale)


if __name__ == "__main__":
    sys.exit(main())
