"""Hypothesis strategies for small pools whose texts collide often: ties, duplicates, shared terms, two languages."""

from __future__ import annotations

from hypothesis import strategies as st

from matching import Aspect, Concept, Concepts, Item, Profile, Query

CONCEPTS = Concepts(
    [
        Concept("LG-INV", ("专利无效与稳定性分析", "Patent invalidity", "无效宣告", "invalidity")),
        Concept("FN-SEP", ("标准必要专利", "SEP", "standard-essential patent")),
        Concept("TM", ("商标", "Trademark")),
        Concept("GI", ("地理标志", "Geographical indication", "GI")),
    ]
)
LEXICON = {
    "专利": "patent", "无效": "invalidity;invalidation", "无效宣告": "invalidation", "商标": "trademark",
    "标准必要专利": "standard essential patent;SEP", "电池": "battery", "茶叶": "tea;tea leaves", "许可": "licence",
}  # fmt: skip
WORDS = (
    "专利", "無效宣告", "商标", "标准必要专利", "电池", "茶叶许可", "LED芯片", "SEP", "SEPs", "invalidity", "the",
    "trademark", "battery", "tea", "licence", "Wi-Fi", "H04W 4/00", "B01D", "US", "😀", "，", ".",
)  # fmt: skip
CODES = ("LG-INV", "FN-SEP", "TM", "GI", "K-PA", "B01D")
EXPERTS = tuple(f"e-{number}" for number in range(6))

texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
items = st.builds(
    Item,
    texts,
    texts,
    st.just("case"),
    st.sampled_from((None, 2020, 2021)),
    st.sampled_from((None, True, False)),
)
codes = st.frozensets(st.sampled_from(CODES), max_size=3)


def profile_of(expert: str) -> st.SearchStrategy[Profile]:
    """Return a strategy of profiles of one expert."""
    return st.builds(Profile, st.just(expert), texts, st.lists(items, max_size=5).map(tuple), codes)


pools = st.lists(st.sampled_from(EXPERTS), unique=True).flatmap(
    lambda experts: st.tuples(*(profile_of(expert) for expert in experts)).map(list)
)
aspects = st.lists(
    st.builds(Aspect, st.sampled_from((*CODES, "NOBODY")), st.sampled_from(("must", "nice"))), max_size=3
)
queries = st.builds(Query, texts, texts, aspects.map(tuple))


def by_id(pool):
    """Return the profiles of a pool by expert: what `rank` reads words from."""
    return {profile.expert: profile for profile in pool}
