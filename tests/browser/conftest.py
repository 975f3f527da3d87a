"""A scene served on loopback. The smoke part runs with all tests, the matrix with CROSSDOCK_BROWSER=1."""

import os

import pytest

from api.serving import Site
from browser import scene
from browser.visiting import CHROMIUM


def pytest_collection_modifyitems(items):
    away = pytest.mark.skip(reason="needs Debian's chromium at /usr/bin/chromium")
    later = pytest.mark.skip(reason="part of the whole matrix: make browser")
    for item in items:
        if "browser" not in item.path.parts:
            continue
        if not CHROMIUM.exists():
            item.add_marker(away)
        elif "test_matrix" in item.path.name and not os.environ.get("CROSSDOCK_BROWSER"):
            item.add_marker(later)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One scene for tests that only read."""
    with Site(scene.opened, tmp_path_factory.mktemp("scene")) as running:
        yield running


@pytest.fixture
def site(tmp_path):
    """A scene of one's own."""
    with Site(scene.opened, tmp_path) as running:
        yield running


@pytest.fixture
def bare(tmp_path):
    """Pages over an empty store."""
    with Site(scene.empty, tmp_path) as running:
        yield running
