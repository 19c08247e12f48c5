"""The analysers that our vocabularies, lexicon and extras make: what turns texts into terms."""

from expertdb import vocabularies
from matching import Analyser, Concept, Concepts, Parameters, Pivot
from matching.meaning import load as load_meanings


def analyser_for(parameters: Parameters) -> Analyser:
    """The analyser that an index for these parameters takes; raises RuntimeError where an extra is not installed."""
    return default_analyser(with_meanings=parameters.semantic > 0)


@vocabularies.per_edition
def default_analyser(*, with_meanings: bool = False) -> Analyser:
    """The analyser with our vocabularies and lexicon, made once for each edition of the vocabularies."""
    return Analyser(concepts(), Pivot.load(), load_meanings() if with_meanings else None)


def concepts() -> Concepts:
    """The concepts of our vocabularies.

    Phrases are the aliases, not the labels: some labels ("Training", "规划") are too common to mean their code.
    """
    terms = (term for term in vocabularies.expertise_terms() if not term.deprecated)
    return Concepts(Concept(term.code, term.aliases) for term in terms)
