"""Talks SMTP: one table from the server's codes to verdicts (RFC 5321, 4.2.3; RFC 4954 for log-ins)."""

from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Park, Reauthenticate, Refuse, Retry, Verdict
from crossdock.ports.wire import NoAnswer, NotSent
from crossdock.transports.mail import Envelope, MailServer, Refusal, submit

_CREDENTIAL = frozenset({530, 534, 535, 538})
_THROTTLED = frozenset({421, 450, 451, 452})
_MAILBOX = frozenset({550, 551, 553})
_SECONDS_TO_THINK = 300.0


async def deliver(server: MailServer, envelope: Envelope) -> str | Verdict:
    """Hand one letter in: the server's words where it took it, else what to do."""
    try:
        return await submit(server, envelope)
    except Refusal as refusal:
        return verdict_of(refusal)
    except NotSent as problem:
        text = "The mail server cannot be reached or does not prove who it is; we try again."
        return Retry(Explanation(text, str(problem)), ErrorClass.UNREACHABLE)
    except NoAnswer as problem:
        text = "The mail server went away before it said whether it took the mail."
        return InDoubt(Explanation(text, str(problem)))
    except ValueError as problem:
        return Refuse(Explanation("This mail cannot be sent: its address or size is not acceptable.", str(problem)))


def verdict_of(refusal: Refusal) -> Verdict:
    """What a code means: 4xx passes, 5xx does not."""
    engineer = f"{refusal.code} at {refusal.stage}: {refusal.text}"
    if refusal.code in _CREDENTIAL or refusal.stage == "login":
        text = "The mail server does not accept our log-in: see that user and password are right."
        return Reauthenticate(Explanation(text, engineer))
    if 400 <= refusal.code < 500:
        text = "The mail server cannot take it now; we try again."
        kind = ErrorClass.THROTTLED if refusal.code in _THROTTLED else ErrorClass.SERVER
        return Retry(Explanation(text, engineer), kind, _SECONDS_TO_THINK if refusal.stage == "recipient" else None)
    if refusal.stage == "recipient" or (refusal.code in _MAILBOX and refusal.stage == "message"):
        text = "The mail server does not know the customer's address: correct it in the order, then tell the customer."
        return Park(Explanation(text, engineer))
    if refusal.stage in {"greeting", "tls", "sender"}:
        text = "The mail server does not take mail from us: see that sender, security and host are right."
        return Park(Explanation(text, engineer))
    return Refuse(Explanation("The mail server refuses this mail for what is in it.", engineer))
