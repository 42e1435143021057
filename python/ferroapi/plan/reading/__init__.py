"""What a request says: its parameters and its body, one by one or all at once."""
