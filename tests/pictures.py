"""PNG pictures in 256 colours: a third of the size, and nobody sees the difference on a page of text."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256


def in_few_colours(png: bytes) -> bytes:
    """The picture (8 bits, RGB or RGBA, not interlaced) with a palette of its most frequent colours.

    A colour that is not among them becomes the nearest of them.
    """
    pixels = _pixels(png)
    height, width, _ = pixels.shape
    packed = (pixels.astype(np.uint32) << np.array([16, 8, 0], np.uint32)).sum(axis=2).ravel()
    colours, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-counts)[:COLOURS]]
    rows = _nearest(colours, palette)[inverse].astype(np.uint8).reshape(height, width)
    filtered = np.zeros((height, width + 1), np.uint8)
    filtered[:, 1:] = rows
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    table = b"".join(int(colour).to_bytes(3, "big") for colour in palette)
    chunks = ((b"IHDR", header), (b"PLTE", table), (b"IDAT", zlib.compress(filtered.tobytes(), 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _nearest(colours: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Of each colour, the place of the nearest in the palette."""
    apart = np.stack([(palette >> shift) & 255 for shift in (16, 8, 0)], axis=1).astype(np.int64)
    found = np.empty(len(colours), np.int64)
    for start in range(0, len(colours), 1000):
        some = colours[start : start + 1000]
        wanted = np.stack([(some >> shift) & 255 for shift in (16, 8, 0)], axis=1).astype(np.int64)
        found[start : start + 1000] = ((wanted[:, None] - apart[None]) ** 2).sum(axis=2).argmin(axis=1)
    return found


def _pixels(png: bytes) -> np.ndarray:
    """The picture as an array of height, width and three colours."""
    chunks = list(_chunks(png))
    width, height, bits, kind, *_ = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
    depth = {2: 3, 6: 4}[kind]
    assert bits == 8
    raw = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    stride, above, done = width * depth, bytes(width * depth), bytearray()
    for start in range(0, len(raw), 1 + stride):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + stride], above, depth)
        done += above
    return np.frombuffer(done, np.uint8).reshape(height, width, depth)[:, :, :3]


def _unfiltered(kind: int, line: bytes, above: bytes, depth: int) -> bytes:
    """One line of pixels with its filter (PNG, section 9) undone."""
    if kind == 0:
        return line
    found = bytearray(depth)  # What stands left of the first pixel.
    before = bytes(depth) + above
    for place, value in enumerate(line):
        left, over, corner = found[place], above[place], before[place]
        guess = (left, over, (left + over) // 2, _paeth(left, over, corner))[kind - 1]
        found.append((value + guess) & 255)
    return bytes(found[depth:])


def _paeth(left: int, over: int, corner: int) -> int:
    guess = left + over - corner
    return min((abs(guess - left), 0, left), (abs(guess - over), 1, over), (abs(guess - corner), 2, corner))[2]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        place += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
