"""Where the browser goes: every screen and every page of one, with the ids of the scene."""

from charged import MESSAGE
from views.seeding import UNREADABLE

PLAIN = {
    "now": "/",
    "search": "/search",
    "search-typo": "/search?q=SO0O32",
    "search-none": "/search?q=zzz",
    "order": "/orders/do:odoo:27",
    "order-payloads": f"/orders/do:odoo:7?exchange={'odoo7m1'.ljust(26, '0')}",
    "order-hostile": "/orders/do:odoo:66",
    "exceptions": "/exceptions",
    "search-kept": "/search?phase=attention",
    "exceptions-late": "/exceptions?late=1&severity=high",
    "exceptions-technical": "/exceptions?queue=technical",
    "exceptions-none": "/exceptions?partner=nobody",
    "messages": "/messages",
    "messages-all": "/messages?show=all",
    "messages-none": "/messages?show=retrying",
    "partners": "/partners",
    "partner": "/partners/gls",
    "partner-mapping": "/partners/dhl_express",
    "partner-scorecard": "/partners/gls/scorecard",
    "partner-pause": "/partners/gls/pause",
    "partner-resume": "/partners/usps/resume",
    "partner-limit": "/partners/gls/limit",
    "partner-rule": "/partners/dhl_express/mapping?kind=code&word=ZN11",
    "messages-moving": "/messages?show=moving",
    "processes": "/processes",
    "process": "/processes/order_to_ship",
    "process-stage": "/processes/order_release/cancelling",
    "process-none": "/processes/credit_hold/held",
    "figures": "/figures",
    "figure": "/figures/on_time_rate?span=month",
    "figure-partner": "/figures/missing_proofs?partner=gls",
    "figure-now-only": "/figures/failed_syncs",
    "figure-unwatched": "/figures/unmatched_freight_charges",
    "audit": "/audit",
    "audit-narrow": "/audit?action=desk&text=onerror",
    "audit-none": "/audit?actor=nobody",
    "settings": "/settings",
    "settings-given": "/settings?given=1&q=onerror",
    "settings-none": "/settings?q=zzz",
    "desk": "/desk",
    "desk-none": "/desk?q=zzz",
    "desk-order": "/desk/orders/do:odoo:27",
    "desk-order-hostile": "/desk/orders/do:odoo:66",
    "desk-day": "/desk/day?day=2026-11-21",
    "desk-day-none": "/desk/day?day=2020-01-01",
    "desk-carriers": "/desk/carriers",
    "desk-manifest": "/desk/day/manifest?day=2026-11-21&partner=easypost",
    "desk-pickup": "/desk/day/pickup?day=2026-11-21&partner=easypost",
    "desk-void": "/desk/orders/do:odoo:27/void?package=P1",
    "desk-book-all": "/desk/book",
    "session": "/session",
    "retry-all": "/messages/retry",
    "act-bulk": "/exceptions/act?deed=resolve&late=1",
    "act-none": "/exceptions/act?deed=resolve&partner=nobody",
}


MASKED = {
    "masked-now": "/",
    "masked-search": "/search?q=SO0032",
    "masked-order": "/orders/do:odoo:27",
    "masked-order-hostile": "/orders/do:odoo:66",
    "masked-payloads": f"/orders/do:odoo:7?exchange={'odoo7m1'.ljust(26, '0')}",
    "masked-exceptions": "/exceptions",
    "masked-messages": "/messages?show=all",
    "masked-desk": "/desk",
    "unmask": "/unmask/do:odoo:27",
    "unmask-hostile": "/unmask/do:odoo:66",
}
"""What somebody sees from whom personal data is hidden."""


async def _first(page, path, selector):
    await page.goto(path)
    return await page.locator(selector).first.get_attribute("href")


async def places(page):
    """All of them, by name."""
    exception = await _first(page, "/exceptions", ".cases [data-row]")
    group = await _first(page, "/exceptions", ".cause h2 a")
    message = await _first(page, "/messages", "td [data-row]")
    sample = await _first(page, "/messages?show=all", "td [data-row]")
    hostile = await _first(page, "/exceptions?partner=%3Ci%3Ex%3C/i%3E", ".cases [data-row]")
    link = await _first(page, f"/messages/{MESSAGE}", "a[href*='/references/link']")
    entry = await _first(page, "/audit?action=desk.void", "td [data-row]")
    return {
        **PLAIN,
        "audit-entry": entry,
        "charge": await _first(page, "/exceptions?kind=freight.unmatched", ".cases [data-row]"),
        "link": link,
        "link-order": f"{link}&order=SO0027",
        "exception": exception,
        "exception-hostile": hostile,
        "exceptions-cause": group,
        "message-stopped": message,
        "message": sample,
        "act-assign": f"/exceptions/act?deed=assign&id={exception.split('/')[2].split('?')[0]}",
        "correct": f"/messages/{UNREADABLE}/correct",
        "retry": f"{message}/retry",
        "replay": f"{sample}/replay",
    }
