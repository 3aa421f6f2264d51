"""Search goes back from the newest comment in bounded looks; an author's record is the site's own."""

import pytest

from moderation import authors, search
from moderation.database import reading
from moderation.errors import NotFoundError
from moderation.terms import Status
from tests import make


@pytest.fixture
def site(engine):
    return make.site()


@pytest.fixture
def mia(site):
    return make.moderator("mia", at=site.id).person


def found(person, words, **more) -> list[str]:
    with reading() as session:
        return [each.comment.external_id for each in search.look(session, person, words, None, **more).found]


def test_words_are_found_in_texts_names_pages_and_ids_whatever_their_case(site, mia):
    make.stored(site.id, "c-1", "The Harbour was lovely.")
    make.stored(site.id, "c-2", author_name="Harbourmaster")
    make.stored(site.id, "c-3", page_title="At the HARBOUR", page_url="https://courier.example/b")
    fourth = make.stored(site.id, "c-4", page_url="https://courier.example/harbour")
    make.stored(site.id, "c-5")

    assert found(mia, "harbour") == ["c-4", "c-3", "c-2", "c-1"]
    assert found(mia, "c-5") == ["c-5"]
    assert found(mia, str(fourth.id)) == ["c-4"]
    assert found(mia, "ships") == []


@pytest.mark.parametrize("words", ["\u00e4rger", "M\u00dcNCHEN", "\u043cOSKV", "\u041c\u043e\u0421\u043a"])
def test_capitals_of_every_alphabet_do_not_count(site, mia, words):
    make.stored(site.id, "c-1", "\u00c4rger in M\u00fcnchen, \u043cOSKV, \u043c\u043e\u0441\u043a\u0432\u0430")

    assert found(mia, words) == ["c-1"]


@pytest.mark.parametrize("words", ["%", "_", "\\", "100%", "'; --", "a%b"])
def test_wildcards_are_letters(site, mia, words):
    make.stored(site.id, "c-1", "nothing of the kind")
    make.stored(site.id, "c-2", f"with {words} in it")

    assert found(mia, words) == ["c-2"]


def test_only_ones_own_sites_are_searched(site, mia):
    other = make.site("The Gazette")
    make.stored(other.id, "theirs", "harbour")

    assert found(mia, "harbour") == found(mia, "theirs") == []


def test_it_goes_on_where_a_look_ended(site, mia, monkeypatch):
    monkeypatch.setattr(search, "LOOKED_THROUGH", 3)
    for number in range(8):
        make.stored(site.id, f"c-{number}", "harbour" if number in {0, 7} else "sea")
    before, seen, looks = None, [], 0
    while True:
        with reading() as session:
            look = search.look(session, mia, "harbour", before)
        seen += [each.comment.external_id for each in look.found]
        looks += 1
        if look.further is None:
            break
        before = look.further

    assert (seen, looks) == (["c-7", "c-0"], 3)


def test_an_authors_record(site, mia):
    for number in range(3):
        make.stored(site.id, f"c-{number}", make.PROFANE if number else make.CLEAN, author_id="bo", author_name="Bo")
    make.work()
    with reading() as session:
        comment = search.look(session, mia, "c-1", None).found[0].comment
        record = authors.record(session, mia, comment.author_id)
        assert (record.counts[Status.APPROVED], record.counts[Status.HELD]) == (1, 2)
        assert (record.names, record.open_cases, len(record.last)) == (["Bo"], 2, 3)
        with pytest.raises(NotFoundError):
            authors.record(session, make.moderator("max", at=make.site("The Gazette").id).person, comment.author_id)
