"""Between the objects of Correios's SRO Rastro and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.correios")


def read(tree: Tree, scans: Scans) -> None:
    """An answer with ``objetos``, each with events or a message."""
    objects = each(tree, "objetos")
    for each_object in objects:
        number = any_text(each_object, "codObjeto", "numero")
        events = each(each_object, "eventos")
        for event in events:
            _event(event, number, scans)
        if not events:
            scans.refusal(f"{number}: {text(each_object, 'mensagem') or 'no events'}")
    if not objects:
        said = " ".join(str(each_one) for each_one in each(tree, "msgs")) or any_text(tree, "mensagem", "message")
        if said:
            scans.refusal(said)
        else:
            scans.problem("", "this is no answer of SRO Rastro")


def _event(event: Tree, number: str, scans: Scans) -> None:
    kind, sort = any_text(event, "codigo"), any_text(event, "tipo")
    code = f"{kind}/{sort.zfill(2)}" if kind and sort else kind
    said, more = text(event, "descricao"), text(event, "detalhe")
    occurred = scans.when("/objetos/eventos/dtHrCriado", moment, text(event, "dtHrCriado"))
    where = event.get("unidade")
    region = text(where, "endereco", "uf")
    place = Address(city=text(where, "endereco", "cidade"), region=region, country="BR" if region else "")
    words = " | ".join(filter(None, (said, more)))
    scans.scan(number, occurred, CODES.meaning("correios.event", code, said), code=code, text=words, place=place)
