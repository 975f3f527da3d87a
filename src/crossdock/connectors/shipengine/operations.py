"""What people do by hand: fetch the public keys webhooks are checked with."""

from typing import Any

from crossdock.connectors.shipengine.client.signing import keys_of
from crossdock.connectors.shipengine.config import ShipEngineConfig
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Errand, OperationStopped, Report, Step, StepStatus
from crossdock.ports.wire import HttpRequest, NoAnswer, NotSent


async def fetch_keys(_connector: Any, errand: Errand) -> Report:
    """Fetch ShipEngine's key set and keep it where ``webhook_keys`` points. Raises `OperationStopped`."""
    config: ShipEngineConfig = errand.surroundings.config
    if not config.webhook_keys:
        raise OperationStopped("Name a file in `webhook_keys` (secret://file/…) first.", "webhook_keys is empty")
    text = await _published(errand, config.keys_url)
    try:
        names = ", ".join(sorted(keys_of(text)))
    except ValueError as problem:
        raise OperationStopped("What ShipEngine published is no key set; nothing was changed.", str(problem)) from None
    if not names:
        raise OperationStopped("ShipEngine published no RSA key; nothing was changed.", "no key of kty RSA")
    if text == _held(errand, config.webhook_keys):
        return Report((Step(StepStatus.KEPT, "keys", f"the keys are as they were: {names}"),))
    if errand.dry_run:
        return Report((Step(StepStatus.WOULD, "keys", f"would keep the keys {names}"),))
    if not errand.keep(config.webhook_keys, text):
        raise OperationStopped("The keys cannot be written where `webhook_keys` points; name a file.", "not writable")
    return Report((Step(StepStatus.DONE, "keys", f"kept the keys {names}"),))


async def _published(errand: Errand, url: str) -> str:
    try:
        answer = await errand.surroundings.http.call(
            HttpRequest("GET", url, {"User-Agent": "crossdock"}, idempotent=True)
        )
    except (NotSent, NoAnswer) as problem:
        raise OperationStopped(
            "ShipEngine's keys cannot be reached. Check the network and try again.", str(problem)
        ) from None
    if answer.status != 200:
        raise OperationStopped(
            "ShipEngine does not give its keys. Check `keys_url`.", f"GET {url}: HTTP {answer.status}"
        )
    return answer.body.decode(errors="replace")


def _held(errand: Errand, reference: str) -> str:
    try:
        return errand.surroundings.secrets.reveal(reference)
    except UnknownSecret:
        return ""
