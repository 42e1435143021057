"""The application of the service, for the command line of ferroapi."""

from cases import service
from harness.applications import build

app = build("ferroapi", service.CASE)
