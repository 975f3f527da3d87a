"""Correios' declaration."""

from crossdock.connectors.correios.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "correios",
    "Correios",
    Listening(
        "Correios",
        read,
        pull=Pull("https://api.correios.com.br/srorastro/v1/objetos/{number}?resultado=T", "Authorization", "Bearer "),
    ),
    summary="Tracking events of Correios (Brazil), as its tracking API (SRO Rastro) answers them.",
    aliases=("correios_brasil", "correios_sro", "correios_br"),
)
