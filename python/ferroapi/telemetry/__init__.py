"""What an application tells OpenTelemetry about its requests: spans, metrics and log events.

Nothing here imports OpenTelemetry before an application that may use it gets its first request.
"""

from ferroapi.telemetry import automatic_export
from ferroapi.telemetry.configuration import TelemetryConfig as TelemetryConfig
from ferroapi.telemetry.data import TelemetryData as TelemetryData
from ferroapi.telemetry.data import get_telemetry_data as get_telemetry_data

_runtime = automatic_export  # what FastAPI calls the module
