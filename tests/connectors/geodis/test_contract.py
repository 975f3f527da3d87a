"""GEODIS holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.geodis.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told, translated

ANSWER = b"""{"ok": true, "codeErreur": null, "contenu": {"noSuivi": "1GSAMPLE0017", "noRecepisse": "1", "listSuivis": [
 {"dateSuivi": "2026-03-04", "heureSuivi": "14:22:17", "libelleCentre": "Rochefort (FR)", "libelleSuivi": "LIV/AVA",
  "codeSituationJustification": "LIV/AVA"},
 {"dateSuivi": "2026-03-04", "heureSuivi": "10:22:00", "libelleCentre": "020037", "libelleSuivi": "Mis en livraison",
  "codeSituationJustification": "MLV/XXX"},
 {"dateSuivi": null, "dateSuiviFrs": "03/04/2026", "heureSuiviFrs": "09:00", "libelleSuivi": "RST/GRV",
  "codeSituation": "RST", "codeJustification": "GRV"}]}}"""
REFUSAL = b'{"ok": false, "codeErreur": "C0041", "texteErreur": "Inconnu"}'
NOTHING = b'{"ok": true, "contenu": {"noRecepisse": "1"}}'


class TestGeodis(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, REFUSAL, NOTHING]}


@pytest.mark.req("C6", "E3")
def test_pairs_words_and_halves():
    assert told(SPEC, ANSWER) == [
        ("1GSAMPLE0017", "2026-03-04T14:22:17", "delivered damage/damaged"),
        ("1GSAMPLE0017", "2026-03-04T10:22:00", "out_for_delivery"),
        ("1GSAMPLE0017", "2026-04-03T09:00:00", "held delay_external/strike"),
    ]
    assert events(SPEC, ANSWER)[0].occurred.zone == "Europe/Paris"
    assert translated(SPEC, ANSWER).unknown_codes == ("MLV/XXX", "RST/GRV")
    assert said(SPEC, REFUSAL) == {"C0041 Inconnu": True}
    assert list(said(SPEC, NOTHING).values()) == [False]
