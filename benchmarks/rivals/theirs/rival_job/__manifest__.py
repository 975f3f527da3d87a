# ruff: noqa: B018, D100 - Odoo reads this as one literal
{
    "name": "The benchmark's job on queue_job",
    "version": "18.0.1.0.0",
    "license": "LGPL-3",
    "depends": ["queue_job"],
    "data": ["security/ir.model.access.csv"],
}
