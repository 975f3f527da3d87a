"""HayPost (Armenia): the public tracking by number, in the words of the postal union."""
