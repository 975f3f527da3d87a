"""Models and fields of the simulated Odoo, by version: what is renamed or missing follows the real ones."""

from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from crossdock.connectors.odoo.simulator.tables_office import OFFICE, OFFICE_OF_18, OFFICE_SINCE_19
from crossdock.connectors.odoo.simulator.tables_stock import STOCK, STOCK_OF_18, STOCK_SINCE_19
from crossdock.connectors.odoo.simulator.tables_trade import TRADE, TRADE_OF_18, TRADE_SINCE_19

READ_ONLY = frozenset({"id", "create_date", "write_date", "display_name"})


class Field(Struct, frozen=True):
    """A field's type as ``fields_get`` says it, the model a relation leads to, and its inverse for one2many.

    ``related`` fields are computed by following the dotted path; ``constant`` ones always have that value.
    """

    type: str
    relation: str = ""
    inverse: str = ""
    related: str = ""
    constant: str = ""


Model = Mapping[str, Field]

_LETTERS = {
    "c": "char",
    "t": "text",
    "h": "html",
    "s": "selection",
    "f": "float",
    "i": "integer",
    "b": "boolean",
    "d": "datetime",
    "a": "date",
    "x": "binary",
}
_EVERYWHERE = (STOCK, TRADE, OFFICE)
_OF_18 = (STOCK_OF_18, TRADE_OF_18, OFFICE_OF_18)
_SINCE_19 = (STOCK_SINCE_19, TRADE_SINCE_19, OFFICE_SINCE_19)


@cache
def schema(major: int) -> Mapping[str, Model]:
    """Models of Odoo ``major`` (17 to 20)."""
    package = package_model(major)
    tables = (*_EVERYWHERE, *(_SINCE_19 if major >= 19 else _OF_18))
    models: dict[str, Model] = {}
    for name in sorted({name for table in tables for name in table}):
        words = " ".join(table.get(name, "") for table in tables).replace("PACKAGE", package)
        models[name.replace("PACKAGE", package)] = fields_of(words)
    return {name: _typed(models, name) for name in models}


def _typed(models: Mapping[str, Model], name: str) -> Model:
    """A model whose related fields are of the type of what they are related to."""
    return {each: _related(models, name, field) if field.related else field for each, field in models[name].items()}


def _related(models: Mapping[str, Model], model: str, field: Field) -> Field:
    found = field
    for step in field.related.split("."):
        found = models[model].get(step, field)
        model = found.relation or model
    return Field(found.type, found.relation, found.inverse, field.related)


def fields_of(words: str, *, bare: bool = False) -> dict[str, Field]:
    """The fields a text of words names; unless ``bare`` with those every model has."""
    own = dict(_field(word) for word in words.split())
    return own if bare else {**_every(), **own}


def _every() -> dict[str, Field]:
    user = Field("many2one", "res.users")
    dates = {"create_date": Field("datetime"), "write_date": Field("datetime")}
    return {"id": Field("integer"), "display_name": Field("char"), **dates, "create_uid": user, "write_uid": user}


def package_model(major: int) -> str:
    """What a package is called."""
    return "stock.package" if major >= 19 else "stock.quant.package"


def _field(word: str) -> tuple[str, Field]:
    """One word of the table: ``:`` type, ``>`` many2one, ``<`` one2many, ``*`` many2many, ``=`` related, ``!`` is."""
    for mark in "<>*=!:":
        name, found, rest = word.partition(mark)
        if not found:
            continue
        match mark:
            case "<":
                model, _, inverse = rest.rpartition(".")
                return name, Field("one2many", model, inverse)
            case ">":
                return name, Field("many2one", rest)
            case "*":
                return name, Field("many2many", rest)
            case "=":
                return name, Field("selection", related=rest)
            case "!":
                return name, Field("char", constant=rest)
            case _:
                return name, Field(_LETTERS[rest])
    raise ValueError(f"'{word}' names no type")
