"""One module for each screen; registered.py lists them."""
