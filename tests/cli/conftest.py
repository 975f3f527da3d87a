"""The command line as people use it: arguments in, exit code and two streams out."""

import json

import pytest
from msgspec import Struct

from crossdock.cli.main import main


class Answer(Struct):
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def crossdock(capsys):
    def run(*arguments):
        capsys.readouterr()
        code = main([str(each) for each in arguments])
        said = capsys.readouterr()
        return Answer(int(code), said.out, said.err)

    return run


@pytest.fixture
def home(tmp_path, crossdock):
    """An installation as `crossdock init` leaves it."""
    answer = crossdock("init", tmp_path, "--preset", "demo")
    assert answer.code == 0, answer.err
    return tmp_path


@pytest.fixture
def config(home):
    return home / "crossdock.yaml"
