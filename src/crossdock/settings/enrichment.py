"""What can be configured of enrichment: what is known of customers and places, beside what an order says."""

from typing import Annotated

from msgspec import Meta, Struct

from crossdock.settings.ordering import LocalTime, PostcodePattern
from crossdock.settings.words import Country

Minutes = Annotated[int, Meta(ge=0, le=600)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class DeliveryWishes(Struct, frozen=True, forbid_unknown_fields=True):
    """How a delivery is wanted; what is left out is unknown."""

    window_from: Annotated[LocalTime | None, Meta(description="Not before this local time", examples=["08:00"])] = None
    window_until: Annotated[LocalTime | None, Meta(description="Not after this local time", examples=["12:00"])] = None
    service_level: Annotated[str, Meta(description="Where the order says none", examples=["standard"])] = ""
    service_minutes: Annotated[Minutes | None, Meta(description="Minutes at the door", examples=[10])] = None
    tail_lift: Annotated[bool | None, Meta(description="A vehicle with a tail-lift is needed")] = None
    leave_with_neighbour: Annotated[bool | None, Meta(description="It may be left with a neighbour")] = None
    latitude: Annotated[Latitude | None, Meta(description="Degrees (WGS 84)", examples=[51.05])] = None
    longitude: Annotated[Longitude | None, Meta(description="Degrees (WGS 84)", examples=[3.72])] = None
    customer_group: Annotated[str, Meta(description="Word that routing rules know", examples=["vip"])] = ""
    instructions: Annotated[str, Meta(description="For the driver", examples=["Gate 3, ring twice"])] = ""


class PreferenceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of one customer, or of a place."""

    wishes: Annotated[DeliveryWishes, Meta(description="How it is wanted there")]
    reference: Annotated[str, Meta(description="The customer's number, GLN or e-mail address", examples=["C-4711"])] = (
        ""
    )
    country: Annotated[Country | None, Meta(description="Country of the postcodes")] = None
    postcodes: Annotated[tuple[PostcodePattern, ...], Meta(description="Places, where no customer is named")] = ()


class Enrichment(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of customers and places, beside what an order says itself."""

    preferences: Annotated[
        tuple[PreferenceSettings, ...], Meta(description="The first that says something of a field counts")
    ] = ()
    file: Annotated[
        str,
        Meta(
            description="CSV with a header: reference, country, postcode and the names of wishes; asked after the "
            "preferences above",
            examples=["customers.csv"],
        ),
    ] = ""
    defaults: Annotated[DeliveryWishes, Meta(description="Where nobody says anything")] = DeliveryWishes()
