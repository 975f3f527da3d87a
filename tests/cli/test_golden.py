"""Golden sets: what is right, missing, extra or wrong is counted, and known differences are held to the list."""

import json

import pytest

EVENT = {"id": "trk_1", "object": "Tracker", "tracking_code": "EZ1", "status": "delivered"}
SCAN = {"object": "TrackingDetail", "status": "delivered", "status_detail": "arrived_at_destination"}
HEAD = (
    "file\tseq\tkey\traw_ts\texpected_ts\ttz_known\tprecision\traw_code\traw_text"
    "\tmilestone\texception_category\treason"
)
INDEX = "file\tcarrier\tkind\texpected_milestones"


@pytest.fixture
def golden_set(tmp_path):
    folder = tmp_path / "set"
    (folder / "easypost").mkdir(parents=True)
    scans = [
        SCAN | {"datetime": "2026-03-01T08:00:00Z"},
        SCAN | {"status": "in_transit", "datetime": "2026-02-28T08:00:00Z"},
    ]
    (folder / "easypost" / "a.json").write_text(json.dumps(EVENT | {"tracking_details": scans}))
    (folder / "INDEX.tsv").write_text(f"{INDEX}\neasypost/a.json\teasypost\ttracking\t\n")

    def expecting(*rows):
        lines = [
            f"easypost/a.json\t{n}\t\t\t{at}\tyes\tsecond\t\t\t{milestone}\tnone\t"
            for n, (at, milestone) in enumerate(rows)
        ]
        (folder / "GOLDEN.tsv").write_text("\n".join([HEAD, *lines]) + "\n")
        return folder

    return expecting


@pytest.mark.req("C6", "E3")
def test_what_agrees_passes_and_offsets_of_one_instant_are_alike(golden_set, crossdock):
    folder = golden_set(
        ("2026-03-01T09:00:00+01:00", "delivered"), ("2026-02-28T08:00:00Z", "arrived_at_destination_facility")
    )
    answer = crossdock("golden", folder, "--json")
    assert answer.code == 0, answer.err
    assert (answer.json["right"], answer.json["expected"], answer.json["new"]) == (2, 2, [])


def test_each_kind_of_difference_is_told_apart(golden_set, crossdock):
    folder = golden_set(("2026-03-01T08:00:00Z", "returned"), ("2020-01-01T08:00:00Z", "lost"))
    answer = crossdock("golden", folder, "--json")
    assert answer.code == 1
    judged = answer.json["partners"]["easypost"]
    assert {name: judged[name] for name in ("right", "missing", "extra", "milestone")} == {
        "right": 0,
        "missing": 1,
        "extra": 1,
        "milestone": 1,
    }


def test_a_known_difference_passes_and_a_mended_one_has_to_leave_the_list(golden_set, crossdock, tmp_path):
    folder = golden_set(
        ("2026-03-01T08:00:00Z", "returned"), ("2026-02-28T08:00:00Z", "arrived_at_destination_facility")
    )
    known = tmp_path / "known.tsv"
    known.write_text("easypost/a.json: wrong milestone: 2026-03-01T08:00:00Z returned(none)\ta test\n")
    assert crossdock("golden", folder, "--known", known, "--least", "0.5").code == 0
    golden_set(("2026-03-01T08:00:00Z", "delivered"), ("2026-02-28T08:00:00Z", "arrived_at_destination_facility"))
    answer = crossdock("golden", folder, "--known", known)
    assert answer.code == 1
    assert "no longer there" in answer.err


def test_a_folder_that_is_no_golden_set_is_a_usage_error(tmp_path, crossdock):
    answer = crossdock("golden", tmp_path)
    assert answer.code == 2
    assert "INDEX.tsv" in answer.err
