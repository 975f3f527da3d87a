"""What carriers say in other languages, and when words count for more than a code."""

import pytest

from crossdock.tracking.codes import Codes
from crossdock.tracking.phrases import meant_by

WORDS = (
    ("Livraison effectuée", "delivered"),
    ("LIVRE AU DESTINATAIRE", "delivered"),
    ("Retour expéditeur livré", "returned"),
    ("En cours de dédouanement", "customs_processing"),
    ("Salida de aduana", "customs_cleared"),
    ("EN REPARTO", "out_for_delivery"),
    ("DEVOLUCION ENTREGADA", "returned"),
    ("Objeto saiu para entrega ao destinatário", "out_for_delivery"),
    ("Arrivata in filiale", "arrived_at_destination_facility"),
    ("Destinatario assente", "delivery_attempted"),
    ("Zending is geweigerd", "delivery_attempted"),
    ("Doręczono do punktu Pickup", "available_for_pickup"),
    ("Zwrot do nadawcy", "return_initiated"),
    ("Zásilka byla doručena", "delivered"),
    ("Försändelsen är ute för leverans", "out_for_delivery"),
    ("Sendingen er klar til henting", "available_for_pickup"),
    ("Lähetys on luovutettu vastaanottajalle", "delivered"),
    ("已签收", "delivered"),
    ("ご不在のため持ち戻り", "delivery_attempted"),
    ("Die Sendung wurde vom Absender in der Filiale eingeliefert.", "dropped_off"),
    ("Item returned from import Customs", "customs_cleared"),
    ("Awaiting collection by recipient as requested", "available_for_pickup"),
)


@pytest.mark.req("C6")
@pytest.mark.parametrize(("words", "milestone"), WORDS)
def test_words_of_other_languages_are_read(words, milestone):
    said = meant_by(words)
    assert said is not None
    assert said[0] == milestone


@pytest.mark.req("C6")
def test_vague_words_do_not_refine_a_code_that_says_more():
    codes = Codes("crossdock.connectors.dpd")
    assert codes.meaning("dpd.status", "OUT_FOR_DELIVERY", "The parcel is on its way").milestone == "out_for_delivery"


@pytest.mark.req("C6")
def test_a_row_from_memory_yields_to_words_that_contradict_it_but_never_to_a_delivery():
    codes = Codes("crossdock.connectors.tnt")
    assert codes.meaning("tnt.status", "IR", "Consignee not at home").milestone == "delivery_attempted"
    assert codes.meaning("tnt.status", "IR", "Delivered in good condition").milestone == "arrived_at_facility"
