"""What the configuration decides about the order door, in the words of the model."""

from datetime import date

from crossdock.backbone.ordering import DoorPolicy
from crossdock.model.calendars import WEEKDAYS
from crossdock.model.channel_orders import Checks
from crossdock.model.windows import Area, SlotPlan, Windows
from crossdock.processes.order_intake import NAME, OrderIntakePolicy
from crossdock.settings.ordering import AreaSettings, DeliveryWindows, OrderIntake, SlotSettings
from crossdock.settings.sections import Settings


def intake_policy(given: OrderIntake) -> OrderIntakePolicy:
    """How orders are looked over and entered."""
    return OrderIntakePolicy(given.erp, checks(given), given.another_content, given.express)


def door_policy(given: OrderIntake, windows: DeliveryWindows) -> DoorPolicy:
    """What the door itself decides."""
    return DoorPolicy(NAME, checks(given), given.another_content, windows_of(windows))


def door_of(settings: Settings) -> DoorPolicy | None:
    """How the order door decides; None where processes.order_intake is not configured."""
    given = settings.processes.order_intake
    return door_policy(given, settings.delivery_windows) if given else None


def checks(given: OrderIntake) -> Checks:
    """How strictly an order is looked over."""
    return Checks(given.known_skus, given.skus_by_stock, given.duplicate_lines == "keep")


def windows_of(given: DeliveryWindows) -> Windows:
    """Areas and slots. Raises `ValueError` for a day or time that is none."""
    areas = tuple(_area(name, each) for name, each in given.areas.items())
    return Windows(areas, given.days_ahead, given.always)


def _area(name: str, given: AreaSettings) -> Area:
    slots = tuple(_slot(each, one) for each, one in given.slots.items())
    closed = tuple(map(date.fromisoformat, given.closed))
    return Area(name, given.countries, given.postcodes, given.timezone, slots, closed)


def _slot(name: str, given: SlotSettings) -> SlotPlan:
    weekdays = tuple(map(WEEKDAYS.index, given.weekdays)) or tuple(range(len(WEEKDAYS)))
    return SlotPlan(name, minutes(given.opens), minutes(given.closes), given.capacity, weekdays)


def minutes(local: str) -> int:
    """A local time (HH:MM) in minutes of the day.

    >>> minutes("08:30")
    510
    """
    hours, _, rest = local.partition(":")
    return int(hours) * 60 + int(rest)
