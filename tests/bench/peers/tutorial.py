"""The tutorial stack, as its users write it: FastAPI and SQLModel, a task a comment, better-profanity in the worker."""

import os
from collections.abc import Iterator
from typing import Annotated

from better_profanity import profanity
from celery import Celery
from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine

engine = create_engine(
    os.environ["TUTORIAL_DATABASE_URL"],
    connect_args={"check_same_thread": False} if "sqlite" in os.environ["TUTORIAL_DATABASE_URL"] else {},
)
celery = Celery("tutorial", broker=os.environ["TUTORIAL_BROKER"], backend=os.environ.get("TUTORIAL_RESULTS"))
app = FastAPI()


class CommentBase(SQLModel):
    body: str
    author: str
    page: str


class Comment(CommentBase, table=True):
    __tablename__ = "tutorial_comments"

    id: int | None = Field(default=None, primary_key=True)
    status: str = "pending"


@celery.task
def moderate(comment_id: int) -> None:
    with Session(engine) as session:
        comment = session.get(Comment, comment_id)
        comment.status = "rejected" if profanity.contains_profanity(comment.body) else "approved"
        session.add(comment)
        session.commit()


@celery.task
def nothing() -> None:
    """Celery's own rate."""


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@app.on_event("startup")
def create_tables() -> None:
    SQLModel.metadata.create_all(engine, tables=[Comment.__table__])


@app.post("/comments", status_code=202)
def create(sent: CommentBase, session: Annotated[Session, Depends(get_session)]) -> Comment:
    comment = Comment.model_validate(sent)
    session.add(comment)
    session.commit()
    session.refresh(comment)
    moderate.delay(comment.id)
    return comment
