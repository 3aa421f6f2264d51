"""Profanity: a word list, matched as whole words."""

import pytest

from moderation.checks import profanity
from moderation.checks.signal import Facts
from moderation.rules import Rules


def look(body: str):
    return profanity.look(Facts("c-1", body, Rules()))


def test_a_clean_comment_scores_nothing():
    signal = look("I worked there for six years and the new stage is lovely.")

    assert (signal.score, signal.spans, signal.evidence) == (0.0, (), ())


def test_a_word_of_the_list_is_found_with_its_place():
    signal = look("What an ASSHOLE.")

    assert signal.score == profanity.FOUND
    assert signal.spans == ((8, 15),)
    assert signal.evidence == ("asshole",)


@pytest.mark.parametrize("body", ["We met in Scunthorpe.", "A classic assassin.", "The cockpit was full.", "Dickens"])
def test_a_word_inside_an_innocent_one_is_no_profanity(body):
    assert look(body).score == 0.0


def test_three_words_weigh_more_than_one():
    assert look("asshole, fuck, shit").score == profanity.FOUND_OFTEN
    assert look("asshole, fuck").score == profanity.FOUND


def test_a_mostly_innocent_word_is_evidence_but_weighs_little():
    signal = look("He was drunk on vodka.")

    assert signal.score == profanity.INNOCENT
    assert signal.evidence == ("drunk", "vodka")


def test_an_innocent_word_beside_a_meant_one_takes_nothing_away():
    assert look("drunk asshole").score == profanity.FOUND


@pytest.mark.parametrize("body", ["a$$ and b!tch prices: 5$ + 3$!", "1+1 = 2 @ home", "f*** that"])
def test_signs_for_letters_do_not_fall_apart_into_innocent_words(body):
    assert look(body).score == 0.0


@pytest.mark.parametrize("body", ["f\u200buck you", "\uff46\uff55\uff43\uff4b you", "fúck you", "FUCK you"])
def test_a_dressed_word_is_found(body):
    signal = look(body)

    assert signal.score == profanity.FOUND
    assert signal.spans[0] == (0, body.index(" "))
