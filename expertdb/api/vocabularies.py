"""/api/v1/vocabularies: the codes and what they mean."""

from expertdb.api.handling import Routes
from expertdb.api.routing import EVERYBODY, Call, allow, answers, asks
from expertdb.schemas.vocabularies import VocabularyAnswer, VocabularyQuery
from expertdb.services import vocabularies

routes = Routes("vocabularies")


@routes.get("/vocabularies/<name>")
@allow(*EVERYBODY)
@asks(VocabularyQuery)
@answers(VocabularyAnswer)
def read_vocabulary(call: Call, name: str) -> dict[str, object]:
    """Read a vocabulary: its version and its terms with labels and aliases."""
    return vocabularies.read(name, call.query.get("q", ""))
