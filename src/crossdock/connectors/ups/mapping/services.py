"""Names of UPS's services by code (developer.ups.com, Rating, Service/Code); names are UPS's trade names."""

from collections.abc import Mapping

SERVICES: Mapping[str, str] = {
    "01": "UPS Next Day Air",
    "02": "UPS 2nd Day Air",
    "03": "UPS Ground",
    "07": "UPS Worldwide Express",
    "08": "UPS Worldwide Expedited",
    "11": "UPS Standard",
    "12": "UPS 3 Day Select",
    "13": "UPS Next Day Air Saver",
    "14": "UPS Next Day Air Early",
    "17": "UPS Worldwide Economy DDU",
    "54": "UPS Worldwide Express Plus",
    "59": "UPS 2nd Day Air A.M.",
    "65": "UPS Worldwide Saver",
    "70": "UPS Access Point Economy",
    "71": "UPS Worldwide Express Freight Midday",
    "72": "UPS Worldwide Economy DDP",
    "74": "UPS Express 12:00",
    "82": "UPS Today Standard",
    "85": "UPS Today Express",
    "86": "UPS Today Express Saver",
    "93": "UPS Ground Saver",
    "96": "UPS Worldwide Express Freight",
}
