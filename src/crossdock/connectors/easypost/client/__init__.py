"""Talks to EasyPost: what each command becomes, what its refusals mean, and how its webhooks are checked."""
