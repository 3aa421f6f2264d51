"""Marks: links, handles, numbers and prices in a text."""

import pytest

from moderation.checks.marks import MOST_MARKS, marks


@pytest.mark.parametrize(
    ("body", "kind", "there"),
    [
        ("go https://shop.example/a?b now", "link", "https://shop.example/a?b"),
        ("go hxxp://shop.example now", "link", "hxxp://shop.example"),
        ('<a href="x">', "anchor", "<a"),
        ("ask @jane_fx today", "handle", "@jane_fx"),
        ("win $5,000", "price", "$5,000"),
        ("only 30 euros", "price", "30 euros"),
        ("100% sure", "percent", "100%"),
        ("call +234 812 345 6789!", "phone", "+234 812 345 6789"),
        ("joe@mail.example", "mail", "joe@mail.example"),
        ("kidsmediausa . com", "spelt", "kidsmediausa . com"),
        ("foo (dot) net", "spelt", "foo (dot) net"),
        ("see shop.com/x", "bare", "shop.com/x"),
        ("watch?v=abcdefghijk", "video", "watch?v=abcdefghijk"),
        ("все на пример.рф", "foreign", "пример.рф"),
        ("#forex", "hashtag", "#forex"),
        ("(see https://shop.example/a)", "link", "https://shop.example/a"),
        ("(https://shop.example/a_(b)).", "link", "https://shop.example/a_(b)"),
        ("at www.shop.example, they say", "link", "www.shop.example"),
        ("see https://www.bbc.co.uk/news.", "cited", "https://www.bbc.co.uk/news"),
        ("see leeds.gov.uk/plan", "cited", "leeds.gov.uk/plan"),
        ("https://www.bbc.co.uk@shop.example/", "link", "https://www.bbc.co.uk@shop.example/"),
    ],
)
def test_a_mark_is_found_where_it_stands(body, kind, there):
    (mark,) = marks(body)

    assert (mark.kind, body[mark.start : mark.end].strip()) == (kind, there)


@pytest.mark.parametrize("body", ["in 2015", "3.14", "e.g. so", "great.This", "12345", "what is it. No", "a - b"])
def test_what_people_write_all_day_is_no_mark(body):
    assert marks(body) == []


@pytest.mark.parametrize(
    "part", ["$1 ", "1usd-", "1 1 ", "a@", "a.bb ", "(", "a dot ", "@aa", "www.", "é", "#a", "https://a.bb/" + ")" * 9]
)
def test_a_long_text_of_marks_ends(part):
    assert len(marks(part * 5_000)) <= MOST_MARKS
