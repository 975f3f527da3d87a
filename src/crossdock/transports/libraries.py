"""Client libraries that are extras: what is said where one is not installed."""


class MissingLibrary(ImportError):
    """A broker's client library is not installed. The text says what to install."""

    def __init__(self, extra: str) -> None:
        """``extra`` is the name in ``crossdock[…]``."""
        super().__init__(f"the client library for {extra} is not installed: pip install 'crossdock[{extra}]'")
