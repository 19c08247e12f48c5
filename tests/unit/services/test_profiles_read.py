"""Profiles read for a list are found again by the state that the index holds, by no other; only so many are kept."""

from dataclasses import replace

from expertdb.services.profiles_read import Read
from matching import Item, Profile
from matching.records import digest

LIN = Profile("lin", "专利无效", (Item("某案", "电池专利"),))


def test_a_profile_is_found_in_the_state_that_it_was_read_in_and_in_no_other():
    read, edited = Read(), replace(LIN, statement="商标")
    read.keep(LIN)
    assert read.get("lin", digest(LIN)) == LIN
    assert read.get("lin", digest(edited)) is None
    read.keep(LIN)
    read.keep(edited)
    assert read.get("lin", digest(edited)) == edited
    assert read.get("zhao", digest(edited)) is None


def test_those_whom_no_list_has_shown_for_the_longest_are_forgotten_first():
    profiles = [replace(LIN, expert=f"e-{number}", statement="文" * 90) for number in range(4)]
    read = Read(characters=300)  # Room for three of 96.
    for one in profiles[:3]:
        read.keep(one)
    assert read.get("e-0", digest(profiles[0]))
    read.keep(profiles[3])
    assert [bool(read.get(one.expert, digest(one))) for one in profiles] == [True, False, True, True]


def test_a_profile_that_is_too_long_is_not_kept_and_drives_nobody_out():
    read = Read(characters=100)
    read.keep(LIN)
    read.keep(replace(LIN, expert="long", statement="文" * 101))
    assert read.get("lin", digest(LIN))
    assert read.get("long", digest(LIN)) is None
