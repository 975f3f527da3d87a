"""What a person configures for mail to customers; every field says what it is and what it looks like."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from crossdock.model.mailboxes import is_address
from crossdock.notices.checking import check
from crossdock.notices.rendering import BUILT_IN, Templates
from crossdock.transports.mail import MailServer, Security

Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$", examples=["de"])]


class MailConfig(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The settings of a mail server. Secrets are references (``secret://env/NAME``), never values."""

    host: Annotated[str, Meta(description="The submission server", examples=["smtp.example.com"], min_length=1)]
    sender: Annotated[
        str, Meta(description="Address the notices come from", examples=["notices@shop.example"], min_length=3)
    ]
    public_url: Annotated[
        str,
        Meta(
            description="Address of this Crossdock as customers reach it: links to unsubscribe lead there",
            pattern=r"^https?://[^\s@?#]+$",
            examples=["https://hub.shop.example"],
        ),
    ]
    link_secret: Annotated[
        str,
        Meta(
            description="Signs those links, and turns addresses into hashes; who unsubscribed is known by it alone, so "
            "keep it for good",
            examples=["secret://env/NOTICE_LINK_SECRET"],
            extra={"secret": True},
        ),
    ]
    port: Annotated[int, Meta(description="Its port: 587 for STARTTLS, 465 for TLS", ge=1, le=65535)] = 587
    security: Annotated[
        Security,
        Meta(description="starttls, tls, or none: for a server on this machine only; certificates are verified"),
    ] = "starttls"
    authority: Annotated[
        str,
        Meta(description="PEM file of a certificate authority of your own, to be trusted too", examples=["ca.pem"]),
    ] = ""
    user: Annotated[str, Meta(description="User to log in as; empty: no log-in", examples=["notices"])] = ""
    password: Annotated[
        str, Meta(description="Password of the user", examples=["secret://env/SMTP_PASSWORD"], extra={"secret": True})
    ] = ""
    sender_name: Annotated[
        str, Meta(description="Name beside the sender's address and below the text", examples=["Acme"], max_length=80)
    ] = ""
    reply_to: Annotated[
        str, Meta(description="Where answers go; empty: to the sender", examples=["service@shop.example"])
    ] = ""
    timeout: Annotated[float, Meta(description="Seconds a step of the server may take", gt=0, le=300)] = 30.0
    tracking_url: Annotated[
        str,
        Meta(
            description="Page an order is followed on, with {link} (signed, for the tracking page of this Crossdock), "
            "{tracking_number} or {order} in it; empty: no link",
            examples=["https://track.shop.example/track/{link}"],
        ),
    ] = ""
    tracking_secret: Annotated[
        str,
        Meta(
            description="Signs {link}: the same as tracking_page.link_secret",
            examples=["secret://file/secrets/tracking-links"],
            extra={"secret": True},
        ),
    ] = ""
    tracking_days: Annotated[int, Meta(description="Days that link is good for", ge=1, le=730)] = 60
    templates: Annotated[
        str,
        Meta(
            description="Folder of templates of your own, beside the configuration; empty: the built-in ones",
            examples=["templates/notices"],
        ),
    ] = ""
    languages: Annotated[
        tuple[Language, ...], Meta(description="Languages written in; every one is checked", min_length=1)
    ] = BUILT_IN
    default_language: Annotated[Language, Meta(description="For customers whose language is not among them")] = "en"
    on_lost_answer: Annotated[
        Literal["assume_sent", "resend", "ask"],
        Meta(
            description="When the connection dies before the server's answer: take it for sent (never twice), send it "
            "again under the same Message-ID (for servers that drop what they have seen), or ask a person"
        ),
    ] = "assume_sent"

    def __post_init__(self) -> None:
        """Judge what a type cannot say. Raises `ValueError` with what to correct."""
        for name in ("sender", "reply_to"):
            if getattr(self, name) and not is_address(getattr(self, name)):
                raise ValueError(f"{name} must be one plain address such as notices@shop.example")
        if self.security == "none" and not _here(self.host):
            raise ValueError("security none is for a server on this machine; use starttls or tls")
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together: set both, or neither")
        if ("{link}" in self.tracking_url) != bool(self.tracking_secret):
            raise ValueError("{link} in tracking_url and tracking_secret go together: set both, or neither")
        if self.default_language not in self.languages:
            raise ValueError(f"default_language {self.default_language} must be one of languages")
        if any(not sign.isprintable() for sign in self.sender_name):
            raise ValueError("sender_name must be plain text on one line")

    def anchored(self, root: Path) -> "MailConfig":
        """With its files found from ``root``. Raises `ValueError` with every fault of the templates."""
        found = structs.replace(
            self,
            templates=str(root / self.templates) if self.templates else "",
            authority=str(root / self.authority) if self.authority else "",
        )
        if found.authority and not Path(found.authority).is_file():
            raise ValueError(f"authority {found.authority} cannot be read")
        check(found.written(), self.languages)
        return found

    def written(self) -> Templates:
        """The templates in force."""
        return Templates(Path(self.templates) if self.templates else None)

    def server(self, password: str) -> MailServer:
        """Where mail is handed in, with the password itself."""
        hello = self.sender.rpartition("@")[2]
        return MailServer(self.host, self.port, self.security, self.user, password, self.timeout, self.authority, hello)


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
