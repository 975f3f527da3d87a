"""Correios holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.correios.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = """{"versao": "1.1.3", "quantidade": 2, "objetos": [{"codObjeto": "AA000000001BR", "eventos": [
 {"codigo": "BDE", "tipo": "01", "dtHrCriado": "2026-02-12T14:32:09", "descricao": "Objeto entregue ao destinatário",
  "unidade": {"endereco": {"cidade": "BRASILIA", "uf": "DF"}, "tipo": "Unidade de Distribuição"}},
 {"codigo": "BDI", "tipo": 20, "dtHrCriado": "2026-02-11T10:00:00", "descricao": "Carteiro não atendido"},
 {"codigo": "PAR", "tipo": "17", "dtHrCriado": "2026-02-09T10:00:00", "descricao": "Aguardando pagamento"}]},
 {"codObjeto": "AA000000002BR", "mensagem": "SRO-020: Objeto não encontrado"}], "resultado": "T"}""".encode()


class TestCorreios(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, b'{"msgs": ["SRO-019: Objeto inv"]}', b"{}"]}


@pytest.mark.req("C6", "E3")
def test_code_and_type_are_one():
    assert told(SPEC, ANSWER) == [
        ("AA000000001BR", "2026-02-12T14:32:09", "delivered"),
        ("AA000000001BR", "2026-02-11T10:00:00", "delivery_attempted recipient/recipient_absent"),
        ("AA000000001BR", "2026-02-09T10:00:00", "customs_processing payment/duties_unpaid"),
    ]
    assert [each.raw_code for each in events(SPEC, ANSWER)] == ["BDE/01", "BDI/20", "PAR/17"]
    assert said(SPEC, ANSWER) == {"AA000000002BR: SRO-020: Objeto não encontrado": True}
