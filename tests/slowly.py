"""Which of many alike run with every ``make test`` and which with ``make slow`` (mark ``slow``); CI runs both."""

from collections.abc import Iterable
from typing import Any

import pytest

slow = pytest.mark.slow


def few(values: Iterable[Any], fast: int = 1) -> list[Any]:
    """Values to parametrize with, of which all but the first ``fast`` are slow."""
    return [each if number < fast else pytest.param(each, marks=slow) for number, each in enumerate(values)]
