"""What can be configured of the control tower: the map under a parcel's way."""

from typing import Annotated

from msgspec import Meta, Struct


class MapSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What orders' maps are drawn over. Without a file of yours: the countries of Natural Earth."""

    tiles: Annotated[
        str,
        Meta(
            description="A PMTiles file (version 3) with streets and places, from the folder of crossdock.yaml on; "
            "browsers read it from Crossdock alone. Empty: countries only",
            examples=["maps/benelux.pmtiles"],
        ),
    ] = ""
    attribution: Annotated[
        str,
        Meta(
            description="Whose data it is: stands on every map drawn from the file, as its licence asks for",
            max_length=160,
            examples=["© OpenStreetMap contributors"],
        ),
    ] = ""
    attribution_url: Annotated[
        str,
        Meta(
            description="Where those words lead",
            pattern=r"^(https?://[^\s\"'<>]+)?$",
            examples=["https://www.openstreetmap.org/copyright"],
        ),
    ] = ""


class Tower(Struct, frozen=True, forbid_unknown_fields=True):
    """The control tower."""

    map: Annotated[MapSettings, Meta(description="What orders' maps are drawn over")] = MapSettings()
