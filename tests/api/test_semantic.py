"""With `semantic` in the matcher's parameters, lists say what likeness in meaning added, and by which encoder."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask

from config.settings import SettingsFault
from expertdb import vocabularies
from expertdb.console.lists import affinity_bar, parts_of
from matching.meaning import Meanings
from tests.callers import Caller, Clock
from tests.conftest import START, Databases, caller, close, make_app
from tests.reference.encoder import Characters

TEXT = {"text": "出口水龙头在海关被扣，货主说侵犯外观设计和商标，怎么应对？"}
LABEL = {"zh": "用词之外的语义相近", "en": "Likeness in meaning beyond shared words"}


@pytest.fixture(scope="module")
def parameters(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the matcher's parameters."""
    path = tmp_path_factory.mktemp("semantic") / "matching.toml"
    path.write_text("semantic = 0.2\n")
    return str(path)


@pytest.fixture(scope="module")
def app(databases: Databases, parameters: str) -> Iterator[Flask]:
    """An application on the sample pool, with an encoder that takes no time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matching.meaning.is_installed", lambda: True)
        patch.setattr("expertdb.services.analysers.load_meanings", cache(lambda: Meanings(Characters())))
        vocabularies.current().memory.clear()
        app = make_app(databases.fresh("sqlite", pool=True), Clock(START), matching_file=parameters)
        yield app
        close(app)
    vocabularies.current().memory.clear()  # Nobody else reads with it.


@pytest.fixture(scope="module")
def office(app: Flask) -> Caller:
    return caller(app, "policy_office")


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_a_list_says_what_likeness_added_and_what_it_was_made_with(office: Caller, tongue: str) -> None:
    answer = office.post("/shortlists/preview", TEXT, headers={"Accept-Language": tongue})
    made = answer.json or {}
    assert made["parameters"]["semantic"] == 0.2
    assert made["parameters"]["encoder"] == "characters"
    added = [
        line for entry in made["entries"] for line in entry["reasons"]["adjustments"] if line["name"] == "semantic"
    ]
    assert len(added) == len(made["entries"])
    assert {line["label"] for line in added} == {LABEL[tongue]}
    assert all(0 < line["value"] < 0.2 for line in added)


def test_a_bar_shows_what_likeness_added(app: Flask, office: Caller) -> None:
    entries = (office.post("/shortlists/preview", TEXT).json or {})["entries"]
    words = [{**entry, "reasons": {**entry["reasons"], "adjustments": []}} for entry in entries]
    assert parts_of(entries) == ["concept", "native", "pivot", "semantic", "rest"]
    assert parts_of(words) == ["concept", "native", "pivot", "rest"]
    with app.test_request_context():
        widths = [
            {
                part: float(width)
                for part, width in re.findall(r'class="part-(\w+)" x="[^"]+" width="([^"]+)"', affinity_bar(one, top))
            }
            for one, top in ((entries[0], entries[0]["affinity"]), (words[0], entries[0]["affinity"]))
        ]
    assert widths[0]["semantic"] > 0 == widths[1]["semantic"]
    assert sum(widths[0].values()) == pytest.approx(sum(widths[1].values()), abs=0.5)


def test_an_edit_of_a_moment_ago_counts_in_meaning_too(app: Flask, office: Caller) -> None:
    administrator = caller(app, "administrator")
    before = (office.post("/shortlists/preview", TEXT).json or {})["entries"]
    expert = before[-1]["expert"]["id"]
    profile = administrator.get(f"/experts/{expert}")
    changed = administrator.patch(
        f"/experts/{expert}", {"statement": TEXT["text"]}, headers={"If-Match": profile.headers["ETag"]}
    )
    assert changed.status_code == 200, changed.get_data(as_text=True)
    after = (office.post("/shortlists/preview", TEXT).json or {})["entries"]
    assert likeness(after, expert) > likeness(before, expert)


def likeness(entries: list[dict], expert: str) -> float:  # type: ignore[type-arg]
    (own,) = (entry for entry in entries if entry["expert"]["id"] == expert)
    return next(line["value"] for line in own["reasons"]["adjustments"] if line["name"] == "semantic")


def test_an_index_without_vectors_is_refused_at_the_start(
    databases: Databases, parameters: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.meaning.is_installed", lambda: True)
    with pytest.raises(SettingsFault, match="EXPERTDB_INDEX is qdrant, which holds no vectors"):
        make_app(databases.fresh("sqlite"), Clock(START), matching_file=parameters, index="qdrant")


def test_whoever_lacks_the_extra_is_told_at_the_start(
    databases: Databases, parameters: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.meaning.is_installed", lambda: False)
    with pytest.raises(SettingsFault, match=r"semantic takes the extra: pip install 'expertdb\[semantic\]'"):
        make_app(databases.fresh("sqlite"), Clock(START), matching_file=parameters)
