"""The tables, a file per noun."""

from moderation.models.cases import Case
from moderation.models.comments import Author, Comment, IdempotentAnswer, Page
from moderation.models.decisions import Decision
from moderation.models.desk import Job, Note, Revision, SavedFilter
from moderation.models.events import Chain, Event
from moderation.models.fingerprints import Fingerprint
from moderation.models.people import DeskSession, Membership, Moderator, ModeratorToken, SignInLink
from moderation.models.reports import Appeal, Report
from moderation.models.screenings import DeadLetter, Screening
from moderation.models.sites import CoralPhase, RulesVersion, Site, SiteKey
from moderation.models.webhooks import Callback, Delivery, Webhook

__all__ = [
    "Appeal",
    "Author",
    "Callback",
    "Case",
    "Chain",
    "Comment",
    "CoralPhase",
    "DeadLetter",
    "Decision",
    "Delivery",
    "DeskSession",
    "Event",
    "Fingerprint",
    "IdempotentAnswer",
    "Job",
    "Membership",
    "Moderator",
    "ModeratorToken",
    "Note",
    "Page",
    "Report",
    "Revision",
    "RulesVersion",
    "SavedFilter",
    "Screening",
    "SignInLink",
    "Site",
    "SiteKey",
    "Webhook",
]
