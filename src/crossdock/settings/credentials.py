"""Which secrets a partner's settings name: references only, never a value."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

_SCHEME = "secret://"


class Credential(Struct, frozen=True):
    """One reference: ``name`` is the setting that holds it, ``reference`` where the secret is (``secret://…``)."""

    name: str
    reference: str

    @property
    def scheme(self) -> str:
        """The kind of place it is in: ``env``, ``file`` or another."""
        return self.reference.removeprefix(_SCHEME).partition("/")[0]


def credentials_of(config: object) -> tuple[Credential, ...]:
    """Every reference in a connector's typed settings, in their order."""
    return tuple(_found(config, ""))


def _found(value: object, name: str) -> Iterator[Credential]:
    if isinstance(value, str):
        if value.startswith(_SCHEME):
            yield Credential(name, value)
    elif isinstance(value, Struct):
        for each in value.__struct_fields__:
            yield from _found(getattr(value, each), f"{name}.{each}" if name else each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _found(each, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value, start=1):
            yield from _found(each, f"{name} {number}" if len(value) > 1 else name)
