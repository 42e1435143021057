"""Writing the document of an application from its routes."""
