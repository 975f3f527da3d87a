"""How a message gets from one side to the other and never twice; stands on the ports alone."""
