"""Defects of other servers, each acted out between a client and a sound server.

A bug is a function of a request and of `forward`, which asks the sound server; it gives an Answer. `seen` is what one
bug remembers from request to request. The names are those of the cases of conformance/cases/regressions that must
notice it.
"""

from . import lifecycle, matching, members, users, wire
from .acting import BUGS, Answer, Request, encoded

__all__ = ["BUGS", "Answer", "Request", "encoded", "lifecycle", "matching", "members", "users", "wire"]
