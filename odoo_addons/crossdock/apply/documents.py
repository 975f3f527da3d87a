"""Labels and proofs as attachments: one of each name on a transfer, written again only when its content differs."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from .items import Attachment, Item

_Names = dict[tuple[int, str], Any]


def attach(env: Any, items: list[Item]) -> dict[int, int]:
    """Store the documents of ``items`` and give the id of each transfer's newest label, by transfer id."""
    wanted: dict[tuple[int, str], Attachment] = {}
    labels: dict[int, str] = {}
    for item in sorted(items, key=lambda item: item.order):
        wanted.update({(item.picking, document.name): document for document in item.attachments})
        if item.kind == "label" and item.attachments:
            labels[item.picking] = item.attachments[0].name
    if not wanted:
        return {}
    there = _there(env, wanted)
    new = [place for place in wanted if place not in there]
    for place, attachment in there.items():
        _replace(attachment, wanted[place])
    created = env["ir.attachment"].create([_values(place, wanted[place]) for place in new])
    there |= dict(zip(new, created, strict=True))
    return {picking: there[picking, name].id for picking, name in labels.items()}


def _there(env: Any, wanted: dict[tuple[int, str], Attachment]) -> _Names:
    domain = [
        ("res_model", "=", "stock.picking"),
        ("res_field", "=", False),
        ("res_id", "in", list({picking for picking, _ in wanted})),
        ("name", "in", list({name for _, name in wanted})),
    ]
    found = env["ir.attachment"].search(domain, order="id desc")
    by_place = {(attachment.res_id, attachment.name): attachment for attachment in found}
    return {place: attachment for place, attachment in by_place.items() if place in wanted}


def _replace(attachment: Any, document: Attachment) -> None:
    # Odoo's own checksum of content, no protection of anything.
    if attachment.checksum != hashlib.sha1(document.content).hexdigest():  # noqa: S324
        attachment.write({"datas": base64.b64encode(document.content), "mimetype": document.mimetype})


def _values(place: tuple[int, str], document: Attachment) -> dict[str, Any]:
    picking, name = place
    return {
        "res_model": "stock.picking",
        "res_id": picking,
        "name": name,
        "type": "binary",
        "mimetype": document.mimetype,
        "datas": base64.b64encode(document.content),
    }
