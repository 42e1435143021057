"""Which charsets the text of a multipart form may have."""

import subprocess
import sys
from typing import Annotated

import pytest

from ferroapi import FastAPI, Form
from ferroapi.testclient import TestClient

app = FastAPI()
BODY = b'--b\r\ncontent-disposition: form-data; name="text"\r\n\r\n%b\r\n--b--\r\n'


@app.post("/")
async def post(text: Annotated[str, Form()]) -> str:
    return text


def send(charset: str, text: bytes) -> tuple[int, object]:
    answer = TestClient(app).post(
        "/",
        content=BODY % text,
        headers={"content-type": f"multipart/form-data; boundary=b; charset={charset}"},
    )
    return answer.status_code, answer.json()


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "u8"])
def test_utf_8_is_read(charset: str) -> None:
    assert send(charset, "\xe4".encode()) == (200, "\xe4")


@pytest.mark.parametrize("charset", ["iso-8859-1", "ISO_8859-1", "latin1", "us-ascii", "ASCII"])
def test_iso_8859_1_and_ascii_are_read(charset: str) -> None:
    assert send(charset, b"a") == (200, "a")


def test_iso_8859_1_is_decoded() -> None:
    assert send("iso-8859-1", b"\xc3\xa4") == (200, "\xc3\xa4")


@pytest.mark.parametrize(
    "charset",
    [
        "utf-7",
        "utf-8-sig",
        "utf-16",
        "utf-32",
        "iso-8859-15",
        "cp037",
        "shift_jis",
        "punycode",
        "idna",
        "unicode_escape",
        "raw_unicode_escape",
        "hex",
        "rot13",
        "nothing",
        "a" * 1000,
    ],
)
def test_any_other_is_refused(charset: str) -> None:
    detail = "The charset of the form is not supported."
    assert send(charset, b"a") == (400, {"detail": detail})


def test_any_codec_of_text_is_read_for_the_sake_of_compatibility() -> None:
    program = f"from {__name__} import send; assert send('utf-7', b'+AOQ-') == (200, chr(228))"
    subprocess.run(
        [sys.executable, "-c", program], env={"FERROAPI_COMPAT": "1"}, check=True, timeout=60
    )
