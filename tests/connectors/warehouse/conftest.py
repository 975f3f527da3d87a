"""Makes the world of this folder importable under the importlib import mode."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from warehouse_world import CARTONS, World


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, items=CARTONS, customers={"ACME": "K-4711"})


@pytest.fixture
def plain(tmp_path):
    return World(tmp_path)


@pytest.fixture
def make_world(tmp_path):
    return lambda sim=None, **config: World(tmp_path, sim, **config)
