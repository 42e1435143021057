"""One request or WebSocket while it is answered."""
