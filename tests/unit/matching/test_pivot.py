"""Chinese into English stems: the glossary first, then our glosses of office words, then the dictionary."""

import pytest

from matching import Pivot
from matching.pivot import DATA
from matching.text import normalise

PIVOT = Pivot.load()


def stems(text):
    return [stem for _, _, own in PIVOT.cut(normalise(text)) for stem in own]


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("标准必要专利", ["standard", "essenti", "patent", "sep"]),
        ("代理师", ["attorney"]),
        ("出口", ["export"]),
        ("货柜被海关扣留", ["contain", "customs", "detain", "seiz"]),
        ("珊瑚", ["coral"]),
    ],
)
def test_words_are_glossed_as_an_office_means_them(chinese, english):
    assert stems(chinese) == english


@pytest.mark.parametrize("text", ["我们的", "怎么", "三家", "一位", "去年"])
def test_words_that_say_nothing_have_no_stems(text):
    assert stems(text) == []


def test_no_word_is_glossed_in_both_of_our_files():
    ours = [(DATA / name).read_text("utf-8").splitlines() for name in ("glossary.tsv", "office_words.tsv")]
    glossary, office = ({line.partition("\t")[0] for line in lines if not line.startswith("#")} for lines in ours)
    assert not glossary & office
    assert len(office) + len(glossary) == sum(not line.startswith("#") for lines in ours for line in lines)
