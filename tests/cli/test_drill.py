"""`crossdock drill`: the installation's own rules against simulated carriers, one of which takes no bookings."""

import pytest


@pytest.fixture
def two_carriers(config):
    """The demo's installation with a second carrier, and a fallback for the first."""
    first = config.parent / "partners" / "easypost.yaml"
    second = first.read_text().replace("  easypost:", "  second:", 1)
    (config.parent / "partners" / "second.yaml").write_text(second)
    text = config.read_text()
    assert 'carriers: ["easypost"]' in text
    config.write_text(text.replace('carriers: ["easypost"]', "carriers: [easypost, second]"))
    return config, first


def ways(answer):
    return {
        (each["carrier"], each["level"]): sorted({(*order["booked_by"], *order["asked"]) for order in each["orders"]})
        for each in answer.json
    }


@pytest.mark.req("K9")
def test_it_says_what_becomes_of_every_service_level(crossdock, two_carriers):
    config, first = two_carriers
    answer = crossdock("drill", "carrier-outage", "--carrier", "easypost", "--minutes", 30, "--json", "-c", config)
    assert answer.code == 0, answer.err
    assert ways(answer) == {
        ("easypost", "express"): [("second",)],
        ("easypost", "standard"): [("second",)],
        ("easypost", "economy"): [("easypost",)],
    }
    assert all(each["labels"] == 2 for each in answer.json)
    express = answer.json[0]["orders"][0]
    assert (express["decisions"][0][:2], express["booked_after"]) == ([2, "withdraw"], 2)
    first.write_text(
        first.read_text().replace("  easypost:", "  easypost:\n    fallback: {do: manual, words: Go to dock 4.}", 1)
    )
    answer = crossdock("drill", "carrier-outage", "--carrier", "easypost", "--orders", 1, "-c", config)
    assert answer.code == 0
    assert answer.out.count("a person is asked") == 3
    assert crossdock("drill", "carrier-outage", "--carrier", "nobody", "-c", config).code == 2
