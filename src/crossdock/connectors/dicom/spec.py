"""Dicom (GLS Canada)'s declaration."""

from crossdock.connectors.dicom.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "dicom",
    "Dicom (GLS Canada)",
    Listening("Dicom (GLS Canada)", read),
    summary="Tracking activities of Dicom, now GLS Canada.",
    aliases=(
        "gls_canada",
        "dicom_express",
        "gls_ca",
        "dicom_canada",
    ),
)
