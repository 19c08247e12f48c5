"""Our index against what else one could take, on the same texts, in one interleaved run.

Every engine gets the terms that our analyser makes, so that none is charged for another's tokens, and requests that are
analysed already. `linear_kernel` with both fields does what we do: mixed by language, sorted. Engines of their own
formula are given the native field alone, which is half of our work, and then both in one: as many postings as ours,
though not mixed by language.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from benchmarks.corpora import profiles
from matching import Analyser, Index, Parameters, Profile, Query, ask, find_best, kernels
from matching.live import Live
from matching.merging import merge
from matching.parts import whole
from matching.reading import Analysed

K = 20
Prepared = tuple[Callable[[Any], Any], list[Any]]
Terms = Callable[[Analysed], list[str]]


def read(experts: int, analyser: Analyser) -> tuple[Index, list[Analysed]]:
    """Return an index of invented experts, and the terms of each; every text is analysed once."""
    documents: list[Analysed] = []

    def noted() -> Iterator[Profile]:
        for one in profiles(experts):
            documents.append(analyser.analyse(one.statement))
            yield one  # The analyser remembers the text.

    return Index.build(noted(), analyser, kernel="numba"), documents


def with_kernel(index: Index, kernel: kernels.Name) -> Index:
    """Return an index of the same pool for another kernel."""
    _, df, items, widths = index.compacted()
    chosen, live = kernels.choose(kernel), Live(df, items)
    segment = merge([(part.segment, part.alive) for part in index.parts], chosen, widths)
    return Index(index.analyser, index.max_items, chosen, index.vocabularies, live, live.newest, [whole(segment)], {})


def ours(index: Index, requests: Sequence[Query]) -> Prepared:
    masks, parameters = index.select(None), Parameters()
    return lambda asked: find_best(index, asked, K, parameters, masks), [ask(one, index.analyser) for one in requests]


def kernel_of_scikit_learn(documents: Sequence[Analysed], requests: Sequence[Analysed]) -> Prepared:
    fitted = {field: _fitted(_Corpus(documents), field) for field in ("native", "pivot")}
    languages = np.array([one.language for one in documents])

    def run(asked: tuple[str, Any, Any]) -> Any:
        language, native, pivot = asked
        own, other = (linear_kernel(one, fitted[field][1])[0] for field, one in (("native", native), ("pivot", pivot)))
        return np.argsort(-np.where(languages == language, (own + other) / 2, other))[:K]

    def vectors(one: Analysed) -> tuple[str, Any, Any]:
        return one.language, *(fitted[field][0].transform([list(getattr(one, field))]) for field in fitted)

    return run, [vectors(one) for one in requests]


def kernel_of_scikit_learn_native(documents: Sequence[Analysed], requests: Sequence[Analysed]) -> Prepared:
    vectorizer, matrix = _fitted(_Corpus(documents), "native")
    return (
        lambda asked: np.argsort(-linear_kernel(asked, matrix)[0])[:K],
        [vectorizer.transform([list(one.native)]) for one in requests],
    )


@dataclass(frozen=True, eq=False)
class _Corpus:
    """Documents that are the same when they are the same list."""

    documents: Sequence[Analysed]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Corpus) and self.documents is other.documents

    def __hash__(self) -> int:
        return id(self.documents)


@cache
def _fitted(corpus: _Corpus, field: str) -> tuple[TfidfVectorizer, Any]:
    """Return scikit-learn's vectorizer for one field, and the matrix of all documents, L2-normalised."""
    vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True)
    return vectorizer, vectorizer.fit_transform(list(getattr(one, field)) for one in corpus.documents)


def _native(one: Analysed) -> list[str]:
    return list(one.native)


def both(one: Analysed) -> list[str]:
    """The terms of both fields, told apart."""
    return [*(f"n{term}" for term in one.native), *(f"p{term}" for term in one.pivot)]


def bm25s(documents: Sequence[Analysed], requests: Sequence[Analysed], terms_of: Terms = _native) -> Prepared:
    import bm25s as engine

    retriever = engine.BM25(backend="numba")
    retriever.index([terms_of(one) for one in documents], show_progress=False)
    known = [[term for term in set(terms_of(one)) if term in retriever.vocab_dict] for one in requests]
    return lambda terms: retriever.retrieve([terms], k=K, show_progress=False, n_threads=0), known


def tantivy(documents: Sequence[Analysed], requests: Sequence[Analysed], terms_of: Terms = _native) -> Prepared:
    import tantivy as engine

    builder = engine.SchemaBuilder()
    builder.add_text_field("terms", stored=False, tokenizer_name="whitespace")
    schema = builder.build()
    index = engine.Index(schema)
    writer = index.writer(500_000_000, 1)
    for one in documents:
        writer.add_document(engine.Document(terms=" ".join(map(_word, terms_of(one)))))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def run(terms: list[str]) -> Any:
        clauses = [(engine.Occur.Should, engine.Query.term_query(schema, "terms", term)) for term in terms]
        return searcher.search(engine.Query.boolean_query(clauses), K)

    return run, [[_word(term) for term in set(terms_of(one))] for one in requests]


def fts5(documents: Sequence[Analysed], requests: Sequence[Analysed]) -> Prepared:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE pool USING fts5(terms, content='', tokenize=\"unicode61 tokenchars '_'\")")
    rows = ((" ".join(_word(term) for term in one.native),) for one in documents)
    database.executemany("INSERT INTO pool (terms) VALUES (?)", rows)
    database.execute("INSERT INTO pool (pool) VALUES ('optimize')")
    statement = "SELECT rowid FROM pool WHERE pool MATCH ? ORDER BY rank LIMIT ?"
    asked = [" OR ".join(f'"{_word(term)}"' for term in set(one.native)) for one in requests]
    return lambda terms: database.execute(statement, (terms, K)).fetchall(), asked


def qdrant(documents: Sequence[Analysed], requests: Sequence[Analysed], terms_of: Terms = _native) -> Prepared:
    """Sparse vectors, normalised. Our own backend on Qdrant stores what `both` gives, told apart by language, too."""
    import qdrant_edge as edge

    vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True)
    matrix = vectorizer.fit_transform(map(terms_of, documents))
    config = edge.EdgeConfig(sparse_vectors={"terms": edge.EdgeSparseVectorParams()})
    shard = edge.EdgeShard.create(str(scratch() / f"shard{terms_of.__name__}"), config)
    for start in range(0, matrix.shape[0], 1000):
        rows = [matrix[row] for row in range(start, min(start + 1000, matrix.shape[0]))]
        points = [
            edge.Point(start + at, {"terms": edge.SparseVector(row.indices.tolist(), row.data.tolist())})
            for at, row in enumerate(rows)
        ]
        shard.update(edge.UpdateOperation.upsert_points(points))
    shard.optimize()

    def run(vector: Any) -> Any:
        query = edge.Query.Nearest(edge.SparseVector(*vector), using="terms")
        return shard.query(edge.QueryRequest(limit=K, query=query, params=edge.SearchParams(exact=True)))

    vectors = [vectorizer.transform([terms_of(one)]) for one in requests]
    return run, [(one.indices.tolist(), one.data.tolist()) for one in vectors]


def _word(term: str) -> str:
    """A term as one token of any tokenizer: what is no letter or digit of ASCII, in hexadecimal."""
    return "x" + term.encode().hex()


def scratch() -> Path:
    """A folder that is removed at the end of the run."""
    import atexit

    folder = Path(tempfile.mkdtemp(prefix="expertdb-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
