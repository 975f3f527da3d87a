"""La Poste holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.laposte.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ONE = """{"lang": "fr_FR", "returnCode": 200, "shipment": {"idShip": "6A00000000017", "event": [
 {"code": "DI1", "label": "Votre colis est livré.", "date": "2026-03-05T09:38:00+01:00"},
 {"code": "ND1", "label": "Le destinataire était absent lors de la livraison.", "date": "2026-03-04T11:00:00+01:00"},
 {"code": "MD2", "label": "Votre colis est en cours de livraison.", "date": "2026-03-04T08:00:00+01:00"},
 {"code": "MD2", "label": "Mystère", "date": "2026-03-04T07:00:00+01:00"},
 {"code": "PC1", "label": "Votre colis a été déposé dans un point postal.", "date": "2026-03-02T14:43:00+01:00"}]}}"""
MANY = f'[{ONE}, {{"returnCode": 404, "returnMessage": "Ressource non trouvée", "idShip": "X1"}}]'
PARCEL = """{"parcel": {"parcelNumber": "6A00000000025", "event": [{"code": "RENAVI", "labelLong": "Disponible",
 "date": "2026-03-04T11:00:00", "siteName": "Lyon", "siteZipCode": "69001"}]}}"""
LAST = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><ns2:trackResponse
 xmlns:ns2="x"><return><errorCode>0</errorCode><eventCode>LIVCFM</eventCode>
 <eventDate>2026-03-04T11:00:00+01:00</eventDate>
 <eventLibelle>Votre colis est livré</eventLibelle><eventSite>Lyon</eventSite>
 <skybillNumber>6A00000000033</skybillNumber>
 </return></ns2:trackResponse></soap:Body></soap:Envelope>"""
REFUSAL = '{"code": "UNAUTHORIZED", "message": "Accès non autorisé"}'


class TestLaPoste(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [body.encode() for body in (ONE, MANY, PARCEL, LAST, REFUSAL)]}


@pytest.mark.req("C6", "E3")
def test_words_refine_the_codes_that_say_too_little():
    number = "6A00000000017"
    assert told(SPEC, ONE.encode()) == [
        (number, "2026-03-05T09:38:00+01:00", "delivered"),
        (number, "2026-03-04T11:00:00+01:00", "delivery_attempted recipient/recipient_absent"),
        (number, "2026-03-04T08:00:00+01:00", "out_for_delivery"),
        (number, "2026-03-04T07:00:00+01:00", "out_for_delivery"),
        (number, "2026-03-02T14:43:00+01:00", "dropped_off"),
    ]


@pytest.mark.req("C6", "E3")
def test_many_answers_and_colissimos_own():
    assert len(told(SPEC, MANY.encode())) == 5
    assert said(SPEC, MANY.encode()) == {"X1 404 Ressource non trouvée": True}
    assert told(SPEC, PARCEL.encode()) == [("6A00000000025", "2026-03-04T11:00:00", "available_for_pickup")]
    assert told(SPEC, LAST.encode()) == [("6A00000000033", "2026-03-04T11:00:00+01:00", "delivered")]
    assert said(SPEC, REFUSAL.encode()) == {"UNAUTHORIZED Accès non autorisé": True}


@pytest.mark.req("C6")
def test_ready_to_be_delivered_is_not_delivered():
    body = """{"shipment": {"idShip": "X", "event": [{"code": "MD2", "date": "2026-03-04T11:00:00+01:00",
     "label": "Votre recommandé est prêt à être distribué ce matin."}]}}""".encode()
    assert told(SPEC, body) == [("X", "2026-03-04T11:00:00+01:00", "out_for_delivery")]
