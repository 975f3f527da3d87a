"""Mondial Relay holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.mondial_relay.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told


def _answer(inner: str) -> bytes:
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f"<WSI2_TracingColisDetailleResponse><WSI2_TracingColisDetailleResult>{inner}"
        "</WSI2_TracingColisDetailleResult></WSI2_TracingColisDetailleResponse></soap:Body></soap:Envelope>"
    ).encode()


def _step(words: str, day: str, clock: str) -> str:
    return (
        f"<ret_WSI2_sub_TracingColisDetaille><Tracing_Libelle>{words}</Tracing_Libelle><Tracing_Date>{day}</Tracing_Date>"
        f"<Tracing_Heure>{clock}</Tracing_Heure><Tracing_Lieu>LILLE</Tracing_Lieu><Tracing_Pays>FR</Tracing_Pays>"
        "</ret_WSI2_sub_TracingColisDetaille>"
    )


STEPS = _answer(
    "<STAT>82</STAT><Tracing>"
    + _step("Colis livré au destinataire", "05/03/26", "10:23")
    + _step("DISPONIBLE AU POINT RELAIS", "04/03/2026", "09:00")
    + "<ret_WSI2_sub_TracingColisDetaille/></Tracing>"
)
REFUSAL = _answer("<STAT>94</STAT><Libelle01>Colis inexistant</Libelle01>")


class TestMondialRelay(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [STEPS, REFUSAL]}


@pytest.mark.req("C6", "E3")
def test_steps_and_error_states():
    assert told(SPEC, STEPS) == [
        ("", "2026-03-05T10:23:00", "delivered"),
        ("", "2026-03-04T09:00:00", "available_for_pickup"),
    ]
    assert events(SPEC, STEPS)[0].occurred.zone == "Europe/Paris"
    assert said(SPEC, REFUSAL) == {"STAT 94 Colis inexistant": True}
