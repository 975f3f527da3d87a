"""La Poste: Suivi v2 for letters and Colissimo, and Colissimo's own service."""
