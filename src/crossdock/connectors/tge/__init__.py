"""Team Global Express (formerly Toll): messages of MyTeamGE."""
