"""The door for people: server-rendered pages that read fully without JavaScript. It holds no rules."""
