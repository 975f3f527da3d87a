"""A mail server on loopback: it takes letters by SMTP, keeps them in a mailbox, and fails where it is told to."""

from collections.abc import Mapping

from crossdock.connectors.mail.simulator.partner import MailSimulator, SimulatorSettings
from crossdock.sim.restful import settings_of
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> MailSimulator:
    return MailSimulator(settings_of(SimulatorSettings, options, "mail"))


SIMULATOR = SimulatorSpec(id="mail", title="Mail server", build=_build, default_port=8125)
