"""The load tests: a small version of each holds, and what is out of bounds is told."""

import subprocess
import sys
from pathlib import Path

import pytest
from harness.chunks import ChunkedBody
from harness.contenders import BENCHES
from harness.descriptors import TooFewDescriptorsError, allow_connections
from harness.findings import FASTAPI, FLOOR, UVICORN, Findings, table
from harness.frames import PING, TEXT, Frames
from scenarios import SCENARIOS

import ferroapi

PACKAGE = str(Path(ferroapi.__file__).parents[1])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="nothing says what is resident")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_small_load_holds(scenario: str) -> None:
    command = [sys.executable, str(BENCHES / "soak.py"), "--quick"]
    command += ["--scenario", scenario, "--package", PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("Everything holds.\n")


def test_counts_are_always_judged_and_sizes_of_a_full_load() -> None:
    for quick, failed in ((False, ["lost", "memory"]), (True, ["lost"])):
        findings = Findings(quick)
        findings.count(UVICORN, "lost", 1)
        findings.count(UVICORN, "left", 0)
        findings.size(UVICORN, "memory", 21, "KB", 20)
        findings.size(UVICORN, "rate", 1000, "")
        assert [finding.what for finding in findings.failed] == failed


def test_what_is_only_compared_is_not_judged() -> None:
    findings = Findings(quick=False)
    findings.count(FASTAPI, "lost", 1)
    assert not findings.failed


def test_a_size_is_compared_with_the_bare_server() -> None:
    findings = Findings(quick=False)
    findings.size(UVICORN, "memory", 30, "KB")
    findings.over_bare("memory", 5)
    assert not findings.failed
    findings.size(FLOOR, "memory", 24, "KB")
    findings.over_bare("memory", 5)
    assert [(finding.what, finding.value) for finding in findings.failed] == [
        ("memory, over bare", 6)
    ]


def test_the_table_has_a_line_for_each_finding_and_marks_what_fails() -> None:
    findings = Findings(quick=False)
    findings.count(FASTAPI, "lost", 3)
    findings.count(UVICORN, "lost", 1)
    findings.size(UVICORN, "memory", 18.25, "KB", 20)
    head, *lines = (line.split() for line in table(findings.rows).splitlines())
    assert head == ["uvicorn", "FastAPI", "at", "most"]
    assert lines == [["lost", "*", "1", "3", "0"], ["memory", "18.2", "KB", "-", "20", "KB"]]


ANSWER = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nfirst\r\nc\r\n, and\r\nthe b\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("size", [1, 2, 7, len(ANSWER)])
def test_a_body_is_read_however_it_arrives(size: int) -> None:
    body = ChunkedBody()
    parts = [body.feed(ANSWER[at : at + size]) for at in range(0, len(ANSWER), size)]
    assert (body.status, b"".join(parts), body.complete) == (200, b"first, and\r\nthe b", True)


def test_a_body_without_chunks_is_refused() -> None:
    with pytest.raises(ValueError, match="not chunked"):
        ChunkedBody().feed(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")


SENT = b"HTTP/1.1 101 Switching\r\n\r\n\x81\x03one\x89\x00\x81\x03two"


@pytest.mark.parametrize("size", [1, 2, 7, len(SENT)])
def test_frames_are_read_however_they_arrive(size: int) -> None:
    frames = Frames()
    read = [
        frame for at in range(0, len(SENT), size) for frame in frames.feed(SENT[at : at + size])
    ]
    assert (frames.status, read) == (101, [(TEXT, b"one"), (PING, b""), (TEXT, b"two")])


def test_too_few_descriptors_are_told_with_what_to_do() -> None:
    with pytest.raises(TooFewDescriptorsError, match="ulimit"):
        allow_connections(10**12)
