"""When Python looks for garbage: not while it loads, and again as soon as it serves."""

import gc
import subprocess
import sys

import pytest

from expertdb.collecting import AFTER, nothing_collected

WORKER = """
import gc
from types import SimpleNamespace as N
import config.gunicorn as hooks
assert not gc.isenabled()
app = N(extensions={"corpus": N(version=None)})
hooks.post_worker_init(N(app=N(wsgi=lambda: app)))
print(gc.isenabled(), gc.get_threshold())
"""


def test_nothing_is_collected_while_loading_and_again_afterwards():
    with nothing_collected():
        with nothing_collected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_fault_in_loading_leaves_the_collector_on():
    with pytest.raises(ImportError), nothing_collected():
        raise ImportError
    assert gc.isenabled()


def test_a_process_that_serves_collects_though_its_settings_were_read_again(tmp_path):
    environment = {"EXPERTDB_SECRET_KEY": "a-key-for-tests-alone", "EXPERTDB_JOB_THREADS": "0"}
    said = subprocess.run(
        [sys.executable, "-c", WORKER], env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert said.stdout.strip() == f"True {AFTER}"
