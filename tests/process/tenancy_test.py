"""Tenant isolation: an organization cannot read, change or detect data of another one."""

import time
import unittest

from scimd import GROUP, PATCH_OP, Server, made, quoted, user

MALFORMED_TOKENS = (
    "x",
    "scimd_scim_",
    "scimd_scim_" + "0" * 49,
    "scimd_scim_" + "A" * 500,
    "other_scim_" + "0" * 49,
    "%00",
    "null",
    "undefined",
)


def shape(answer, *identifiers):
    """All that a client can tell answers apart by, but the ids that it sent itself.

    Whether a refused body was still on its way decides about Connection, not whose the token is.
    """
    headers = {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower() not in ("date", "x-request-id", "connection")
    }
    body = answer.body.decode()
    for identifier in identifiers:
        body = body.replace(identifier, "<id>")
    return answer.status, headers, body


class TenancyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)
        cls.own, cls.theirs = cls.server.new_directory(), cls.server.new_directory()
        cls.client = cls.own.client()
        cls.addClassCleanup(cls.client.close)
        other = cls.theirs.client()
        cls.foreign_user = other.create_user("victor@example.com", externalId="v-1")["id"]
        cls.foreign_group = other.create_group("Victims", [cls.foreign_user])["id"]
        other.close()
        cls.user = cls.client.create_user("anna@example.com")["id"]
        cls.group = cls.client.create_group("Ours", [cls.user])["id"]

    def tearDown(self):
        other = self.theirs.client()
        stored = other.get(f"/Users/{self.foreign_user}").json
        self.assertEqual((stored["userName"], stored["meta"]["version"]), ("victor@example.com", 'W/"1"'))
        group = other.get(f"/Groups/{self.foreign_group}").json
        self.assertEqual([member["value"] for member in group["members"]], [self.foreign_user])
        other.close()

    def routes(self, directory, user_id, group_id):
        """Every SCIM route of a directory: method, path and a body that would be good."""
        patch = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "title", "value": "x"}]}
        rename = {
            "schemas": [PATCH_OP],
            "Operations": [{"op": "replace", "path": "displayName", "value": "x"}],
        }
        group = {"schemas": [GROUP], "displayName": "x"}
        rows = [
            ("GET", "/ServiceProviderConfig", None),
            ("GET", "/ResourceTypes", None),
            ("GET", "/ResourceTypes/User", None),
            ("GET", "/Schemas", None),
            ("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", None),
            ("GET", "/Users", None),
            ("GET", "/Users?filter=" + quoted('userName eq "victor@example.com"'), None),
            ("POST", "/Users", user("intruder@example.com")),
            ("GET", f"/Users/{user_id}", None),
            ("PUT", f"/Users/{user_id}", user("intruder@example.com")),
            ("PATCH", f"/Users/{user_id}", patch),
            ("DELETE", f"/Users/{user_id}", None),
            ("GET", "/Groups", None),
            ("POST", "/Groups", group),
            ("GET", f"/Groups/{group_id}", None),
            ("PUT", f"/Groups/{group_id}", group),
            ("PATCH", f"/Groups/{group_id}", rename),
            ("DELETE", f"/Groups/{group_id}", None),
        ]
        return [(method, directory.base + path, body) for method, path, body in rows]

    def unauthorized(self, path=None):
        client = self.server.client()
        answer = client.get(path or f"{self.own.base}/Users")
        client.close()
        self.assertEqual(answer.status, 401)
        return answer

    def assert_unauthorized(self, answer):
        self.assertEqual(shape(answer), shape(self.unauthorized()))

    def test_unauthorized_is_a_scim_error_with_a_challenge(self):
        answer = self.unauthorized()
        self.assertEqual(answer.headers["WWW-Authenticate"], 'Bearer realm="scimd"')
        self.assertEqual(answer.headers["Content-Type"], "application/scim+json")
        self.assertEqual(answer.json["status"], "401")

    def test_a_token_opens_no_url_of_another_directory(self):
        client = self.server.client(self.own.token)
        for method, path, body in self.routes(self.theirs, self.foreign_user, self.foreign_group):
            with self.subTest(method=method, path=path):
                self.assert_unauthorized(client.send(method, path, body))
        client.close()

    def test_a_user_s_token_opens_no_url_of_another_directory_and_none_of_others_in_its_own(self):
        token = self.server.command("secret", "create", self.own.id, "--user", self.user)["plain_secret"]
        with self.server.client(token) as client:
            for method, path, body in self.routes(self.theirs, self.foreign_user, self.foreign_group):
                with self.subTest(method=method, path=path):
                    self.assert_unauthorized(client.send(method, path, body))
            self.assert_unauthorized(client.get(f"{self.theirs.base}/Me"))
            self.assertEqual(client.get(f"{self.own.base}/Me").json["id"], self.user)
            foreign = client.get(f"{self.own.base}/Users/{self.foreign_user}")
            self.assertEqual(foreign.status, 403)
            self.assertEqual(shape(foreign), shape(client.get(f"{self.own.base}/Users/diruser_1")))

    def test_every_route_wants_a_token(self):
        client = self.server.client()
        for method, path, body in self.routes(self.own, self.user, self.group):
            with self.subTest(method=method, path=path):
                self.assert_unauthorized(client.send(method, path, body))
        client.close()

    def test_only_health_and_metrics_are_open(self):
        client = self.server.client()
        for path in ("/healthz", "/readyz", "/metrics"):
            self.assertEqual(client.get(path).status, 200, path)
        client.close()

    def test_an_unknown_directory_looks_like_a_foreign_one(self):
        client = self.server.client(self.own.token)
        answer = client.get("/directory/dir_1/scim/v2/Users")
        client.close()
        self.assert_unauthorized(answer)

    def test_management_requires_a_token(self):
        client = self.server.client(self.own.token)
        for method, path in (
            ("GET", "/api/v1/organizations"),
            ("POST", "/api/v1/organizations"),
            ("GET", f"/api/v1/organizations/{self.own.organization}"),
            ("GET", f"{self.own.management}"),
            ("GET", f"{self.own.management}/secrets"),
            ("POST", f"{self.own.management}/secrets"),
            ("GET", f"{self.own.management}/refusals"),
            ("GET", "/api/v1/events"),
        ):
            with self.subTest(method=method, path=path):
                body = {} if method == "POST" else None
                self.assertEqual(client.send(method, path, body).status, 401)
        client.close()

    def test_a_foreign_id_answers_as_an_unused_one(self):
        for place, foreign in (("Users", self.foreign_user), ("Groups", self.foreign_group)):
            unused = foreign[:-4] + ("4711" if foreign[-4:] != "4711" else "4712")
            for method, path, body in self.routes(self.own, foreign, foreign):
                if f"/{place}/{foreign}" not in path:
                    continue
                with self.subTest(method=method, place=place):
                    refused = self.client.send(method, path.removeprefix(self.own.base), body)
                    unknown = self.client.send(
                        method, path.removeprefix(self.own.base).replace(foreign, unused), body
                    )
                    self.assertEqual(refused.status, 404)
                    self.assertEqual(shape(refused, foreign), shape(unknown, unused))

    def test_a_foreign_member_is_refused_as_an_unused_one(self):
        foreign = self.foreign_user
        unused = foreign[:-4] + ("4711" if foreign[-4:] != "4711" else "4712")

        def requests(member):
            members = [{"value": member}]
            group = {"schemas": [GROUP], "displayName": "New", "members": members}
            yield "POST", "/Groups", group
            yield "PUT", f"/Groups/{self.group}", group
            for op in ("add", "replace"):
                operation = {"op": op, "path": "members", "value": members}
                yield "PATCH", f"/Groups/{self.group}", {"schemas": [PATCH_OP], "Operations": [operation]}

        for of_foreign, of_unused in zip(requests(foreign), requests(unused)):
            with self.subTest(method=of_foreign[0]):
                refused, unknown = self.client.send(*of_foreign), self.client.send(*of_unused)
                self.assertEqual(refused.status, 400)
                self.assertEqual(refused.json["scimType"], "invalidValue")
                self.assertEqual(shape(refused, foreign), shape(unknown, unused))
        members = self.client.get(f"/Groups/{self.group}").json["members"]
        self.assertEqual([member["value"] for member in members], [self.user])

    def test_lists_and_filters_find_only_own_resources(self):
        for path, own in (("/Users", self.user), ("/Groups", self.group)):
            listed = [resource["id"] for resource in self.client.get(path).json["Resources"]]
            self.assertEqual(listed, [own])
        for path, condition in (
            ("/Users", f'id eq "{self.foreign_user}"'),
            ("/Users", 'userName eq "victor@example.com"'),
            ("/Users", 'externalId eq "v-1"'),
            ("/Users", f'groups.value eq "{self.foreign_group}"'),
            ("/Groups", f'id eq "{self.foreign_group}"'),
            ("/Groups", 'displayName eq "Victims"'),
            ("/Groups", f'members.value eq "{self.foreign_user}"'),
            ("/Groups", f'members[value eq "{self.foreign_user}"]'),
        ):
            with self.subTest(filter=condition):
                answer = self.client.get(f"{path}?filter={quoted(condition)}")
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.json["totalResults"], 0)

    def test_names_are_unique_within_a_directory_only(self):
        made = self.client.post("/Users", user("victor@example.com"))
        self.assertEqual(made.status, 201)
        self.assertEqual(self.client.delete(f"/Users/{made.json['id']}").status, 204)

    def test_every_bad_credential_gets_one_and_the_same_answer(self):
        token = self.own.token
        swapped = token[:-1] + ("a" if token[-1] != "a" else "b")
        forms = {
            "empty": "",
            "scheme alone": "Bearer",
            "scheme and space": "Bearer ",
            "two tokens": f"Bearer {token} {token}",
            "two with a comma": f"Bearer {token}, Bearer {token}",
            "wrong scheme": f"Basic {token}",
            "no scheme": token,
            "scheme grown": f"Bearers {token}",
            "quoted": f'Bearer "{token}"',
            "wrong checksum": f"Bearer {swapped}",
            "upper case": f"Bearer {token.upper()}",
            "cut": f"Bearer {token[:-1]}",
            "longer": f"Bearer {token}0",
            "another directory's": f"Bearer {self.theirs.token}",
            "secret's id": f"Bearer {self.own.secret}",
        }
        forms.update({f"malformed {text[:20]}": f"Bearer {text}" for text in MALFORMED_TOKENS})
        client = self.server.client()
        for name, value in forms.items():
            with self.subTest(name):
                answer = client.get(f"{self.own.base}/Users", Authorization=value)
                self.assert_unauthorized(answer)
        client.close()

    def test_the_scheme_may_be_written_in_any_case(self):
        client = self.server.client()
        for scheme in ("bearer", "BEARER"):
            answer = client.get(f"{self.own.base}/Users", Authorization=f"{scheme} {self.own.token}")
            self.assertEqual(answer.status, 200, scheme)
        client.close()

    def test_a_token_in_the_query_opens_nothing(self):
        client = self.server.client()
        for name in ("access_token", "token", "Authorization"):
            self.assert_unauthorized(client.get(f"{self.own.base}/Users?{name}={self.own.token}"))
        client.close()

    def test_two_authorization_headers_are_refused(self):
        line = f"Authorization: Bearer {self.own.token}\r\n"
        answer = self.server.raw(
            f"GET {self.own.base}/Users HTTP/1.1\r\nHost: x\r\n{line}{line}\r\n".encode()
        )
        self.assertIn(answer.status, (400, 401))
        if answer.status == 401:
            self.assertEqual(answer.body, self.unauthorized().body)

    def new_secret(self, **body):
        with self.server.operator() as control:
            answer = control.post(f"{self.own.management}/secrets", body)
        self.assertEqual(answer.status, 201, answer)
        return answer.json["plain_secret"], answer.json["secret"]["id"]

    def test_a_revoked_token_is_dead_at_once_also_on_an_open_connection(self):
        token, secret = self.new_secret()
        client = self.server.client(token, self.own.base)
        self.assertEqual(client.get("/Users").status, 200)
        with self.server.operator() as control:
            revoked = control.delete(f"{self.own.management}/secrets/{secret}")
        self.assertIn(revoked.status, (200, 204))
        self.assert_unauthorized(client.get("/Users"))
        client.close()
        self.assertEqual(self.client.get("/Users").status, 200, "the other token lives on")

    def test_a_token_is_looked_at_again_when_its_body_is_late(self):
        directory = self.server.new_directory()
        with self.server.operator() as control, directory.client() as client:

            def send_late(meanwhile):
                return self.server.late(
                    "POST", f"{directory.base}/Users", directory.token, user("bert@example.com"), meanwhile
                )

            def switch(state):
                answer = control.send("PATCH", f"{directory.management}:{state}")
                self.assertEqual(answer.status, 200, answer)

            refused = send_late(lambda: switch("disable"))
            self.assertEqual(refused.status, 403, refused)
            switch("enable")
            refused = send_late(lambda: control.delete(f"{directory.management}/secrets/{directory.secret}"))
            self.assert_unauthorized(refused)
            directory.token = made(control.post(f"{directory.management}/secrets", {}))["plain_secret"]
            client.token = directory.token
            self.assertEqual(client.every("/Users"), [])
            self.assertEqual(send_late(lambda: None).status, 201)

    def test_a_user_who_is_deactivated_before_its_body_has_come_changes_nothing(self):
        directory = self.server.new_directory()
        with self.server.operator() as control, directory.client() as client:
            path = f"/Users/{client.create_user('anna@example.com')['id']}"
            wanted = {"directory_user_id": path.rsplit("/", 1)[1]}
            token = made(control.post(f"{directory.management}/secrets", wanted))["plain_secret"]
            change = {
                "schemas": [PATCH_OP],
                "Operations": [{"op": "add", "path": "nickName", "value": "Anni"}],
            }
            refused = self.server.late(
                "PATCH",
                f"{directory.base}/Me",
                token,
                change,
                lambda: client.patch(path, {"op": "replace", "path": "active", "value": False}),
            )
            self.assertEqual(refused.status, 403, refused)
            anna = client.get(path).json
            self.assertEqual((anna["active"], anna.get("nickName")), (False, None))

    def test_an_expired_token_is_dead(self):
        end = time.time() + 2
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
        token, _ = self.new_secret(expire_time=stamp)
        client = self.server.client(token, self.own.base)
        self.assertEqual(client.get("/Users").status, 200)
        time.sleep(max(0.0, end - time.time()) + 0.1)
        self.assert_unauthorized(client.get("/Users"))
        client.close()

    def test_a_disabled_directory_takes_no_token(self):
        directory = self.server.new_directory()
        client = directory.client()
        self.assertEqual(client.get("/Users").status, 200)
        with self.server.operator() as control:
            self.assertEqual(control.send("PATCH", f"{directory.management}:disable").status, 200)
            self.assertIn(client.get("/Users").status, (401, 403))
            self.assertEqual(control.send("PATCH", f"{directory.management}:enable").status, 200)
        self.assertEqual(client.get("/Users").status, 200)
        client.close()

    def test_a_directory_is_managed_only_through_its_own_organization(self):
        wrong = f"/api/v1/organizations/{self.theirs.organization}/directories/{self.own.id}"
        with self.server.operator() as control:
            for method, path in (
                ("GET", wrong),
                ("PATCH", wrong),
                ("PATCH", f"{wrong}:disable"),
                ("GET", f"{wrong}/secrets"),
                ("POST", f"{wrong}/secrets"),
                ("DELETE", f"{wrong}/secrets/{self.own.secret}"),
                ("GET", f"{wrong}/refusals"),
            ):
                with self.subTest(method=method, path=path):
                    body = {"domain_policy": "off"} if path == wrong and method == "PATCH" else None
                    body = {} if method == "POST" else body
                    self.assertEqual(control.send(method, path, body).status, 404)
        self.assertEqual(self.client.get("/Users").status, 200)


if __name__ == "__main__":
    unittest.main()
