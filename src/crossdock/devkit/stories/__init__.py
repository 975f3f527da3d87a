"""Stories: scenarios that business people read, played by a whole Crossdock with its partners on virtual time."""
