"""What a browser says of where a form comes from (Fetch Metadata; Origin, RFC 6454)."""

from collections.abc import Mapping


def from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Whether a form was sent by another site, as far as its headers say; ``headers`` are by lower-case name.

    >>> from_elsewhere({"sec-fetch-site": "cross-site"}), from_elsewhere({"origin": "https://a.example", "host": "b"})
    (True, True)
    >>> from_elsewhere({"sec-fetch-site": "same-origin", "origin": "null"}), from_elsewhere({})
    (False, False)
    """
    site = headers.get("sec-fetch-site", "")
    if site:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin", "")
    return bool(origin) and origin.partition("://")[2] != headers.get("host", "")
