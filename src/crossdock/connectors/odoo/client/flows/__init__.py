"""How each command is carried out in Odoo: one file per kind of record, one class per command."""
