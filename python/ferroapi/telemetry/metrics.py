"""The metrics of HTTP servers (OpenTelemetry semantic conventions, HTTP metrics)."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.util.types import AttributeValue

DURATION_BOUNDS = (
    *(0.005, 0.01, 0.025, 0.05, 0.075),
    *(0.1, 0.25, 0.5, 0.75),
    *(1.0, 2.5, 5.0, 7.5, 10.0),
)
"""The buckets of durations, in seconds, that the conventions advise."""


class ServerMetrics:
    """The instruments of one meter."""

    __slots__ = ("active", "duration")

    def __init__(self, meter: Meter) -> None:
        self.duration = meter.create_histogram(
            "http.server.request.duration",
            unit="s",
            description="Duration of HTTP server requests.",
            explicit_bucket_boundaries_advisory=DURATION_BOUNDS,
        )
        self.active = meter.create_up_down_counter(
            "http.server.active_requests",
            unit="{request}",
            description="Number of active HTTP server requests.",
        )


class Measurement:
    """One request, from its first moment."""

    __slots__ = ("_attributes", "_metrics", "_started")

    def __init__(self, metrics: ServerMetrics, attributes: dict[str, AttributeValue]) -> None:
        self._metrics = metrics
        self._attributes = {
            name: value for name, value in attributes.items() if name != "network.protocol.version"
        }
        self._started = perf_counter()
        metrics.active.add(1, self._attributes)

    def finish(self, attributes: dict[str, AttributeValue]) -> None:
        """Records the duration."""
        self._metrics.duration.record(perf_counter() - self._started, attributes)
        self._metrics.active.add(-1, self._attributes)
