"""The container of a model file: a zip of stored members with one possible byte sequence for given contents.

A zip has room for things that its checksums do not cover: times, attributes, comments, gaps, members that hide
behind one another. Here all of that is fixed, and a file is accepted only if it is, byte for byte, what this module
writes for its members. Any zip program can still list and unpack it.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from creditrisk.errors import ModelFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION, _FLAGS, _STORED, _TIME, _DATE = 20, 0, 0, 0, 0x21  # midnight of 1980-01-01, the zip's first day
_MADE_BY_UNIX, _PLAIN_FILE = 3 << 8 | _VERSION, 0o100644 << 16
_LARGEST = 0xFFFF_FFFE


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the container of the named members, in the order given.

    Raises
    ------
    ValueError
        When a name is not ASCII or the whole passes 4 GiB.
    """
    parts, directory, offset = [], [], 0
    for name, content in members.items():
        encoded = name.encode("ascii")
        sizes = (zlib.crc32(content), len(content), len(content))
        fixed = (_VERSION, _FLAGS, _STORED, _TIME, _DATE, *sizes, len(encoded), 0)
        parts += [_LOCAL.pack(b"PK\x03\x04", *fixed), encoded, content]
        directory += [
            _CENTRAL.pack(b"PK\x01\x02", _MADE_BY_UNIX, *fixed, 0, 0, 0, _PLAIN_FILE, offset),
            encoded,
        ]
        offset += _LOCAL.size + len(encoded) + len(content)
    central = b"".join(directory)
    if offset + len(central) > _LARGEST:
        raise ValueError("A model file cannot pass 4 GiB.")
    end = _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(central), offset, 0)
    return b"".join([*parts, central, end])


def unpack(data: bytes, limits: Mapping[str, int]) -> dict[str, bytes]:
    """Return the members: those that `limits` names, in its order, none above its limit in bytes.

    The first must be there; each of the others may be missing.

    Raises
    ------
    ModelFileError
        When the data are not byte for byte what `pack` gives for these members.
    """
    if data[:4] != b"PK\x03\x04":
        raise ModelFileError(
            "This is not a model file.",
            fix="Name a file that `creditrisk train` wrote: the model comes first, then the loans.",
        )
    members: dict[str, bytes] = {}
    offset = 0
    for name in limits:
        if members and data[offset : offset + 4] != b"PK\x03\x04":
            break
        if len(data) < offset + _LOCAL.size:
            raise _damaged("it ends too early")
        fields = _LOCAL.unpack_from(data, offset)
        size, begins = fields[8], offset + _LOCAL.size + len(name)
        if data[offset + _LOCAL.size : begins] != name.encode("ascii"):
            raise _damaged(f"it has no member {name} where one must be")
        if size > limits[name] or len(data) < begins + size:
            raise _damaged(f"the size of {name} is not right")
        members[name] = data[begins : begins + size]
        offset = begins + size
    if pack(members) != data:
        raise _damaged("its bytes are not those of a model file with these members")
    return members


def _damaged(reason: str) -> ModelFileError:
    return ModelFileError(f"The model file is damaged: {reason}.", fix="Restore it from a copy, or train again.")
