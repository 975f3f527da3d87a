"""La Poste's declaration."""

from crossdock.connectors.laposte.mapping import read
from crossdock.tracking.connector import Listening, Pull, tracking_spec

SPEC = tracking_spec(
    "laposte",
    "La Poste",
    Listening("La Poste", read, pull=Pull("https://api.laposte.fr/suivi/v2/idships/{number}", "X-Okapi-Key")),
    summary="Tracking events of La Poste and Colissimo: Suivi v2, one or many, and Colissimo's tracking service.",
    aliases=(
        "laposte_fr",
        "colissimo_fr",
        "laposte_france",
        "laposte_suivi_v2",
        "colissimo",
        "la_poste",
        "laposte_colissimo",
        "laposte_suivi",
    ),
)
