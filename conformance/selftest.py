"""The runner itself: right answers pass, wrong ones are reported with what was expected and what came.

Usage: selftest.py PATH_OF_SCIMD_CONFORMANCE. A scripted server on the loopback interface gives the answers.
"""

import http.server
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

RUNNER = sys.argv.pop(1) if len(sys.argv) > 1 else "scimd-conformance"
USER = {
    "id": "7",
    "userName": "ann",
    "active": True,
    "emails": [{"type": "work", "value": "a@example.com"}, {"type": "home", "value": "b@example.com"}],
    "urn:x:2.0:User": {"department": "Research"},
    "meta": {"version": 'W/"1"'},
    "$ref": "there",
}


class Scripted(http.server.BaseHTTPRequestHandler):
    """Answers with what server.answers holds for "METHOD path", and remembers what it was sent."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        seen = {"method": self.command, "target": self.path, "headers": self.headers.items(), "body": body}
        self.server.seen.append(seen)
        key = f"{self.command} {self.path.split('?')[0]}"
        answers = self.server.answers.get(key, [(404, {"detail": key}, {})])
        status, content, headers = answers.pop(0) if len(answers) > 1 else answers[0]
        text = content if isinstance(content, str) else json.dumps(content)
        data = b"" if content is None else text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/scim+json", **headers}.items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


class Fixture(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
        self.server.seen = []
        self.server.answers = {"GET /scim/Users/7": [(200, USER, {"ETag": 'W/"1"'})]}
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.base_url = f"http://127.0.0.1:{self.server.server_port}/scim"
        self.data = pathlib.Path(tempfile.mkdtemp())
        (self.data / "cases").mkdir()
        self.addCleanup(shutil.rmtree, self.data)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def write(self, content, name="cases/one.json"):
        file = self.data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")

    def run_runner(self, *arguments, token="secret"):
        command = [RUNNER, "--data", str(self.data), "--base-url", self.base_url, "--token", token, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def play(self, *steps, **members):
        self.write({"name": "a case", "section": "none", "steps": list(steps), **members})
        return self.run_runner()


def get(path="/Users/7", status=200, sends=None, **expect):
    request = {"method": "GET", "path": path}
    if sends is not None:
        request["headers"] = sends
    return {"note": "a step", "request": request, "expect": {"status": status, **expect}}


def post(body, ignored=(), moved=None, **more):
    return {
        "note": "create",
        "request": {"method": "POST", "path": "/Users", "body": body},
        "expect": {"status": 201, "ignored": list(ignored), "moved": moved or {}},
        **more,
    }


class Assertions(Fixture):
    # Each row: an expectation that the answer meets, one that it does not, and what the report must say.
    ROWS = [
        ({"status": [200, 204]}, {"status": 204}, "status: expected 204, actual 200"),
        ({"body": {"userName": "ann"}}, {"body": {"userName": "bob"}}, 'expected "bob", actual "ann"'),
        ({"body": {"id": "7"}}, {"body": {"id": 7}}, 'expected 7, actual "7"'),
        ({"body": {"active": True}}, {"body": {"active": "true"}}, 'expected "true", actual true'),
        ({"body": {"$ref": "there"}}, {"body": {"$ref": "here"}}, "/$ref"),
        ({"at": {"emails[1].type": "home"}}, {"at": {"emails[1].type": "work"}}, "emails[1].type"),
        ({"at": {"emails[1].type": "home"}}, {"at": {"emails[2].type": "home"}}, "actual absent"),
        (
            {"at": {"/urn:x:2.0:User/department": "Research"}},
            {"at": {"/urn:x:2.0:User/department": "Sales"}},
            'expected "Sales", actual "Research"',
        ),
        ({"absent": ["title"]}, {"absent": ["userName"]}, 'userName: expected absent, actual "ann"'),
        ({"headers": {"etag": 'W/"1"'}}, {"headers": {"ETag": 'W/"2"'}}, "header ETag"),
        ({"headers": {"X-None": {"$absent": True}}}, {"headers": {"ETag": {"$absent": True}}}, "expected absent"),
        (
            {"at": {"emails": [{"type": "work"}, {"type": "home"}]}},
            {"at": {"emails": [{"type": "home"}, {"type": "work"}]}},
            "emails[0]/type",
        ),
        ({"at": {"emails": [{}, {}]}}, {"at": {"emails": [{}]}}, "1 elements"),
        (
            {"at": {"emails": {"$unordered": [{"type": "home"}, {"type": "work"}]}}},
            {"at": {"emails": {"$unordered": [{"type": "home"}, {"type": "home"}]}}},
            "an element like",
        ),
        # The first pattern must not keep the one element that the second needs.
        (
            {"at": {"emails": {"$unordered": [{"type": {"$type": "string"}}, {"type": "work"}]}}},
            {"at": {"emails": {"$unordered": [{"type": "work"}]}}},
            "in any order",
        ),
        (
            {"at": {"emails": {"$contains": [{"type": "home"}]}}},
            {"at": {"emails": {"$contains": [{"type": "other"}]}}},
            "an element like",
        ),
        (
            {"at": {"emails": {"$each": {"value": {"$regex": "@example"}}}}},
            {"at": {"emails": {"$each": {"type": "work"}}}},
            "emails[1]/type",
        ),
        ({"at": {"emails": {"$size": 2}}}, {"at": {"emails": {"$size": 3}}}, "expected 3 elements"),
        ({"at": {"active": {"$type": "boolean"}}}, {"at": {"active": {"$type": "string"}}}, "of type string"),
        ({"at": {"userName": {"$regex": "^a.n$"}}}, {"at": {"userName": {"$regex": "^b"}}}, "text like ^b"),
        ({"at": {"title": {"$absent": True}}}, {"at": {"userName": {"$absent": True}}}, "expected absent"),
        ({"at": {"userName": {"$absent": False}}}, {"at": {"title": {"$absent": False}}}, "expected a value"),
        ({"at": {"userName": {"$not": "bob"}}}, {"at": {"userName": {"$not": "ann"}}}, 'not "ann"'),
        ({"at": {"userName": {"$any": ["bob", "ann"]}}}, {"at": {"userName": {"$any": ["bob"]}}}, "one of"),
        (
            {"at": {"userName": {"$all": [{"$regex": "a"}, {"$regex": "n"}]}}},
            {"at": {"userName": {"$all": [{"$regex": "a"}, {"$regex": "x"}]}}},
            "text like x",
        ),
        (
            {"at": {"emails[0]": {"$equals": {"type": "work", "value": "a@example.com"}}}},
            {"at": {"emails[0]": {"$equals": {"type": "work"}}}},
            "exactly",
        ),
        ({"milliseconds_max": 60000}, {"milliseconds_max": -1}, "time: expected at most -1 ms"),
        ({}, {"empty": True}, "body: expected none"),
    ]

    def test_what_is_met_passes_and_what_is_not_is_reported(self):
        for met, unmet, report in self.ROWS:
            with self.subTest(unmet=unmet):
                code, out, err = self.play(get(**met))
                self.assertEqual(code, 0, out + err)
                code, out, err = self.play(get(**unmet))
                self.assertEqual(code, 1, out + err)
                self.assertIn(report, out)
                self.assertIn("1 cases: 0 passed, 1 failed", out)

    def test_numbers_are_compared_with_bounds(self):
        self.server.answers["GET /scim/Users"] = [(200, {"totalResults": 5}, {})]
        for bound, code in [({"$ge": 5}, 0), ({"$ge": 6}, 1), ({"$le": 5}, 0), ({"$le": 4}, 1), (5.0, 0)]:
            with self.subTest(bound=bound):
                self.assertEqual(self.play(get("/Users", at={"totalResults": bound}))[0], code)

    def test_what_holds_of_every_reply_is_always_checked(self):
        rows = [
            (200, "<html>", {"Content-Type": "text/html"}, "expected JSON"),
            (200, {"id": "7"}, {"Content-Type": "text/plain"}, "Content-Type: expected application/scim+json"),
            (200, {"nested": [{"Password": "x"}]}, {}, "no password"),
            (200, {"meta": {"location": "/a"}}, {"Content-Location": "/b"}, "Content-Location: expected meta.location"),
            (200, {"meta": {"location": "/a"}}, {"Location": "/b"}, "Location: expected meta.location, actual /b"),
        ]
        for status, content, headers, report in rows:
            with self.subTest(report=report):
                self.server.answers["GET /scim/Users/7"] = [(status, content, headers)]
                code, out, _ = self.play(get())
                self.assertEqual(code, 1)
                self.assertIn(report, out)

    def test_what_was_sent_with_a_create_comes_back_or_is_listed(self):
        urn = "urn:x:2.0:User"
        answer = {"id": "7", "userName": "ann", "emails": [{"value": "a@x"}], urn: {"department": "D"}}
        rows = [
            (post({"username": "ann", "schemas": ["x"], "password": "p"}), None),
            (post({"title": "", "name": {"givenName": None}, "roles": [{}]}), None),
            (post({"emails": {"value": "b@x"}}), None),
            (post({"shoe": 1}), "ignored: expected nothing, actual shoe"),
            (post({"shoe": 1}, ["shoe"]), None),
            (post({"emails": [{"value": "a@x", "colour": "red"}]}), "actual emails.colour"),
            (post({urn: {"department": "D", "shoe": 1}}), f"actual {urn}:shoe"),
            (post({"userName": "ann"}, ["userName"]), "ignored: expected userName, actual nothing"),
            (post({"dept": "D"}, moved={"dept": f"/{urn}/department"}), None),
            (post({"dept": "D"}, moved={"dept": f"/{urn}/division"}), f"/{urn}/division: expected present"),
        ]
        for step, report in rows:
            with self.subTest(step=step):
                self.server.answers["POST /scim/Users"] = [(201, answer, {})]
                code, out, _ = self.play(step)
                self.assertEqual(code, 1 if report else 0, out)
                self.assertIn(report or "", out)

    def test_a_failing_step_names_the_rows_that_it_would_have_proved(self):
        code, out, _ = self.play(get(), {**get(status=404), "proves": ["A1", "B22"]})
        self.assertEqual(code, 1)
        self.assertIn("step 2: a step [none] A1 B22\n", out)

    def test_a_server_that_is_not_there_is_a_failure(self):
        self.server.shutdown()
        self.server.server_close()
        code, out, _ = self.play(get())
        self.assertEqual(code, 1)
        self.assertIn("connection: expected a reply", out)

    def test_the_first_failing_step_ends_a_case(self):
        self.play(get(status=404), get("/Users/8"))
        self.assertEqual([seen["target"] for seen in self.server.seen], ["/scim/Users/7"])


class Requests(Fixture):
    def sent(self, index=0):
        seen = self.server.seen[index]
        return {**seen, "headers": {name.lower(): value for name, value in seen["headers"]}}

    def test_headers_by_default_by_case_and_by_step(self):
        self.play(
            get(),
            get(sends={"user-agent": None}),
            get(sends={"User-Agent": "", "Authorization": "non-token"}),
        )
        self.assertEqual(self.sent(0)["headers"]["authorization"], "Bearer secret")
        self.assertEqual(self.sent(0)["headers"]["user-agent"], "scimd-conformance")
        self.assertNotIn("user-agent", self.sent(1)["headers"])
        self.assertEqual(self.sent(2)["headers"]["user-agent"], "")
        self.assertEqual(self.sent(2)["headers"]["authorization"], "non-token")
        self.server.seen.clear()
        self.play(get(), headers={"User-Agent": "of the case"})
        self.assertEqual(self.sent(0)["headers"]["user-agent"], "of the case")

    def test_a_query_is_percent_encoded(self):
        step = get(status=404)
        step["request"]["query"] = {"filter": 'userName eq "a+b@{{domain}}"', "count": "1"}
        step["request"]["path"] = "/Users?flag"
        self.play(step)
        wanted = "/scim/Users?flag&filter=userName%20eq%20%22a%2Bb%40example.com%22&count=1"
        self.assertEqual(self.sent()["target"], wanted)

    def test_raw_bodies_are_sent_as_they_are(self):
        step = post({})
        step["request"] = {"method": "POST", "path": "/Users", "raw_body": '{"a": '}
        self.play(step)
        self.assertEqual(self.sent()["body"], '{"a": ')

    def test_what_was_read_is_put_back_with_edits(self):
        self.server.answers["PUT /scim/Users/7"] = [(200, USER, {})]
        put = {"method": "PUT", "path": "/Users/{{id}}", "body_from": "whole"}
        put["edit"] = {"userName": None, "active": False, "urn:x:2.0:User": {"division": "{{id}}"}}
        self.play(
            {**get(), "capture": {"whole": "", "id": "id"}},
            {"note": "put", "request": put, "expect": {"status": 200}},
        )
        del put["edit"]
        self.play({**get(), "capture": {"whole": "", "id": "id"}}, {**post({}), "request": put})
        self.assertEqual(json.loads(self.server.seen[-1]["body"]), USER)
        sent = json.loads(self.sent(1)["body"])
        wanted = {**USER, "active": False, "urn:x:2.0:User": {"department": "Research", "division": "7"}}
        del wanted["userName"]
        self.assertEqual(sent, wanted)

    def test_variables_keep_their_types_and_take_forms(self):
        self.server.answers["POST /scim/Users"] = [(201, USER, {"ETag": 'W/"1"'})]
        body = {
            "bool": "{{flag}}",
            "text": "{{flag}}/{{name|upper}}/{{name|url}}",
            "tag": "{{tag}}",
            "unique": "{{unique}}",
        }
        self.play(
            {**get(), "capture": {"flag": "active", "tag": "header:ETag"}},
            post(body, ignored=sorted(body)),
            post({"unique": "{{unique}}"}, ignored=["unique"]),
            variables={"name": "a b"},
        )
        first, second = (json.loads(self.sent(i)["body"]) for i in (1, 2))
        self.assertEqual(first["bool"], True)
        self.assertEqual(first["text"], "true/A B/a%20b")
        self.assertEqual(first["tag"], 'W/"1"')
        self.assertEqual(first["unique"], second["unique"])
        self.play(post({"unique": "{{unique}}"}, ignored=["unique"]))
        deleted = [seen for seen in self.server.seen if seen["method"] == "DELETE"]
        self.assertEqual(len(deleted), 3)
        self.assertNotEqual(json.loads(self.server.seen[-2]["body"])["unique"], first["unique"])

    def test_repeated_steps_collect_what_they_capture(self):
        self.server.answers["POST /scim/Users"] = [(201, {"id": str(n)}, {}) for n in (5, 6)]
        self.server.answers["POST /scim/Groups"] = [(200, {}, {})]
        group = {"method": "POST", "path": "/Groups", "body": {"members": "{{members}}"}}
        self.play(
            post({"n": "{{index}}"}, ["n"], repeat=2, capture={"members": {"value": "id"}}),
            {"note": "group", "request": group, "expect": {"status": 200}},
        )
        self.assertEqual([json.loads(self.sent(i)["body"]) for i in (0, 1)], [{"n": 1}, {"n": 2}])
        self.assertEqual(json.loads(self.sent(2)["body"]), {"members": [{"value": "5"}, {"value": "6"}]})

    def test_what_was_created_is_deleted_newest_first_unless_kept(self):
        self.server.answers["POST /scim/Users"] = [(201, {"id": "5"}, {}), (201, {"id": "6"}, {})]
        self.play(post({}), post({}))
        deleted = [seen["target"] for seen in self.server.seen if seen["method"] == "DELETE"]
        self.assertEqual(deleted, ["/scim/Users/6", "/scim/Users/5"])
        self.server.seen.clear()
        self.run_runner("--keep")
        self.assertNotIn("DELETE", [seen["method"] for seen in self.server.seen])

    def test_a_teardown_is_played_and_not_judged(self):
        code, _, _ = self.play(get(), teardown=[get("/Users/8")])
        self.assertEqual(code, 0)
        self.assertEqual(self.sent(1)["target"], "/scim/Users/8")

    def test_what_cannot_be_captured_is_a_failure(self):
        code, out, _ = self.play({**get(), "capture": {"x": "nonesuch"}})
        self.assertEqual(code, 1)
        self.assertIn("nonesuch: expected a value to remember", out)


class CommandLine(Fixture):
    def test_suites_are_chosen_by_folder_and_by_name(self):
        for name in ("cases/a/one", "cases/a/two", "cases/ab", "idp/a/three"):
            self.write({"name": "x", "section": "s", "steps": [get()]}, name + ".json")
        rows = [(["a"], 2), (["a/one"], 1), (["ab"], 1), (["idp"], 1), (["a/two", "idp/a"], 2), ([], 4)]
        for wanted, count in rows:
            with self.subTest(wanted=wanted):
                code, out, _ = self.run_runner(*[word for name in wanted for word in ("--suite", name)])
                self.assertEqual(code, 0)
                self.assertIn(f"{count} cases: {count} passed", out)

    def test_cases_of_a_user_s_token_are_skipped_without_one(self):
        steps = [get(sends={"Authorization": "Bearer {{user_token}}"})]
        mine = {"name": "mine", "section": "s", "steps": steps}
        self.write([mine, {"name": "ours", "section": "s", "steps": [get()]}])
        code, out, _ = self.run_runner()
        self.assertEqual((code, len(self.server.seen)), (0, 1))
        self.assertIn("skipped: no user token", out)
        self.assertIn("2 cases: 1 passed, 0 failed, 1 skipped;", out)
        _, out, _ = self.run_runner("--json")
        report = json.loads(out)
        self.assertEqual((report["passed"], report["skipped"]), (1, 1))
        results = [(one["passed"], one["skipped"]) for one in report["results"]]
        self.assertEqual(results, [(False, True), (True, False)])
        code, out, err = self.run_runner("--user-token", "mine", "--verbose")
        self.assertIn("2 passed, 0 failed, 0 skipped;", out)
        self.assertIn(("Authorization", "Bearer mine"), self.server.seen[-2]["headers"])
        self.assertNotIn("Bearer", out + err)

    def test_json_reports_the_failure(self):
        self.write({"name": "x", "section": "s", "steps": [get(), get(status=404)]})
        code, out, _ = self.run_runner("--json")
        report = json.loads(out)
        self.assertEqual((code, report["passed"], report["failed"]), (1, 0, 1))
        result = report["results"][0]
        self.assertEqual((result["suite"], result["steps"], result["steps_passed"]), ("one", 2, 1))
        failure = result["failures"][0]
        self.assertEqual((failure["where"], failure["expected"], failure["actual"]), ("status", "404", "200"))

    def test_the_token_is_never_printed(self):
        self.write({"name": "x", "section": "s", "steps": [get(status=404)]})
        _, out, err = self.run_runner("--verbose", token="very-secret")
        self.assertNotIn("very-secret", out + err)

    def test_bad_data_is_named_with_its_reason(self):
        step = get()
        rows = [
            ("{", "is no JSON"),
            ({"name": "x", "steps": [step]}, "one of section and source"),
            ({"name": "x", "section": "s", "steps": []}, "there are no steps"),
            ({"name": "x", "section": "s", "steps": [step], "extra": 1}, '"extra"'),
            ({"name": "x", "section": "s", "steps": [{**step, "expect": {}}]}, '"status" is missing'),
            ({"name": "x", "section": "s", "steps": [get(body={"$unknown": 1})]}, "no operator $unknown"),
            ({"name": "x", "section": "s", "steps": [get(body={"$size": 1, "a": 2})]}, "side by side"),
            ({"name": "x", "section": "s", "steps": [get(body={"a": {"$regex": "("}})]}, "$regex"),
            ({"name": "x", "section": "s", "steps": [get(body={"a": {"$type": "date"}})]}, "$type"),
            ({"name": "x", "section": "s", "steps": [get("/Users/{{nobody}}")]}, "{{nobody}}"),
            ({"name": "x", "section": "s", "prelude": "none", "steps": [step]}, "cannot be read"),
            ([{"name": "x", "section": "s", "steps": [step]}] * 2, "two cases"),
        ]
        for content, reason in rows:
            with self.subTest(reason=reason):
                self.write(content)
                code, _, err = self.run_runner("--list")
                self.assertEqual(code, 2)
                self.assertIn(reason, err)
                self.assertIn("one", err)

    def test_wrong_usage_and_failures_have_different_exit_codes(self):
        self.write({"name": "x", "section": "s", "steps": [get()]})
        for arguments in (["--nonesuch"], ["--suite", "nonesuch"], ["--base-url", "ftp://x"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.run_runner(*arguments)[0], 2)

    def test_preludes_come_first(self):
        self.write([{**get(), "capture": {"id": "id"}}], "preludes/read.json")
        code, out, err = self.play(get("/Users/{{id}}"), prelude="read")
        self.assertEqual(code, 0, out + err)
        self.assertIn("2/2", out)


@unittest.skipUnless(shutil.which("openssl"), "makes its certificate with the openssl command")
class Tls(Fixture):
    def setUp(self):
        super().setUp()
        files = self.data / "key.pem", self.data / "certificate.pem"
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        make += ["-subj", "/CN=localhost", "-days", "2", "-keyout", str(files[0]), "-out", str(files[1])]
        subprocess.run(make, capture_output=True, check=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files[1], files[0])
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.base_url = self.base_url.replace("http:", "https:")

    def test_certificates_are_verified_by_default(self):
        self.write({"name": "x", "section": "s", "steps": [get()]})
        code, out, _ = self.run_runner()
        self.assertEqual(code, 1)
        self.assertIn("certificate verify failed", out)
        self.assertEqual(self.run_runner("--insecure")[0], 0)


if __name__ == "__main__":
    unittest.main()
