"""Every example in a docstring of the model runs."""

import doctest
import importlib
import pkgutil

import pytest

import crossdock.model

MODULES = sorted(module.name for module in pkgutil.iter_modules(crossdock.model.__path__, "crossdock.model."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
