"""Team Global Express' declaration."""

from crossdock.connectors.tge.mapping import read
from crossdock.tracking.connector import Listening, tracking_spec

SPEC = tracking_spec(
    "tge",
    "Team Global Express",
    Listening(
        "Team Global Express",
        read,
    ),
    summary="Tracking events of Team Global Express (MyTeamGE, formerly Toll), where its messages name events.",
    aliases=("toll", "team_global_express", "myteamge", "my_team_ge", "team-global-express"),
)
