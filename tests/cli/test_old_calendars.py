"""`crossdock check` says where calendars of routing belong now."""

import pytest

OLD = """\
routing:
  timezone: Europe/Brussels
  rules: [{name: in hours, when: {during: office}}, {name: the rest}]
"""
COMMON = """\
calendars:
  office: {timezone: Europe/Brussels, hours: {monday: ["08:00-17:00"]}}
"""


@pytest.mark.req("A7")
def test_check_says_how_to_move_them(crossdock, tmp_path):
    path = tmp_path / "crossdock.yaml"
    path.write_text(OLD + '  calendars: {office: {hours: {monday: ["08:00-17:00"]}}}\n', encoding="utf-8")
    answer = crossdock("check", "-c", path)
    assert answer.code == 0
    assert "routing.calendars is the old place" in answer.err
    path.write_text(COMMON + OLD, encoding="utf-8")
    assert "old place" not in crossdock("check", "-c", path).err
