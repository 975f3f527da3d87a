{
    "name": "Crossdock",
    "summary": "Milestones, ETA, proof of delivery and dispatch plans on transfers and sale orders",
    # Without a series in front Odoo puts its own there: one tree installs on every series.
    "version": "1.1.0",
    "category": "Inventory/Delivery",
    "author": "The Crossdock authors",
    "license": "LGPL-3",
    "depends": ["mail", "stock", "sale_stock", "stock_delivery"],
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/crossdock_event_views.xml",
        "views/crossdock_outbox_views.xml",
        "views/stock_picking_views.xml",
        "views/sale_order_views.xml",
        "views/res_config_settings_views.xml",
        "data/cron.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "installable": True,
    "application": False,
}
