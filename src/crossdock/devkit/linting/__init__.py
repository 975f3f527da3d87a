"""Static checks of what people write for Crossdock: workflows and messages. Files are read, never run."""
