"""Questions that are free of charge: whether an address exists, and where a parcel is."""

from urllib.parse import urlencode

import msgspec

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.client.refusals import UNVERIFIED
from crossdock.connectors.easypost.mapping import collecting as mapping
from crossdock.connectors.easypost.mapping.booking import address
from crossdock.connectors.easypost.mapping.tracking import translation_of
from crossdock.model.commands import CheckAddress, RequestTracking
from crossdock.model.instants import from_epoch_us
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Done, Park, Verdict
from crossdock.transports.rest import RestClient, Trouble, code_of


class Asking:
    """Addresses and trackers of one account."""

    def __init__(self, client: RestClient, surroundings: Surroundings) -> None:
        self._client = client
        self._mode: str = surroundings.config.mode
        self._partner = surroundings.partner
        self._clock = surroundings.clock

    async def send(self, subject: str, body: CheckAddress | RequestTracking) -> Verdict:
        """Carry one of its commands out."""
        if isinstance(body, CheckAddress):
            return await self.check_address(subject, body)
        return await self.track(body)

    async def check_address(self, subject: str, body: CheckAddress) -> Verdict:
        """Have an address verified; one that cannot be is an answer, no failure."""
        request = msgspec.json.encode({"address": address(body.party)})
        answer = await self._client.ask("POST", "/v2/addresses/create_and_verify", wire.VerifiedAddress, request)
        now = from_epoch_us(self._clock.now())
        if isinstance(answer, wire.VerifiedAddress):
            return Done((mapping.checked(body, answer.address, self._partner, now, subject),))
        if isinstance(answer, Park) and code_of(answer) == UNVERIFIED:
            why = answer.why.engineer.partition(": ")[2]
            return Done((mapping.unverified(body, why, self._partner, now, subject),))
        return answer

    async def track(self, body: RequestTracking) -> Verdict:
        """The scans of a tracking number; EasyPost starts to follow one it does not know yet."""
        trackers = await self._trackers(body)
        if not isinstance(trackers, bytes):
            return trackers
        translation = translation_of(trackers, self._partner, self._mode)
        if translation.problems and not translation.facts:
            return Park(translation.problems[0].why)
        return Done(translation.facts)

    async def _trackers(self, body: RequestTracking) -> bytes | Trouble:
        query = {"tracking_code": body.tracking_number} | ({"carrier": body.carrier} if body.carrier else {})
        page = await self._client.ask("GET", f"/v2/trackers?{urlencode(query)}", wire.TrackerPage)
        if not isinstance(page, wire.TrackerPage):
            return page
        if page.trackers:
            return bytes(page.trackers[0])
        # Asking twice gives the same tracker (docs.easypost.com/docs/trackers), so the call does no harm twice.
        made = await self._client.ask("POST", "/v2/trackers", msgspec.Raw, msgspec.json.encode({"tracker": query}))
        return bytes(made) if isinstance(made, msgspec.Raw) else made
