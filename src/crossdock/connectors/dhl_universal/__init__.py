"""DHL Unified Tracking: one tracking answer for all of its divisions, asked for or pushed."""
