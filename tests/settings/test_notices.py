"""Customers' notices are checked with everything else: templates with file and line, languages, partners."""

import pytest

from crossdock import bootstrap
from crossdock.model.notices import KINDS
from crossdock.notices.rendering import BUILT_IN, EXAMPLE, Templates
from crossdock.processes.configured import notices_policy

GOOD = """\
partners:
  post:
    connector: mail
    config:
      host: smtp.example.com
      sender: notices@shop.example
      public_url: https://hub.example
      link_secret: secret://env/LINKS
      languages: [de, en]
      templates: words
customer_notices:
  partner: post
  languages: [de, en]
  quiet_hours: {begin: "21:00", end: "08:00"}
"""


def loaded(folder, text, **files):
    (folder / "words").mkdir()
    for name, written in files.items():
        (folder / "words" / name.replace("__", ".")).write_text(written)
    path = folder / "crossdock.yaml"
    path.write_text(text)
    return bootstrap.load(path)


@pytest.mark.req("E12")
def test_what_is_good_is_read(tmp_path):
    installation, faults = loaded(tmp_path, GOOD, delayed__de__html="<p>{{ lead }} {{ expected }}</p>")
    assert faults == ()
    policy = notices_policy(installation.settings.customer_notices, "Europe/Brussels")
    assert (policy.quiet, policy.zone, policy.partner) == ((1260, 480), "Europe/Brussels", "post")
    [plan] = installation.plans
    rendered = plan.config.written().render("delayed", "de", {**EXAMPLE, "order": "<b>SO7</b>"})
    said = "Ihre Bestellung &lt;b&gt;SO7&lt;/b&gt; braucht länger als geplant."
    later = "Sie wird nun am 24.11.2026 erwartet. Das tut uns leid."
    assert rendered.html == f"<p>{said} {later} 24.11.2026</p>\n"


@pytest.mark.req("E12")
@pytest.mark.parametrize(
    ("files", "file", "line", "text"),
    [
        ({"delayed__de__html": "<p>\n{{ nmae }}</p>"}, "delayed.de.html", 2, "'nmae' is not known"),
        ({"delayed__txt": "a\n\n{% if name %}{{ adress }}{% endif %}"}, "delayed.txt", 3, "'adress' is not known"),
        ({"notice__txt": "{% if %}"}, "notice.txt", 1, "Expected an expression"),
        ({"delayed__en__txt": "x\n{{ name.first.letter }}"}, "delayed.en.txt", 2, "has no attribute"),
        ({"de__toml": "[words]\nday = '%d'\n[delayed]\nsubject = '{{ odrer }}'\nlead = 'x'"}, "de.toml", 4, "'odrer'"),
        ({"de__toml": "[delayed"}, "de.toml", 0, "Expected"),
    ],
)
def test_a_template_that_cannot_be_used_is_told_with_file_and_line(tmp_path, files, file, line, text):
    _, faults = loaded(tmp_path, GOOD, **files)
    assert any(each.file.endswith(file) and each.line == line and text in each.text for each in faults), faults


@pytest.mark.req("E12")
@pytest.mark.parametrize(
    ("old", "new", "key", "line", "text"),
    [
        ("languages: [de, en]\n  quiet", "languages: [de, en, fr]\n  quiet", "languages", 13, "does not write 'fr'"),
        ("partner: post", "partner: mail", "partner", 12, "no partner that mails"),
        ("  languages: [de, en]\n  quiet", "  languages: [de]\n  quiet", "default_language", 13, "must be among"),
        ("  languages: [de, en]\n  quiet", "  languages: [de, en]\n  country_languages: {BE: nl}\n  quiet",
         "country_languages.BE", 14, "must be among"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_told_at_its_line(tmp_path, old, new, key, line, text):
    _, faults = loaded(tmp_path, GOOD.replace(old, new, 1))
    assert [(each.key, each.line) for each in faults if text in each.text] == [(f"customer_notices.{key}", line)]


def test_a_language_nobody_wrote_is_told(tmp_path):
    _, faults = loaded(tmp_path, GOOD.replace("[de, en]", "[de, en, pl]"))
    assert [each.text for each in faults if "pl" in each.text] == ["there are no phrases for the language 'pl'"]


@pytest.mark.req("E12")
@pytest.mark.parametrize("language", BUILT_IN)
@pytest.mark.parametrize("kind", KINDS)
def test_every_built_in_notice_can_be_written_with_everything_and_with_nothing(kind, language):
    full, bare = (Templates().render(kind, language, values) for values in (EXAMPLE, {}))
    assert "SO0007" in full.subject
    assert full.subject in full.html.replace("&#39;", "'")
    assert "unsubscribe" in full.text
    assert "unsubscribe" not in bare.text
    assert ('dir="rtl"' in full.html) == (language == "ar")


def test_a_template_reaches_nothing_of_the_machine(tmp_path):
    _, faults = loaded(
        tmp_path, GOOD, delayed__de__txt="{{ words.__class__.__mro__ }}", delivered__de__txt="{{ ''.__class__ }}"
    )
    assert len([each for each in faults if "unsafe" in each.text]) == 2
