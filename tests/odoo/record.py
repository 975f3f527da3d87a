"""Records how a real Odoo answers every flow: ``python -m tests.odoo.record [flow ...]``.

The server is the one of CROSSDOCK_ODOO_URL, _DB, _LOGIN and _KEY; its version decides the folder. It is written to:
use a copy. Nothing of the database is kept: ids become names, days, numbers, keys and tracebacks are taken out.
"""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.odoo.recorder.dialogue import Dialogue, Login, Unexpected
from tests.odoo.recorder.scenarios import SCENARIOS

NAMES = ("CROSSDOCK_ODOO_URL", "CROSSDOCK_ODOO_DB", "CROSSDOCK_ODOO_LOGIN", "CROSSDOCK_ODOO_KEY")
FOLDER = Path(__file__).parents[1] / "connectors" / "odoo" / "recorded"


def main(wanted, recorded):
    """Record the ``wanted`` flows (all, when none is named), dated ``recorded``; the number of those that failed."""
    login = Login(*(os.environ[name] for name in NAMES))
    folder = FOLDER / str(login.major) / "flows"
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name, scenario in SCENARIOS.items():
        if wanted and name not in wanted:
            continue
        dialogue = Dialogue(login)
        try:
            scenario(dialogue)
            document = dialogue.document(name, scenario.__doc__.splitlines()[0], recorded)
        except Unexpected as reason:
            failed += 1
            print(f"{name}: NOT RECORDED after {len(dialogue.steps)} calls: {reason}", file=sys.stderr)  # noqa: T201 - a command's report
            continue
        if document["steps"]:
            (folder / f"{name}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        print(f"{name}: {len(document['steps'])} calls")  # noqa: T201 - a command's report
    return failed


if __name__ == "__main__":
    if missing := [name for name in NAMES if not os.environ.get(name)]:
        sys.exit(f"no real Odoo given: set {', '.join(missing)}")
    sys.exit(1 if main(sys.argv[1:], str(datetime.now(UTC).date())) else 0)
