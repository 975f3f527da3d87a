"""What partner simulators stand on: virtual clock, ledgers, scripted faults, in-process calls, loopback server."""
