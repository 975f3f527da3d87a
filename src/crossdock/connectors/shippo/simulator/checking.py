"""What the simulated account checks before it answers."""

from crossdock.connectors.shippo.simulator.answers import Json, Refused


def validated(given: Json) -> Json:
    """What the check of an address comes to: a street is all it needs, and a state that is not ZZ."""
    if given.get("state") != "ZZ" and given.get("street1"):
        return {"is_valid": True, "messages": []}
    text = "City, State and ZIP Code are valid, but street address is not a match."
    message = {"source": "Shippo Address Validator", "code": "Unknown Street", "type": "address_error", "text": text}
    return {"is_valid": False, "messages": [message]}


def check_shipment(given: Json) -> None:
    """Refuse what the real API refuses, in its form of field errors."""
    missing = {
        name: ["This field is required."] for name in ("address_from", "address_to", "parcels") if not given.get(name)
    }
    if missing:
        raise Refused(400, missing)
    for parcel in given["parcels"]:
        lacking = [
            name
            for name in ("length", "width", "height", "weight", "mass_unit", "distance_unit")
            if not parcel.get(name)
        ]
        if lacking:
            raise Refused(400, {"parcels": [{name: ["This field is required."] for name in lacking}]})
