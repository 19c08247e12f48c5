"""Which encoding a text file is in: UTF-8, UTF-16 or GB18030, or a clear refusal.

GB18030 gives a meaning to nearly any bytes, so what it makes of a file must look like Chinese: most characters of a
modern text are in GB 2312 (1980). Big5 and Western files read as GB18030 are full of characters nobody uses.
"""

import codecs
import re
from typing import BinaryIO

from expertdb.errors import Fault, InvalidInput
from expertdb.wording import Text

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, None),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHUNK = 1 << 20
SAMPLE = 1 << 16
HAN = re.compile("[㐀-鿿豈-﫿]")
ORDINARY = 0.8
PLAUSIBLE = 0.95


def encoding_of(file: BinaryIO) -> str:
    """The encoding of the file, which is read through and wound back; raises InvalidInput."""
    file.seek(0)
    head = file.read(SAMPLE)
    for mark, name in MARKS:
        if head.startswith(mark):
            if name is None:
                raise _refusal(Text("The file is in UTF-32. Save it as UTF-8, or as .xlsx."))
            return _checked(file, name)
    if b"\0" in head:
        return _checked(file, _utf_16(head))
    if _first_fault(file, "utf-8") is None:
        return "utf-8"
    _refuse_unlike_chinese(head)
    return _checked(file, "gb18030")


def _checked(file: BinaryIO, name: str) -> str:
    place = _first_fault(file, name)
    if place is not None:
        template = "The file is neither UTF-8 nor {name}: byte {place} fits neither. Save it as UTF-8, or as .xlsx."
        raise _refusal(Text(template, name=name.upper(), place=place))
    return name


def _first_fault(file: BinaryIO, name: str) -> int | None:
    """The place of the first byte that this encoding does not know, counted from 1; the file is wound back."""
    file.seek(0)
    decoder, place = codecs.getincrementaldecoder(name)("strict"), 0
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
            place += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        return place + getattr(error, "start", 0) + 1
    finally:
        file.seek(0)
    return None


def _utf_16(head: bytes) -> str:
    """Which UTF-16 without a mark this is; raises InvalidInput where it is neither, so no text at all."""
    for name in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(name, "replace")
        usual = sum(map(_is_usual, text))
        if usual >= PLAUSIBLE * len(text):
            return name
    raise _refusal(Text("This is not a text file: it holds NUL bytes. Save it as UTF-8, or as .xlsx."))


def _is_usual(char: str) -> bool:
    return (char.isascii() and char != "\0") or HAN.match(char) is not None or char in "，。；：、（）“”"


def _refuse_unlike_chinese(head: bytes) -> None:
    if _ordinary(head.decode("gb18030", "ignore"), "gb2312") >= ORDINARY:
        return
    if _ordinary(head.decode("big5", "ignore"), "big5") >= ORDINARY and _is_big5(head):
        raise _refusal(Text("The file seems to be in Big5. Save it as UTF-8, or as .xlsx."))
    template = "The encoding of the file is none of UTF-8, UTF-16 and GB18030. Save it as UTF-8, or as .xlsx."
    raise _refusal(Text(template))


def _is_big5(head: bytes) -> bool:
    decoded = head.decode("big5", "replace")
    return decoded.count("�") <= 1  # The sample may end within a character.


def _ordinary(text: str, encoding: str) -> float:
    """The share of a text's Chinese characters that this older encoding knows; 0 where there are none."""
    characters = HAN.findall(text)
    known = sum(bool(char.encode(encoding, "ignore")) for char in characters)
    return known / len(characters) if characters else 0.0


def _refusal(detail: Text) -> InvalidInput:
    return InvalidInput(Fault("/file", detail))
