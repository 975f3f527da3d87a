"""Between Zoom2u's delivery status and canonical scans; pure."""

from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text

CODES = Codes("crossdock.connectors.zoom2u")
_MOMENTS = ("statuschangedatetime", "statuschangedate", "statusdatetime", "statuschangedat", "eventdatetime")


def read(tree: Tree, scans: Scans) -> None:
    """One status, a list of them, or an error."""
    for message in tree if type(tree) is list else [tree]:
        plain = {_plain(key): value for key, value in message.items()} if type(message) is dict else {}
        if "status" in plain and ("reference" in plain or "trackingcode" in plain):
            _status(plain, scans)
        elif "errorcode" in plain or "message" in plain:
            scans.refusal(f"{any_text(plain, 'errorcode')} {any_text(plain, 'message')}".strip())
        else:
            scans.problem("", "this is no delivery status of Zoom2u")


def _plain(key: str) -> str:
    return key.replace("-", "").replace("_", "").casefold()


def _status(plain: Tree, scans: Scans) -> None:
    code = any_text(plain, "status")
    said = any_text(plain, "statusdescription", "notes") or code
    number = any_text(plain, "trackingcode", "reference")
    written = any_text(plain, *_MOMENTS)
    if not written:
        scans.refusal(f"{number}: {code}, without the moment it changed")
        return
    occurred = scans.when("/statusChangeDateTime", moment, written)
    signed_by = any_text(plain, "signedby", "podname", "recipientname")
    scans.scan(number, occurred, CODES.meaning("zoom2u.status", code, said), code=code, text=said, signed_by=signed_by)
