"""Business processes: one file each, a pure decision function and its policy; no I/O, no address, no secret."""
