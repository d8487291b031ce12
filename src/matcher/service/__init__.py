"""The use cases: what a kiosk, a counsellor and the night ask for. One call is one transaction."""
