"""Odd spellings of paths: none bypasses authentication, and errors below the SCIM base are SCIM errors."""

import unittest

from scimd import ERROR, Server

SEGMENTS = (
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    "/Users",
    "/Users/diruser_1",
    "/Users/.search",
    "/Groups",
    "/Groups/dirgroup_1",
    "/Me",
    "/Bulk",
    "/.search",
    "",
)

DIRECTORY = "/directory/dir_1/scim/v2"

# Each takes the good path apart in its own way.
SPELLINGS = {
    "as it is": lambda path: path,
    "trailing slash": lambda path: path + "/",
    "two trailing slashes": lambda path: path + "//",
    "leading slashes": lambda path: "/" + path,
    "double inner slash": lambda path: path.replace("/scim/", "/scim//"),
    "encoded slash": lambda path: path.replace("/scim/", "/scim%2F"),
    "encoded slash, lower case": lambda path: path.replace("/scim/", "/scim%2f"),
    "encoded leading slash": lambda path: "/%2F" + path[1:],
    "twice encoded slash": lambda path: path.replace("/scim/", "/scim%252F"),
    "backslash": lambda path: path.replace("/scim/", "/scim\\"),
    "encoded backslash": lambda path: path.replace("/scim/", "/scim%5C"),
    "dot segment": lambda path: path.replace("/scim/", "/./scim/"),
    "dot segment at the end": lambda path: path + "/.",
    "parent segment": lambda path: path.replace("/scim/", "/x/../scim/"),
    "parent segment at the end": lambda path: path + "/..",
    "parents over the root": lambda path: "/../.." + path,
    "encoded dots": lambda path: path.replace("/scim/", "/x/%2e%2e/scim/"),
    "half encoded dots": lambda path: path.replace("/scim/", "/x/.%2e/scim/"),
    "encoded dot": lambda path: path.replace("/scim/", "/%2e/scim/"),
    "through health": lambda path: "/healthz/.." + path,
    "through metrics": lambda path: "/metrics/.." + path,
    "through health, encoded": lambda path: "/healthz/%2e%2e" + path,
    "parameters": lambda path: path + ";a=b",
    "parameters inside": lambda path: path.replace("/scim/", "/scim;a=b/"),
    "encoded semicolon": lambda path: path + "%3Ba=b",
    "encoded question mark": lambda path: path + "%3Fx=1",
    "encoded hash": lambda path: path + "%23x",
    "null": lambda path: path + "%00",
    "null inside": lambda path: path.replace("/scim/", "/scim%00/"),
    "null and health": lambda path: "/healthz%00" + path,
    "carriage return and line feed": lambda path: path + "%0D%0AX:1",
    "encoded space": lambda path: path + "%20",
    "encoded tab": lambda path: path + "%09",
    "cut escape": lambda path: path + "%",
    "half escape": lambda path: path + "%4",
    "escape of no digits": lambda path: path + "%zz",
    "overlong slash": lambda path: path.replace("/scim/", "/scim%C0%AF"),
    "overlong dots": lambda path: path.replace("/scim/", "/%C0%AE%C0%AE/scim/"),
    "not UTF-8": lambda path: path + "%FF",
    "lone surrogate": lambda path: path + "%ED%A0%80",
    "full-width slash": lambda path: path.replace("/scim/", "/scim%EF%BC%8F"),
    "encoded letters": lambda path: path.replace("scim", "%73%63%69%6d"),
    "upper case": lambda path: path.upper(),
    "upper case room": lambda path: path.replace("/scim/", "/SCIM/"),
    "without version": lambda path: path.replace("/v2", ""),
    "another version": lambda path: path.replace("/v2", "/v1"),
    "extension": lambda path: path + ".json",
    "wildcard": lambda path: path + "/*",
    "absolute form": lambda path: "http://127.0.0.1" + path,
    "absolute form of another host": lambda path: "http://evil.example" + path,
    "very long": lambda path: path + "/" + "a" * 4000,
}

METHODS = ("GET", "POST", "DELETE")


class PathTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()
        cls.addClassCleanup(cls.server.remove)
        cls.addClassCleanup(cls.server.stop)
        cls.directory = cls.server.new_directory()
        client = cls.directory.client()
        cls.user = client.create_user("anna@example.com")["id"]
        client.close()

    def raw(self, method, target, *lines):
        head = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *lines]
        if method != "GET":
            head.append("Content-Length: 0")
        return self.server.raw(("\r\n".join(head) + "\r\n\r\n").encode("latin-1"))

    def test_no_spelling_of_a_path_opens_a_route_without_a_token(self):
        for directory in (DIRECTORY, self.directory.base):
            for segment in SEGMENTS:
                for name, spell in SPELLINGS.items():
                    for method in METHODS:
                        target = spell(directory + segment)
                        with self.subTest(method=method, spelling=name, target=target[:120]):
                            answer = self.raw(method, target)
                            self.assertIsNotNone(answer)
                            self.assertIn(answer.status, (400, 401, 404))

    def test_no_spelling_reaches_another_directory(self):
        token = f"Authorization: Bearer {self.directory.token}"
        other = self.server.new_directory()
        client = other.client()
        foreign = client.create_user("victor@example.com")["id"]
        client.close()
        for name, spell in SPELLINGS.items():
            for target in (
                spell(f"{other.base}/Users/{foreign}"),
                f"{self.directory.base}/../../../{other.id}/scim/v2/Users/{foreign}",
                f"{self.directory.base}/Users/..%2F..%2F..%2F..%2F{other.id}%2Fscim%2Fv2%2FUsers%2F{foreign}",
            ):
                with self.subTest(spelling=name, target=target[:120]):
                    answer = self.raw("GET", target, token)
                    self.assertIn(answer.status, (400, 401, 404))
                    self.assertNotIn(b"victor", answer.body)

    def assert_scim_error(self, answer, status):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/scim+json")
        body = answer.json
        self.assertEqual(body["schemas"], [ERROR])
        self.assertEqual(body["status"], str(status))
        self.assertTrue(body["detail"])

    def test_errors_under_the_scim_base_are_scim_errors(self):
        client = self.directory.client()
        for path in (
            "/Nothing",
            "/Users/diruser_1",
            "/Users/x",
            f"/Users/{self.user}/x",
            "/Groups/dirgroup_1",
            "/Schemas/urn:none",
            "/ResourceTypes/None",
        ):
            with self.subTest(path=path):
                self.assert_scim_error(client.get(path), 404)
        for method, path in (
            ("PUT", "/Users"),
            ("PATCH", "/Users"),
            ("DELETE", "/Users"),
            ("POST", f"/Users/{self.user}"),
            ("PUT", "/Groups"),
            ("DELETE", "/Groups"),
            ("POST", "/ServiceProviderConfig"),
            ("PUT", "/ServiceProviderConfig"),
            ("PATCH", "/Schemas"),
            ("DELETE", "/ResourceTypes"),
            ("POST", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"),
            ("BREW", "/Users"),
        ):
            with self.subTest(method=method, path=path):
                answer = client.send(method, path, None)
                # RFC 9110 §9.1: a method that nothing here knows may be 501 as well.
                if method == "BREW" and answer.status in (400, 501):
                    continue
                self.assert_scim_error(answer, 405)
                self.assertTrue(answer.headers["Allow"])
        client.close()

    def test_a_good_path_is_found_in_the_spellings_that_clients_use(self):
        token = f"Authorization: Bearer {self.directory.token}"
        path = f"{self.directory.base}/Users/{self.user}"
        for target in (
            path,
            path + "/",
            path + "?",
            path + "?aadOptscim062020",
            path.replace("scim", "%73cim"),
        ):
            with self.subTest(target=target):
                self.assertEqual(self.raw("GET", target, token).status, 200)


if __name__ == "__main__":
    unittest.main()
