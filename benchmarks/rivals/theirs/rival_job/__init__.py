"""The job on OCA's queue_job: a signed webhook delays a method, the method writes a row."""

from . import effect, webhook  # noqa: F401 - Odoo finds models and controllers by importing them
