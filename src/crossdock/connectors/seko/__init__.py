"""SEKO (OmniParcel): tracking answers, tracking webhook and returns webhook."""
