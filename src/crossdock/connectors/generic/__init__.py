"""Any carrier, by configuration: its events come as CSV, JSON or XML, and the settings say where everything stands."""
