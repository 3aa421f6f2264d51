"""The rules of Greenroom: words, checks, policy, tables, what may happen to a comment.

A *site* submits a *comment*. A worker gathers its *facts* and runs every *check* over them; each gives a *signal*.
The *policy* turns signals and the site's *rules* into a *verdict*: approve, hold or reject. One such run is a
*screening*. A held, reported or appealed comment gets a *case*; the open cases are the *queue*. A moderator takes a
*claim* on a case and makes a *decision*, which can be undone for a while. A reader may *report* and an author may
*appeal*. Every change is an *event*; every outcome is a *delivery* to the site. A *nudge* tells a worker to look now.

A machine gives a verdict, a person a decision. The two are never swapped.
"""
