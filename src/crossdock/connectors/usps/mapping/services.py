"""USPS's mail classes: names, and the rate indicator a single parcel has in each."""

CARRIER = "USPS"

NAMES = {
    "USPS_GROUND_ADVANTAGE": "Ground Advantage",
    "PRIORITY_MAIL": "Priority Mail",
    "PRIORITY_MAIL_EXPRESS": "Priority Mail Express",
    "PARCEL_SELECT": "Parcel Select",
    "LIBRARY_MAIL": "Library Mail",
    "MEDIA_MAIL": "Media Mail",
    "USPS_GROUND_ADVANTAGE_RETURN_SERVICE": "Ground Advantage Returns",
    "FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE": "First-Class Package International",
    "PRIORITY_MAIL_INTERNATIONAL": "Priority Mail International",
    "PRIORITY_MAIL_EXPRESS_INTERNATIONAL": "Priority Mail Express International",
}

_SINGLE_PIECE, _EXPRESS = "SP", "PA"


def indicator_of(mail_class: str) -> str:
    """The rate indicator of a parcel that is no flat-rate box."""
    return _EXPRESS if mail_class.startswith("PRIORITY_MAIL_EXPRESS") else _SINGLE_PIECE


def name_of(mail_class: str) -> str:
    """What people call it."""
    return NAMES.get(mail_class, mail_class.replace("_", " ").title())
