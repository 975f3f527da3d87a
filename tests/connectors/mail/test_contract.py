"""Mail holds what every connector holds."""

from typing import ClassVar

import pytest

from crossdock.connectors.mail.config import MailConfig
from crossdock.connectors.mail.connector import MailConnector
from crossdock.connectors.mail.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.notices.links import Link, recipient_hash, token
from crossdock.ports.connector import Received, Rejected, Verified
from crossdock.ports.spec import Surroundings
from crossdock.sim.clock import VirtualClock
from mailing import SECRET, Vault

LINK = Link(recipient_hash(SECRET, "ada@example.com"), "do:odoo:16")


@pytest.mark.req("E12", "M13", "M22")
class TestMail(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {}
    secrets: ClassVar = Vault()


def _connector() -> MailConnector:
    config = MailConfig(
        host="smtp.example.com", sender="a@b.example", public_url="https://hub.example", link_secret="secret://env/L"
    )
    return MailConnector(Surroundings("mail", config, None, VirtualClock(), Vault()))


def _followed(text: str) -> Received:
    return Received("unsubscribe", f"t={text}&List-Unsubscribe=One-Click".encode(), {}, 1_767_225_600_000_000)


@pytest.mark.req("E12")
def test_a_link_that_was_followed_unsubscribes_the_address_and_tells_its_order():
    message = _followed(token(SECRET, LINK))
    assert _connector().verify(message, 0) == Verified()
    facts = _connector().translate(message).facts
    assert [each.subject for each in facts] == [f"customer:{LINK.recipient}", "do:odoo:16"]
    assert {each.body.recipient for each in facts} == {LINK.recipient}
    assert "ada" not in str(facts)


@pytest.mark.parametrize("change", [lambda text: text[:-2], lambda text: "x" + text, lambda _: "", lambda _: "a.b"])
def test_a_link_that_was_changed_is_refused(change):
    answer = _connector().verify(_followed(change(token(SECRET, LINK))), 0)
    assert isinstance(answer, Rejected)
    assert answer.status == 401
    assert _connector().translate(_followed(change(token(SECRET, LINK)))).facts == ()


def test_a_link_signed_with_another_secret_is_refused():
    assert isinstance(_connector().verify(_followed(token("another", LINK)), 0), Rejected)
