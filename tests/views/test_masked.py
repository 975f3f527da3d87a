import msgspec
import pytest

from crossdock.model.cases import Case
from crossdock.model.party import Address, Party
from crossdock.ports.stores_inbound import NewExchange, Settlement
from crossdock.views.masked import Covered, MaskedDocuments, MaskedStore
from crossdock.views.masking import Known, canonical, known_of, masked, untrusted
from crossdock.views.timeline import story_of
from orders import CUSTOMER
from views.seeding import DELIVERED, LABEL_HASH, NOW, REJECTED, open_seeded

JOHN = Party(
    "John Doe", Address(("7 Hill Rd",), "Leeds", "", "LS1 4DY", "GB"), "Doe Ltd", "+44 113 4960000", "jd@x.org"
)
KNOWN = known_of(JOHN)


@pytest.mark.req("M6")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("John Doe was not at 7 Hill Rd", "J*** D** was not at * **** **"),
        ("signed: DOE", "signed: D**"),
        ("mail doe@elsewhere.example about LS1 4DY", "mail d***@*** about *** ***"),
        ("do:odoo:7", "do:odoo:7"),
        ("WH/OUT/DOE-1", "WH/OUT/DOE-1"),
        ("Doer and Johnson", "Doer and Johnson"),
    ],
)
def test_what_is_known_of_an_order_is_hidden_in_texts_about_it(text, shown):
    assert KNOWN.hide(text) == shown


@pytest.mark.req("M6")
@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"to": "Jane", "zip": 97201, "status": "delivered"}, {"to": "****", "zip": "****", "status": "delivered"}),
        ({"status": "left with Jane Roe"}, {"status": "****"}),
        ({"at": "2026-11-21T12:00:00Z", "no": "WH/OUT/00007"}, {"at": "2026-11-21T12:00:00Z", "no": "WH/OUT/00007"}),
        ({"phone": 4915112345678, "weight": 2.5}, {"phone": "****", "weight": 2.5}),
        (
            [{"url": "https://x/y?name=Jane", "body": '{"name": "Jane"}'}],
            [{"url": "https://x/y", "body": '{"name":"****"}'}],
        ),
    ],
)
def test_of_foreign_json_only_what_is_harmless_stays(body, shown):
    assert msgspec.json.decode(untrusted(msgspec.json.encode(body), Known())) == shown


@pytest.mark.req("M6")
@pytest.mark.parametrize("body", [b"<to>Jane Roe</to>", b"NAD+CN+++Jane Roe", b"\xff\xfe", b"Jane"])
def test_of_other_bytes_only_their_length_stays(body):
    assert untrusted(body, Known()) == f"({len(body)} bytes, masked)".encode()


@pytest.mark.req("M6")
def test_our_own_documents_stay_readable():
    shown = msgspec.json.decode(canonical(msgspec.json.encode(JOHN), Known()), type=Party)
    assert (shown.name, shown.email, shown.address.postcode, shown.address.city) == (
        "J*** D**",
        "j***@***",
        "*** ***",
        "Leeds",
    )
    assert masked(JOHN, Known()).phone == "+** *** *******"


@pytest.mark.req("M6")
def test_what_is_of_no_known_type_does_not_pass():
    with pytest.raises(TypeError, match="object"):
        masked([object()], Known())


def _told(tx):
    text = f"{CUSTOMER.name} moved away from {CUSTOMER.address.lines[0]}"
    tx.exceptions.save([Case(REJECTED, "address.incomplete", "/x", "moved", text, NOW)])
    tx.exchanges.accept([NewExchange("quoting".ljust(26, "0"), "odoo", "pickings", b"Jane Roe", NOW, "0" * 32)])
    parked = Settlement("quoting".ljust(26, "0"), "parked", "", "Look at it.", "not a number: 'Jane Roe'")
    tx.exchanges.settle([parked], NOW)


@pytest.mark.req("M6")
async def test_a_store_is_read_without_what_is_personal_but_for_what_is_shown(tmp_path):
    store = await open_seeded(tmp_path)
    await store.run(_told)
    shown = {}
    reading = MaskedStore(store, lambda: shown)
    texts = await reading.read(lambda tx: [row.text for row in tx.views.exceptions(subject=REJECTED, limit=9)[0]])
    assert any("moved away" in each for each in texts)
    assert CUSTOMER.name not in str(texts)
    quoting = await reading.read(lambda tx: tx.views.exchange("quoting".ljust(26, "0")))
    assert "Jane" not in str(quoting)
    assert CUSTOMER.name not in str(await reading.read(lambda tx: story_of(tx, DELIVERED)))
    shown[DELIVERED] = 1
    assert CUSTOMER.name in str(await reading.read(lambda tx: story_of(tx, DELIVERED)))
    assert CUSTOMER.name not in str(await reading.read(lambda tx: story_of(tx, REJECTED)))
    await store.close()


@pytest.mark.req("M6")
async def test_papers_are_given_out_of_shown_orders_only(tmp_path):
    class Papers:
        async def get(self, sha256):
            return b"paper"

    store = await open_seeded(tmp_path)
    shown = {REJECTED: 1}
    papers = MaskedDocuments(Papers(), store, lambda: shown)
    with pytest.raises(Covered):
        await papers.get(LABEL_HASH)
    shown[DELIVERED] = 1
    assert await papers.get(LABEL_HASH) == b"paper"
    await store.close()


@pytest.mark.req("M6")
def test_a_hidden_word_does_not_tell_how_long_it_was():
    name = "Wolfeschlegelsteinhausenbergerdorff"
    known = Known((name, "W" * 10_000))
    assert known.hide(f"signed by {name}") == "signed by W*******"
    assert known.hide("W" * 10_000) == "W*******"
