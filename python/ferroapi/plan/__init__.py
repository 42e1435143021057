"""What answers the requests of a route: its description, compiled."""
