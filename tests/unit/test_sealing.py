"""Sealing: what is sealed opens with its key and in its place only, and equal texts share a hash under one key."""

from datetime import UTC, datetime

import pytest

from expertdb.keys import DERIVED, field_keys
from expertdb.sealing import Sealed, Sealer, Unsealable

OLD, NEW = "o" * 32, "n" * 32
SECRET = "s" * 40


def sealer(own: str = f"new:{NEW},old:{OLD}", secret: str = SECRET) -> Sealer:
    return Sealer(field_keys(own, secret), datetime.now(UTC))


def test_sealed_text_opens_in_its_place() -> None:
    made = sealer().seal("138 0013 8000", "expert-1 phone")
    assert made.key == "new"
    assert b"138" not in made.box
    assert sealer().open(made, "expert-1 phone") == "138 0013 8000"


def test_same_text_is_sealed_differently_each_time() -> None:
    assert sealer().seal("x", "c").box != sealer().seal("x", "c").box


@pytest.mark.parametrize("place", ["expert-2 phone", "expert-1 email", ""])
def test_sealed_text_moved_to_another_place_does_not_open(place: str) -> None:
    with pytest.raises(Unsealable):
        sealer().open(sealer().seal("13800138000", "expert-1 phone"), place)


@pytest.mark.parametrize("byte", [0, 12, -1])
def test_altered_text_does_not_open(byte: int) -> None:
    made = sealer().seal("13800138000", "c")
    box = bytearray(made.box)
    box[byte] ^= 1
    for altered in (bytes(box), b"", made.box[:20]):
        with pytest.raises(Unsealable):
            sealer().open(Sealed(made.key, altered), "c")


def test_older_key_still_opens_and_an_absent_one_is_named() -> None:
    made = sealer(f"old:{OLD}").seal("x", "c")
    assert sealer().open(made, "c") == "x"
    with pytest.raises(Unsealable, match="old"):
        sealer(f"new:{NEW}").open(made, "c")


def test_what_the_derived_key_sealed_opens_after_keys_are_set() -> None:
    made = sealer("").seal("x", "c")
    assert made.key == DERIVED
    assert sealer().open(made, "c") == "x"
    with pytest.raises(Unsealable):
        sealer(secret="t" * 40).open(made, "c")


def test_hashes_are_equal_for_equal_texts_under_one_key_only() -> None:
    assert sealer().digest("350200") == sealer().digest("350200") != sealer().digest("350201")
    assert sealer(f"old:{OLD}").digest("350200") in sealer().digests("350200")
    assert len(set(sealer().digests("350200"))) == len(sealer().known) == 3
