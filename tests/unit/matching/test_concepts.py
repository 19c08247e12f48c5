"""Which concepts stand in a text, and where."""

import pytest

from matching import Concept, Concepts

CONCEPTS = Concepts(
    [
        Concept("PAT", ("专利（总类）", "Patents (parent)")),
        Concept("LG-INV", ("专利无效", "invalidity")),
        Concept("FN-SEP", ("SEP", "standard-essential patent")),
        Concept("GI", ("GI", "地理标志")),
        Concept("TRADE", ("trade mark licence",)),
        Concept("BRAND", ("trade mark", "品牌")),
        Concept("BRAND-2", ("品牌",)),
        Concept("OVS", ("337调查",)),
        Concept("RD", ("R&D funding",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("某專利無效案", ["LG-INV"]),  # The longest wins over 专利, in traditional characters, too.
        ("专利，无效", ["PAT"]),  # Punctuation ends a phrase.
        ("two patents", ["PAT"]),  # Plural; brackets in a label are remarks.
        ("Standard essential patents and SEPs", ["FN-SEP", "FN-SEP"]),
        ("sep and gi", []),  # Acronyms are matched in capitals only.
        ("GIANT", []),  # Latin phrases end on word borders.
        ("Trade-mark licences", ["TRADE"]),
        ("trade mark, licence", ["BRAND"]),
        ("trade-mark license", ["TRADE"]),  # American spelling.
        ("品牌", ["BRAND", "BRAND-2"]),
        ("应对337调查", ["OVS"]),
        ("R & D funding", ["RD"]),
        ("H04W 4/00", ["H04W"]),
        ("", []),
    ],
)
def test_text_holds_these_concepts(text, codes):
    assert [span.code for span in CONCEPTS.spans(text)] == codes


@pytest.mark.parametrize("text", ["㈱ １．地理標誌與ＧＩ", "e\u0301e\u0301 GI ﷺ 地理标志！"])
def test_spans_quote_the_text_as_it_was_given(text):
    spans = CONCEPTS.spans(text)
    assert len(spans) == 2
    assert all(span.code == "GI" and text[span.start : span.end] == span.phrase for span in spans)
