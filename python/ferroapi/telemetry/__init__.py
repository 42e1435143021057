"""What an application tells OpenTelemetry about its requests: spans, metrics and log events.

Nothing here imports OpenTelemetry before an application that may use it gets its first request.
"""

from typing import TYPE_CHECKING

from ferroapi.submodules import imported_on_demand
from ferroapi.telemetry.configuration import TelemetryConfig as TelemetryConfig
from ferroapi.telemetry.current import get_telemetry_data as get_telemetry_data

if TYPE_CHECKING:
    from ferroapi.telemetry.data import TelemetryData as TelemetryData
else:  # checkers would take it for any name
    # `_runtime` is what FastAPI calls the module.
    __getattr__ = imported_on_demand(
        __name__,
        "automatic_export",
        _runtime="automatic_export",
        TelemetryData="data:TelemetryData",
    )
