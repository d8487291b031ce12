"""The web edge: parse, call the service, render."""
