"""The ZIP container of an XLSX workbook: what is in it is looked at before anything is unpacked.

A workbook with macros is refused, whatever its name; so is one that would unpack to more than a roster can need.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from expertdb.errors import Fault, InvalidInput
from expertdb.wording import Text

MEGABYTE = 1 << 20
UNPACKED = 256 * MEGABYTE
STRINGS = 64 * MEGABYTE  # Shared strings are kept in memory.
RATIO = 300  # XML of a real roster packs 5 to 40 times.
SMALL = MEGABYTE  # Parts below this may have any ratio.
PARTS = 5_000
CHUNK = 1 << 16
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and every workbook with a password
MACROS = re.compile(r"(^|/)(vbaProject.*\.bin|vbaData\.xml)$|^xl/macrosheets/", re.I)


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """The workbook's container, found harmless; raises InvalidInput."""
    file.seek(0)
    if file.read(len(OLD)) == OLD:
        raise refusal(
            Text("This is an old .xls workbook, or one with a password. Save it as .xlsx without a password.")
        )
    try:
        container = zipfile.ZipFile(file)
        _refuse_dangerous(container)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise refusal(Text("This is not an XLSX workbook, or it is damaged.")) from error
    return container


def _refuse_dangerous(container: zipfile.ZipFile) -> None:
    parts = container.infolist()
    if len(parts) > PARTS:
        raise refusal(
            Text("The workbook has {count} parts; at most {maximum} are read.", count=len(parts), maximum=PARTS)
        )
    if any(part.flag_bits & 1 for part in parts):
        raise refusal(Text("The workbook is encrypted. Save it without a password."))
    _refuse_bomb(parts)
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        raise refusal(Text("This is not an XLSX workbook, or it is damaged."))
    kinds = b"".join(chunks(container, "[Content_Types].xml")) if "[Content_Types].xml" in names else b""
    if any(MACROS.search(name) for name in names) or b"macroEnabled" in kinds:
        raise refusal(Text("The workbook holds macros. Save it as .xlsx, without them."))


def _refuse_bomb(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED:
        template = (
            "The workbook unpacks to {megabytes} MB; at most {maximum} are read. Delete empty rows and other sheets."
        )
        raise refusal(Text(template, megabytes=unpacked // MEGABYTE, maximum=UNPACKED // MEGABYTE))
    for part in parts:
        if part.file_size > SMALL and part.file_size > RATIO * max(1, part.compress_size):
            template = "A part of the workbook unpacks to more than {ratio} times its size, which no roster does."
            raise refusal(Text(template, ratio=RATIO))


def chunks(container: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The bytes of a part, a little at a time; raises InvalidInput when the part is damaged or not there.

    The part never gives more than its directory entry says, which has been checked.
    """
    try:
        with container.open(name) as part:
            while chunk := part.read(CHUNK):
                yield chunk
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise refusal(Text("This is not an XLSX workbook, or it is damaged.")) from error


def refusal(detail: Text) -> InvalidInput:
    """The refusal of a file as a whole."""
    return InvalidInput(Fault("/file", detail))
