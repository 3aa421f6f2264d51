"""Comments as the tutorial stack's endpoint leaves them: a row and a task each. One argument: how many."""

import sys
from itertools import islice

from sqlmodel import Session

from tests.bench import texts
from tests.bench.peers import tutorial


def main(many: int) -> None:
    tutorial.create_tables()
    for each in islice(texts.documents("tutorial"), many):
        with Session(tutorial.engine) as session:
            made = tutorial.Comment(body=each["body"], author="Ana", page=each["page"]["url"])
            session.add(made)
            session.commit()
            tutorial.moderate.delay(made.id)


if __name__ == "__main__":
    main(int(sys.argv[1]))
