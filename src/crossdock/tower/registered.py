"""The screens of the tower, in the order of the navigation; a new one is one line (see `crossdock.tower.screen`)."""

from crossdock.tower.screen import Screen
from crossdock.tower.screens import (
    audit,
    desk,
    exceptions,
    figures,
    messages,
    now,
    orders,
    partners,
    processes,
    settings,
)

SCREENS: tuple[Screen, ...] = (
    now.SCREEN,
    orders.SCREEN,
    exceptions.SCREEN,
    messages.SCREEN,
    desk.SCREEN,
    processes.SCREEN,
    partners.SCREEN,
    figures.SCREEN,
    audit.SCREEN,
    settings.SCREEN,
)
