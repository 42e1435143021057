"""What servers have to stand, one load a module."""

from harness.scenario import Scenario
from scenarios import disconnects, export, room, shutdown, sse, unread

SCENARIOS: dict[str, Scenario] = {
    "sse": sse.SCENARIO,
    "room": room.SCENARIO,
    "export": export.SCENARIO,
    "unread": unread.SCENARIO,
    "disconnects": disconnects.SCENARIO,
    "shutdown": shutdown.SCENARIO,
}
