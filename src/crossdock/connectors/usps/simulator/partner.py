"""The simulated account: what it sells, what it is asked, and what the mail can be made to do."""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.connectors.usps.simulator import answers
from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpResponse
from crossdock.sim import labels
from crossdock.sim.restful import Action, Call, Json, Refused, RestfulAccount, Route, answer
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue
from crossdock.transports.signatures import BodyHmac, headers_of

_RETRIES = (60.0, 300.0, 3600.0)
_SECOND = 1_000_000


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``seed`` makes all numbers; ``host`` is the name answered under; ``client_id`` and ``client_secret`` are the only
    ones taken (any when empty); ``lag`` is how many seconds a label is not yet found by its key; ``reprints`` how often
    it is given out again; ``webhook_url`` and ``webhook_secret`` make a subscription at once.
    """

    seed: int = 0
    host: str = "apis.usps.com"
    client_id: str = ""
    client_secret: str = ""
    lag: float = 0.0
    reprints: int = 3
    webhook_url: str = ""
    webhook_secret: str = ""


class UspsSimulator(RestfulAccount):
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        super().__init__((settings.host,), settings.seed, WebhookQueue(self._sign, _RETRIES))
        self._settings = settings
        self._tokens: set[str] = set()
        self._payments: set[str] = set()
        self._labels: dict[str, Json] = {}
        self._pickups: dict[str, Json] = {}
        self._forms: dict[str, list[str]] = {}

    def routes(self) -> tuple[Route, ...]:
        """The part of the APIs the connector uses."""
        api = "(labels|international-labels)"
        return (
            ("POST", "/oauth2/v3/token", self._token),
            ("POST", "/payments/v3/payment-authorization", self._authorize),
            ("POST", "/(prices|international-prices)/v3/base-rates/search", self._price),
            ("POST", "/labels/v3/(label|return-label)", lambda call: self._sell(call, domestic=True)),
            ("POST", "/international-labels/v3/international-label", lambda call: self._sell(call, domestic=False)),
            ("POST", f"/{api}/v3/label-reprint", self._reprint_key),
            ("POST", f"/{api}/v3/label-reprint/([^/]+)", lambda call: self._reprint(self._label(call.names[1]), call)),
            ("DELETE", "/labels/v3/label/([^/]+)", self._cancel),
            ("DELETE", "/international-labels/v3/international-label/([^/]+)", self._cancel),
            ("POST", "/pickup/v3/carrier-pickup", self._schedule),
            ("GET", "/pickup/v3/carrier-pickup/([^/]+)", self._pickup_of),
            ("DELETE", "/pickup/v3/carrier-pickup/([^/]+)", self._call_off),
            ("POST", "/scan-forms/v3/scan-form", self._scan_form),
            ("GET", "/addresses/v3/address", lambda call: answer(200, answers.place(dict(call.query)))),
            ("GET", "/tracking/v3/tracking/([^/]+)", self._track),
        )

    def authenticate(self, call: Call, path: str) -> None:
        """A token given here, and for labels one that says who pays."""
        if path == "/oauth2/v3/token":
            return
        if call.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            raise Refused(401, "", "The access token is missing or invalid")
        pays = path.startswith(("/labels/", "/international-labels/"))
        if pays and call.headers.get("x-payment-authorization-token", "") not in self._payments:
            raise Refused(401, "", "The payment authorization token is missing or invalid")

    def refusal(self, status: int, code: str, text: str) -> HttpResponse:
        """An error in USPS's form."""
        return answer(status, answers.error(status, code, text))

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers bought and not cancelled, by the customer reference on them."""
        live: dict[str, list[str]] = {}
        for number, label in self._labels.items():
            if not label["cancelled"]:
                live.setdefault(label["reference"] or number, []).append(number)
        return live

    def state(self) -> object:
        """Labels without their files, pickups and forms."""
        shown = [{name: value for name, value in each.items() if name != "file"} for each in self._labels.values()]
        return {"labels": shown, "pickups": self._pickups, "forms": self._forms, "live_labels": self.live_labels()}

    def actions(self) -> dict[str, Action]:
        """``scan`` adds an event to a label and tells subscribers; ``deliver`` the last one; ``revoke`` ends tokens."""
        return {
            "scan": self._scan,
            "deliver": lambda given, now: self._scan(
                {"code": "01", "text": "Delivered, Left with Individual", **given}, now
            ),
            "revoke": self._revoke,
        }

    def _revoke(self, _given: Mapping[str, Any], _now: int) -> object:
        self._tokens.clear()
        self._payments.clear()
        return {}

    def _scan(self, given: Mapping[str, Any], now: int) -> object:
        label = self._labels[given["tracking_number"]]
        event = {
            "eventType": str(given.get("text", "Arrived at USPS Regional Facility")),
            "eventCode": str(given.get("code", "10")),
            "eventTimestamp": rfc3339(now)[:19],
            "eventCity": "ASHEVILLE",
            "eventState": "NC",
            "eventZIP": "28801",
        }
        label["events"].insert(0, event)
        self._ledger.note(now, "label.scanned", label["number"], code=event["eventCode"])
        if self._settings.webhook_url:
            body = msgspec.json.encode({"trackingNumber": label["number"], **event})
            self._webhooks_out(OutgoingWebhook(self.fresh("hook"), self._settings.webhook_url, body, now))
        return event

    def _webhooks_out(self, webhook: OutgoingWebhook) -> None:
        if self._webhooks is not None:
            self._webhooks.put(webhook)

    def _sign(self, webhook: OutgoingWebhook, _now: int) -> Mapping[str, str]:
        return headers_of(BodyHmac("x-hmac", "base64"), self._settings.webhook_secret, webhook.body)

    def _token(self, call: Call) -> HttpResponse:
        given = (call.body["client_id"], call.body["client_secret"])
        wanted = (self._settings.client_id, self._settings.client_secret)
        if call.body["grant_type"] != "client_credentials" or (wanted[0] and given != wanted):
            raise Refused(401, "", "Invalid client credentials")
        token = self.fresh("token")
        self._tokens.add(token)
        return answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 28799})

    def _authorize(self, call: Call) -> HttpResponse:
        names = {each["roleName"] for each in call.body["roles"] if each["CRID"] and each["accountNumber"]}
        if names != {"PAYER", "LABEL_OWNER"}:
            raise Refused(400, "", "roles are not complete")
        token = self.fresh("payment")
        self._payments.add(token)
        return answer(200, {"paymentAuthorizationToken": token, "roles": call.body["roles"]})

    def _price(self, call: Call) -> HttpResponse:
        return answer(200, answers.rates(call.body))

    def _sell(self, call: Call, *, domestic: bool) -> HttpResponse:
        """A key used before sells another label: USPS says so."""
        body = call.body
        answers.check_label(body, domestic=domestic)
        package = body["packageDescription"]
        number = f"92{self.digits(20, 'label')}" if domestic else f"CA{self.digits(9, 'label')}US"
        references = [each["referenceNumber"] for each in package.get("customerReference", ())]
        media_type = "application/zpl" if body["imageInfo"]["imageType"].startswith("ZPL") else "application/pdf"
        receiver = body["toAddress"]
        self._labels[number] = {
            "number": number,
            "domestic": domestic,
            "key": call.headers.get("x-idempotency-key", ""),
            "reference": references[0] if references else "",
            "visible": call.now + int(self._settings.lag * _SECOND),
            "postage": answers.price(package["mailClass"], float(package["weight"])),
            "weight": package["weight"],
            "file": labels.label_file(media_type, number, (receiver.get("lastName", ""), receiver["city"])),
            "cancelled": False,
            "reprints": 0,
            "events": [],
        }
        self._ledger.note(call.now, "label.bought", number, reference=self._labels[number]["reference"])
        return answers.labelled(self._labels[number], call.headers.get("accept", ""))

    def _label(self, number: str) -> Json:
        if number not in self._labels:
            raise Refused(400, "160378", "trackingNumber not found")
        return self._labels[number]

    def _reprint_key(self, call: Call) -> HttpResponse:
        key = call.headers.get("x-idempotency-key", "")
        found = [each for each in self._labels.values() if each["key"] == key and each["visible"] <= call.now]
        if not key or not found:
            raise Refused(400, "160412", "Idempotency-Key not found for a mailing date within the last 7 days")
        return self._reprint(found[-1], call)

    def _reprint(self, label: Json, call: Call) -> HttpResponse:
        if label["cancelled"]:
            raise Refused(400, "160979", "Canceled labels are unavailable for reprint")
        if label["reprints"] >= self._settings.reprints:
            raise Refused(400, "", "The label was reprinted too often")
        label["reprints"] += 1
        self._ledger.note(call.now, "label.reprinted", label["number"])
        told = {"reprintInfo": {"reprintNumber": label["reprints"], "reprintLimit": self._settings.reprints}}
        return answers.labelled(label, call.headers.get("accept", ""), told)

    def _cancel(self, call: Call) -> HttpResponse:
        label = self._label(call.names[0])
        if label["cancelled"]:
            raise Refused(400, "160979", "The label is canceled")
        if label["events"]:
            raise Refused(400, "", "The label is in the mail")
        label["cancelled"] = True
        self._ledger.note(call.now, "label.voided", label["number"], reference=label["reference"])
        name = "trackingNumber" if label["domestic"] else "internationalTrackingNumber"
        return answer(200, {name: label["number"], "status": "CANCELED"})

    def _schedule(self, call: Call) -> HttpResponse:
        if not call.body["packages"] or not call.body["pickupAddress"]["address"]["ZIPCode"]:
            raise Refused(400, "", "the pickup is not complete")
        number = f"WTC{self.digits(9, 'pickup')}"
        self._pickups[number] = {
            "confirmationNumber": number,
            "pickupDate": call.body["pickupDate"],
            "cancelled": False,
        }
        self._ledger.note(call.now, "pickup.scheduled", number)
        told = {"confirmationNumber": number, "pickupDate": call.body["pickupDate"], "carrierPickupRequest": call.body}
        return answer(200, told, {"etag": f'"{number}-1"'})

    def _pickup(self, number: str) -> Json:
        pickup = self._pickups.get(number)
        if pickup is None or pickup["cancelled"]:
            raise Refused(404, "", "No pickup found")
        return pickup

    def _pickup_of(self, call: Call) -> HttpResponse:
        pickup = self._pickup(call.names[0])
        return answer(200, pickup, {"etag": f'"{pickup["confirmationNumber"]}-1"'})

    def _call_off(self, call: Call) -> HttpResponse:
        pickup = self._pickup(call.names[0])
        if call.headers.get("if-match") != f'"{pickup["confirmationNumber"]}-1"':
            raise Refused(412, "", "The ETag does not match")
        pickup["cancelled"] = True
        self._ledger.note(call.now, "pickup.cancelled", pickup["confirmationNumber"])
        return answer(200, {})

    def _scan_form(self, call: Call) -> HttpResponse:
        numbers = call.body["shipment"]["trackingNumbers"]
        taken = {each for form in self._forms.values() for each in form}
        wrong = [each for each in numbers if each in taken or each not in self._labels]
        if wrong or not numbers:
            raise Refused(400, "", f"not to be put on a form: {', '.join(wrong)}")
        form = f"92750{self.digits(21, 'form')}"
        self._forms[form] = list(numbers)
        self._ledger.note(call.now, "manifest.closed", form, labels=len(numbers))
        sheet = base64.b64encode(labels.label_file("application/pdf", form, ("PS Form 5630",))).decode()
        told = {**call.body, "manifestNumber": form, "trackingNumbers": numbers}
        return answers.parts({"Scan Form Response": told, "label": sheet})

    def _track(self, call: Call) -> HttpResponse:
        label = self._labels.get(call.names[0])
        if label is None or not label["events"]:
            raise Refused(404, "", "A status update is not yet available on your package")
        return answer(200, {"trackingNumber": label["number"], "trackingEvents": label["events"]})
