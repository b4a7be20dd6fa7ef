#!/usr/bin/env python3
"""The life of a customer, as an application that manages its customers by API would lead it.

From the access token to the deleted organization, over HTTP alone: organization, settings, domain, directory, secret,
what an identity provider pushes over SCIM, the lists of users and groups, events, roles, custom attributes, rotation,
what happened, disabling and deleting. Nothing but the standard library, and nothing is left behind.

    customer_life.py --base-url http://127.0.0.1:8080 --client-id skc_… --client-secret …

Prints a line for each step with what it has checked. Exit code: 0 all is well, 1 at the first step that is wrong,
2 wrong usage.
"""

import argparse
import base64
import http.client
import json
import os
import secrets
import sys
import urllib.parse

from asking import AGENT, Service, Wrong, equal, eventually, expect

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
NAMES = ("alice", "bert", "carol", "dora", "emil")


def quoted(text):
    return urllib.parse.quote(text, safe="")


def number(identifier):
    return int(identifier.rsplit("_", 1)[1])


class Life:
    """Each step_… is a step, its first line what it checks; what one learns the later ones use."""

    def __init__(self, base_url, client_id, client_secret):
        self.base_url = base_url.rstrip("/")
        self.client_id, self.client_secret = client_id, client_secret
        self.api = Service(self.base_url)
        self.tag = secrets.token_hex(4)
        self.domain_name = f"life-{self.tag}.example"
        self.external_id = f"life-{self.tag}"
        self.users, self.roles = {}, []
        self.organization = self.directory = self.attribute = None

    # --- access

    def form(self, **members):
        body = urllib.parse.urlencode({"grant_type": "client_credentials", **members})
        return body, {"Content-Type": "application/x-www-form-urlencoded"}

    def step_01(self):
        """Without a token nothing is answered, and a wrong secret gets none."""
        error = self.api.refused("GET", "/api/v1/organizations", 401)
        equal((error["code"], error["details"][0]["error_code"]), (16, "UNAUTHENTICATED"), "error")
        body, headers = self.form(client_id=self.client_id, client_secret=self.client_secret + "x")
        error = self.api.ask("POST", "/oauth/token", body, (401,), headers)
        equal(error["error"], "invalid_client", "error")

    def step_02(self):
        """The client's credentials give an access token, in the form and by HTTP Basic, signed by a published key."""
        body, headers = self.form(client_id=self.client_id, client_secret=self.client_secret)
        made = self.api.ask("POST", "/oauth/token", body, (200,), headers)
        equal((made["token_type"], made["expires_in"] > 0), ("Bearer", True), "token")
        both = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        body, headers = self.form()
        again = self.api.ask("POST", "/oauth/token", body, (200,), {**headers, "Authorization": f"Basic {both}"})
        head = again["access_token"].split(".")[0]
        kid = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
        expect(kid in [key["kid"] for key in self.api.ask("GET", "/keys")["keys"]], f"no key {kid}")
        self.api.token = made["access_token"]

    # --- the customer

    def step_03(self):
        """An organization is made once for its Idempotency-Key, found by its external id, and that is unique."""
        body = {"display_name": "Customer Life", "external_id": self.external_id, "metadata": {"plan": "gold"}}
        key = {"Idempotency-Key": secrets.token_hex(16)}
        made = self.api.ask("POST", "/api/v1/organizations", body, headers=key)["organization"]
        self.organization_id, self.organization = made["id"], f"/api/v1/organizations/{made['id']}"
        equal((made["display_name"], made["metadata"]), ("Customer Life", {"plan": "gold"}), "organization")
        again = self.api.ask("POST", "/api/v1/organizations", body, headers=key)["organization"]
        equal(again["id"], made["id"], "made by the repeated request")
        found = self.api.ask("GET", f"/api/v1/organizations:external/{self.external_id}")["organization"]
        equal(found["id"], made["id"], "found by its external id")
        error = self.api.refused("POST", "/api/v1/organizations", 409, {**body, "display_name": "Other"})
        expect("already" in error["message"] or "external" in error["message"], error["message"])

    def step_04(self):
        """It is renamed, searched by a part of its name, and stands in the list of all exactly once."""
        self.api.ask("PATCH", self.organization, {"display_name": f"Customer {self.tag} Ltd"})
        found = self.api.ask("GET", f"/api/v1/organizations:search?query={self.tag.upper()}")["organizations"]
        equal([one["display_name"] for one in found], [f"Customer {self.tag} Ltd"], "found")
        listed, _ = self.every("/api/v1/organizations", "organizations", 100)
        equal([one["id"] for one in listed].count(self.organization_id), 1, "times in the list")

    def step_05(self):
        """Features are switched, the number of users is limited, and both are shown afterwards."""
        features = [{"name": "dir_sync", "enabled": True}, {"name": "sso", "enabled": False}]
        self.api.ask("PATCH", f"{self.organization}/settings", {"features": features})
        shown = self.api.ask("GET", self.organization)["organization"]["settings"]["features"]
        flags = {one["name"]: one["enabled"] for one in shown}
        equal((flags["dir_sync"], flags["sso"]), (True, False), "features")
        limit = {"settings": {"max_allowed_users": 5}}
        self.api.ask("PATCH", f"{self.organization}/settings/usermanagement", limit)
        equal(self.api.ask("GET", f"{self.organization}/settings/usermanagement"), limit, "limit")

    def step_06(self):
        """A domain that the application adds is verified at once; a public suffix is refused."""
        body = {"domain": self.domain_name, "domain_type": "ORGANIZATION_DOMAIN"}
        made = self.api.ask("POST", f"{self.organization}/domains", body)["domain"]
        equal((made["domain"], made["verification_status"]), (self.domain_name, "VERIFIED"), "domain")
        listed = self.api.ask("GET", f"{self.organization}/domains")["domains"]
        equal([one["id"] for one in listed], [made["id"]], "domains")
        self.api.refused("POST", f"{self.organization}/domains", 400, {"domain": "co.uk"})

    # --- the directory

    def step_07(self):
        """A new directory is enabled and empty, shows its SCIM base URL, and rejects requests without a token."""
        body = {"directory_type": "SCIM", "directory_provider": "OKTA"}
        made = self.api.ask("POST", f"{self.organization}/directories", body)["directory"]
        self.directory_id = made["id"]
        self.directory = f"{self.organization}/directories/{made['id']}"
        equal((made["enabled"], made["total_users"], made["total_groups"]), (True, 0, 0), "a new directory")
        _, slash, path = urllib.parse.urlsplit(made["directory_endpoint"]).path.partition("/directory/")
        equal(path, f"{made['id']}/scim/v2", "directory_endpoint")
        self.scim = Service(self.base_url + slash + path, "application/scim+json")
        self.scim.refused("GET", "/Users", 401)

    def step_08(self):
        """A secret is shown when it is made and never again."""
        made = self.api.ask("POST", f"{self.directory}/secrets", {})
        self.scim.token, self.first_secret = made["plain_secret"], made["secret"]["id"]
        expect(self.scim.token.endswith(made["secret"]["secret_suffix"]), "secret_suffix")
        shown = self.api.ask("GET", self.directory)["directory"]["secrets"]
        equal([(one["id"], one["status"]) for one in shown], [(self.first_secret, "ACTIVE")], "secrets")
        expect(self.scim.token not in json.dumps(shown), "the secret is shown again")

    # --- what the identity provider pushes

    def user(self, name, domain):
        return {
            "schemas": [USER, ENTERPRISE],
            "userName": f"{name}@{domain}",
            "externalId": f"idp-{name}",
            "name": {"givenName": name.capitalize(), "familyName": "Liddell"},
            "emails": [{"value": f"{name}@{domain}", "type": "work", "primary": True}],
            "active": True,
            ENTERPRISE: {"department": "Croquet", "costCenter": "7"},
        }

    def patch(self, place, identifier, **operation):
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        return self.scim.ask("PATCH", f"/{place}/{identifier}", body, (200, 204))

    def step_09(self):
        """Users and groups are pushed over SCIM, changed by PATCH, and found by a filter."""
        for name in NAMES:
            self.users[name] = self.scim.ask("POST", "/Users", self.user(name, self.domain_name), (201,))["id"]
        members = [{"value": self.users[name]} for name in ("alice", "bert")]
        group = {"schemas": [GROUP], "displayName": "Engineering", "members": members}
        self.group = self.scim.ask("POST", "/Groups", group, (201,))["id"]
        group = {"schemas": [GROUP], "displayName": "Support"}
        self.other_group = self.scim.ask("POST", "/Groups", group, (201,))["id"]
        self.patch("Users", self.users["alice"], op="replace", path="title", value="Queen")
        found = self.scim.ask("GET", "/Users?filter=" + quoted(f'userName eq "alice@{self.domain_name}"'))
        equal([one["title"] for one in found["Resources"]], ["Queen"], "titles of who is found")

    def step_10(self):
        """A user of a foreign domain is 400, one beyond the limit is 403, and a freed seat can be taken."""
        self.scim.refused("POST", "/Users", 400, self.user("mallory", f"other-{self.tag}.example"))
        frank = self.user("frank", self.domain_name)
        error = self.scim.refused("POST", "/Users", 403, frank)
        expect("5" in error["detail"], error["detail"])
        self.patch("Users", self.users["emil"], op="replace", path="active", value=False)
        self.users["frank"] = self.scim.ask("POST", "/Users", frank, (201,))["id"]

    # --- what the application sees

    def every(self, path, name, size=2):
        """The rows of all pages, and the last page."""
        rows, token, mark = [], "", "&" if "?" in path else "?"
        while True:
            page = self.api.ask("GET", f"{path}{mark}page_size={size}&page_token={quoted(token)}")
            rows += page[name]
            token = page["next_page_token"]
            if not token:
                return rows, page

    def step_11(self):
        """The users are listed page by page, forth and back, each with its e-mail address and its groups."""
        rows, last = self.every(f"{self.directory}/users", "users")
        equal([one["id"] for one in rows], sorted(self.users.values(), key=number), "users")
        equal(last["total_size"], len(self.users), "total_size")
        path = f"{self.directory}/users?page_size=2&page_token="
        first = self.api.ask("GET", path)
        forth = self.api.ask("GET", path + quoted(first["next_page_token"]))
        back = self.api.ask("GET", path + quoted(forth["prev_page_token"]))
        equal(back["users"], first["users"], "the page before the second")
        alice = next(one for one in rows if one["id"] == self.users["alice"])
        equal(alice["email"], f"alice@{self.domain_name}", "email")
        equal([one["display_name"] for one in alice["groups"]], ["Engineering"], "groups")

    def step_12(self):
        """Details come when they are asked for; users are chosen by group and by time; groups tell their sizes."""
        equal((self.detail("alice")["title"], self.detail("emil")["active"]), ("Queen", False), "details")
        members, _ = self.every(f"{self.directory}/users?directory_group_id={self.group}", "users")
        equal({one["id"] for one in members}, {self.users["alice"], self.users["bert"]}, "members")
        rows, _ = self.every(f"{self.directory}/users", "users")
        expect("user_detail" not in rows[0], "user_detail without include_detail")
        newest = max(one["updated_at"] for one in rows)
        equal(self.every(f"{self.directory}/users?updated_after={quoted(newest)}", "users")[0], [], "newer users")
        groups, _ = self.every(f"{self.directory}/groups", "groups")
        totals = {one["display_name"]: one["total_users"] for one in groups}
        equal(totals, {"Engineering": 2, "Support": 0}, "groups")

    def events(self, after=0):
        query = f"directory_id={self.directory_id}&limit=1000&after_sequence={after}"
        return self.api.ask("GET", f"/api/v1/events?{query}")["events"]

    def step_13(self):
        """A list says at which event it is true, and the next change is the event behind it."""
        page = self.api.ask("GET", f"{self.directory}/users?page_size=1000")
        equal(self.events(page["sequence"]), [], "events behind the list")
        self.patch("Users", self.users["dora"], op="replace", path="title", value="Cook")
        [event] = self.events(page["sequence"])
        equal(event["type"], "organization.directory.user_updated", "type")
        equal((event["sequence"], event["data"]["title"]), (page["sequence"] + 1, "Cook"), "event")
        created = [one["data"]["id"] for one in self.events() if one["type"].endswith(".user_created")]
        equal(sorted(created), sorted(self.users.values()), "users with a created event")

    # --- roles and attributes

    def detail(self, name):
        page = self.api.ask("GET", f"{self.directory}/users?include_detail=true&page_size=1000")
        return next(one["user_detail"] for one in page["users"] if one["id"] == self.users[name])

    def role_names(self, name):
        return [one["role_name"] for one in self.detail(name)["roles"]]

    def step_14(self):
        """Groups give roles, in the order of their assignments; who has none gets the default."""
        for name in ("admin", "viewer", "member"):
            body = {"name": f"{name}_{self.tag}", "display_name": name.capitalize()}
            self.roles.append(self.api.ask("POST", f"{self.organization}/roles", body)["role"]["name"])
        admin, viewer, member = self.roles
        self.api.ask("PATCH", f"{self.organization}/roles:set_defaults", {"default_member_role": member})
        pairs = [{"group_id": self.group, "role_name": admin}, {"group_id": self.other_group, "role_name": viewer}]
        self.api.ask("PUT", f"{self.directory}/groups/-/roles:assign", {"assignments": pairs})
        kept = self.api.ask("GET", self.directory)["directory"]["role_assignments"]["assignments"]
        equal([{name: one[name] for name in pairs[0]} for one in kept], pairs, "assignments")
        equal((self.role_names("alice"), self.role_names("carol")), ([admin], [member]), "roles")

    def step_15(self):
        """Roles follow the memberships, and one event tells of it."""
        admin, viewer, _ = self.roles
        alice = self.users["alice"]
        self.patch("Groups", self.other_group, op="add", path="members", value=[{"value": alice}])
        equal(self.role_names("alice"), [admin, viewer], "roles by both groups")
        before = self.events()[-1]["sequence"]
        self.patch("Groups", self.group, op="remove", path=f'members[value eq "{alice}"]')
        equal(self.role_names("alice"), [viewer], "roles when she has left the first")
        updated = [one for one in self.events(before) if one["type"].endswith(".user_updated")]
        equal([[role["role_name"] for role in one["data"]["roles"]] for one in updated], [[viewer]], "roles in it")

    def step_16(self):
        """A custom attribute is declared, previewed, mapped, and then stands in every user's details."""
        self.attribute = f"team_{self.tag}"
        declared = {"key": self.attribute, "label": "Team", "datatype": "STRING", "enabled": True}
        self.api.ask("POST", "/api/v1/directory-user-attributes", declared)
        mapping = {"attributes": [{"key": self.attribute, "map_to": f"{ENTERPRISE}:department"}]}
        shown = self.api.ask("POST", f"{self.directory}/attributes:preview", mapping)["users"]
        team = {self.attribute: "Croquet"}
        equal([one["custom_attributes"] for one in shown], [team] * len(self.users), "preview")
        equal(self.detail("carol")["custom_attributes"], {}, "before it is mapped")
        kept = self.api.ask("PUT", f"{self.directory}/attributes", mapping)
        equal(kept["attribute_mappings"], mapping, "attribute_mappings")
        equal(self.detail("carol")["custom_attributes"], team, "when it is mapped")

    # --- what happened

    def step_17(self):
        """The secret is regenerated: both are good until the old one is revoked, and its last use is shown."""
        old = self.scim.token
        made = self.api.ask("POST", f"{self.directory}/secrets:regenerate", {"overlap_seconds": 600})
        self.scim.ask("GET", "/Users?count=1")
        self.scim.token = made["plain_secret"]
        self.scim.ask("GET", "/Users?count=1")
        shown = self.api.ask("GET", f"{self.directory}/secrets/{self.first_secret}")["secret"]
        equal(shown["last_used_user_agent"], AGENT, "last_used_user_agent")
        expect(shown["last_used_time"] > "2020" and shown["expire_time"] > "2020", f"times of {shown}")
        self.api.ask("DELETE", f"{self.directory}/secrets/{self.first_secret}")
        self.scim.token = old
        self.scim.refused("GET", "/Users?count=1", 401)
        self.scim.token = made["plain_secret"]
        self.scim.ask("GET", "/Users?count=1")

    def step_18(self):
        """The request log has what was refused, masked; the ledger has who and what helps, and who came in later."""
        path = f"{self.directory}/request-log?status=error&method=POST"
        entries = eventually(
            lambda: [one for one in self.every(path, "entries", 100)[0] if one["path"] == "/Users"],
            "the refused requests are not in the log",
        )
        equal([one["status"] for one in entries], [403, 400], "statuses, the newest first")
        expect("mallory" not in json.dumps(entries), "names are not masked")
        ledger, _ = self.every(f"{self.directory}/refusals", "refusals", 100)
        known = {one["preferred_username"].split("@")[0]: (one["reason"], one["status"]) for one in ledger}
        wanted = {"mallory": ("domain_not_verified", "OPEN"), "frank": ("seat_limit", "RESOLVED")}
        equal(known, wanted, "refusals")
        expect(all(one["fix"] for one in ledger), "no help")

    def step_19(self):
        """The directory counts what is in it, and the audit log tells what this client did, without secrets."""
        shown = self.api.ask("GET", self.directory)["directory"]
        equal((shown["total_users"], shown["total_groups"]), (len(self.users), 2), "totals")
        expect(shown["last_synced_at"] > "2020", "last_synced_at")
        entries, _ = self.every(f"/api/v1/audit-log?organization_id={self.organization_id}", "entries", 1000)
        done = {(one["method"], one["route"].rsplit("/", 1)[1]) for one in entries if one["actor"] == self.client_id}
        expect({("POST", "domains"), ("POST", "secrets"), ("PUT", "attributes")} <= done, f"audit log: {done}")
        expect(self.scim.token not in json.dumps(entries), "a secret is in the audit log")

    # --- the end

    def step_20(self):
        """A directory that is enabled is not deleted; one that is disabled answers 403, and 401 without a token."""
        error = self.api.refused("DELETE", self.directory, 400)
        expect("directory is enabled" in error["message"] and "disable" in error["message"], error["message"])
        equal(self.api.ask("PATCH", f"{self.directory}:disable")["enabled"], False, "enabled")
        self.scim.refused("GET", "/Users", 403)
        self.scim.refused("POST", "/Users", 403, self.user("gerda", self.domain_name))
        equal(self.api.ask("PATCH", f"{self.directory}:enable")["enabled"], True, "enabled")
        self.scim.ask("GET", "/Users")
        self.api.ask("PATCH", f"{self.directory}:disable")
        token, self.scim.token = self.scim.token, None
        self.scim.refused("GET", "/Users", 401)
        self.scim.token = token

    def step_21(self):
        """The deleted directory is gone at once, and each of its users has a deleted event."""
        self.api.ask("DELETE", self.directory)
        self.api.refused("GET", self.directory, 404)
        self.scim.refused("GET", "/Users", 401)
        self.directory = None
        ended = "organization.directory.deleted"
        eventually(lambda: self.events()[-1]["type"] == ended, f"no event {ended}")
        gone = [one["data"]["id"] for one in self.events() if one["type"].endswith(".user_deleted")]
        equal(sorted(gone), sorted(self.users.values()), "users with a deleted event")

    def step_22(self):
        """The deleted organization is gone, and its external id and its domain can be taken by another."""
        self.api.ask("DELETE", self.organization)
        self.api.refused("GET", self.organization, 404)
        body = {"display_name": "Next", "external_id": self.external_id}
        made = self.api.ask("POST", "/api/v1/organizations", body)["organization"]
        self.organization = f"/api/v1/organizations/{made['id']}"
        self.api.ask("POST", f"{self.organization}/domains", {"domain": self.domain_name})

    def clean_up(self):
        """Takes away what the steps have left, the failed one too."""
        if self.directory:
            self.api.send("PATCH", f"{self.directory}:disable")
            self.api.send("DELETE", self.directory)
        if self.organization:
            self.api.send("DELETE", self.organization)
        if self.attribute:
            self.api.send("DELETE", f"/api/v1/directory-user-attributes/{self.attribute}")


def walk(life):
    """Whether all steps were well."""
    steps = [getattr(life, name) for name in sorted(dir(life)) if name.startswith("step_")]
    for at, step in enumerate(steps, 1):
        try:
            step()
        except (Wrong, OSError, http.client.HTTPException, LookupError, TypeError, ValueError) as fault:
            print(f"{at:2} WRONG {step.__doc__}\n         {type(fault).__name__}: {fault}")
            return False
        print(f"{at:2} ok    {step.__doc__}", flush=True)
    print(f"all {len(steps)} steps are well")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--client-id", default=os.environ.get("SCIMD_CLIENT_ID"))
    parser.add_argument("--client-secret", default=os.environ.get("SCIMD_CLIENT_SECRET"))
    options = parser.parse_args()
    if not options.client_id or not options.client_secret:
        parser.error("--client-id and --client-secret (or SCIMD_CLIENT_ID, SCIMD_CLIENT_SECRET) are needed")
    life = Life(options.base_url, options.client_id, options.client_secret)
    try:
        return 0 if walk(life) else 1
    finally:
        life.clean_up()


if __name__ == "__main__":
    sys.exit(main())
