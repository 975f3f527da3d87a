"""The feeds of an Odoo database: what each watches, how its documents are read, and when Odoo is asked again."""
