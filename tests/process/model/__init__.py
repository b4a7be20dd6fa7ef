"""A SCIM server as the RFCs describe one, small enough to be read, to hold the real one against.

Written from RFC 7643 and RFC 7644; where they leave room, as docs/compatibility.md decides. It keeps everything
in dictionaries and does everything by going through all of it.
"""
