"""What an erasure leaves of an expert's row: a column is emptied, written anew, or said here to stay."""

from expertdb.models.experts import Expert
from expertdb.services.erasing import EMPTIED

WRITTEN_ANEW = {
    *("name_zh", "name_en", "name_sort", "name_search", "content_search"),
    *("statement", "languages", "licences", "availability"),
}
# Who is counted in statistics and stands in old panels under the pseudonym, and when they did.
STAYS = {"id", "kind", "status", "entry_source", "term_start", "term_end", "version", "created_at", "updated_at"}


def test_no_column_of_an_expert_is_forgotten_by_an_erasure() -> None:
    assert {*EMPTIED, *WRITTEN_ANEW, *STAYS} == set(Expert.__table__.columns.keys())
