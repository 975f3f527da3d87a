"""Texts from outside on pages of ours: on one line, as they look, and not too long."""

_LONGEST = 120
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")


def shortened(text: str, most: int = _LONGEST) -> str:
    """A text from outside as a page shows it: on one line, without signs that turn the direction of what follows."""
    plain = "".join(sign for sign in text if sign.isprintable() and sign not in _TURNING)
    return f"{plain[: most - 1]}…" if len(plain) > most else plain
