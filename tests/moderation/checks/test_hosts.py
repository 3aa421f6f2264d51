"""Hosts: what is a link, and where it leads."""

import pytest

from moderation.checks.hosts import MOST_CANDIDATES, Hosts, domain_of, find_hosts, host_of, leads_to


@pytest.mark.parametrize(
    ("body", "hosts"),
    [
        ("see https://one.example/x?y#z", ["one.example"]),
        ("HTTP://User:pw@One.Example:8080/", ["one.example"]),
        ("www.two.example, and three.com.", ["www.two.example", "three.com"]),
        ("buy at best-shop.site now", ["best-shop.site"]),
        ("SHOP.COM", ["shop.com"]),
        ("youtu.be/abc and t.me/abc", ["youtu.be", "t.me"]),
        ("xn--e1afmkfd.xn--p1ai", ["xn--e1afmkfd.xn--p1ai"]),
        ("пример.рф", ["пример.рф"]),
        ("看看example.com谢谢", ["example.com"]),
        ("shop.co.uk", ["shop.co.uk"]),
    ],
)
def test_links_are_found_with_a_scheme_and_without(body, hosts):
    assert [host for host, _, _ in find_hosts(body)] == hosts


@pytest.mark.parametrize(
    "body",
    [
        "e.g. this, i.e. that, U.S.A and a.k.a.",
        "3.14 and 1.000.000",
        "It was great.This is a missing blank",
        "I love it.So much",
        "it was done.now go",
        "see main.py, node.js and readme.md, or index.html",
        "joe.smith@mail.com",
        "...",
        "a..b",
        "www.",
        "https://",
    ],
)
def test_words_between_dots_are_no_links(body):
    assert find_hosts(body) == []


def test_places_are_characters_of_the_text_as_written():
    body = "\U0001f600 é \ud800 one.com и пример.рф"

    found = find_hosts(body)

    assert [body[start:end] for _, start, end in found] == ["one.com", "пример.рф"]


@pytest.mark.parametrize("part", ["a.bb1.", "a.bb ", "a@b.c", "www.", "http://", "é.рф", "-", ".", "1.1-"])
def test_a_long_text_of_dots_ends(part):
    assert len(find_hosts(part * 5_000)) <= MOST_CANDIDATES


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("hxxp://shop.example/x", "shop.example"),
        ("Shop (dot) example [dot] com", "shop.example.com"),
        ("kidsmediausa . com", "kidsmediausa.com"),
        ("https://user@shop.example:80/x", "shop.example"),
    ],
)
def test_spam_s_own_spelling_of_links_is_read(written, host):
    assert leads_to(written) == host


def test_what_is_registered_is_told_by_the_public_suffixes():
    assert domain_of("a.b.shop.co.uk") == "shop.co.uk"
    assert domain_of("co.uk") == ""
    assert domain_of("file.txt") == ""


def test_an_address_leads_to_its_host():
    assert host_of("https://www.shop.example/me") == "www.shop.example"
    assert host_of("nowhere") == ""


def test_a_listed_host_has_its_subdomains_with_it():
    listed = Hosts(["*.Shop.example"])

    assert "www.shop.example" in listed
    assert "myshop.example" not in listed
