"""Debian's chromium: where it is, and what to say where it is not. `python -m tests.browser.chromium` installs it.

Playwright brings no browser of its own: machines without access to its downloads have Debian's.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-wqy-zenhei")  # The font, or Chinese would be boxes.
# The second line: what a browser would otherwise ask other hosts for by itself.
ARGUMENTS = [
    *("--no-sandbox", "--disable-dev-shm-usage"),
    *("--disable-quic", "--no-first-run", "--disable-sync", "--disable-background-networking"),
]
ABSENT = (
    "no chromium: as root `make chromium` (apt-get install chromium fonts-wqy-zenhei), or name one in EXPERTDB_CHROMIUM"
)


def path() -> str | None:
    """The browser to use, if there is one."""
    return os.environ.get("EXPERTDB_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def install() -> int:
    """Install the browser when it is absent and we may; returns the exit status, 0 also when we may not."""
    if path() is not None:
        return 0
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"The browser tests will be skipped: {ABSENT}.", file=sys.stderr)
        return 0
    quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)  # type: ignore[call-overload]
    installed = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES]
    if subprocess.run(installed, check=False, **quiet).returncode:  # type: ignore[call-overload]
        print(f"The browser tests will be skipped: {ABSENT}.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(install())
