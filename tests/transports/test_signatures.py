"""Standard Webhooks by its published examples."""

import pytest

from crossdock.ports.connector import Received
from crossdock.transports.signatures import StandardWebhook, standard_signature

PUBLISHED = [
    (  # the specification's README
        "whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", "1731705121",
        b'{"event_type":"ping","data":{"success":true}}', "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ),
    (  # the documentation of Svix, whose scheme it is
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
        b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
]  # fmt: skip


@pytest.mark.req("M22")
@pytest.mark.parametrize(("secret", "identity", "seconds", "body", "signature"), PUBLISHED)
def test_published_examples_are_taken_and_altered_ones_are_not(secret, identity, seconds, body, signature):
    assert standard_signature(secret, identity, seconds, body) == signature
    now = int(seconds) * 1_000_000
    headers = {"webhook-id": identity, "webhook-timestamp": seconds, "webhook-signature": f"v1,b2xk {signature}"}
    family = StandardWebhook()

    def refusal(secrets=(secret,), at=now, body=body, **changed):
        return family.refusal(Received("x", body, {**headers, **changed}, at), secrets, at)

    assert refusal() == ""
    assert refusal(("whsec_b3RoZXI=", secret)) == ""
    assert "does not match" in refusal(("other",))
    assert "does not match" in refusal(body=body + b" ")
    assert "does not match" in refusal(**{"webhook-id": "msg_2"})
    assert "too far" in refusal(at=now + 301_000_000)
    assert "there is no" in refusal(**{"webhook-signature": ""})
    assert "Standard Webhooks" in family.says
