"""What can go wrong, each with a name and a sentence. The edge knows the HTTP status.

The class docstring is the sentence that a client reads; what is passed to the constructor is more precise.
"""

from typing import Any


class ModerationError(Exception):
    """Something went wrong in the rules."""

    def __init__(self, detail: str = "", *, pointer: str | None = None, **more: Any) -> None:
        self.detail = detail or (type(self).__doc__ or "").partition("\n")[0]
        self.pointer = pointer  # the JSON pointer of the field, when a field is to blame
        self.more = more  # what a client needs to go on: who, when, which
        super().__init__(self.detail)


class NotFoundError(ModerationError):
    """There is no such thing here, or it is not yours to see."""


class MoveNotAllowedError(ModerationError):
    """The comment's status does not allow this."""


class FeedBrokenError(ModerationError):
    """This file cannot be read as what it is said to be."""


class DifferentBodyError(ModerationError):
    """This external_id is taken by a comment with another body; an edit goes to PATCH."""


class CommentErasedError(ModerationError):
    """The comment was erased."""


class IdempotencyKeyReusedError(ModerationError):
    """This Idempotency-Key was used with another payload."""


class IdempotencyKeyInvalidError(ModerationError):
    """The Idempotency-Key must be 1 to 255 visible ASCII characters."""


class CaseDecidedError(ModerationError):
    """Somebody has decided this case already."""


class CaseClosedError(ModerationError):
    """The case is closed: its comment was edited or erased."""


class CaseClaimedError(ModerationError):
    """A colleague has claimed this case."""


class StaleRevisionError(ModerationError):
    """The text has changed since this revision."""


class ReasonRequiredError(ModerationError):
    """A rejection needs a reason."""


class OwnDecisionError(ModerationError):
    """An appeal is decided by somebody else than whoever decided first."""


class UndoWindowOverError(ModerationError):
    """The undo window is over; overturn the decision instead."""


class NotOverturnableError(ModerationError):
    """The decision named in 'overturns' does not stand any more, or does not belong to this case."""


class AppealNotPossibleError(ModerationError):
    """Only a rejected comment can be appealed, and only once at a time."""


class NoStatementError(ModerationError):
    """There is a statement of reasons only for a rejected comment."""


class NameTakenError(ModerationError):
    """This name is taken."""


class RulesInvalidError(ModerationError):
    """The rules are not valid."""


class AddressRefusedError(ModerationError):
    """Webhooks go to public https addresses, and to the networks in GREENROOM_WEBHOOK_ALLOWED_NETWORKS."""


class NoWebhookError(ModerationError):
    """The site has no webhook address."""


class CursorInvalidError(ModerationError):
    """The cursor is not one of ours, or belongs to another list."""


class WebhookDisabledError(ModerationError):
    """Nothing is sent to this address since it failed for days, or answered 410; PUT it again to go on."""


class LetterClosedError(ModerationError):
    """This dead letter is closed already."""


class NotRetryableError(ModerationError):
    """Only a comment that is held for want of a screening, and not decided yet, can be screened once more."""


class BackupInvalidError(ModerationError):
    """This is no whole backup of Greenroom."""


class NotEmptyError(ModerationError):
    """The database holds data already; --replace puts the backup in their place."""


class FieldInvalidError(ModerationError):
    """A field's value cannot be used."""


class TooManyAtOnceError(ModerationError):
    """That is more than can be settled in one call; narrow the filter."""


class KeyMissingError(ModerationError):
    """Send a key: 'Authorization: Bearer ...'."""


class KeyInvalidError(ModerationError):
    """This key is not known, or was revoked."""


class NotAllowedError(ModerationError):
    """Your key or your role does not open this."""


class QuotaExceededError(ModerationError):
    """Too many comments in too short a time."""


class OverloadedError(ModerationError):
    """Too much is waiting already; try again in a moment."""


class UnavailableError(ModerationError):
    """The database did not answer; whether the comment was stored is unknown. Ask again with the same external_id."""
