"""Profiles: the shape of a day, as a file."""

from importlib import resources
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

HOURS = 24
_ByHour = Annotated[tuple[Annotated[float, Meta(ge=0)], ...], Meta(min_length=HOURS, max_length=HOURS)]
_Share = Annotated[float, Meta(ge=0, le=0.5)]
_Pause = Annotated[float, Meta(ge=0, le=30)]


class InvalidProfile(ValueError):
    """A profile that cannot be read; the text says where and why."""


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """One day. ``orders`` and ``scans`` are counts per hour from midnight on; ``busiest_minute`` says how many times
    the mean of its hour the busiest minute brings. Of the carriers' messages ``repeats`` (a share) come twice,
    ``unknown`` speak of packages nobody knows, ``unreadable`` cannot be read. Partners need ``erp_seconds`` and
    ``carrier_seconds`` for an answer.
    """

    title: str
    orders: _ByHour
    scans: _ByHour
    busiest_minute: Annotated[float, Meta(ge=1, le=60)] = 2.0
    repeats: _Share = 0.03
    unknown: _Share = 0.01
    unreadable: _Share = 0.0005
    erp_seconds: _Pause = 0.12
    carrier_seconds: _Pause = 0.35


def read_profile(text: str) -> Profile:
    """Read a profile from YAML. Raises `InvalidProfile`."""
    try:
        return msgspec.convert(YAML(typ="safe", pure=True).load(text), Profile, strict=False)
    except (msgspec.ValidationError, YAMLError) as problem:
        raise InvalidProfile(f"the profile cannot be read: {problem}") from None


def shipped() -> list[str]:
    """The names of the profiles that come with Crossdock."""
    folder = resources.files(__package__).joinpath("profiles")
    return sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml"))


def bundled(name: str) -> Profile:
    """One of `shipped`."""
    folder = resources.files(__package__).joinpath("profiles")
    return read_profile(folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
