"""Whoever plays the ranking gains nothing worth having.

Pinned: an expert who is no use for a request (grade 0) and pads the profile — with pasted vocabularies, a request-like
keyword list, the same item again and again, or sheer volume — comes into no more best tens than before, over all the
judged requests, for six different experts; unverified evidence weighs less, and the reasons say so.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from expertdb import vocabularies
from expertdb.services.analysers import default_analyser
from matching import Candidate, Index, Item, Profile, best, rank
from tests.quality.judged import JudgedSet, load

PLAYERS = ("S020", "S060", "S074", "S122", "S186", "S190")
PLAYER = PLAYERS[0]
Play = Callable[[Profile], Profile]
LABELS = "；".join(term.zh for name in ("ip_subject", "service_kind") for term in vocabularies.load(name))


def pasted_vocabularies(one: Profile) -> Profile:
    return replace(one, statement=f"{one.statement}\n{LABELS}")


def one_word_again_and_again(one: Profile) -> Profile:
    return replace(one, statement=f"{one.statement}\n{'专利无效侵权诉讼商标质押评估许可' * 200}")


def same_item_again_and_again(one: Profile) -> Profile:
    return replace(one, items=one.items + one.items[:1] * 60)


def enormous_profile(one: Profile) -> Profile:
    return replace(
        one, items=one.items + tuple(Item(f"业绩{n}", LABELS[n : n + 400], verified=False) for n in range(60))
    )


@pytest.fixture(scope="module")
def judged() -> JudgedSet:
    return load()


@pytest.fixture(scope="module")
def index(judged: JudgedSet) -> Index:
    return Index.build(judged.experts, default_analyser())


def tens(judged: JudgedSet, index: Index, player: str) -> int:
    """In how many best tens the player stands without being of use there."""
    grades = {one.request: one.grade for one in judged.judgments if one.expert == player}
    useless = [one for one in judged.requests if grades[one.id] == 0]
    return sum(player in dict(best(index, request.query, 10)) for request in useless)


@pytest.fixture(scope="module")
def honest(judged: JudgedSet, index: Index) -> dict[str, int]:
    """In how many best tens each player stands, useless, without playing."""
    return {player: tens(judged, index, player) for player in PLAYERS}


@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize(
    "play", [pasted_vocabularies, one_word_again_and_again, same_item_again_and_again, enormous_profile]
)
def test_padding_brings_nobody_into_more_lists(
    judged: JudgedSet, index: Index, honest: dict[str, int], player: str, play: Play
) -> None:
    profile = next(one for one in judged.experts if one.expert == player)
    assert tens(judged, index.apply([play(profile)]), player) <= honest[player]


def test_item_repeated_sixty_times_changes_no_digit(judged: JudgedSet, index: Index) -> None:
    player = next(one for one in judged.experts if one.expert == PLAYER)
    repeated = index.apply([same_item_again_and_again(player)])
    query = judged.requests[0].query
    assert (repeated.score(query).affinities == index.score(query).affinities).all()


def ranked_with(judged: JudgedSet, index: Index, player: Profile) -> Candidate:
    """How the player stands for the first request with this profile."""
    pool = {one.expert: one for one in judged.experts} | {player.expert: player}
    ranking = rank(index.apply([player]), judged.requests[0].query, len(pool), pool)
    return next(one for one in ranking.candidates if one.expert == player.expert)


def test_unverified_evidence_weighs_less_and_the_reasons_say_so(judged: JudgedSet, index: Index) -> None:
    player = next(one for one in judged.experts if one.expert == PLAYER)
    trusted, unverified = (
        ranked_with(
            judged, index, replace(player, items=tuple(replace(item, verified=verified) for item in player.items))
        )
        for verified in (True, False)
    )
    assert unverified.affinity < trusted.affinity
    assert [line.name for line in unverified.reasons.adjustments] == ["unverified"]
    assert unverified.reasons.adjustments[0].value < 0
