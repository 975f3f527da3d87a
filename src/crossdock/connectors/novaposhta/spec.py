"""Nova Poshta's declaration."""

from crossdock.connectors.novaposhta.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "novaposhta",
    "Nova Poshta",
    Listening(
        "Nova Poshta",
        read,
    ),
    summary="Tracking events of Nova Poshta: getStatusDocuments of API 2.0, and the history of Nova Poshta Shopping.",
    aliases=("novaposhta_shopping", "novaposhta-shopping", "nova_poshta", "nova-poshta", "novapost", "np_shopping"),
)
