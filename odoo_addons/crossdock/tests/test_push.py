"""The hint: signed, short, and never in anybody's way."""

import base64
import hashlib
import hmac
import json
from unittest.mock import Mock, patch

import requests
from odoo.exceptions import AccessError
from odoo.tests.common import tagged

from .. import push
from .case import CrossdockCase

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
TARGET = push.Target("https://crossdock.example.com/in/odoo/deliveries", SECRET, "odoo")


@tagged("post_install", "-at_install")
class TestPush(CrossdockCase):
    def test_signature(self):
        # The worked example of the Standard Webhooks reference libraries.
        headers = push.signed(
            b'{"test": 2432232314}',
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
        )
        self.assertEqual(headers["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_what_is_sent(self):
        with patch.object(requests, "post", return_value=Mock(status_code=204)) as post:
            self.assertTrue(push.send(TARGET, 3, 9))
        body, headers = post.call_args.kwargs["data"], post.call_args.kwargs["headers"]
        self.assertEqual(json.loads(body), {"partner": "odoo", "from": 3, "to": 9})
        self.assertEqual(post.call_args.kwargs["timeout"], 1.0)
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = base64.b64encode(hmac.new(b"k" * 24, content, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], f"v1,{digest}")

    def test_nothing_gets_out(self):
        for failure in (requests.ConnectionError("down"), requests.Timeout("slow")):
            with patch.object(requests, "post", side_effect=failure):
                self.assertFalse(push.send(TARGET, 1, 1))
        with patch.object(requests, "post", return_value=Mock(status_code=500)):
            self.assertFalse(push.send(TARGET, 1, 1))
        self.assertFalse(push.send(push.Target(TARGET.url, "whsec_%%%", "odoo"), 1, 1))

    def test_one_push_in_a_transaction_and_none_without_address(self):
        parameters = self.env["ir.config_parameter"]
        self.env.cr.postcommit.clear()
        self.env["res.partner"].create({"name": "Ada"})
        self.env.cr.flush()
        self.assertFalse(push.target_of(self.env))
        parameters.set_param("crossdock.push_url", TARGET.url)
        parameters.set_param("crossdock.push_secret", SECRET)
        with patch.object(push, "_PUSHER") as pusher:
            for name in ("Bo", "Cy"):
                self.env["res.partner"].create({"name": name})
                self.env.cr.flush()
            self.env.cr.postcommit.run()
        pusher.push.assert_called_once()
        _database, target, first, last = pusher.push.call_args.args
        self.assertEqual(target, TARGET)
        self.assertEqual(last, first + 1)

    def test_hints_on_their_way_are_joined(self):
        sent = []
        pusher = push.Pusher()

        def send(_target, first, last):
            sent.append((first, last))
            if len(sent) == 1:
                pusher.push("db", TARGET, 4, 5)
                pusher.push("db", TARGET, 6, 7)
            return True

        thread = patch.object(push.threading, "Thread", lambda target, args, **_more: Mock(start=lambda: target(*args)))
        with thread, patch.object(push, "send", send):
            pusher.push("db", TARGET, 1, 2)
        self.assertEqual(sent, [(1, 2), (4, 7)])

    def test_the_cron_pushes_what_waits(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("crossdock.push_url", TARGET.url)
        parameters.set_param("crossdock.push_secret", SECRET)
        self.env.cr.execute("DELETE FROM crossdock_outbox")
        self.env.cr.execute(
            "INSERT INTO crossdock_outbox (model, res_id, action, txid, written_at) VALUES "
            "('res.partner', 1, 'write', 5, (now() AT TIME ZONE 'UTC') - interval '2 minutes'), "
            "('res.partner', 2, 'write', 6, (now() AT TIME ZONE 'UTC') - interval '31 days')"
        )
        with patch.object(push, "send", return_value=True) as send:
            self.env["crossdock.outbox"]._cron()
        send.assert_called_once()
        self.env.cr.execute("SELECT res_id FROM crossdock_outbox")
        self.assertEqual(self.env.cr.fetchall(), [(1,)])
        outbox = self.env["crossdock.outbox"].with_user(self.user)
        self.assertTrue(outbox.pull(f"{outbox._epoch()}.5.1", 10)["reset"])

    def test_only_administrators_read_the_secret(self):
        self.env["ir.config_parameter"].set_param("crossdock.push_secret", SECRET)
        found = self.env["ir.config_parameter"].with_user(self.user)
        with self.assertRaises(AccessError):
            found.search([("key", "=", "crossdock.push_secret")]).mapped("value")
