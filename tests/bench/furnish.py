"""Furnishes an empty place: tables, eight sites with keys, a moderator with a token. Prints them as a line of JSON."""

import json

from moderation import migrate, people
from moderation.database import clock, transaction
from tests import make

SITES = 8


def main() -> None:
    migrate.upgrade()
    sites = [make.site(f"Site {number}") for number in range(SITES)]
    mia = make.moderator("mia")
    with transaction() as session:
        link = people.invite(session, mia.id, clock(session))
    shown = {
        "sites": [{"id": str(each.id), "headers": each.headers} for each in sites],
        "moderator": {"id": str(mia.id), "headers": mia.headers, "link": link},
    }
    print(json.dumps(shown))


if __name__ == "__main__":
    main()
