"""The domain gate: which users a directory accepts, the errors of rejected ones, and where rejections are recorded."""

import time
import unittest

from scimd import Server, kind, user


def with_email(user_name, address, **attributes):
    return user(user_name, emails=[{"value": address, "type": "work", "primary": True}], **attributes)


class GateTest(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.remove)
        self.addCleanup(self.server.stop)
        self.server.start()

    def open(self, domains=("example.com",), policy="reject"):
        self.directory = self.server.new_directory(domains, policy)
        self.client = self.directory.client()
        self.addCleanup(self.client.close)

    def assert_refused(self, answer, domain):
        self.assertEqual(answer.status, 400, answer)
        self.assertEqual(answer.json["scimType"], "invalidValue")
        self.assertIn(domain, answer.json["detail"])

    def kinds(self):
        return [kind(event) for event in self.directory.events()]

    def test_a_verified_domain_comes_in_whatever_its_case(self):
        self.open()
        for number, address in enumerate(("a@example.com", "b@EXAMPLE.com", "C@Example.Com")):
            self.assertEqual(self.client.post("/Users", with_email(f"u{number}", address)).status, 201)

    def test_an_unverified_domain_is_refused_at_create_and_nothing_is_stored(self):
        self.open()
        for domain in (
            "other.example",
            "sub.example.com",
            "notexample.com",
            "example.com.evil.example",
            "example.co",
        ):
            with self.subTest(domain):
                self.assert_refused(self.client.post("/Users", with_email("eve", f"eve@{domain}")), domain)
        self.assertEqual(self.client.get("/Users").json["totalResults"], 0)
        self.assertEqual(set(self.kinds()), {"user_rejected"})

    def test_the_user_name_stands_in_for_an_absent_email(self):
        self.open()
        self.assertEqual(self.client.post("/Users", user("anna@example.com")).status, 201)
        self.assert_refused(self.client.post("/Users", user("eve@other.example")), "other.example")

    def test_a_user_without_any_address_is_refused(self):
        self.open()
        answer = self.client.post("/Users", user("anna"))
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.json["scimType"], "invalidValue")

    def test_addresses_that_only_look_right_are_refused(self):
        self.open()
        for address in (
            "eve@other.example@",
            "@example.com",
            "eve@",
            "eve@exam ple.com",
            "eve@example..com",
            "eve@.example.com",
            "eve@example_.com",
            "eve@[127.0.0.1]",
            "eve@com",
            "eve@other.example, anna@example.com",
        ):
            with self.subTest(address):
                answer = self.client.post("/Users", with_email("eve", address))
                self.assertEqual(answer.status, 400, answer)

    def test_the_primary_address_decides(self):
        self.open()
        emails = [
            {"value": "eve@example.com", "type": "home"},
            {"value": "eve@other.example", "type": "work", "primary": True},
        ]
        self.assert_refused(self.client.post("/Users", user("eve", emails=emails)), "other.example")
        emails[0]["primary"], emails[1]["primary"] = True, False
        self.assertEqual(self.client.post("/Users", user("eve", emails=emails)).status, 201)

    def test_a_change_must_not_move_a_user_out_of_the_domains(self):
        self.open()
        made = self.client.create_user("anna", emails=[{"value": "anna@example.com", "primary": True}])
        path = f"/Users/{made['id']}"
        foreign = [{"value": "anna@other.example", "type": "work", "primary": True}]
        self.assert_refused(self.client.put(path, user("anna", emails=foreign)), "other.example")
        for operation in (
            {"op": "replace", "path": "emails", "value": foreign},
            {"op": "add", "path": "emails", "value": foreign},
            {"op": "replace", "value": {"emails": foreign}},
            {"op": "replace", "path": "emails[primary eq true].value", "value": "anna@other.example"},
        ):
            with self.subTest(operation=operation):
                self.assert_refused(self.client.patch(path, operation), "other.example")
        stored = self.client.get(path).json
        self.assertEqual(stored["emails"], made["emails"])
        self.assertEqual(stored["meta"]["version"], 'W/"1"')
        self.assertEqual([name for name in self.kinds() if name == "user_updated"], [])

    def test_a_change_within_the_domain_is_taken(self):
        self.open()
        made = self.client.create_user("anna", emails=[{"value": "anna@example.com", "primary": True}])
        answer = self.client.patch(
            f"/Users/{made['id']}",
            {"op": "replace", "path": "emails", "value": [{"value": "a.ahorn@example.com", "primary": True}]},
        )
        self.assertEqual(answer.status, 200)

    def test_a_domain_is_the_same_in_unicode_and_in_ascii(self):
        for verified in ("bücher.example", "xn--bcher-kva.test"):
            self.open((verified,))
            end = verified.rsplit(".", 1)[1]
            for number, name in enumerate(
                ("bücher", "BÜCHER", "xn--bcher-kva", "XN--BCHER-KVA", "bu\u0308cher")
            ):
                domain = f"{name}.{end}"
                with self.subTest(verified=verified, domain=domain):
                    answer = self.client.post("/Users", with_email(f"u{number}", f"u{number}@{domain}"))
                    self.assertEqual(answer.status, 201, answer)
            self.assertEqual(self.client.post("/Users", with_email("eve", f"eve@bucher.{end}")).status, 400)

    def test_a_domain_covers_subdomains_only_with_the_option(self):
        self.open(())
        self.server.add_domain(self.directory.organization, "wide.example", covers_subdomains=True)
        self.server.add_domain(self.directory.organization, "narrow.example")
        for number, (domain, status) in enumerate(
            (
                ("wide.example", 201),
                ("a.wide.example", 201),
                ("a.b.wide.example", 201),
                ("awide.example", 400),
                ("wide.example.evil.example", 400),
                ("narrow.example", 201),
                ("a.narrow.example", 400),
            )
        ):
            with self.subTest(domain):
                answer = self.client.post("/Users", with_email(f"u{number}", f"u@{domain}"))
                self.assertEqual(answer.status, status, answer)

    def test_a_removed_domain_admits_no_user(self):
        self.open(())
        domain = self.server.add_domain(self.directory.organization, "short.example")
        self.assertEqual(self.client.post("/Users", user("a@short.example")).status, 201)
        with self.server.operator() as control:
            answer = control.delete(
                f"/api/v1/organizations/{self.directory.organization}/domains/{domain['id']}"
            )
            self.assertIn(answer.status, (200, 204))
        self.assert_refused(self.client.post("/Users", user("b@short.example")), "short.example")

    def test_the_domains_of_another_organization_do_not_count(self):
        self.open(("first.example",))
        self.open(("second.example",))
        self.assert_refused(self.client.post("/Users", user("a@first.example")), "first.example")

    def test_the_policy_off_lets_all_in_and_back_on_refuses(self):
        self.open((), policy="off")
        self.assertEqual(self.client.post("/Users", user("eve@other.example")).status, 201)
        self.assertEqual(self.client.post("/Users", user("nobody")).status, 201)
        self.server.command("directory", "policy", self.directory.id, "reject")
        self.assert_refused(self.client.post("/Users", user("mallory@other.example")), "other.example")
        self.server.command("directory", "policy", self.directory.id, "off")
        self.assertEqual(self.client.post("/Users", user("mallory@other.example")).status, 201)

    def test_a_domain_belongs_to_one_organization(self):
        self.open(("first.example",))
        other = self.server.new_directory()
        with self.server.operator() as control:
            answer = control.post(
                f"/api/v1/organizations/{other.organization}/domains", {"domain": "FIRST.example"}
            )
        self.assertEqual(answer.status, 409)

    def test_a_repeated_rejection_has_one_event_and_a_count(self):
        self.open()
        for _ in range(5):
            self.assert_refused(
                self.client.post("/Users", user("eve@other.example", externalId="e-1")), "other.example"
            )
        self.assert_refused(self.client.post("/Users", user("mallory@third.example")), "third.example")
        self.assertEqual(self.kinds(), ["user_rejected", "user_rejected"])
        rows = {row["domain"]: row for row in self.directory.refusals()}
        self.assertEqual(set(rows), {"other.example", "third.example"})
        self.assertEqual(rows["other.example"]["count"], 5)
        self.assertEqual(rows["other.example"]["preferred_username"], "eve@other.example")
        self.assertEqual(rows["other.example"]["reason"], "domain_not_verified")
        self.assertLessEqual(
            rows["other.example"]["first_refused_at"], rows["other.example"]["last_refused_at"]
        )
        self.assertEqual(rows["third.example"]["count"], 1)
        listed = self.server.command("directory", "refusals", self.directory.id)["refusals"]
        self.assertEqual(
            {row["domain"]: row["count"] for row in listed}, {"other.example": 5, "third.example": 1}
        )

    def test_the_event_of_a_refusal_says_who_and_why(self):
        self.open()
        self.client.post("/Users", with_email("eve", "eve@other.example", externalId="e-1"))
        (event,) = self.directory.events()
        self.assertEqual(event["type"], "organization.directory.user_rejected")
        data = event["data"]
        self.assertEqual(data["reason"], "domain_not_verified")
        self.assertEqual(data["domain"], "other.example")
        self.assertEqual(data["preferred_username"], "eve")
        self.assertEqual(data["dp_id"], "e-1")

    def open_beside(self, victim="victim.com"):
        """A directory of an organization, and another organization that has verified a domain."""
        self.victim = self.server.new_directory((victim,), "reject").organization
        self.open(("acme.com",))

    def test_no_identity_of_another_organization_comes_in_by_any_address(self):
        self.open_beside()
        own = "ann@acme.com"
        for name, emails in (
            ("ceo@victim.com", [own]),
            ("ann", [own, "ceo@victim.com"]),
            ('"x@victim.com"@acme.com', [own]),
            ("ann", ['"x@victim.com"@acme.com']),
        ):
            with self.subTest(name=name, emails=emails):
                listed = [{"value": value, "primary": value == emails[0]} for value in emails]
                self.assert_refused(self.client.post("/Users", user(name, emails=listed)), "victim.com")
        self.assertEqual(self.client.get("/Users").json["totalResults"], 0)
        made = self.client.create_user("ann@acme.onmicrosoft.com", emails=[{"value": own, "primary": True}])
        path = f"/Users/{made['id']}"
        self.assert_refused(
            self.client.patch(path, {"op": "replace", "path": "userName", "value": "root@victim.com"}),
            "root@victim.com",
        )
        created = self.directory.events(kinds=["user_created"])[0]["data"]
        self.assertTrue(created["email_domain_verified"])
        self.assertFalse(created["preferred_username_domain_verified"])
        self.server.command("directory", "scope", self.directory.id, "all")
        self.assert_refused(
            self.client.post("/Users", user("bob@acme.onmicrosoft.com", emails=[{"value": "bob@acme.com"}])),
            "acme.onmicrosoft.com",
        )
        self.assertEqual(self.client.patch(path, {"op": "replace", "path": "active", "value": False}).status, 200)

    def test_users_who_are_there_are_listed_when_their_domain_gets_an_owner(self):
        self.open_beside()
        made = self.client.create_user("ann@late.com", emails=[{"value": "ann@acme.com", "primary": True}])
        self.assertEqual(self.directory.refusals(), [])
        self.server.add_domain(self.victim, "late.com")
        deadline = time.monotonic() + 20
        while not (rows := self.directory.refusals()) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual([row["user_id"] for row in rows], [made["id"]])
        self.assertEqual(rows[0]["reason"], "domain_owned_elsewhere")
        self.assertEqual(rows[0]["address"], "ann@late.com")
        self.assertEqual(self.client.get(f"/Users/{made['id']}").status, 200)
        self.assertEqual(self.kinds(), ["user_created"])

    def test_the_owner_of_a_sub_domain_has_it_for_itself(self):
        self.open_beside("sub.parent.com")
        self.server.add_domain(self.directory.organization, "parent.com", covers_subdomains=True)
        self.assertEqual(self.client.post("/Users", user("a@parent.com")).status, 201)
        self.assertEqual(self.client.post("/Users", user("a@other.parent.com")).status, 201)
        self.assert_refused(self.client.post("/Users", user("a@sub.parent.com")), "sub.parent.com")


if __name__ == "__main__":
    unittest.main()
