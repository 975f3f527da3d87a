"""Questions that are free of charge: whether an address exists, and where a parcel is."""

from urllib.parse import quote

from crossdock.connectors.shippo import wire
from crossdock.connectors.shippo.mapping import collecting as mapping
from crossdock.connectors.shippo.mapping.tracking import translation_of
from crossdock.model.commands import CheckAddress, RequestTracking
from crossdock.model.instants import from_epoch_us
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Done, Explanation, Park, Refuse, Verdict
from crossdock.ports.wire import HttpResponse
from crossdock.transports.rest import RestClient


class Asking:
    """Addresses and tracks of one account."""

    def __init__(self, client: RestClient, surroundings: Surroundings) -> None:
        self._client = client
        self._mode: str = surroundings.config.mode
        self._partner = surroundings.partner
        self._clock = surroundings.clock

    async def check_address(self, subject: str, body: CheckAddress) -> Verdict:
        """Have an address validated."""
        answer = await self._client.ask("POST", "/addresses", wire.Address, mapping.address_request(body))
        if not isinstance(answer, wire.Address):
            return answer
        now = from_epoch_us(self._clock.now())
        return Done((mapping.checked(body, answer, self._partner, now, subject),))

    async def track(self, body: RequestTracking) -> Verdict:
        """The scans of a tracking number; Shippo asks for its carrier."""
        if not body.carrier:
            operator = "Shippo must be told whose tracking number this is. Name the carrier."
            return Refuse(Explanation(operator, f"no carrier for '{body.tracking_number}'"))
        path = f"/tracks/{quote(carrier_token(body.carrier), safe='')}/{quote(body.tracking_number, safe='')}"
        answer = await self._client.call("GET", path)
        if not isinstance(answer, HttpResponse):
            return answer
        translation = translation_of(answer.body, self._partner, self._mode, body.tracking_number)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done(translation.facts)


def carrier_token(name: str) -> str:
    """A carrier as Shippo's programs name it; its rates name it for people ("DHL Express" is ``dhl_express``)."""
    return "_".join(name.casefold().split())
