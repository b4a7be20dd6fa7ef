"""An independent SCIM client, scim2-tester, checks the server: all of its checks, on all resource types, but for the
deviations that are listed here."""

import unittest

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from scimd import Server

# The tester removes every attribute that is not required. `active` cannot be removed: a removal would let a deactivated
# user back in, or leave a user with an unknown status (docs/compatibility.md, C34).
DEVIATIONS = [
    "check_remove_attribute (User): ERROR Failed to remove attribute 'active': "
    "Operations[0]: active is true or false; it cannot be unassigned."
]


class Scim2TesterTest(unittest.TestCase):
    def test_every_check_passes(self):
        with Server() as server:
            directory = server.new_directory()
            results = check_server(
                SyncSCIMClient(
                    httpx2.Client(
                        base_url=f"http://127.0.0.1:{server.port}{directory.base}",
                        headers={"Authorization": f"Bearer {directory.token}"},
                    )
                )
            )
            self.assertGreater(len(results), 100)
            self.assertEqual({result.resource_type for result in results} >= {"User", "Group"}, True)
            failed = [
                f"{result.title} ({result.resource_type}): {result.status.name} {result.reason}"
                for result in results
                if result.status not in (Status.SUCCESS, Status.ACCEPTABLE)
            ]
            self.assertEqual(failed, DEVIATIONS)
            self.assertEqual(server.events_logged("internal"), [])


if __name__ == "__main__":
    unittest.main()
