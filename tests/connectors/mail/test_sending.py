"""What the mail server answers becomes a verdict; what we hand in is one safe letter."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.connectors.mail.wire import Letter, UnsafeHeader
from crossdock.model.mailboxes import is_address, without_addresses
from crossdock.model.notices import CustomerNotified, NoticeDecided
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.ports.wire import NotSent
from crossdock.transports.mail import (
    LARGEST_MESSAGE,
    Envelope,
    MailServer,
    submit,
)
from crossdock.transports.recorder import RecordingCaller
from mailing import ADA, MONDAY, SECRET, command, notice, opened


@pytest.mark.req("E12")
async def test_a_letter_has_both_texts_the_language_and_one_click_to_unsubscribe(post):
    verdict = await post.connector(tracking_url="https://shop.example/t/{tracking_number}").send(
        command(notice(values={"name": "Ada", "order": "SO0016", "tracking_number": "EZ/1"})), None
    )
    [letter] = post.simulator.letters
    [fact] = verdict.facts
    assert isinstance(fact.body, CustomerNotified)
    assert fact.body.message_id == letter.message_id
    assert (letter.recipient, letter.sender, letter.language) == (ADA, "notices@shop.example", "de")
    assert letter.headers["From"] == "Acme <notices@shop.example>"
    assert letter.headers["Auto-Submitted"] == "auto-generated"
    assert "https://shop.example/t/EZ%2F1" in letter.text
    assert "https://shop.example/t/EZ%2F1" in letter.html


@pytest.mark.req("E12")
@pytest.mark.parametrize(
    ("stage", "code", "kind"),
    [
        ("sender", 421, Retry), ("sender", 451, Retry), ("recipient", 450, Retry), ("recipient", 452, Retry),
        ("message", 451, Retry), ("recipient", 550, Park), ("recipient", 553, Park), ("sender", 550, Park),
        ("message", 554, Refuse), ("message", 552, Refuse), ("data", 554, Refuse), ("sender", 530, Reauthenticate),
        ("sender", 0, Retry), ("recipient", 0, Retry), ("message", 0, InDoubt),
    ],
)  # fmt: skip
async def test_every_answer_has_its_verdict(post, stage, code, kind):
    post.simulator.control("script", {"stage": stage, "code": code, "text": f"no <{ADA}>"}, 0)
    verdict = await post.connector().send(command(notice()), None)
    assert type(verdict) is kind
    assert verdict.why.operator
    assert ADA not in verdict.why.engineer
    again = await post.connector().send(command(notice()), None)
    assert isinstance(again, Done), "the script was for one call"


@pytest.mark.req("E12", "K13")
async def test_nothing_is_handed_in_under_a_claim_that_may_run_out_meanwhile(post):
    """A letter cannot be looked for: whose it is, is asked right before it is given away, for both of its steps."""
    asked = []

    async def stays_ours(seconds):
        asked.append(seconds)
        return "another carries the command on"

    RecordingCaller(None).start(stays_ours)
    verdict = await post.connector(timeout=7.0).send(command(notice()), None)
    RecordingCaller(None).start()
    assert isinstance(verdict, Retry)
    assert asked == [14.0]
    assert list(post.simulator.letters) == []


async def test_a_server_that_is_not_there_is_tried_again():
    async with opened() as post:
        connector = post.connector()
    verdict = await connector.send(command(notice()), None)
    assert isinstance(verdict, Retry)


@pytest.mark.req("E12", "K2")
@pytest.mark.parametrize(("mode", "kind", "mails"), [("assume_sent", Done, 1), ("resend", Retry, 1), ("ask", Park, 1)])
async def test_a_lost_answer_never_mails_twice_where_the_server_knows_message_ids(mode, kind, mails):
    async with opened(deduplicates=True) as post:
        connector = post.connector(on_lost_answer=mode)
        post.simulator.control("script", {"stage": "message", "code": 0}, 0)
        assert isinstance(await connector.send(command(notice()), None), InDoubt)
        settled = await connector.settle(command(notice()), None)
        assert type(settled) is kind
        if kind is Retry:
            assert isinstance(await connector.send(command(notice()), None), Done | AlreadyDone)
            assert len(post.simulator.ledger.of("mail.duplicate")) == 1
        if kind is Done:
            assert settled.facts[0].body.assumed
        assert len(post.simulator.letters) == mails


async def test_a_server_that_forgets_message_ids_delivers_a_resent_mail_twice(post):
    connector = post.connector(on_lost_answer="resend")
    post.simulator.control("script", {"stage": "message", "code": 0}, 0)
    await connector.send(command(notice()), None)
    assert isinstance(await connector.settle(command(notice()), None), Retry)
    await connector.send(command(notice()), None)
    assert len(post.simulator.letters) == 2, "this is what resend costs with such a server, and the README says so"
    assert len({each.message_id for each in post.simulator.letters}) == 1


async def test_one_that_waited_for_too_long_is_dropped_without_a_call(post):
    verdict = await post.connector().send(command(notice(expires_at=MONDAY - 1)), None)
    [fact] = verdict.facts
    assert isinstance(fact.body, NoticeDecided)
    assert (fact.body.step, fact.body.reason, post.simulator.letters) == ("dropped", "stale", [])


@pytest.mark.req("E12")
@pytest.mark.parametrize(
    "address",
    ["", "ada", "ada@example.com\r\nBcc: eve@example.com", "ada@example.com, eve@example.com", "<ada@example.com>",
     "a b@example.com", "ada@exa mple.com", "ada@@example.com", '"x"@example.com', "ada@example.com>\r\nDATA"],
)  # fmt: skip
async def test_an_address_that_hides_something_is_parked_and_never_sent(post, address):
    verdict = await post.connector().send(command(notice(recipient=address)), None)
    assert isinstance(verdict, Park)
    assert post.simulator.ledger.entries == ()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(name=st.text(max_size=60), order=st.text(max_size=60))
def test_no_value_adds_a_header_or_ends_the_letter(name, order):
    async def sent():
        async with opened() as post:
            body = notice(values={"name": name, "order": order, "carrier": name})
            return await post.connector().send(command(body), None), post.simulator.letters

    verdict, letters = asyncio.run(sent())
    if not isinstance(verdict, Done):
        assert isinstance(verdict, Refuse)
        return
    [letter] = letters
    expected = {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post",
        "MIME-Version", "Content-Type", "Content-Language",
    }  # fmt: skip
    assert set(letter.headers) == expected
    assert letter.recipient == ADA
    assert "</html>" in letter.html
    assert "<script" not in letter.html.lower()


def _letter(**changes: object) -> Letter:
    given = {
        "sender": "a@shop.example", "sender_name": "Acme", "recipient": ADA, "subject": "Hi", "text": "t\n.\nt",
        "html": "<p>x</p>", "message_id": "<1@shop.example>", "sent_at": MONDAY, "language": "en",
    }  # fmt: skip
    return Letter(**{**given, **changes})


@pytest.mark.req("E12")
@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\x00"])
def test_a_subject_with_a_line_end_makes_no_letter(sign):
    with pytest.raises(UnsafeHeader) as raised:
        _letter(subject=f"Hi{sign}Bcc: eve@example.com").encoded()
    assert "eve" not in str(raised.value)


def test_the_same_letter_is_the_same_bytes():
    assert _letter().encoded() == _letter().encoded()
    mail = message_from_bytes(_letter().encoded(), policy=default)
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == "t\n.\nt\n"


def test_words_of_servers_lose_their_addresses():
    assert without_addresses(f"550 <{ADA}> unknown, ask root@mx.example") == "550 <[address]> unknown, ask [address]"
    assert is_address(ADA)


async def test_a_message_that_is_too_large_leaves_nothing(post):
    server = post.config().server("")
    with pytest.raises(ValueError, match="sent at most"):
        await submit(server, Envelope("a@shop.example", ADA, b"x" * (LARGEST_MESSAGE + 1), "<1@x>"))
    assert post.simulator.ledger.entries == ()


class _Box:
    """An independent server's handler."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append(envelope.content)
        return "250 taken"


def _authority(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that its own file vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of the tests")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, private = folder / "ca.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return certificate, context


def _judge(_server, _session, _envelope, _mechanism, data) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"notices", SECRET.encode()), handled=False)


@pytest.fixture
async def secured(tmp_path):
    """aiosmtpd with STARTTLS and log-in: an implementation that is not ours."""
    certificate, context = _authority(tmp_path)
    box = _Box()

    def session() -> SMTP:
        return SMTP(box, tls_context=context, require_starttls=True, auth_required=True, authenticator=_judge)

    serving = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    port = serving.sockets[0].getsockname()[1]
    yield box, MailServer("127.0.0.1", port, "starttls", "notices", SECRET, 5.0, str(certificate), "shop.example")
    serving.close()


ENVELOPE = Envelope("a@shop.example", ADA, _letter().encoded(), "<1@shop.example>")


@pytest.mark.req("E12")
async def test_starttls_and_a_log_in_with_another_implementation(secured):
    box, server = secured
    assert (await submit(server, ENVELOPE)).startswith("250")
    assert b"Message-ID: <1@shop.example>" in box.taken[-1]


@pytest.mark.req("E12")
async def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_said(secured):
    box, server = secured
    before = len(box.taken)
    stranger = MailServer(server.host, server.port, "starttls", server.user, server.password, 5.0)
    with pytest.raises(NotSent) as raised:
        await submit(stranger, ENVELOPE)
    assert SECRET not in str(raised.value)
    assert len(box.taken) == before


@pytest.mark.req("E12")
async def test_a_server_without_starttls_gets_neither_password_nor_mail(post):
    server = MailServer("127.0.0.1", post.port, "starttls", "notices", SECRET, 5.0)
    with pytest.raises(NotSent):
        await submit(server, ENVELOPE)
    assert post.simulator.ledger.entries == ()


@pytest.mark.req("E12")
async def test_a_refused_log_in_waits_for_a_new_password(secured, post):
    _, server = secured
    connector = post.connector(
        port=server.port, security="starttls", authority=server.authority, user="notices", password="secret://env/WRONG"
    )
    connector._secrets = _Wrong()
    verdict = await connector.send(command(notice()), None)
    assert isinstance(verdict, Reauthenticate)
    assert "wrong password" not in str(verdict)


class _Wrong:
    def reveal(self, reference: str) -> str:
        return "wrong password" if reference.endswith("WRONG") else SECRET


async def test_the_server_is_asked_without_effect(post):
    [line] = await post.connector().check()
    assert "size" in line
    assert post.simulator.ledger.entries == ()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"host": "smtp.example.com"}, "security none"),
        ({"sender": "Acme <a@b.example>"}, "plain address"),
        ({"user": "x"}, "go together"),
        ({"default_language": "sv"}, "one of languages"),
        ({"sender_name": "A\nB"}, "one line"),
    ],
)
async def test_settings_that_cannot_be_are_told_with_what_to_do(post, changes, text):
    with pytest.raises(ValueError, match=text):
        post.config(**changes)
