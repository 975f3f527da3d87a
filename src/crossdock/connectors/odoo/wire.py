"""What a page of a feed holds: Odoo's rows as they came, one self-contained document per transfer or order.

Odoo says ``false`` for everything that is empty, hence ``| bool``; numbers are read as exact decimals.
"""

from decimal import Decimal

from msgspec import Struct

FORMAT = "crossdock.odoo.deliveries.v1"
ORDERS_FORMAT = "crossdock.odoo.orders.v1"
TRANSFERS_FORMAT = "crossdock.odoo.transfers.v1"
Text = str | bool
Id = int | bool
Number = Decimal | bool


class Picking(Struct):
    """A row of stock.picking. A cancelled one carries its name and state alone."""

    id: int
    name: str
    state: str
    date_deadline: Text = False
    shipping_weight: Number = False
    weight_uom_name: Text = False


class Sale(Struct):
    """A row of sale.order; ``client_order_ref`` is the customer's own order number, ``origin`` where it was placed."""

    id: int
    name: str
    client_order_ref: Text = False
    origin: Text = False


class Partner(Struct):
    """A row of res.partner. ``mobile`` is gone since 19, ``global_location_number`` comes with a module."""

    id: int
    name: Text = False
    is_company: bool = False
    company_name: Text = False
    street: Text = False
    street2: Text = False
    city: Text = False
    zip: Text = False
    phone: Text = False
    mobile: Text = False
    email: Text = False
    ref: Text = False
    lang: Text = False
    partner_latitude: float = 0.0
    partner_longitude: float = 0.0
    global_location_number: Text = False


class Place(Struct):
    """A partner with what its relations mean: parent's name, subdivision code, ISO 3166-1 alpha-2 country."""

    partner: Partner
    parent: str = ""
    state: str = ""
    country: str = ""


class Move(Struct):
    """A row of stock.move: ``product_uom_qty`` is the demand in ``product_uom``, ``product_qty`` in the product's."""

    id: int
    product_id: int
    product_uom: int
    product_uom_qty: Decimal
    product_qty: Decimal
    sale_line_id: Id = False


class Sold(Struct):
    """What one unit (``product_uom``) of a sales order's line is sold for, less discount and without taxes."""

    id: int
    product_uom: Id = False
    price_reduce_taxexcl: Number = False
    currency: str = ""


class Line(Struct):
    """A row of stock.move.line: what of a move is reserved, from which lot, into which package."""

    id: int
    product_id: int
    move_id: Id = False
    quantity_product_uom: Decimal = Decimal(0)
    result_package_id: Id = False
    lot: str = ""


class Package(Struct):
    """A row of stock.package (stock.quant.package before 19); the outermost one is what a label goes on."""

    id: int
    name: str
    shipping_weight: Number = False
    outermost_package_id: Id = False


class Product(Struct):
    """A row of product.product; ``weight`` of one unit, in the unit the whole database uses."""

    id: int
    uom_id: int
    name: Text = False
    default_code: Text = False
    barcode: Text = False
    weight: Decimal = Decimal(0)
    weight_uom_name: Text = False
    hs_code: Text = False
    origin: str = ""


class Unit(Struct):
    """A row of uom.uom with the name Odoo's own data gave it ("" for one made by hand)."""

    id: int
    name: str
    external_id: str = ""


class Removed(Struct):
    """A document that was deleted. ``changed_at`` is Odoo's time as far as the feed had got, naive UTC."""

    id: int
    changed_at: str


class Credit(Struct):
    """What the customer's company owes (invoiced, and ordered but not invoiced) and may owe, in ``currency``."""

    owed: Decimal
    to_invoice: Decimal
    limit: Decimal
    currency: str


class Delivery(Struct):
    """One transfer and everything it refers to. ``changed_at`` is the newest write_date among them, naive UTC;
    ``sold`` is told of transfers to another country, whose value is declared.
    """

    picking: Picking
    changed_at: str
    company: str = ""
    carrier: str = ""
    sale: Sale | None = None
    ship_to: Place | None = None
    ship_from: Place | None = None
    moves: tuple[Move, ...] = ()
    sold: tuple[Sold, ...] = ()
    lines: tuple[Line, ...] = ()
    packages: tuple[Package, ...] = ()
    products: tuple[Product, ...] = ()
    units: tuple[Unit, ...] = ()
    credit: Credit | None = None


class Movement(Struct):
    """A row of stock.picking as the transfers feed tells it; relations as ids."""

    id: int
    name: str
    state: str
    picking_type_code: str
    scheduled_date: Text = False
    date_done: Text = False
    backorder_id: Id = False
    return_id: Id = False


class Moved(Struct):
    """A row of stock.move: ``quantity`` is what is reserved, and what was moved once the state is done."""

    id: int
    product_id: int
    product_uom: int
    product_uom_qty: Decimal
    product_qty: Decimal
    state: str = ""
    quantity: Decimal = Decimal(0)


class MovedLot(Struct):
    """A row of stock.move.line: how much of a move, in the product's unit, and of which lot."""

    id: int
    move_id: Id = False
    quantity_product_uom: Decimal = Decimal(0)
    lot: str = ""
    expires: str = ""


class Transfer(Struct):
    """One transfer of any direction and everything it refers to. ``changed_at`` as in `Delivery`."""

    picking: Movement
    changed_at: str
    company: str = ""
    sale: str = ""
    purchase: str = ""
    source: str = ""
    destination: str = ""
    moves: tuple[Moved, ...] = ()
    lines: tuple[MovedLot, ...] = ()
    products: tuple[Product, ...] = ()
    units: tuple[Unit, ...] = ()


class SaleOrder(Struct):
    """A row of sale.order; ``origin`` says where it was placed, ``client_order_ref`` is the number there."""

    id: int
    name: str
    state: str
    origin: Text = False
    client_order_ref: Text = False
    commitment_date: Text = False
    delivery_status: Text = False
    invoice_status: Text = False
    picking_ids: tuple[int, ...] = ()


class SaleLine(Struct):
    """A row of sale.order.line, quantities in ``product_uom``; ``display_type`` names a line that is only a text.

    ``price_reduce_taxexcl`` is the price of one unit less discount and taxes, rounded to the currency.
    """

    id: int
    product_id: Id = False
    product_uom: Id = False
    product_uom_qty: Decimal = Decimal(0)
    qty_delivered: Decimal = Decimal(0)
    qty_invoiced: Decimal = Decimal(0)
    price_reduce_taxexcl: Number = False
    name: Text = False
    display_type: Text = False


class Sales(Struct):
    """One sales order and everything it refers to. ``changed_at`` as in `Delivery`."""

    sale: SaleOrder
    changed_at: str
    company: str = ""
    currency: str = ""
    customer: Place | None = None
    lines: tuple[SaleLine, ...] = ()
    products: tuple[Product, ...] = ()
    units: tuple[Unit, ...] = ()
