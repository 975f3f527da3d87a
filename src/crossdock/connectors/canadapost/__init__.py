"""Canada Post: tracking by its REST answers in XML."""
