"""The order of the work: dependencies before the endpoint, and what they opened closed after it."""
