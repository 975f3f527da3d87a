"""A client with tokens: one request for many callers, one more token where one is refused, and no loop."""

import asyncio
from dataclasses import dataclass, field

import msgspec
import pytest

from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Reauthenticate
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.clock import VirtualClock
from crossdock.transports.rest import Refusals
from crossdock.transports.tokens import Grant, TokenClient

URL = "https://partner.example"


@dataclass
class Partner:
    """Gives tokens one after the other; ``good`` are those it takes."""

    good: set[str]
    slow: str = ""
    given: int = 0
    heard: list[str] = field(default_factory=list)

    async def call(self, request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        if request.url.endswith("/token"):
            self.given += 1
            granted = {"access_token": f"t{self.given}", "expires_in": 3600}
            return HttpResponse(200, {}, msgspec.json.encode(granted))
        path = request.url.removeprefix(URL)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        self.heard.append(token)
        if path == self.slow:
            await asyncio.sleep(0.02)
        return HttpResponse(200 if token in self.good else 401, {}, b"{}")


class Revealed:
    def reveal(self, reference: str) -> str:
        if reference == "env:NONE":
            raise UnknownSecret(reference)
        return reference


def client_of(partner: Partner, *, reference: str = "env:SECRET", clock: VirtualClock | None = None) -> TokenClient:
    surroundings = Surroundings("acme", None, partner, clock or VirtualClock(0), Revealed())
    refusals = Refusals("Acme", lambda _: ("", ""), {})
    return TokenClient(surroundings, URL, refusals, Grant(f"{URL}/token"), "env:ID", reference)


async def test_many_callers_share_one_token():
    partner = Partner({"t1"})
    client = client_of(partner)
    answers = await asyncio.gather(*(client.call("GET", "/thing") for _ in range(8)))
    assert [isinstance(each, HttpResponse) for each in answers] == [True] * 8
    assert (partner.given, partner.heard) == (1, ["t1"] * 8)


async def test_a_refused_token_is_replaced_once_and_only_once_for_all_callers():
    partner = Partner({"t2"})
    client = client_of(partner)
    answers = await asyncio.gather(*(client.call("POST", "/label", b"{}", costly=True) for _ in range(8)))
    assert all(isinstance(each, HttpResponse) for each in answers)
    assert (partner.given, partner.heard.count("t2")) == (2, 8)


async def test_a_late_refusal_of_an_old_token_leaves_the_new_one():
    partner = Partner({"t2", "t3"}, slow="/slow")
    client = client_of(partner)
    answers = await asyncio.gather(client.call("GET", "/slow"), client.call("GET", "/thing"))
    assert all(isinstance(each, HttpResponse) for each in answers)
    assert partner.given == 2


async def test_two_refusals_are_an_answer():
    partner = Partner(set())
    assert isinstance(await client_of(partner).call("GET", "/thing"), Reauthenticate)
    assert partner.heard == ["t1", "t2"]


async def test_a_token_is_fetched_anew_a_minute_before_its_end():
    partner, clock = Partner({"t1", "t2"}), VirtualClock(0)
    client = client_of(partner, clock=clock)
    for seconds in (0, 3539, 1):
        await clock.sleep(seconds)
        await client.call("GET", "/thing")
    assert partner.heard == ["t1", "t1", "t2"]


@pytest.mark.req("C4")
async def test_without_its_secret_nothing_is_sent():
    partner = Partner({"t1"})
    answer = await client_of(partner, reference="env:NONE").call("GET", "/thing")
    assert isinstance(answer, Reauthenticate)
    assert "Acme" in answer.why.operator
    assert (partner.given, partner.heard) == (0, [])
