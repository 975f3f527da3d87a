"""What people see of an order: pure arrangements of rows. The queries behind them are written in storage/."""
