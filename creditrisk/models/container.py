"""The container of a model file: a zip of stored members with one possible byte sequence for given contents.

A zip has room for things that its checksums do not cover: times, attributes, comments, gaps, members that hide
behind one another. Here all of that is fixed, and a file is accepted only if it is, byte for byte, what this module
writes for its members. Any zip program can still list and unpack it.
"""

from __future__ import annotations

import struct
import zlib
from itertools import chain
from typing import TYPE_CHECKING

from creditrisk.errors import ModelFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How many bytes tell a file that cannot be a model.
BEGINS_WITHIN = 4
_BEGINS = b"PK\x03\x04"
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION, _FLAGS, _STORED, _TIME, _DATE = 20, 0, 0, 0, 0x21  # midnight of 1980-01-01, the zip's first day
_MADE_BY_UNIX, _PLAIN_FILE = 3 << 8 | _VERSION, 0o100644 << 16
_LARGEST = 0xFFFF_FFFE
_RESTORE = "Restore it from a copy, or train again."


class OtherMemberError(ModelFileError):
    """A member has another name than one that must or may stand there."""


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the container of the named members, in the order given.

    Raises
    ------
    ValueError
        When a name is not ASCII or the whole passes 4 GiB.
    """
    heads, tail = _frame(members)
    return b"".join([*chain.from_iterable(zip(heads, members.values(), strict=True)), tail])


def _frame(members: Mapping[str, bytes]) -> tuple[list[bytes], bytes]:
    """Return what stands before each member, and what stands after the last."""
    heads, directory, offset = [], [], 0
    for name, content in members.items():
        encoded = name.encode("ascii")
        sizes = (zlib.crc32(content), len(content), len(content))
        fixed = (_VERSION, _FLAGS, _STORED, _TIME, _DATE, *sizes, len(encoded), 0)
        heads.append(_LOCAL.pack(_BEGINS, *fixed) + encoded)
        directory += [
            _CENTRAL.pack(b"PK\x01\x02", _MADE_BY_UNIX, *fixed, 0, 0, 0, _PLAIN_FILE, offset),
            encoded,
        ]
        offset += len(heads[-1]) + len(content)
    central = b"".join(directory)
    if offset + len(central) > _LARGEST:
        raise ValueError("A model file cannot pass 4 GiB.")
    return heads, central + _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(central), offset, 0)


def check_begins(data: bytes) -> None:
    """Refuse data of which the first bytes, `BEGINS_WITHIN` of them or more, are not those of any model file.

    Raises
    ------
    ModelFileError
        When they are not.
    """
    if data[:BEGINS_WITHIN] != _BEGINS:
        raise ModelFileError(
            "This is not a model file.",
            fix="Name a file that `creditrisk train` wrote: the model comes first, then the loans.",
        )


def first_member(data: bytes, name: str, limit: int) -> bytes:
    """Return the first member, whatever follows it.

    Raises
    ------
    ModelFileError
        When it has another name, more bytes than `limit`, or is damaged.
    """
    content = _member(data, 0, name, limit)
    heads, _ = _frame({name: content})
    if not data.startswith(heads[0]):
        raise _damaged(f"the checksum of {name} is not right")
    return content


def unpack(data: bytes, limits: Mapping[str, int]) -> dict[str, bytes]:
    """Return the members: those that `limits` names, in its order, none above its limit in bytes.

    The first must be there; each of the others may be missing.

    Raises
    ------
    ModelFileError
        When the data are not byte for byte what `pack` gives for these members; `OtherMemberError` for another name.
    """
    check_begins(data)
    members: dict[str, bytes] = {}
    begins, offset = [], 0
    for name, limit in limits.items():
        if members and data[offset : offset + BEGINS_WITHIN] != _BEGINS:
            break
        members[name] = _member(data, offset, name, limit)
        begins.append(offset)
        offset += _LOCAL.size + len(name) + len(members[name])
    heads, tail = _frame(members)
    # The members are slices of the data: only what stands around them can differ, and no large file is built anew.
    if data[offset:] != tail or any(not data.startswith(head, at) for head, at in zip(heads, begins, strict=True)):
        raise _damaged("its bytes are not those of a model file with these members")
    return members


def _member(data: bytes, offset: int, name: str, limit: int) -> bytes:
    if len(data) < offset + _LOCAL.size:
        raise _damaged("it ends too early")
    size, begins = _LOCAL.unpack_from(data, offset)[8], offset + _LOCAL.size + len(name)
    if data[offset + _LOCAL.size : begins] != name.encode("ascii"):
        what = f"The model file is damaged: it has no member {name} where one must be."
        raise OtherMemberError(what, fix=_RESTORE)
    if size > limit or len(data) < begins + size:
        raise _damaged(f"the size of {name} is not right")
    return data[begins : begins + size]


def _damaged(reason: str) -> ModelFileError:
    return ModelFileError(f"The model file is damaged: {reason}.", fix=_RESTORE)
