"""What was measured of the scene's last months: parcels and orders at the warehouse, so that figures have a past."""

from crossdock.model.measures import Handover, Parcel
from views.seeding import SECOND

HOUR = 3600 * SECOND
DAY = 24 * HOUR
_CARRIERS = (("gls", "GLS"), ("easypost", "USPS"), ("dhl_express", "DHL Express"))


def measured(tx, until, chance):
    """Six a day for a hundred days before ``until`` (epoch microseconds); GLS did worse lately."""
    parcels, handovers = [], []
    for number in range(600):
        at = until - number * 4 * HOUR - chance.randrange(3) * HOUR
        parcels.append(_parcel(number, at, until, chance))
        handovers.append(_handover(number, at, until, chance))
    tx.measures.save(parcels, handovers)


def _parcel(number, at, until, chance):
    partner, carrier = _CARRIERS[number % 3]
    worse = partner == "gls" and number < 60
    delivered = at + (30 + chance.randrange(40)) * HOUR
    scanned = at + (4 + chance.randrange(24)) * HOUR
    there = delivered < until
    return Parcel(
        f"do:odoo:{9000 + number}", f"Z{number:06d}", partner, carrier, booked_at=at,
        scanned_at=scanned if scanned < until else 0, delivered_at=delivered if there else 0,
        proof_at=delivered + chance.randrange(9) * HOUR if there and chance.random() < 0.9 else 0,
        on_time=int(chance.random() < (0.7 if worse else 0.95)) if there else -1,
        scans=5, incomplete=int(chance.random() < 0.1), late=int(chance.random() < 0.2),
        invalid=int(worse and chance.random() < 0.3),
    )  # fmt: skip


def _handover(number, at, until, chance):
    shipped = at + (2 + chance.randrange(20)) * HOUR
    told = at + chance.randrange(5, 50) * 60 * SECOND
    done = shipped if shipped < until else 0
    return Handover(
        f"do:odoo:{9000 + number}", f"W{number}", "warehouse", at, told if told < until else 0, 0, done, 0, 0, done
    )
