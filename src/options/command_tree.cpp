#include "options/command_tree.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace scimd::options {
namespace {

// An empty option would be none: a filter would choose everything, a client manage all organizations, a token
// never end. Nobody means that who gives one; the variable in a script was empty.
void refuse_empty_options(CLI::App& of)
{
    const auto why_empty_is_wrong = [](const std::string& given) {
        return std::string(given.empty() ? "it must not be empty" : "");
    };
    for (auto* command : of.get_subcommands({})) {
        for (auto* option : command->get_options())
            if (!option->get_positional())
                option->check(why_empty_is_wrong);
        refuse_empty_options(*command);
    }
}

}  // namespace

command_tree::command_tree(CLI::App& app, command& what, std::string& limit) : app_(app), what_(what)
{
    app.require_subcommand(1);
    add({"serve"}, "Serve SCIM and the control socket");
    auto* demo = add({"demo"}, "Make an example organization (once) and print a fresh bearer token");
    add_policy(demo);
    declare_organizations();
    declare_directories();
    declare_directory_history(limit);
    declare_clients(limit);
    declare_webhooks(limit);
    auto* events = add({"events"}, "Print directory events, one JSON object a line");
    events->add_option(
        "--after", what.after, "Start behind this cursor (with --directory: or this sequence number)"
    );
    events->add_option("--type", what.event_types, "Of this type only; a prefix with .* for all below it");
    events->add_option("--organization", what.organization, "Events of one organization only");
    events->add_option("--directory", what.directory, "Events of one directory only");
    events->add_option("--limit", limit, "Print at most so many");
    events->add_flag("--follow", what.is_following, "Wait for further ones");
    add({"check"}, "Verify the store");
    add({"backup"}, "Copy the store while it is in use", {"FILE"})
        ->add_option("--key-to", what.key_file, "Copy the master keys of the data folder there, too");
    auto* restore = add({"restore"}, "Put a backup in place of the store; no server may run", {"FILE"});
    restore->add_option("--key-from", what.key_file, "Put the master keys of this file in the data folder");
    restore->add_flag("--replace", what.is_replacing, "Set the database aside that is there");
    add({"version"}, "Print the versions of scimd and of its libraries");
    refuse_empty_options(app);
}

void command_tree::collect()
{
    const CLI::App* chosen = &app_;
    while (!chosen->get_subcommands().empty()) {
        chosen = chosen->get_subcommands().front();
        what_.positional.push_back(chosen->get_name());
    }
    for (auto& [owner, values] : arguments_)
        if (owner == chosen)
            what_.arguments = values;
}

CLI::App* command_tree::add(
    std::initializer_list<const char*> words, const char* help, std::initializer_list<const char*> names
)
{
    CLI::App* at = &app_;
    for (const auto* word : words) {
        const auto known = at->get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
        at = known.empty() ? at->add_subcommand(word, "")->fallthrough() : known.front();
    }
    if (words.size() == 2)
        at->get_parent()->require_subcommand(1);
    at->description(help);
    auto& values = arguments_.emplace_back(at, std::vector<std::string>(names.size())).second;
    std::size_t index = 0;
    for (const auto* name : names)
        at->add_option(name, values[index++])->required();
    return at;
}

void command_tree::add_policy(CLI::App* to)
{
    to->add_option(
        "--domain-policy",
        what_.domain_policy,
        "What becomes of users outside the verified domains: reject, hold or off"
    );
}

void command_tree::declare_organizations()
{
    auto* create = add({"organization", "create"}, "Make an organization", {"NAME"});
    create->add_option("--external-id", what_.external_id, "Your own id of it");
    add({"organization", "list"}, "List all organizations");
    add({"organization", "show"}, "Show one", {"ORGANIZATION"});
    add({"organization", "search"}, "Find some by a part of their name or id", {"TEXT"});
    auto* update = add({"organization", "update"}, "Change one", {"ORGANIZATION"});
    update->add_option("--name", what_.name, "Its name");
    update->add_option("--external-id", what_.external_id, "Your own id of it");
    auto* bound =
        add({"organization", "limit"},
            "Say how many of its users may be active; any number unless given",
            {"ORGANIZATION"});
    bound->add_option("--users", what_.users_max, "At most so many")->check(CLI::Range(0, 2'147'483'647));
    add({"organization", "delete"}, "Delete one with all that is its own", {"ORGANIZATION"});
    describe("organization", "The customers");

    for (const auto* verb : {"add", "create"}) {
        auto* domain =
            add({"domain", verb}, "Add a domain, verified unless --dns", {"ORGANIZATION", "DOMAIN"});
        domain->add_flag("--dns", what_.is_by_dns, "A TXT record of the domain has to verify it");
        domain->add_flag("--subdomains", what_.covers_subdomains, "Its sub-domains are verified with it");
    }
    add({"domain", "verify"}, "Look for its TXT record now", {"ORGANIZATION", "ID"});
    add({"domain", "list"}, "List an organization's domains", {"ORGANIZATION"});
    add({"domain", "show"}, "Show one", {"ORGANIZATION", "ID"});
    add({"domain", "delete"}, "Remove one", {"ORGANIZATION", "ID"});
    describe("domain", "The e-mail domains of an organization");
}

void command_tree::declare_directories()
{
    auto* create = add({"directory", "create"}, "Make a directory", {"ORGANIZATION"});
    create->add_option("--name", what_.name, "A name for people");
    create->add_option(
        "--provider",
        what_.provider,
        "OKTA, MICROSOFT_AD, GOOGLE, ONELOGIN, JUMPCLOUD, PING_IDENTITY or AUTH0"
    );
    create->add_option(
        "--mode", what_.scim_mode, "How clients are read: compat (as providers need it) or strict (the RFC)"
    );
    create->add_option("--unknown-members", what_.unknown_members, "Of a group: refuse or ignore");
    create->add_option("--patch-status", what_.patch_status, "Of a PATCH that succeeds: 200 or 204");
    create->add_flag(
        "--equal-group-names", what_.allows_equal_group_names, "Two groups may have one displayName"
    );
    add_policy(create);
    create->add_option(
        "--domain-gate-scope",
        what_.domain_gate_scope,
        "Which addresses of a user must be at verified domains: primary (the default) or all"
    );
    add({"directory", "list"}, "List an organization's directories", {"ORGANIZATION"});
    add({"directory", "show"}, "Show one", {"DIRECTORY"});
    add({"directory", "enable"}, "Take SCIM requests again", {"DIRECTORY"});
    add({"directory", "disable"}, "Refuse SCIM requests", {"DIRECTORY"});
    add({"directory", "policy"}, "Change the domain policy", {"DIRECTORY", "POLICY"});
    add({"directory", "scope"},
        "Change which addresses must be at verified domains: primary or all",
        {"DIRECTORY", "SCOPE"});
    add({"directory", "delete"}, "Delete a disabled one with all that is in it", {"DIRECTORY"});
    add({"directory", "usage"}, "Show what one uses of its quotas", {"DIRECTORY"});
    add({"directory", "quota"},
        "Set a quota: users, groups, resources, memberships, document_bytes, event_bytes or "
        "events_per_second;"
        " 0 for any number, default for the configuration's",
        {"DIRECTORY", "QUOTA", "LIMIT"});
    add({"directory", "held"}, "List the users that are held back, and why", {"DIRECTORY"});
    add({"directory", "mode"}, "Change how clients are read: compat or strict", {"DIRECTORY", "MODE"});
    add({"directory", "unknown-members"},
        "Say what becomes of members of a group that the directory does not have: refuse or ignore",
        {"DIRECTORY", "CHOICE"});
    add({"directory", "patch-status"},
        "Say how a PATCH that succeeds is answered: 200 with the resource, or 204",
        {"DIRECTORY", "STATUS"});
    add({"directory", "provider"},
        "Say whose directory it is; \"\" leaves it to detection",
        {"DIRECTORY", "PROVIDER"});
    describe("directory", "The SCIM endpoints of an organization");

    auto* secret = add({"secret", "create"}, "Make a bearer token; it is shown once", {"DIRECTORY"});
    secret->add_option("--expires", what_.expires, "When it ends: 2027-01-31T00:00:00Z");
    secret->add_option(
        "--user", what_.user, "It stands for this user, at /Me, and opens nothing else: diruser_…"
    );
    auto* renewed =
        add({"secret", "regenerate"}, "Make a new one; those that are alive end in a day", {"DIRECTORY"});
    renewed->add_option("--expires", what_.expires, "When it ends: 2027-01-31T00:00:00Z");
    renewed
        ->add_option(
            "--overlap-seconds", what_.overlap_seconds, "How long the old ones live on; 0: they end at once"
        )
        ->check(CLI::Range(0, 30 * 24 * 3'600));
    add({"secret", "list"}, "List a directory's tokens", {"DIRECTORY"});
    add({"secret", "show"}, "Show one, without its text", {"DIRECTORY", "ID"});
    add({"secret", "revoke"}, "End one at once", {"DIRECTORY", "ID"});
    describe("secret", "The bearer tokens of a directory");
}

void command_tree::declare_directory_history(std::string& limit)
{
    auto* log = add({"directory", "log"}, "Print its SCIM requests, newest first", {"DIRECTORY"});
    log->add_option("--status", what_.status, "A status as 409, a class as 4xx, or error");
    log->add_option("--method", what_.method, "GET, POST, PUT, PATCH or DELETE");
    log->add_option("--resource", what_.resource, "Those that name or made this resource: diruser_…");
    log->add_option("--since", what_.since, "Not before this time: 2027-01-31T00:00:00Z");
    log->add_option("--until", what_.until, "Before this time");
    log->add_option("--limit", limit, "Print at most so many");
    for (const auto* verb : {"refused", "refusals"}) {
        auto* refused =
            add({"directory", verb}, "List the users that were refused, why, and what helps", {"DIRECTORY"});
        refused->add_option("--status", what_.status, "open, resolved or all");
        refused->add_option("--reason", what_.reason, "For this reason only: domain_not_verified");
        refused->add_option("--user", what_.user, "This one only, by userName or externalId");
        refused->add_option("--limit", limit, "Print at most so many");
    }
}

void command_tree::declare_clients(std::string& limit)
{
    auto* create = add({"client", "create"}, "Make a client of the API; its secret is shown once", {"NAME"});
    create->add_option("--organization", what_.organization, "It may use this organization alone");
    create->add_flag("--read-only", what_.is_read_only, "It may change nothing");
    create->add_option(
        "--scope",
        what_.scopes,
        "It may do this alone, for instance domains:write; can be given several times"
    );
    add({"client", "list"}, "List all clients");
    add({"client", "show"}, "Show one, without its secrets' texts", {"CLIENT"});
    add({"client", "delete"}, "Remove one; its tokens end at once", {"CLIENT"});
    auto* secret = add({"client", "add-secret"}, "Make another secret; it is shown once", {"CLIENT"});
    secret->add_option("--expires", what_.expires, "When it ends: 2027-01-31T00:00:00Z");
    add({"client", "revoke-secret"}, "End one at once", {"CLIENT", "ID"});
    describe("client", "The clients of the management API");

    add({"key", "list"}, "List the keys that access tokens are signed with");
    auto* rotate = add({"key", "rotate-signing"}, "Publish a new signing key; it signs ten minutes later");
    rotate->add_flag("--at-once", what_.is_at_once, "It signs now, and all tokens so far end");
    add({"key", "rotate"},
        "Encrypt the stored secrets with a new master key, or with the first of those given");
    describe("key", "Signing keys, and the master key");

    auto* audit = add({"audit"}, "Print who changed what, newest first");
    audit->add_option("--organization", what_.organization, "Of one organization only");
    audit->add_option("--directory", what_.directory, "Of one directory only");
    audit->add_option("--actor", what_.actor, "By one client, or by the operator");
    audit->add_option("--limit", limit, "Print at most so many");
    audit->add_option("--since", what_.since, "Not before this time: 2027-01-31T00:00:00Z");
}

void command_tree::declare_webhooks(std::string& limit)
{
    add_webhook_settings(add({"webhook", "create"}, "Make an endpoint; its secret is shown once", {"URL"}))
        ->add_option("--signature", what_.webhook.signature, "v1 (HMAC) or v1a (Ed25519)");
    add({"webhook", "list"}, "List all endpoints");
    add({"webhook", "show"}, "Show one, with how its deliveries are doing", {"ID"});
    add_webhook_settings(add({"webhook", "update"}, "Change what is given", {"ID"}))
        ->add_option("--url", what_.webhook.url, "Where to post");
    add({"webhook", "delete"}, "Remove one", {"ID"});
    add({"webhook", "enable"}, "Deliver again, from where it stopped", {"ID"})
        ->add_flag("--skip-backlog", what_.webhook.skips_backlog, "Go on behind the newest event");
    add({"webhook", "disable"}, "Stop delivering", {"ID"});
    add({"webhook", "test"}, "Send a test event and print what came of it", {"ID"});
    add({"webhook", "rotate-secret"}, "Make a new key; it is shown once", {"ID"})
        ->add_option("--overlap-seconds", what_.webhook.overlap_seconds, "How long the old one signs, too");
    auto* attempts = add({"webhook", "attempts"}, "List what was tried, newest first", {"ID"});
    attempts->add_option("--event", what_.webhook.event, "Of this event only");
    attempts->add_option("--limit", limit, "Print at most so many (default: 100)");
    declare_failed_deliveries();
    describe("webhook", "Where events are posted to");
}

void command_tree::declare_failed_deliveries()
{
    add({"webhook", "dead-letters"}, "List what was given up", {"ID"});
    add({"webhook", "dead-letter"}, "Show one, with its event and its attempts", {"ID", "EVENT"});
    add({"webhook", "retry"}, "Try a dead letter again", {"ID", "EVENT"});
    add({"webhook", "discard"}, "Forget a dead letter", {"ID", "EVENT"});
    auto* failed = add({"webhook", "retry-failed"}, "Try again what waits or was given up", {"ID"});
    failed->add_option("--since", what_.webhook.from, "Of this time or event and later");
    failed->add_option("--until", what_.webhook.to, "Up to this time or event");
    auto* replay = add({"webhook", "replay"}, "Send events again, delivered or not", {"ID"});
    replay->add_option("--event", what_.webhook.event, "This one");
    replay->add_option("--from", what_.webhook.from, "From this time or event on");
    replay->add_option("--to", what_.webhook.to, "Up to this time or event");
}

CLI::App* command_tree::add_webhook_settings(CLI::App* to)
{
    auto& given = what_.webhook;
    to->add_option("--description", given.description, "For people");
    to->add_option(
        "--event-type", given.event_types, "To be told of; a prefix with .* behind it for all below it"
    );
    to->add_option("--organization", given.organization, "Only what happens in it");
    to->add_option("--directory", given.directory, "Only what happens in it");
    to->add_option("--header", given.headers, "\"X-Name: value\", sent with each event");
    to->add_option("--mode", given.mode, "ordered or concurrent");
    to->add_option("--retry-seconds", given.retry_seconds, "Pauses between attempts")->delimiter(',');
    return to;
}

void command_tree::describe(const char* word, const char* help)
{
    app_.get_subcommand(word)->description(help);
}

}  // namespace scimd::options
