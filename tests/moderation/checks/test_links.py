"""Links: how many, for somebody who is known here and for somebody who is not."""

from moderation.checks import links
from moderation.checks.hosts import MOST_LINKS
from moderation.checks.signal import Facts
from moderation.rules import Rules

RULES = Rules.model_validate(
    {"limits": {"links": 4, "links_newcomer": 2}, "lists": {"hosts": {"allow": ["courier.example"]}}}
)
KNOWN, NEW = 2, 1  # approved comments


def look(body: str, approved: int = KNOWN):
    return links.look(Facts("c-1", body, RULES, author_approved=approved))


def test_a_comment_without_links_scores_nothing():
    signal = look("No link here, only 3.14 and e.g. this.")

    assert (signal.score, signal.spans) == (0.0, ())


def test_links_are_counted_with_their_places():
    body = "a https://one.example/x and www.two.example or three.com"

    signal = look(body)

    assert [body[start:end] for start, end in signal.spans] == ["https://one.example", "www.two.example", "three.com"]
    assert signal.evidence == ("one.example", "www.two.example", "three.com")


def test_the_places_are_right_behind_wide_characters():
    body = "\U0001f600é https://one.example"

    signal = look(body)

    assert [body[start:end] for start, end in signal.spans] == ["https://one.example"]


def test_as_many_as_the_limit_score_one_half():
    assert look("a.com b.com c.com d.com").score == links.AT_THE_LIMIT
    assert look("a.com b.com c.com").score < links.AT_THE_LIMIT
    assert look("a.com " * 50).score == 1.0


def test_a_newcomer_may_send_fewer():
    assert look("a.com b.com", approved=NEW).score == links.AT_THE_LIMIT
    assert look("a.com b.com", approved=KNOWN).score < links.AT_THE_LIMIT


def test_the_site_s_own_hosts_do_not_count():
    assert look("https://courier.example/a https://www.courier.example/b").score == 0.0


def test_an_e_mail_address_is_no_link():
    assert look("write to joe.smith@mail.com").score == 0.0


def test_counting_ends_where_a_text_has_made_its_point():
    assert len(look("https://a.example " * 1_000).spans) == MOST_LINKS
