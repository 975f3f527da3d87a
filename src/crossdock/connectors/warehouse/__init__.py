"""Any warehouse or 3PL that speaks Crossdock's warehouse dialect: REST and webhooks, or CSV files."""
