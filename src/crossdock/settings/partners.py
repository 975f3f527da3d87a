"""The partners' own settings, typed by their connectors. The types are handed in: connectors are not known here."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock.settings.loading import Loaded
from crossdock.settings.nodes import Fault, Place
from crossdock.settings.reading import closest, read_config


def read_partners(
    loaded: Loaded, types: Mapping[str, type], broken: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], list[Fault]]:
    """Each partner's typed config by partner id, and all faults of all of them. ``types`` is by connector name, and so
    is ``broken``: why an installed connector cannot be loaded.

    A config that reads files of its own has a method ``anchored(root)``, which gives it with their content or raises
    `ValueError` with what to correct: relative paths start at the configuration's folder. Where the error has
    ``places``, each is a file, a line in it (0 for none) and what is wrong there.
    """
    configs: dict[str, Any] = {}
    faults: list[Fault] = []
    for partner, (connector, place) in loaded.connectors.items():
        path = f"partners.{partner}"
        if connector not in types:
            why = (broken or {}).get(connector, "")
            text, hint = (why, "") if why else (f"there is no connector '{connector}'", closest(connector, types))
            faults.append(Fault.at(place, f"{path}.connector", text, hint))
            continue
        config, more = read_config(types[connector], loaded.configs[partner], f"{path}.config")
        faults += more
        anchored = getattr(config, "anchored", None)
        if anchored is not None:
            try:
                config = anchored(loaded.root)
            except ValueError as problem:
                faults += _faults_of(problem, place, f"{path}.config")
                continue
        if config is not None:
            configs[partner] = config
    return configs, sorted(faults)


def _faults_of(problem: ValueError, place: Place, key: str) -> list[Fault]:
    places: Sequence[tuple[str, int, str]] = getattr(problem, "places", ())
    return [Fault(file, line, key, text) for file, line, text in places] or [Fault.at(place, key, str(problem))]
