"""The command line: one file per command, data on stdout, logs on stderr, effects as requests in the store."""
