"""Where tests write: to memory where there is enough of it. They would mostly wait for the disk otherwise, and none of
them is about the disk (those that kill servers, ``tests/kills``, choose their own place).
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - folders of our own are made in it
ENOUGH = 4 * 2**30
"""Bytes. A container often has 64 MB there."""


def to_memory() -> None:
    """Let this process and those it starts put temporary files there, unless ``TMPDIR`` says where they go."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def short() -> Path:
    """A place whose name is short enough for a server's socket in it."""
    return MEMORY if tempfile.gettempdir() == str(MEMORY) else Path("/tmp")  # noqa: S108 - a folder is made in it
