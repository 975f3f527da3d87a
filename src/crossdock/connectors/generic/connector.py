"""A carrier by configuration: what the settings say takes the place of a mapping of its own."""

from msgspec import structs

from crossdock.connectors.generic.config import CHARGES, Charges, GenericConfig
from crossdock.connectors.generic.mapping import charges, events
from crossdock.connectors.generic.mapping.records import Layout
from crossdock.ports.connector import Received, Translation
from crossdock.ports.spec import Surroundings
from crossdock.tracking.connector import Listening, TrackingConnector
from crossdock.tracking.scans import Scans
from crossdock.tracking.trees import Tree
from crossdock.transports.signatures import BodyHmac, Family, StaticCredential


class GenericConnector(TrackingConnector):
    """Implements `crossdock.ports.connector.Connector` for a carrier by configuration."""

    def __init__(self, surroundings: Surroundings) -> None:
        """``surroundings.config`` is a `GenericConfig`."""
        config: GenericConfig = surroundings.config
        super().__init__(surroundings, Listening(config.title, nothing, _family(config)), "")
        self._layout = layout_of(config)
        self._charges = config.charges

    def translate(self, message: Received) -> Translation:
        """Scans and proofs as facts; what comes as charges is read as charges."""
        return self._billing(message.body) if message.channel == CHARGES else self._reading(message.body)

    def _billing(self, body: bytes) -> Translation:
        scans = Scans(self._partner, self._carrier.name)
        if self._charges is None:
            scans.problem("", "nothing says where the charges stand; set config.charges of this partner")
            return scans.done()
        settled = self._charges
        billing = charges.Billing(settled.currency, settled.decimal, settled.weight_unit)
        charges.tell_charges(body, charges_of(self._layout, settled), billing, scans)
        return scans.done()

    def _reading(self, body: bytes, asked: str = "") -> Translation:
        """One body by the settings."""
        scans = Scans(self._partner, self._carrier.name, asked)
        events.tell(body, self._layout, scans)
        return scans.done()


def layout_of(config: GenericConfig) -> Layout:
    """The settings as the mapping needs them."""
    return Layout(
        config.format,
        events.NAMES,
        config.fields.named(),
        path_of(config.records),
        config.separator,
        config.encoding,
        config.headings,
        config.order,
        config.zone,
        config.seconds,
        events.meanings(config.codes),
    )


def charges_of(layout: Layout, settled: Charges) -> Layout:
    """The same for the carrier's charges: they stand elsewhere, and are written alike."""
    return structs.replace(
        layout, names=charges.NAMES, columns=settled.fields.named(), records=path_of(settled.records)
    )


def path_of(written: str) -> tuple[str, ...]:
    """The keys of a path."""
    return tuple(filter(None, written.split("/")))


def _family(config: GenericConfig) -> Family | None:
    header = config.signature_header.lower()
    if config.signature == "token":
        return StaticCredential(header)
    if config.signature == "hmac-sha256-hex":
        return BodyHmac(header)
    return BodyHmac(header, "base64") if config.signature == "hmac-sha256-base64" else None


def nothing(tree: Tree, scans: Scans) -> None:
    """Stands where a mapping of its own would be: the settings are the mapping."""
