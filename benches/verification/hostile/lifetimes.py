"""What a process may do with the extension as a whole: fork, another interpreter, many loops."""

from __future__ import annotations

FORK = """
import os, sys, ferroapi
from ferroapi import FastAPI
from ferroapi.testclient import TestClient
app = FastAPI()
@app.get("/{number}")
async def read(number: int) -> dict[str, int]:
    return {"number": number}
def ask():
    assert TestClient(app).get("/3").json() == {"number": 3}
if "served" in sys.argv: ask()
children = []
for _ in range(int(sys.argv[1])):
    child = os.fork()
    if not child:
        try: ask()
        except BaseException: os._exit(1)
        os._exit(0)
    children.append(child)
ask()
sys.exit(sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children))
"""
"""Children of a process that has imported ferroapi, or has served a request already."""

INTERPRETER = """
import sys
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters
import ferroapi
program = '''
try:
    import ferroapi._core
except ImportError:
    pass
'''
for _ in range(int(sys.argv[1])):
    interpreter = interpreters.create()
    interpreters.run_string(interpreter, program)
    interpreters.destroy(interpreter)
assert ferroapi._core.encode_json([1]) == b"[1]"
"""
"""The extension works in another interpreter, or says by an `ImportError` that it does not."""

LOOPS = """
import asyncio, os, socket, sys, threading
from uvicorn import Config, Server
from ferroapi import FastAPI
from ferroapi.server import HTTPProtocol
app = FastAPI()
@app.get("/")
async def read() -> int:
    return 1
async def turn():
    listening = socket.create_server(("127.0.0.1", 0))
    config = Config(app, http=HTTPProtocol, log_config=None, lifespan="off", access_log=False)
    server = Server(config)
    server.capture_signals = __import__("contextlib").nullcontext
    task = asyncio.create_task(server.serve(sockets=[listening]))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
    answer = await reader.read()
    writer.close()
    server.should_exit = True
    await task
    return answer.endswith(b"1")
def count():
    return len(os.listdir("/proc/self/fd")), threading.active_count()
assert asyncio.run(turn())
before = count()
for _ in range(int(sys.argv[1])):
    assert asyncio.run(turn())
after = count()
assert after <= before, (before, after)
"""
"""A server started, asked and stopped in a loop of its own, again and again."""
