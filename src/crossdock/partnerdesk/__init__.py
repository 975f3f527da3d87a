"""The door for people of partners without an API: files with a preview, and a list worked by hand."""
