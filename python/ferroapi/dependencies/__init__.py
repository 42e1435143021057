"""Dependency injection: reading what a callable asks for, and describing it."""
