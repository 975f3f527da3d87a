"""PPL (DHL eCommerce Czechia): its CPL API and MyAPI2."""
