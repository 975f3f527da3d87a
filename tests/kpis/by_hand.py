"""The key figures counted from the raw events by other means: no SQL, no read model, no code of the figures."""

from math import ceil

from crossdock.model.deciding import PromiseJudged
from crossdock.model.events import ProofCaptured, ShipmentBooked, ShipmentVoided, TrackingReported, type_of
from crossdock.model.exceptions import ExceptionBreached, ExceptionRaised, ExceptionResolved, ExceptionRouted
from crossdock.model.instants import epoch_us
from crossdock.model.milestones import MILESTONES
from kpis.generated import DAY, HOUR, MINUTE

OPEN = {
    "failed_bookings": {"booking.failed"},
    "failed_labels": {"label.failed", "label.maybe_bought"},
    "delayed_asn_acknowledgements": {"announcement.unacknowledged"},
    "unmatched_freight_charges": {"freight.unmatched"},
    "reconciliation_gaps": {"reconciliation.gap"},
    "delayed_feeds": {"feed.silent"},
}
BY_ORDER = {
    "unassigned_deliveries": {"route.none", "rates.none", "carrier.unavailable"},
    "stuck_orders": {"stage.overdue", "pick.not_started"},
}
BY_PARCEL = {
    "missing_proofs": {"proof.missing"},
    "shipments_without_scan": {"scan.missing", "tracking.dead", "shipment.silent"},
}
HOLDS = {"warehouse_order.released.v1": "released", "warehouse_order.acknowledged.v1": "acknowledged",
         "warehouse_order.refused.v1": "refused", "warehouse_order.cancelled.v1": "cancelled",
         "pick.started.v1": "picked", "goods.shipped.v1": "shipped"}  # fmt: skip


def exceptions_of(events):
    """{name: what happened to it}: raised, kind, queue, due, breached, resolved, about, subject."""
    found = {}
    for event in events:
        body = event.body
        if not isinstance(body, ExceptionRaised | ExceptionRouted | ExceptionBreached | ExceptionResolved):
            continue
        row = found.setdefault((event.subject, body.kind, body.pointer, body.cause), {"queue": "business", "due": 0})
        if isinstance(body, ExceptionRaised):
            row |= {"raised": event.recorded_at, "about": body.partner}
        elif isinstance(body, ExceptionRouted):
            row |= {"queue": body.queue, "due": body.resolve_by, "owner": body.owner}
        else:
            row["resolved" if isinstance(body, ExceptionResolved) else "breached"] = event.recorded_at
    return found


def parcels_of(events):
    """{(subject, number): when what happened}."""
    found = {}
    for event in events:
        body = event.body
        match body:
            case ShipmentBooked():
                name, what, at = body.booking.tracking_number, "booked", event.recorded_at
            case ShipmentVoided():
                name, what, at = body.tracking_number, "voided", event.recorded_at
            case ProofCaptured():
                name, what, at = body.proof.tracking_number, "proved", event.received_at
            case PromiseJudged():
                name, what, at = body.tracking_number, "judged", int(body.on_time)
            case TrackingReported():
                name, what, at = body.event.tracking_number, "scan", event
            case _:
                continue
        row = found.setdefault((event.subject, name), {"scans": []})
        if what == "scan":
            row["scans"].append(at)
        else:
            row[what] = at
        if what == "booked":
            row |= {"partner": body.booking.partner, "carrier": body.booking.carrier}
    for row in found.values():
        times = [(epoch_us(each.body.event.occurred), MILESTONES[each.body.event.milestone]) for each in row["scans"]]
        row["scanned"] = min((at for at, kind in times if kind.advances and kind.phase != "pre"), default=0)
        row["delivered"] = min((at for at, kind in times if kind.code == "delivered"), default=0)
    return found


def handovers_of(events):
    """{(subject, reference): when what happened}."""
    found = {}
    for event in events:
        what = HOLDS.get(type_of(event.body))
        if what:
            row = found.setdefault((event.subject, event.body.reference), {"partner": event.body.partner})
            row[what] = event.recorded_at
    return found


def counted(events, ledger, at, partner=""):
    """Every figure at ``at`` that the generated month has something for."""
    found = {**_standing(events, at, partner), **_parcels(events, at, partner), **_warehouses(events, at, partner)}
    return found | _messages(ledger, at, partner)


def _standing(events, at, partner):
    rows = {
        name: row for name, row in exceptions_of(events).items()
        if row["raised"] <= at and not 0 < row.get("resolved", 0) <= at and partner in {"", row["about"]}
    }  # fmt: skip
    found = {name: float(sum(1 for key in rows if key[1] in kinds)) for name, kinds in OPEN.items()}
    found |= {name: float(len({key[0] for key in rows if key[1] in kinds})) for name, kinds in BY_ORDER.items()}
    for name, kinds in BY_PARCEL.items():
        found[name] = float(len({(key[0], key[2].rpartition("/")[2]) for key in rows if key[1] in kinds}))
    business = {k: r for k, r in rows.items() if r["queue"] == "business" and not k[1].startswith("kpi.")}
    late = [r for r in business.values() if 0 < r["due"] <= at or 0 < r.get("breached", 0) <= at]
    return {**found, "unresolved_exceptions": float(len(business)), "exceptions_past_promise": float(len(late))}


def _parcels(events, at, partner):
    rows = [r for r in parcels_of(events).values() if "booked" in r and partner in {"", r["partner"], r["carrier"]}]
    week, day = at - 7 * DAY, 24 * HOUR
    booked = [row for row in rows if week < row["booked"] <= at]
    landed = [row for row in rows if week < row["delivered"] <= at]
    live = [row for row in booked if "voided" not in row]
    old, long_gone = [r for r in live if r["booked"] <= at - day], [r for r in landed if r["delivered"] <= at - day]
    scans = [scan for row in booked for scan in row["scans"]]
    return {
        "on_time_rate": share([row["judged"] == 1 for row in landed if "judged" in row]),
        "first_scan_rate": share([0 < row["scanned"] <= row["booked"] + day for row in old]),
        "first_scan_time": rank(50, [max(r["scanned"] - r["booked"], 0) / HOUR for r in live if r["scanned"]]),
        "proof_time": rank(50, [max(r["proved"] - r["delivered"], 0) / HOUR for r in landed if "proved" in r]),
        "proof_rate": share([0 < row.get("proved", 0) <= row["delivered"] + day for row in long_gone]),
        "scans_incomplete": share([_is_incomplete(each.body.event) for each in scans]),
        "scans_late": share([each.received_at - epoch_us(each.body.event.occurred) > 4 * HOUR for each in scans]),
        "scans_invalid": share([each.body.event.milestone == "unknown" for each in scans]),
    }


def _is_incomplete(scan):
    return not scan.place.city or not scan.occurred.tz_known


def _warehouses(events, at, partner):
    rows = [row for row in handovers_of(events).values() if partner in {"", row["partner"]} and "released" in row]
    recent = [row for row in rows if at - 7 * DAY < row["released"] <= at]
    answers = [(row["acknowledged"] - row["released"]) / MINUTE for row in recent if "acknowledged" in row]
    old = [row for row in recent if row["released"] <= at - DAY and "cancelled" not in row]
    held = [row for row in rows if row["released"] <= at and not ({"shipped", "cancelled", "refused"} & set(row))]
    return {
        "awaiting_fulfilment": float(len(held)),
        "acknowledgement_time": rank(50, answers),
        "fulfilment_continuity": share([0 < row.get("shipped", 0) <= row["released"] + DAY for row in old]),
    }


def _messages(ledger, at, partner):
    stopped = [p for p, _, status in ledger.exchanges if status == "parked" and partner in {"", p}]
    commands = [each for each in ledger.commands if partner in {"", each[0]}]
    writes = [
        (took if fate == "done" and sent + took <= at else at - sent) / 1_000_000
        for _, kind, sent, fate, took in commands if kind.endswith("record.v1") and sent > at - DAY
    ]  # fmt: skip
    answers = [
        took / 1_000_000 for _, _, sent, fate, took in commands
        if fate == "done" and sent > at - DAY and sent + took <= at
    ]  # fmt: skip
    recent = [status == "parked" for p, when, status in ledger.exchanges if partner in {"", p} and when > at - DAY]
    return {
        "failed_syncs": float(len(stopped) + sum(1 for each in commands if each[3] == "parked")),
        "invalid_warehouse_events": float(sum(1 for each in stopped if each == "north")),
        "delayed_carrier_responses": float(
            sum(
                1 for p, _, sent, fate, _ in commands if p == "easypost" and fate == "open" and sent <= at - 600_000_000
            )
        ),
        "propagation_seconds": rank(95, writes),
        "delayed_propagation": float(sum(1 for each in writes if each > 300)),
        "answer_seconds": rank(95, answers),
        "unreadable_messages": share(recent),
    }


def share(hits):
    """Of a hundred."""
    return 100 * sum(hits) / len(hits) if hits else None


def rank(percent, values):
    """The nearest rank."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1] if values else None
