"""`UploadFile` to pydantic, and the mark of an option nobody set."""

import io
from typing import Any, cast

import pytest
import starlette.datastructures
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile as StarletteUploadFile

from ferroapi import datastructures
from ferroapi.datastructures import Default, DefaultPlaceholder, UploadFile


@pytest.mark.parametrize("class_", [UploadFile, StarletteUploadFile])
def test_an_uploaded_file_is_validated_to_itself(class_: type[StarletteUploadFile]) -> None:
    upload = class_(io.BytesIO(b"data"), filename="a.txt")
    assert TypeAdapter(UploadFile).validate_python(upload) is upload


@pytest.mark.parametrize(
    "value", ["text", b"bytes", None, io.BytesIO()], ids=lambda value: type(value).__name__
)
def test_anything_else_is_a_value_error_that_names_its_type(value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(UploadFile).validate_python(value)
    (error,) = caught.value.errors(include_url=False)
    assert error["type"] == "value_error"
    assert error["msg"] == f"Value error, Expected UploadFile, received: {type(value)}"


def test_the_schema_of_an_uploaded_file_is_binary_text() -> None:
    assert TypeAdapter(list[UploadFile]).json_schema()["items"] == {
        "type": "string",
        "contentMediaType": "application/octet-stream",
    }


@pytest.mark.anyio
async def test_an_uploaded_file_is_read_and_written() -> None:
    upload = UploadFile(io.BytesIO(b"data"), size=4)
    assert await upload.read() == b"data"
    await upload.write(b" and more")
    assert upload.size == 13
    await upload.seek(0)
    assert await upload.read(4) == b"data"
    await upload.close()
    assert upload.file.closed


@pytest.mark.parametrize("value", ["", "text", 0, 1, None, [], ["a"]], ids=repr)
def test_a_placeholder_is_as_true_and_as_equal_as_its_value(value: Any) -> None:
    placeholder = cast("DefaultPlaceholder", Default(value))
    assert isinstance(placeholder, DefaultPlaceholder)
    assert placeholder.value is value
    assert bool(placeholder) is bool(value)
    assert placeholder == Default(value)
    assert placeholder != Default("another")
    assert placeholder != value


@pytest.mark.parametrize("name", ["URL", "Address", "FormData", "Headers", "QueryParams", "State"])
def test_the_rest_is_starlettes(name: str) -> None:
    assert getattr(datastructures, name) is getattr(starlette.datastructures, name)
