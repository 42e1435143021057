"""What the setting `telemetry` may be."""

from typing import Any

import pytest

from ferroapi import FastAPI
from ferroapi.telemetry.configuration import complete_configuration

ON = complete_configuration(None)


@pytest.mark.parametrize("given", [True, {}], ids=str)
def test_everything_is_on(given: Any) -> None:
    assert complete_configuration(given) == ON
    assert (ON["tracing"], ON["metrics"], ON["logs"]) == (True, True, True)


def test_everything_is_off() -> None:
    off = {**ON, "tracing": False, "metrics": False, "logs": False}
    assert complete_configuration(False) == off


@pytest.mark.parametrize("given", [1, "on", ["tracing"]], ids=str)
def test_something_else_is_refused(given: Any) -> None:
    message = r"^telemetry is True, False or a dictionary with the keys of TelemetryConfig, not "
    with pytest.raises(TypeError, match=message):
        FastAPI(telemetry=given)


def test_a_key_that_there_is_not_is_refused() -> None:
    mistyped: Any = {"tracing": False, "exlude": bool}
    with pytest.raises(TypeError, match=r"^telemetry has no key 'exlude', but .*exclude$"):
        FastAPI(telemetry=mistyped)
