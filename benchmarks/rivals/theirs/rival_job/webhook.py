"""The door: verify, delay, answer."""

import hmac
from hashlib import sha256

from odoo.http import request

from odoo import http

SECRET = b"benchmark-secret"


class Webhook(http.Controller):
    """POST /rival/in."""

    @http.route("/rival/in", type="http", auth="none", methods=["POST"], csrf=False, save_session=False)
    def take(self) -> http.Response:
        """One message. A body of type JSON would be read as JSON-RPC, so senders say octets."""
        body = request.httprequest.get_data()
        wanted = "hmac-sha256-hex=" + hmac.new(SECRET, body, sha256).hexdigest()
        if not hmac.compare_digest(request.httprequest.headers.get("x-hmac-signature", ""), wanted):
            return request.make_response("", status=401)
        request.env(user=1)["rival.effect"].with_delay().apply(body.decode())
        return request.make_response("", status=202)
