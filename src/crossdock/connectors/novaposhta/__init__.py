"""Nova Poshta: tracking documents of its API 2.0, and the history of Nova Poshta Shopping and International."""
