"""DPD's declaration."""

from crossdock.connectors.dpd.mapping.tracking import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "dpd",
    "DPD",
    Listening("DPD", read),
    summary="Tracking events of DPD: its shipper service, its parcel page, DPD Poland's and the group's JSON.",
    aliases=(
        "dpd_group",
        "dpd_meta",
        "dpd_de",
        "dpd_nl",
        "dpd_be",
        "dpd_at",
        "dpd_ch",
        "dpd_pl",
        "dpd_fr",
        "dpd_uk",
        "dpd_gb",
        "dpd_local",
        "dpd_cz",
        "dpd_sk",
        "dpd_hu",
        "dpd_ie",
        "dpd_lt",
        "dpd_lv",
        "dpd_ee",
        "dpd_es",
        "dpd_pt",
        "dpd_it",
        "dpd_hr",
        "dpd_si",
        "dpd_ro",
        "dpd_webservice",
        "dpd_germany",
        "dpd_france",
        "dpd_poland",
        "dpd_meta_api",
        "geopost",
    ),
)
