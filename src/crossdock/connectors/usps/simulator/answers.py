"""The shapes of USPS's answers, as its specifications and examples publish them."""

import base64
from typing import Any

import msgspec

from crossdock.ports.wire import HttpResponse
from crossdock.sim.restful import Json, Refused, answer

_BOUNDARY = "9oxGwpVpWyl-simulated"
CENTS = {
    "USPS_GROUND_ADVANTAGE": 640,
    "USPS_GROUND_ADVANTAGE_RETURN_SERVICE": 640,
    "PRIORITY_MAIL": 890,
    "PRIORITY_MAIL_EXPRESS": 2870,
    "MEDIA_MAIL": 410,
    "FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE": 1780,
    "PRIORITY_MAIL_INTERNATIONAL": 4310,
    "PRIORITY_MAIL_EXPRESS_INTERNATIONAL": 6490,
}
_EXPRESS = frozenset({"PRIORITY_MAIL_EXPRESS", "PRIORITY_MAIL_EXPRESS_INTERNATIONAL"})


def error(status: int, code: str, text: str) -> Json:
    """The body of an error answer."""
    fault = {"title": text, "detail": text, "code": code, "source": {"parameter": "", "example": ""}}
    return {"apiVersion": "v3", "error": {"code": str(status), "message": text, "errors": [fault] if code else []}}


def price(mail_class: str, weight: float) -> float:
    """Dollars; a third more for each pound."""
    return round(CENTS[mail_class] / 100 * (1 + weight / 3), 2)


def rates(asked: Json) -> Json:
    """The answer of base-rates/search."""
    mail_class = asked["mailClass"]
    if mail_class not in CENTS or float(asked["weight"]) > 70 or float(asked["weight"]) <= 0:
        raise Refused(400, "", "No rates found for the mail class and weight")
    indicator = "PA" if mail_class in _EXPRESS else "SP"
    if asked["rateIndicator"] != indicator:
        raise Refused(400, "", f"rateIndicator must be {indicator}")
    dollars = price(mail_class, float(asked["weight"]))
    one = {
        "SKU": "DUXP0XXXXC00010",
        "description": f"{mail_class} Machinable",
        "priceType": asked["priceType"],
        "price": dollars,
        "weight": asked["weight"],
        "mailClass": mail_class,
        "zone": "05",
        "rateIndicator": indicator,
        "fees": [],
    }
    return {"totalBasePrice": dollars, "rates": [one]}


def check_label(body: Json, *, domestic: bool) -> None:
    """Refuse what the real API refuses: missing parts, another country's address, no customs form."""
    package, receiver, sender = body["packageDescription"], body["toAddress"], body["fromAddress"]
    wanted = ("streetAddress", "city", "ZIPCode") if domestic else ("streetAddress", "city", "countryISOAlpha2Code")
    missing = [f"toAddress/{name}" for name in wanted if not receiver.get(name)]
    missing += [f"fromAddress/{name}" for name in ("streetAddress", "city", "state", "ZIPCode") if not sender.get(name)]
    for end in (receiver, sender):
        missing += [] if end.get("firm") or (end.get("firstName") and end.get("lastName")) else ["firstName"]
    missing += [name for name in ("mailClass", "weight", "mailingDate", "rateIndicator") if not package.get(name)]
    if not domestic and not body.get("customsForm", {}).get("contents"):
        missing.append("customsForm")
    if missing or package["mailClass"] not in CENTS:
        raise Refused(400, "", f"OASValidation: missing or unknown: {', '.join(missing) or package['mailClass']}")
    if any(len(each["referenceNumber"]) > 30 for each in package.get("customerReference", ())):
        raise Refused(400, "", "OASValidation: referenceNumber is too long")


def metadata(label: Json) -> Json:
    """What a label is."""
    name = "trackingNumber" if label["domestic"] else "internationalTrackingNumber"
    return {
        name: label["number"],
        "postage": label["postage"],
        "zone": "05",
        "SKU": "DUXP0XXXXC00010",
        "weight": label["weight"],
        "weightUOM": "lb",
    }


def labelled(label: Json, accept: str, more: Json | None = None) -> HttpResponse:
    """A label as JSON where it is asked for, else in parts."""
    image = base64.b64encode(label["file"]).decode()
    if "json" in accept and "vnd.usps.labels" in accept:
        return answer(200, {"labelMetadata": metadata(label), "labelImage": image, **(more or {})})
    return parts({"labelMetadata": metadata(label), "labelImage": image})


def parts(named: dict[str, Any]) -> HttpResponse:
    """An answer in parts: objects as JSON, texts as they are."""
    lines = []
    for name, value in named.items():
        is_text = isinstance(value, str)
        kind = "application/pdf" if is_text else "application/json"
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        file = '; filename="label.pdf"' if is_text else ""
        head = f'Content-Type: {kind}\r\nContent-Disposition: form-data{file}; name="{name}"'
        lines.append(f"--{_BOUNDARY}\r\n{head}\r\n\r\n{text}\r\n")
    body = f"{''.join(lines)}--{_BOUNDARY}--\r\n".encode()
    return HttpResponse(200, {"content-type": f"multipart/form-data; boundary={_BOUNDARY}"}, body)


def place(asked: dict[str, str]) -> Json:
    """An address in USPS's spelling."""
    zip_code = asked.get("ZIPCode", "")
    if zip_code.startswith("000"):
        raise Refused(404, "010005", "Address Not Found")
    city = "RIGHT CITY" if zip_code.startswith("999") else asked.get("city", "").upper()
    return {
        "firm": None,
        "address": {
            "streetAddress": asked["streetAddress"].upper(),
            "secondaryAddress": asked.get("secondaryAddress", "").upper(),
            "city": city,
            "state": asked.get("state", "").upper(),
            "ZIPCode": zip_code,
            "ZIPPlus4": "1175",
        },
        "additionalInfo": {"deliveryPoint": "45", "DPVConfirmation": "N" if zip_code.startswith("998") else "Y"},
        "corrections": [],
        "matches": [{"code": "31", "text": "Single Response - exact match"}],
        "warnings": [],
    }
