"""A replica of a directory that is built from its events, and its comparison with the directory."""

from scimd import kind

SERVED_ONLY = ("schemas", "id", "meta", "groups", "members")


def document(resource):
    return {name: value for name, value in resource.items() if name not in SERVED_ONLY}


class Replica:
    """Users, groups and who is in them, built of events alone."""

    def __init__(self):
        self.users = {}
        self.groups = {}
        self.members = {}
        self.user_groups = {}

    def apply(self, event):
        getattr(self, kind(event))(event["data"])

    def user_created(self, data):
        self.users[data["id"]] = data["raw_attributes"]
        self.user_groups[data["id"]] = {group["id"]: group["name"] for group in data["groups"]}

    user_updated = user_created

    def user_deleted(self, data):
        del self.users[data["id"]], self.user_groups[data["id"]]
        for members in self.members.values():
            members.discard(data["id"])

    def user_rejected(self, data):
        pass

    def group_created(self, data):
        self.groups[data["id"]] = data["raw_attributes"]
        self.members.setdefault(data["id"], set())

    group_updated = group_created

    def group_deleted(self, data):
        del self.groups[data["id"]], self.members[data["id"]]
        for members in self.members.values():
            members.discard(data["id"])

    def group_member_added(self, data):
        members = self.members.setdefault(data["group"]["id"], set())
        members.update(member["id"] for member in data["members"])

    def group_member_removed(self, data):
        self.members[data["group"]["id"]] -= {member["id"] for member in data["members"]}


def assert_same(test, replica, client):
    """The replica has exactly the users, groups and memberships that the directory serves."""
    users = {resource["id"]: resource for resource in client.every("/Users")}
    groups = {resource["id"]: resource for resource in client.every("/Groups")}
    test.assertEqual(set(replica.users), set(users))
    test.assertEqual(set(replica.groups), set(groups))
    for identifier, resource in users.items():
        test.assertEqual(document(replica.users[identifier]), document(resource))
        direct = {group["value"] for group in resource.get("groups", []) if group.get("type") != "indirect"}
        test.assertEqual(set(replica.user_groups[identifier]), direct)
    for identifier, resource in groups.items():
        test.assertEqual(document(replica.groups[identifier]), document(resource))
        members = {member["value"] for member in resource.get("members", [])}
        test.assertEqual(replica.members[identifier], members)
