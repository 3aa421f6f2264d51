"""The words that rows, code, API and desk share."""

from enum import StrEnum


class Status(StrEnum):
    """Where a comment stands, as its site sees it."""

    PENDING = "pending"  # stored, not screened yet
    APPROVED = "approved"  # may be shown
    HELD = "held"  # waiting for a person
    REJECTED = "rejected"  # must not be shown
    ERASED = "erased"  # text and writer's data are gone, the events stay


class Action(StrEnum):
    """What a verdict or a decision does; the mildest first."""

    APPROVE = "approve"
    HOLD = "hold"  # verdicts only: a person does not hold, a person decides
    REJECT = "reject"


class Change(StrEnum):
    """What else moves a comment: its author's hand, or an operator's."""

    EDIT = "edit"
    ERASE = "erase"
    RETRY = "retry"  # it could not be screened: once more


class Reason(StrEnum):
    """Why a person rejected a comment."""

    SPAM = "spam"
    PROFANITY = "profanity"
    ABUSE = "abuse"
    HATE = "hate"
    THREAT = "threat"
    SEXUAL = "sexual"
    PRIVATE_DATA = "private_data"
    OFF_TOPIC = "off_topic"
    ILLEGAL = "illegal"
    OTHER = "other"


class HeldAs(StrEnum):
    """What an Akismet client hears of a held comment, where it cannot be called back."""

    PENDING = "pending"  # neither spam nor ham: WordPress holds it, and asks again
    TRUE = "true"  # spam: for clients that know only two answers


class Why(StrEnum):
    """Why a case is open."""

    HELD = "held"  # the verdict held it
    UNSCREENED = "unscreened"  # it could not be screened
    REPORTED = "reported"  # readers asked for a look
    APPEALED = "appealed"  # the author asked again


class Kind(StrEnum):
    """What an event says happened."""

    RECEIVED = "received"
    EDITED = "edited"
    SCREENED = "screened"
    UNSCREENED = "unscreened"  # gave up after the last attempt
    RETRIED = "retried"  # an operator had it screened once more
    LOOKED_AT = "looked_at"  # a person knows why it could not be screened
    CASE_OPENED = "case_opened"
    CLAIMED = "claimed"
    RELEASED = "released"
    ESCALATED = "escalated"  # a lead shall look
    REVEALED = "revealed"  # somebody looked at the writer's e-mail and network address
    DECIDED = "decided"
    UNDONE = "undone"
    SETTLED = "settled"  # the undo window closed: the site is told
    REPORTED = "reported"
    APPEALED = "appealed"
    ERASED = "erased"


class Closed(StrEnum):
    """How a case was closed."""

    DECIDED = "decided"
    EDITED = "edited"  # the author wrote another text: screened anew
    RETRIED = "retried"  # it could not be screened: screened once more
    ERASED = "erased"


class LetterClosed(StrEnum):
    """How a dead letter was closed."""

    RETRIED = "retried"  # screened once more
    LOOKED_AT = "looked_at"  # a person knows, and has nothing to do
    OVERTAKEN = "overtaken"  # its comment was decided, edited or erased


class Role(StrEnum):
    """What somebody may do on a site."""

    MODERATOR = "moderator"  # settles cases
    LEAD = "lead"  # sees everybody's decisions
    ADMIN = "admin"  # sites, keys, rules, people
    OPERATOR = "operator"  # health, and nothing else


class Preset(StrEnum):
    RELAXED = "relaxed"
    STANDARD = "standard"
    STRICT = "strict"


class Mode(StrEnum):
    ON = "on"
    SHADOW = "shadow"  # looks and keeps its signal, but has no say
    OFF = "off"  # looks too: signals stay comparable; never in a verdict


class OnFailure(StrEnum):
    """What a site wants when a check did not run."""

    HOLD = "hold"
    IGNORE = "ignore"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # the last try is over
