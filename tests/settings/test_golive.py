"""In production every partner has an SLA, retries and an owner, and every flow a class and an objective."""

import pytest
from msgspec import structs

from crossdock import bootstrap
from crossdock.catalog import connectors
from crossdock.ports.spec import Feed
from crossdock.settings.loading import load
from crossdock.views.flows import flow_faults, flows_of

PARTNER = """\
partners:
  shop:
    connector: aftership
    config: {{webhook_secrets: [secret://env/HOOK]}}
{more}"""
AGREED = "    sla: {silent_hours: 12}\n    retry: {}\n    owner: operations\n"
HOOK = "webhooks:\n  portal: {url: https://portal.example/in, secrets: [secret://env/HOOK]}\n"


@pytest.fixture
def check(tmp_path):
    def run(text):
        path = tmp_path / "crossdock.yaml"
        path.write_text(text, encoding="utf-8")
        found, faults = bootstrap.load(path)
        assert (found is None) == bool(faults)
        return found, [(each.line, each.key) for each in faults]

    return run


@pytest.mark.req("I8")
def test_a_partner_without_sla_retry_and_owner_does_not_go_live(check):
    text = "environment: prod\n" + PARTNER.format(more="")
    _, faults = check(text)
    assert faults == [(3, f"partners.shop.{key}") for key in ("owner", "retry", "sla")]
    _, faults = check("environment: prod\n" + PARTNER.format(more="    sla: {}\n    owner: operations\n"))
    assert faults == [(3, "partners.shop.retry")]
    assert check("environment: prod\n" + PARTNER.format(more="    enabled: false\n"))[1] == []
    assert check("environment: prod\n" + PARTNER.format(more=AGREED))[1] == []
    assert check(PARTNER.format(more=""))[1] == []


@pytest.mark.req("I8", "H9")
def test_owners_and_calendars_of_an_agreement_are_among_those_there_are(check):
    more = "    owner: nobody\n    sla: {calendar: moon, arrivals: {events: {by: ['06:00'], calendar: mars}}}\n"
    _, faults = check(PARTNER.format(more=more))
    at = "partners.shop.sla"
    assert faults == [(5, "partners.shop.owner"), (6, f"{at}.arrivals.events.calendar"), (6, f"{at}.calendar")]


@pytest.mark.req("I8")
def test_a_partner_is_tried_again_as_it_is_agreed_with_it(check):
    more = "    retry: {throttled: {schedule: [7], park_after: 3}}\n"
    found, _ = check("retry: {server: {schedule: [9], park_after: 2}}\n" + PARTNER.format(more=more))
    [plan] = found.plans
    assert (plan.retry["throttled"].pauses, plan.retry["server"].pauses) == ((7,), (9,))
    assert check(PARTNER.format(more=""))[0].plans[0].retry is None


@pytest.mark.req("J1")
def test_what_a_system_needs_that_nobody_described_is_assumed_and_not_for_production(check):
    agreed = PARTNER.format(more=AGREED)
    found, _ = check(agreed + HOOK)
    [hook] = [each for each in bootstrap.flows(found) if each.name == "webhooks/portal"]
    assert (hook.target.latency, hook.origin) == ("near_real_time", "assumed")
    live = "environment: prod\n" + agreed + HOOK
    assert check(live)[1] == [(10, "webhooks.portal")]
    found, faults = check(live + "flows:\n  webhooks/portal: {class: real_time, objective_seconds: 8}\n")
    assert faults == []
    [hook] = [each for each in bootstrap.flows(found) if each.name == "webhooks/portal"]
    assert (hook.target.seconds, hook.origin) == (8, "configuration")


@pytest.mark.req("J1")
def test_words_on_flows_are_whole_of_a_flow_there_is_and_of_its_class(check):
    words = "flows:\n  shop/events: {class: batch}\n  shop/evnts: {class: batch, objective_seconds: 60}\n"
    assert check(PARTNER.format(more="") + words)[1] == [(6, "flows.shop/events.objective_seconds")]
    words = words.replace("{class: batch}", "{class: real_time, objective_seconds: 60}")
    found = [(6, "flows.shop/events.objective_seconds"), (7, "flows.shop/evnts")]
    assert check(PARTNER.format(more="") + words)[1] == found


@pytest.mark.req("J1")
def test_a_word_on_one_flow_counts_before_a_word_on_the_partner(check):
    words = "flows:\n  shop: {class: batch, objective_seconds: 600}\n"
    words += "  shop/events: {class: near_real_time, objective_seconds: 30}\n"
    found, faults = check(PARTNER.format(more="") + words)
    assert faults == []
    targets = {each.what: (each.target.latency, each.target.seconds) for each in bootstrap.flows(found)}
    assert targets == {"events": ("near_real_time", 30), "tracking.request.v1": ("batch", 600)}


@pytest.mark.req("J1")
def test_a_flow_of_which_nothing_follows_is_refused_wherever_it_runs(tmp_path):
    """A connector's feed without a pace of its own, and a command no table knows."""
    path = tmp_path / "crossdock.yaml"
    path.write_text(PARTNER.format(more=""), encoding="utf-8")
    loaded = load(path, {})
    spec = structs.replace(
        connectors().working()["generic"], feeds=(Feed("files", 0, "Some day."),), commands=("x.v1",)
    )
    flows = flows_of(loaded.settings, [("shop", spec)])
    faults = list(flow_faults(loaded.whole, loaded.settings, flows))
    assert [(each.line, each.text) for each in faults] == [
        (2, "the flow shop/files has no latency class and objective"),
        (2, "the flow shop/x.v1 has no latency class and objective"),
    ]
    assert "flows: { shop/files: { class: near_real_time" in faults[0].hint
