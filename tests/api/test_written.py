"""Documents as files: what a spreadsheet would take for a formula is text."""

import csv

import pytest

from api.written import csv_lines

HARMFUL = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "\u3000=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
]
HARMLESS = ["", " ", "1 + 1 = 2", "a@b", "'quoted'", "\u00e9t\u00e9"]


@pytest.mark.parametrize("text", HARMFUL, ids=ascii)
def test_no_cell_is_a_formula(text: str):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_what_is_none_stays_as_it_is(text: str):
    assert cell(text) == text


def test_every_cell_is_quoted_so_that_no_semicolon_begins_another():
    assert "".join(csv_lines([{"a": "hello;=1+1;x"}], ["a"])) == 'a\r\n"hello;=1+1;x"\r\n'


def cell(text: str) -> str:
    written = "".join(csv_lines([{"a": text}], ["a"]))
    return list(csv.reader(written.splitlines(keepends=True)))[1][0]
