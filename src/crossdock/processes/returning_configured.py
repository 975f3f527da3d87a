"""The processes of goods that come back, come in, or could not be delivered, as configured."""

from crossdock.ports.process import Process
from crossdock.processes.failed_delivery import FailedDeliveryPolicy, failed_delivery
from crossdock.processes.procure_to_receive import procure_to_receive
from crossdock.processes.receiving_steps import ReceivingPolicy
from crossdock.processes.return_to_refund import return_to_refund
from crossdock.processes.returning_cases import ReturnPolicy
from crossdock.settings.returning import FailedDelivery, ProcureToReceive, ReturnToRefund
from crossdock.settings.sections import Processes


def returning(settings: Processes) -> list[Process]:
    """In the order they decide in: what is handed over is handed to the one after."""
    chosen: list[Process] = []
    if settings.failed_delivery:
        chosen.append(failed_delivery(_failing(settings.failed_delivery)))
    if settings.return_to_refund:
        chosen.append(return_to_refund(_coming_back(settings.return_to_refund)))
    if settings.procure_to_receive:
        chosen.append(procure_to_receive(_coming_in(settings.procure_to_receive)))
    return chosen


def _failing(given: FailedDelivery) -> FailedDeliveryPolicy:
    return FailedDeliveryPolicy(given.attempts, given.answer_hours, given.offers, given.silence)


def _coming_back(given: ReturnToRefund) -> ReturnPolicy:
    return ReturnPolicy(
        given.warehouse or "",
        given.refund,
        given.damaged,
        given.scrap_at,
        given.complete_transfer,
        given.open_return,
        given.post,
        given.label,
    )


def _coming_in(given: ProcureToReceive) -> ReceivingPolicy:
    return ReceivingPolicy(
        given.warehouse or "",
        given.announce,
        given.acknowledge_minutes,
        given.remainder,
        given.over,
        given.damaged,
        given.notice_hours,
    )
