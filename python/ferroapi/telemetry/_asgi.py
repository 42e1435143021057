"""The layer that observes requests, by the name FastAPI has for it."""

from ferroapi.telemetry.server import ServerTelemetry as NativeTelemetry

__all__ = ["NativeTelemetry"]
