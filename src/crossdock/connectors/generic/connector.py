"""A carrier by configuration: what the settings say takes the place of a mapping of its own."""

from crossdock.connectors.generic.config import GenericConfig
from crossdock.connectors.generic.mapping import Layout, meanings, tell
from crossdock.ports.connector import Translation
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

    def _reading(self, body: bytes, asked: str = "") -> Translation:
        """One body by the settings."""
        scans = Scans(self._partner, self._carrier.name, asked)
        tell(body, self._layout, scans)
        return scans.done()


def layout_of(config: GenericConfig) -> Layout:
    """The settings as the mapping needs them."""
    return Layout(
        config.format,
        config.fields.named(),
        tuple(filter(None, config.records.split("/"))),
        config.separator,
        config.encoding,
        config.headings,
        config.order,
        config.zone,
        config.seconds,
        meanings(config.codes),
    )


def _family(config: GenericConfig) -> Family | None:
    header = config.signature_header.lower()
    if config.signature == "token":
        return StaticCredential(header)
    if config.signature == "hmac-sha256-hex":
        return BodyHmac(header)
    return BodyHmac(header, "base64") if config.signature == "hmac-sha256-base64" else None


def nothing(tree: Tree, scans: Scans) -> None:
    """Stands where a mapping of its own would be: the settings are the mapping."""
