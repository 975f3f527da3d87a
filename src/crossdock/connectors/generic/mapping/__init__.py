"""Between messages as the settings describe them and canonical words; pure."""
