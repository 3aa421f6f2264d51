"""Language: which one a comment is in, when that is sure, and whether the site reads it."""
# ruff: noqa: RUF001 - other languages have such letters

import pytest

from moderation.checks import language
from moderation.checks.signal import Facts
from moderation.checks.tongue import tongue
from moderation.rules import Rules

RULES = Rules()
GERMAN = "Ich finde, dass der Artikel die wichtigsten Fragen gar nicht beantwortet."


def facts(body: str, said: str | None = None):
    return Facts("c-1", body, RULES, language=said)


@pytest.mark.parametrize(
    ("tag", "body"),
    [
        ("en", "I think this is a rather good article, and it was about time."),
        ("de", GERMAN),
        ("fr", "Pourquoi personne ne parle de ceux qui vont payer tout cela ?"),
        ("es", "Por desgracia con este tiempo no se puede ir al trabajo en bicicleta."),
        ("it", "Mia sorella abita a Torino da tre anni e si trova molto bene."),
        ("nl", "Weet iemand wanneer de volgende aflevering komt van deze serie?"),
        ("pt", "O governo mais uma vez não percebeu nada, como sempre."),
        ("pl", "Dlaczego nikt nie mówi, kto za to wszystko zapłaci?"),
        ("tr", "Ne saçmalık, artık kimse böyle hikayelere inanmıyor."),
        ("ru", "Почему никто не говорит, кто будет за всё это платить?"),
        ("uk", "Моя сестра вже три роки живе у Львові і дуже задоволена."),
        ("ar", "هل يعرف أحد متى ستصدر الحلقة القادمة من المسلسل؟"),
        ("zh", "為什麼沒有人說清楚"),
        ("ja", "次の回はいつ放送されるか知っている人はいますか。"),
        ("ko", "정말 아쉽네요"),
        ("he", "אני חושב שהמאמר הזה"),
    ],
)
def test_a_language_is_told(tag: str, body: str):
    assert tongue(facts(body)) == tag


@pytest.mark.parametrize(
    "body",
    ["", "ok", "lol", "PSY", "\U0001f600" * 20, "\x00", "\ud800" * 40, "12345 67890", "https://de.example/der-die-das-und-nicht",
     "@katyperry OMG yassss queen", "e" + "\u0301" * 20_000],
)  # fmt: skip
def test_nobody_could_tell_and_none_is_the_answer(body: str):
    assert tongue(facts(body)) is None


def test_it_is_asked_once_and_kept():
    given = facts(GERMAN)
    given.shared["tongue"] = "fr"

    assert tongue(given) == "fr"


def test_a_foreign_language_is_said_and_the_site_s_own_is_not_held():
    assert (language.look(facts(GERMAN)).score, language.look(facts(GERMAN)).evidence) == (1.0, ("de",))
    assert language.look(facts("This is what they said and it was not true.")).score == 0.0
    assert language.look(facts("ok")).score == 0.0


def test_a_language_other_than_the_site_said_is_evidence():
    signal = language.look(facts("This is what they said and it was not true.", said="fr-CA"))

    assert signal.evidence == ("en", "said to be fr")
    assert 0 < signal.score < language.FOREIGN


@pytest.mark.parametrize("said", [None, "en"])
@pytest.mark.parametrize(
    "body",
    ["Wang Yi met Blinken in Beijing.", "Kim Jong Un, Vladimir Putin in Vladivostok",
     "Il Trovatore by Giuseppe Verdi, La Scala"],
)  # fmt: skip
def test_foreign_names_make_no_foreign_comment(body: str, said: str | None):
    assert tongue(facts(body, said)) is None


@pytest.mark.parametrize(
    ("tag", "body"),
    [
        ("fr", "ta gueule connard"),
        ("fr-CA", "Va te faire foutre"),
        ("de", "Du bist ein Idiot"),
        ("es_MX", "eres un idiota"),
    ],
)
def test_where_nobody_could_tell_the_site_is_believed(tag: str, body: str):
    assert tongue(facts(body)) is None
    assert tongue(facts(body, tag)) == tag[:2]


@pytest.mark.parametrize("said", ["de", "fr", "en"])
@pytest.mark.parametrize(
    "body", ["great song", "kill yourself", "lovely", "ok", "\U0001f600 12:30", "https://de.example/straße", "@müller"]
)
def test_english_words_are_english_and_signs_are_nothing_whatever_the_site_says(body: str, said: str):
    assert tongue(facts(body, said)) is None


@pytest.mark.parametrize("said", ["und", "english", "1!", "", "x", "mul"])
def test_what_is_no_language_is_not_believed(said: str):
    assert tongue(facts("ta gueule connard", said)) is None


def test_a_page_in_one_language_may_have_a_comment_in_another():
    assert tongue(facts(GERMAN, said="en")) == "de"
    assert tongue(facts("Halt die Fresse, du Arschloch", said="en")) is None
