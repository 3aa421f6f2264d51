"""Furnishes an empty house: tables, sites with keys, moderators with tokens. Prints them as one line of JSON."""

import json
import sys

from moderation import migrate, webhooks
from moderation.database import clock, transaction
from moderation.terms import Role
from tests import make

SITES = (
    *("Courier", "Gazette", "Herald"),
    *("down", "500", "429", "slow", "302", "dies", "deaf"),  # by how their hook behaves
    *(f"hook-{number}" for number in range(20)),  # one for each fault in the middle of a delivery
)
MODERATORS = ("mia", "noor")


def main(hook: str) -> None:
    migrate.upgrade()
    sites = {name: make.site(name) for name in SITES}
    with transaction() as session:
        for name, site in sites.items():
            webhooks.set_address(session, site.id, f"{hook}/{name}", clock(session))
    people = {name: make.moderator(name) for name in MODERATORS}
    admin = make.moderator("ada", Role.ADMIN)
    shown = {
        "sites": {name: {"id": str(each.id), "headers": each.headers} for name, each in sites.items()},
        "moderators": {name: each.headers for name, each in people.items()},
        "admin": admin.headers,
    }
    print(json.dumps(shown))


if __name__ == "__main__":
    main(sys.argv[1])
