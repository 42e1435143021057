"""From what an endpoint gives back to what is sent."""
