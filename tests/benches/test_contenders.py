"""How the measured extension was built is told by what is in its file, and by what it says."""

import struct
from pathlib import Path

import pytest
from harness.contenders import PUBLISHED, build_of


def elf(*sections: bytes) -> bytes:
    """A 64-bit ELF file with sections of these names, and the one that holds the names."""
    names = b"\0".join([*sections, b".shstrtab", b""])
    offsets = [names.index(section + b"\0") for section in (*sections, b".shstrtab")]
    table = b"".join(
        struct.pack("<IIQQQQIIQQ", each, 3, 0, 0, 64, 0, 0, 0, 0, 0) for each in offsets
    )
    head = b"\x7fELF\x02".ljust(40, b"\0") + struct.pack("<Q", 64 + len(names))
    head = head.ljust(58, b"\0") + struct.pack("<HHH", 64, len(offsets), len(offsets) - 1)
    return head + names + table


# name: the file, whether the extension says that it is profile-guided, what is told
BUILDS = {
    "stripped": (elf(b".text"), False, "release"),
    "stripped and profile-guided": (elf(b".text"), True, "profile-guided"),
    "with symbols": (elf(b".text", b".symtab"), False, "development"),
    "with symbols and profile-guided": (elf(b".symtab", b".text"), True, "development"),
    "of another system": (b"MZ" + bytes(200), True, "unknown"),
}


@pytest.mark.parametrize(("data", "profile_guided", "told"), BUILDS.values(), ids=BUILDS)
def test_a_build_is_told(data: bytes, profile_guided: bool, told: str, tmp_path: Path) -> None:
    extension = tmp_path / "_core.so"
    extension.write_bytes(data)
    assert build_of(extension, profile_guided=profile_guided) == told
    assert (told in PUBLISHED) == (told in ("release", "profile-guided"))
