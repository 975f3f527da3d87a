"""Correos holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.correos.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told, translated

OLD = b"""[{"codEnvio": "PQ000000017ES", "eventos": [{"fecEvento": "04/03/2026", "horEvento": "12:11:00", "fase": "4",
 "codEvento": "I010000V", "desTextoResumen": "Entregado", "desTextoAmpliado": "Entregado al destinatario"}]}]"""
NEW = b"""{"shipment": [{"shipmentCode": "PQ000000025ES", "events": [
 {"eventDate": "04/03/2026", "eventTime": "08:51:05", "phase": "3", "summaryText": "Zzz"},
 {"eventDate": "03/03/2026", "eventTime": "10:51:05", "phase": "2", "summaryText": "En aduana"}],
 "error": {"errorCode": "0"}}, {"shipmentCode": "X", "error": {"errorCode": "1", "errorDescription": "No"}}]}"""
EXPRESS = b"""{"nEnvio": "3230000000017", "codError": 0, "estadoEnvios": [{"codEstado": "12", "descEstado": "ENTREGADO",
 "fechaEstado": "05032026", "horaEstado": "121100"}]}"""
REFUSAL = b'{"code": "401", "message": "Unauthorized"}'


class TestCorreos(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [OLD, NEW, EXPRESS, REFUSAL]}


@pytest.mark.req("C6", "E3")
def test_days_come_first():
    assert told(SPEC, OLD) == [("PQ000000017ES", "2026-03-04T12:11:00", "delivered")]
    assert told(SPEC, NEW) == [
        ("PQ000000025ES", "2026-03-04T08:51:05", "out_for_delivery"),
        ("PQ000000025ES", "2026-03-03T10:51:05", "customs_processing customs"),
    ]
    assert said(SPEC, NEW) == {"X 1 No": True}
    assert translated(SPEC, NEW).unknown_codes == ("Zzz",)
    assert told(SPEC, EXPRESS) == [("3230000000017", "2026-03-05T12:11:00", "delivered")]
    assert said(SPEC, REFUSAL) == {"401 Unauthorized": True}
