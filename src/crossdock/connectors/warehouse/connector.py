"""Joins a warehouse's API, its files and the mapping to the port."""

from pathlib import Path

from crossdock.connectors.warehouse import wire
from crossdock.connectors.warehouse.client.dropping import Dropping, handed_over
from crossdock.connectors.warehouse.client.instructing import Instructing
from crossdock.connectors.warehouse.client.refusals import client_of
from crossdock.connectors.warehouse.config import WarehouseConfig
from crossdock.connectors.warehouse.mapping.catalogue import Catalogue, UomMismatch
from crossdock.connectors.warehouse.mapping.reading import UOM_MISMATCH, translation_of
from crossdock.model.warehouse import AmendOrder, AnnounceInbound, CancelOrder, ReleaseOrder, RequestAvailability
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Verified
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, Park, Retry, Verdict
from crossdock.transports.folder import SharedFolder
from crossdock.transports.rest import expected, no_feed, not_ours
from crossdock.transports.signatures import StandardWebhook, StaticCredential

SIGNED = StandardWebhook()
UPLOADED = StaticCredential("authorization", "Bearer ")
_IDLE_SECONDS = 3600.0


class WarehouseConnector:
    """Implements `crossdock.ports.connector.Connector` for one warehouse or 3PL."""

    def __init__(self, surroundings: Surroundings) -> None:
        """``surroundings.config`` is a `WarehouseConfig`."""
        config: WarehouseConfig = surroundings.config
        self._config = config
        self._partner = surroundings.partner
        self._secrets = surroundings.secrets
        self._catalogue = Catalogue(config)
        self._client = client_of(surroundings.http, config.url, config.title, self._token)
        self._api = Instructing(self._client, surroundings.partner, self._catalogue, surroundings.clock)
        folder = SharedFolder(Path(config.folder))
        self._clock = surroundings.clock
        self._files = Dropping(folder, surroundings.partner, self._catalogue, surroundings.clock)

    def _token(self) -> str:
        return self._secrets.reveal(self._config.token) if self._config.token else ""

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        """Events are signed; files are signed or come with a token of ours."""
        try:
            secrets = [self._secrets.reveal(each) for each in self._config.webhook_secrets]
            tokens = [self._secrets.reveal(each) for each in self._config.upload_tokens]
        except UnknownSecret as problem:
            return Rejected(503, Explanation("A secret of the warehouse is not in place: set it.", str(problem)))
        refusal = SIGNED.refusal(message, secrets, now)
        if refusal and message.channel == "files":
            refusal = UPLOADED.refusal(message, tokens, now) if tokens else refusal
            return _rejected(refusal) if refusal else Verified()
        return _rejected(refusal) if refusal else Verified(message.headers["webhook-id"])

    def translate(self, message: Received) -> Translation:
        """JSON events or CSV rows as facts; see `reading.translation_of`."""
        return translation_of(message.body, self._partner, self._catalogue, self._config.csv)

    async def send(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - nothing is attached
        """Carry the command out, by the API or by files."""
        try:
            return await self._send(command)
        except UomMismatch as mismatch:
            operator = "A quantity does not come out in the warehouse's units: complete the items table, then retry."
            return Park(Explanation(operator, f"{UOM_MISMATCH}: {mismatch}"))

    async def _send(self, command: Command) -> Verdict:
        by_files = self._config.send == "files"
        match command.body:
            case ReleaseOrder() | AmendOrder() | CancelOrder() | AnnounceInbound() as body if (
                self._config.send == "desk"
            ):
                return Done(handed_over(command, body, self._partner, self._clock))
            case ReleaseOrder() | AmendOrder() | CancelOrder() | AnnounceInbound() as body if by_files:
                return await self._files.send(command, body)
            case ReleaseOrder() | AmendOrder() | CancelOrder() as body:
                return await self._api.instruct(command, body)
            case AnnounceInbound() as body:
                return await self._api.announce(command, body)
            case RequestAvailability(skus) if self._config.url:
                return await self._api.stock_of(skus)
        return not_ours(self._config.title, command)

    async def settle(self, command: Command, documents: Documents) -> Verdict:  # noqa: ARG002 - nothing is attached
        """Ask by our reference what became of it."""
        by_files = self._config.send == "files"
        match command.body:
            case ReleaseOrder() | AmendOrder() | CancelOrder() | AnnounceInbound() as body if (
                self._config.send == "desk"
            ):
                return AlreadyDone(handed_over(command, body, self._partner, self._clock))
            case ReleaseOrder() | AmendOrder() | CancelOrder() | AnnounceInbound() as body if by_files:
                return await self._files.settle(command, body)
            case ReleaseOrder() | AmendOrder() | CancelOrder() as body:
                return await self._api.settle(command, body)
            case AnnounceInbound() as body:
                return await self._api.settle_announcement(command, body)
            case RequestAvailability():
                return Retry(Explanation("Nothing was lost; we ask again.", "free of charge and safe to repeat"))
        return not_ours(self._config.title, command)

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:
        """Events that no webhook brought, stock as it is, and files; nothing where the warehouse has no such thing."""
        if feed == "stock" and self._config.url and self._config.stock_minutes:
            return await self._api.stock_page(cursor, self._config.stock_minutes * 60)
        if feed == "events" and self._config.url:
            return await self._api.events_page(cursor)
        if feed == "files" and self._config.folder:
            return await self._files.fetch(cursor)
        if feed in {"events", "stock", "files"}:
            return Page(b"", cursor, next_after=_IDLE_SECONDS)
        return no_feed(self._config.title, feed)

    async def check(self) -> tuple[str, ...]:
        """Ask for one line of stock, look at the folder. Raises `PermissionError` or `ConnectionError` on refusal."""
        lines = []
        if self._config.url:
            expected(await self._client.ask("GET", "/stock?limit=1", wire.Page))
            lines.append(f"{self._config.url} answers")
        if self._config.folder:
            if not (Path(self._config.folder) / "in").is_dir():
                raise ConnectionError(f"there is no folder {self._config.folder}/in: make it, or have it mounted")
            lines.append(f"{self._config.folder}/in is there")
        return tuple(lines) or ("there is nothing to call: this warehouse calls us",)


def _rejected(problem: str) -> Rejected:
    operator = "A call in the warehouse's name was not signed as it must be. If it is its own, compare the secrets."
    return Rejected(401, Explanation(operator, problem))
