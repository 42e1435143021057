"""A room of WebSockets: what one says, everyone gets, in order; some vanish midway."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator, name-defined"
# Frameworks are known at run time only.

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Any

from starlette.websockets import WebSocketDisconnect

from harness.case import ASGIApp
from harness.departures import abort
from harness.findings import GRANIAN, OURS, UVICORN, Findings
from harness.frames import CLOSE, HEAD, PING, PONG, TEXT, Frames, frame
from harness.ledger import Generation, Ledger
from harness.scenario import Scenario
from harness.serving import PATIENCE, SETTLED, Served, Soak, until

SENDERS = 5
WARM_UP = 20


def app(framework: ModuleType, ledger: Ledger) -> ASGIApp:
    api = framework.FastAPI()
    members: set[Any] = set()

    async def talk(websocket: Any) -> None:
        await websocket.accept()
        with Generation(ledger):
            members.add(websocket)
            try:
                while True:
                    text = await websocket.receive_text()
                    for member in tuple(members):
                        try:
                            await member.send_text(text)
                        except (WebSocketDisconnect, RuntimeError):  # it left, or is leaving
                            members.discard(member)
            except WebSocketDisconnect:
                pass
            finally:
                members.discard(websocket)

    talk.__annotations__["websocket"] = framework.WebSocket
    api.websocket("/room")(talk)
    return api


class Member(asyncio.Protocol):
    """Keeps the numbers of each sender's texts in order, or says that they are not."""

    def __init__(self) -> None:
        self.joined = asyncio.get_running_loop().create_future()
        self.lost = asyncio.get_running_loop().create_future()
        self.latest = [0] * SENDERS
        self.texts = 0
        self.disordered = 0
        self.transport: Any = None
        self._frames = Frames()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(HEAD % b"/room")

    def data_received(self, data: bytes) -> None:
        for kind, payload in self._frames.feed(data):
            if kind == TEXT:
                sender, number = map(int, payload.split())
                self.disordered += number != self.latest[sender] + 1
                self.latest[sender] = number
                self.texts += 1
            elif kind == PING:
                self.transport.write(frame(PONG, payload))
        if self._frames.status and not self.joined.done():
            if self._frames.status == 101:
                self.joined.set_result(None)
            else:
                self.joined.set_exception(ConnectionError(f"status {self._frames.status}"))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)

    def say(self, sender: int, number: int) -> None:
        """Sends a text to everyone."""
        self.transport.write(frame(TEXT, b"%d %d" % (sender, number)))


async def join(served: Served, count: int) -> list[Member]:
    """So many members."""
    return await served.connect(Member, count, lambda member: member.joined)


async def leave(members: list[Member]) -> None:
    """Says so, and closes the connections."""
    for member in members:
        member.transport.write(frame(CLOSE, (1000).to_bytes(2, "big")))
        member.transport.close()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(member.lost for member in members))


async def load(
    served: Served, findings: Findings, count: int, vanishing: int, seconds: int
) -> None:
    """Puts one server under the load."""
    subject = served.subject
    await leave(await join(served, WARM_UP))
    await asyncio.to_thread(served.begin)
    before = served.resident()
    members = await join(served, count)
    await asyncio.sleep(SETTLED)
    added = (served.resident() - before) / count / 1000
    findings.size(subject, "memory of a member", added, "KB")
    tasks = served.state()["tasks"] - served.before["tasks"]
    findings.size(subject, "tasks of a member", tasks / count, "")
    loop = asyncio.get_running_loop()
    vanished: set[int] = set()
    due = loop.time()
    for number in range(1, seconds + 1):
        for sender in range(SENDERS):
            members[sender].say(sender, number)
        if number == seconds // 2:  # while that is on its way to them
            for member in members[SENDERS :: (count - SENDERS) // vanishing][:vanishing]:
                vanished.add(id(member))
                abort(member.transport)
        due += 1
        await asyncio.sleep(max(due - loop.time(), 0))
    rest = [member for member in members if id(member) not in vanished]
    said = SENDERS * seconds
    await until(lambda: all(member.texts >= said for member in rest))
    findings.count(subject, "texts missed", sum(said - member.texts for member in rest))
    findings.count(subject, "texts out of order", sum(member.disordered for member in members))
    findings.count(subject, "members cut off", sum(member.lost.done() for member in rest))
    await leave(rest)
    await asyncio.to_thread(served.leavings, findings, 3.0)


def run(soak: Soak) -> Findings:
    """The load on each server, one after the other."""
    findings = Findings(soak.quick)
    count, vanishing = soak.sized(1000, 100), soak.sized(250, 25)
    for subject in (UVICORN, OURS, GRANIAN):
        with soak.serving("room", (subject,)) as loaded:
            for served in loaded:
                soak.run(load(served, findings, count, vanishing, soak.sized(20, 2)))
    return findings


SCENARIO = Scenario(
    title="a room of 1,000 WebSockets, 5 texts a second for 20 seconds; 250 vanish midway",
    app=app,
    run=run,
)
