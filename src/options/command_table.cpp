#include "options/command_table.hpp"

#include <algorithm>

namespace scimd::options {
namespace {
namespace table {

using enum value_kind;

constexpr std::int64_t users_max = 2'147'483'647;
constexpr std::int64_t overlap_seconds_max = std::int64_t{30} * 24 * 3'600;

// The rows are laid out by hand, most of them in two lines.
// clang-format off

// --- options of several commands

constexpr parameter limit_option{"--limit", "", "Print at most so many"};
constexpr parameter expires{"--expires", "expire_time", "When it ends: 2027-01-31T00:00:00Z"};
constexpr parameter since{"--since", "since", "Not before this time: 2027-01-31T00:00:00Z"};
constexpr parameter external_id{"--external-id", "external_id", "Your own id of it"};
constexpr parameter domain_policy{"--domain-policy", "domain_policy",
    "What becomes of users outside the verified domains: reject, hold or off"};

constexpr parameter webhook_description{"--description", "description", "For people"};
constexpr parameter webhook_types{"--event-type", "event_types",
    "To be told of; a prefix with .* behind it for all below it", texts};
constexpr parameter webhook_organization{"--organization", "organization_id", "Only what happens in it"};
constexpr parameter webhook_directory{"--directory", "directory_id", "Only what happens in it"};
constexpr parameter webhook_headers{"--header", "headers", "\"X-Name: value\", sent with each event",
    headers};
constexpr parameter webhook_mode{"--mode", "mode", "ordered or concurrent"};
constexpr parameter webhook_retries{"--retry-seconds", "retry_schedule_seconds", "Pauses between attempts",
    numbers};

// --- the commands, in the order of --help

constexpr command_row rows[] = {
    {"serve", "Serve SCIM and the control socket"},
    {"demo", "Make an example organization (once) and print a fresh bearer token", "POST /demo",
     {{domain_policy}}},

    {"organization", "The customers"},
    {"organization create NAME", "Make an organization", "POST /organizations",
     {{{"NAME", "display_name"}, external_id}}},
    {"organization list", "List all organizations", "GET /organizations?page_size=100"},
    {"organization show ORGANIZATION", "Show one", "GET /organizations/{ORGANIZATION}"},
    {"organization search TEXT", "Find some by a part of their name or id",
     "GET /organizations:search?page_size=30&query={TEXT}"},
    {"organization update ORGANIZATION", "Change one", "PATCH /organizations/{ORGANIZATION}",
     {{{"--name", "display_name", "Its name"}, external_id}}},
    {"organization limit ORGANIZATION", "Say how many of its users may be active; any number unless given",
     "PATCH /organizations/{ORGANIZATION}/settings/usermanagement",
     {{{"--users", "settings.max_allowed_users", "At most so many", count, users_max}}}},
    {"organization delete ORGANIZATION", "Delete one with all that is its own",
     "DELETE /organizations/{ORGANIZATION}"},

    {"domain", "The e-mail domains of an organization"},
    {"domain add|create ORGANIZATION DOMAIN", "Add a domain, verified unless --dns",
     "POST /organizations/{ORGANIZATION}/domains",
     {{{"DOMAIN", "domain"},
       {"--dns", "verification_method=DNS", "A TXT record of the domain has to verify it", on_off},
       {"--subdomains", "covers_subdomains", "Its sub-domains are verified with it", on_off}}}},
    {"domain verify ORGANIZATION ID", "Look for its TXT record now",
     "PATCH /organizations/{ORGANIZATION}/domains/{ID}:verify"},
    {"domain list ORGANIZATION", "List an organization's domains",
     "GET /organizations/{ORGANIZATION}/domains?page_size=100"},
    {"domain show ORGANIZATION ID", "Show one", "GET /organizations/{ORGANIZATION}/domains/{ID}"},
    {"domain delete ORGANIZATION ID", "Remove one", "DELETE /organizations/{ORGANIZATION}/domains/{ID}"},

    {"directory", "The SCIM endpoints of an organization"},
    {"directory create ORGANIZATION", "Make a directory", "POST /organizations/{ORGANIZATION}/directories",
     {{{"", "directory_type=SCIM", "", constant}, {"--name", "name", "A name for people"},
       {"--provider", "directory_provider",
        "OKTA, MICROSOFT_AD, GOOGLE, ONELOGIN, JUMPCLOUD, PING_IDENTITY or AUTH0"},
       {"--mode", "scim_mode", "How clients are read: compat (as providers need it) or strict (the RFC)"},
       {"--unknown-members", "unknown_members", "Of a group: refuse or ignore"},
       {"--patch-status", "patch_status", "Of a PATCH that succeeds: 200 or 204", number},
       {"--equal-group-names", "unique_group_names=false", "Two groups may have one displayName", on_off},
       domain_policy,
       {"--domain-gate-scope", "domain_gate_scope",
        "Which addresses of a user must be at verified domains: primary (the default) or all"}}}},
    {"directory list ORGANIZATION", "List an organization's directories",
     "GET /organizations/{ORGANIZATION}/directories"},
    {"directory show DIRECTORY", "Show one", "GET /organizations/-/directories/{DIRECTORY}"},
    {"directory enable DIRECTORY", "Take SCIM requests again",
     "PATCH /organizations/-/directories/{DIRECTORY}:enable"},
    {"directory disable DIRECTORY", "Refuse SCIM requests",
     "PATCH /organizations/-/directories/{DIRECTORY}:disable"},
    {"directory policy DIRECTORY POLICY", "Change the domain policy",
     "PATCH /organizations/-/directories/{DIRECTORY}",
     {{{"POLICY", "domain_policy"}}}},
    {"directory scope DIRECTORY SCOPE", "Change which addresses must be at verified domains: primary or all",
     "PATCH /organizations/-/directories/{DIRECTORY}",
     {{{"SCOPE", "domain_gate_scope"}}}},
    {"directory delete DIRECTORY", "Delete a disabled one with all that is in it",
     "DELETE /organizations/-/directories/{DIRECTORY}"},
    {"directory usage DIRECTORY", "Show what one uses of its quotas",
     "GET /organizations/-/directories/{DIRECTORY}/quotas"},
    {"directory quota DIRECTORY QUOTA LIMIT",
     "Set a quota: users, groups, resources, memberships, document_bytes, event_bytes or events_per_second;"
     " 0 for any number, default for the configuration's",
     "PATCH /organizations/-/directories/{DIRECTORY}/quota-limits",
     {{{"LIMIT", "quotas.{QUOTA}", "", limit}}}},
    {"directory held DIRECTORY", "List the users that are held back, and why",
     "GET /organizations/-/directories/{DIRECTORY}/held-users?page_size=1000"},
    {"directory mode DIRECTORY MODE", "Change how clients are read: compat or strict",
     "PATCH /organizations/-/directories/{DIRECTORY}",
     {{{"MODE", "scim_mode"}}}},
    {"directory unknown-members DIRECTORY CHOICE",
     "Say what becomes of members of a group that the directory does not have: refuse or ignore",
     "PATCH /organizations/-/directories/{DIRECTORY}",
     {{{"CHOICE", "unknown_members"}}}},
    {"directory patch-status DIRECTORY STATUS",
     "Say how a PATCH that succeeds is answered: 200 with the resource, or 204",
     "PATCH /organizations/-/directories/{DIRECTORY}",
     {{{"STATUS", "patch_status", "", number}}}},
    {"directory provider DIRECTORY PROVIDER", "Say whose directory it is; \"\" leaves it to detection",
     "PATCH /organizations/-/directories/{DIRECTORY}",
     {{{"PROVIDER", "directory_provider"}}}},
    {"directory log DIRECTORY", "Print its SCIM requests, newest first",
     "GET /organizations/-/directories/{DIRECTORY}/request-log?page_size=1000",
     {{{"--status", "status", "A status as 409, a class as 4xx, or error"},
       {"--method", "method", "GET, POST, PUT, PATCH or DELETE"},
       {"--resource", "resource_id", "Those that name or made this resource: diruser_…"}, since,
       {"--until", "until", "Before this time"}, limit_option}}},
    {"directory refused|refusals DIRECTORY", "List the users that were refused, why, and what helps",
     "GET /organizations/-/directories/{DIRECTORY}/refusals?page_size=1000",
     {{{"--status", "status", "open, resolved or all"},
       {"--reason", "reason", "For this reason only: domain_not_verified"},
       {"--user", "user", "This one only, by userName or externalId"}, limit_option}}},

    {"secret", "The bearer tokens of a directory"},
    {"secret create DIRECTORY", "Make a bearer token; it is shown once",
     "POST /organizations/-/directories/{DIRECTORY}/secrets",
     {{expires,
       {"--user", "directory_user_id",
        "It stands for this user, at /Me, and opens nothing else: diruser_…"}}}},
    {"secret regenerate DIRECTORY", "Make a new one; those that are alive end in a day",
     "POST /organizations/-/directories/{DIRECTORY}/secrets:regenerate",
     {{expires,
       {"--overlap-seconds", "overlap_seconds", "How long the old ones live on; 0: they end at once", count,
        overlap_seconds_max}}}},
    {"secret list DIRECTORY", "List a directory's tokens",
     "GET /organizations/-/directories/{DIRECTORY}/secrets"},
    {"secret show DIRECTORY ID", "Show one, without its text",
     "GET /organizations/-/directories/{DIRECTORY}/secrets/{ID}"},
    {"secret revoke DIRECTORY ID", "End one at once",
     "DELETE /organizations/-/directories/{DIRECTORY}/secrets/{ID}"},

    {"client", "The clients of the management API"},
    {"client create NAME", "Make a client of the API; its secret is shown once", "POST /clients",
     {{{"NAME", "name"}, {"--organization", "organization_id", "It may use this organization alone"},
       {"--read-only", "access=READ", "It may change nothing", on_off},
       {"--scope", "scopes", "It may do this alone, for instance domains:write; can be given several times",
        texts}}}},
    {"client list", "List all clients", "GET /clients?page_size=100"},
    {"client show CLIENT", "Show one, without its secrets' texts", "GET /clients/{CLIENT}"},
    {"client delete CLIENT", "Remove one; its tokens end at once", "DELETE /clients/{CLIENT}"},
    {"client add-secret CLIENT", "Make another secret; it is shown once", "POST /clients/{CLIENT}/secrets",
     {{expires}}},
    {"client revoke-secret CLIENT ID", "End one at once", "DELETE /clients/{CLIENT}/secrets/{ID}"},

    {"key", "Signing keys, and the master key"},
    {"key list", "List the keys that access tokens are signed with", "GET /signing-keys"},
    {"key rotate-signing", "Publish a new signing key; it signs ten minutes later",
     "POST /signing-keys:rotate",
     {{{"--at-once", "at_once", "It signs now, and all tokens so far end", on_off}}}},
    {"key rotate", "Encrypt the stored secrets with a new master key, or with the first of those given",
     "POST /master-key:rotate"},

    {"audit", "Print who changed what, newest first", "GET /audit-log?page_size=1000",
     {{{"--organization", "organization_id", "Of one organization only"},
       {"--directory", "directory_id", "Of one directory only"},
       {"--actor", "actor", "By one client, or by the operator"}, limit_option, since}}},

    {"webhook", "Where events are posted to"},
    {"webhook create URL", "Make an endpoint; its secret is shown once", "POST /webhook-endpoints",
     {{{"URL", "url"}, webhook_description, webhook_types, webhook_organization, webhook_directory,
       webhook_headers, webhook_mode, webhook_retries,
       {"--signature", "signature", "v1 (HMAC) or v1a (Ed25519)"}}}},
    {"webhook list", "List all endpoints", "GET /webhook-endpoints?page_size=100"},
    {"webhook show ID", "Show one, with how its deliveries are doing", "GET /webhook-endpoints/{ID}"},
    {"webhook update ID", "Change what is given", "PATCH /webhook-endpoints/{ID}",
     {{webhook_description, webhook_types, webhook_organization, webhook_directory, webhook_headers,
       webhook_mode, webhook_retries, {"--url", "url", "Where to post"}}}},
    {"webhook delete ID", "Remove one", "DELETE /webhook-endpoints/{ID}"},
    {"webhook enable ID", "Deliver again, from where it stopped", "POST /webhook-endpoints/{ID}:enable",
     {{{"--skip-backlog", "skip_backlog=true", "Go on behind the newest event", on_off}}}},
    {"webhook disable ID", "Stop delivering", "POST /webhook-endpoints/{ID}:disable"},
    {"webhook test ID", "Send a test event and print what came of it", "POST /webhook-endpoints/{ID}:test"},
    {"webhook rotate-secret ID", "Make a new key; it is shown once",
     "POST /webhook-endpoints/{ID}:rotate-secret",
     {{{"--overlap-seconds", "overlap_seconds", "How long the old one signs, too", number}}}},
    {"webhook attempts ID", "List what was tried, newest first",
     "GET /webhook-endpoints/{ID}/attempts?page_size=100",
     {{{"--event", "event_id", "Of this event only"},
       {"--limit", "", "Print at most so many (default: 100)"}}}},
    {"webhook dead-letters ID", "List what was given up",
     "GET /webhook-endpoints/{ID}/dead-letters?page_size=100"},
    {"webhook dead-letter ID EVENT", "Show one, with its event and its attempts",
     "GET /webhook-endpoints/{ID}/dead-letters/{EVENT}"},
    {"webhook retry ID EVENT", "Try a dead letter again",
     "POST /webhook-endpoints/{ID}/dead-letters/{EVENT}:retry"},
    {"webhook discard ID EVENT", "Forget a dead letter",
     "DELETE /webhook-endpoints/{ID}/dead-letters/{EVENT}"},
    {"webhook retry-failed ID", "Try again what waits or was given up",
     "POST /webhook-endpoints/{ID}:retry-failed",
     {{{"--since", "since", "Of this time or event and later", time_or_event},
       {"--until", "until", "Up to this time or event", time_or_event}}}},
    {"webhook replay ID", "Send events again, delivered or not", "POST /webhook-endpoints/{ID}:replay",
     {{{"--event", "event_id", "This one"}, {"--from", "from", "From this time or event on", time_or_event},
       {"--to", "to", "Up to this time or event", time_or_event}}}},

    // cli/commands.cpp pages through the events itself.
    {"events", "Print directory events, one JSON object a line", "",
     {{{"--after", "", "Start behind this cursor (with --directory: or this sequence number)"},
       {"--type", "", "Of this type only; a prefix with .* for all below it", texts},
       {"--organization", "", "Events of one organization only"},
       {"--directory", "", "Events of one directory only"}, limit_option,
       {"--follow", "", "Wait for further ones", on_off}}}},
    {"check", "Verify the store", "POST /check"},
    {"backup FILE", "Copy the store while it is in use", "POST /backup",
     {{{"FILE", "file", "", file}, {"--key-to", "", "Copy the master keys of the data folder there, too"}}}},
    {"restore FILE", "Put a backup in place of the store; no server may run", "",
     {{{"--key-from", "", "Put the master keys of this file in the data folder"},
       {"--replace", "", "Set the database aside that is there", on_off}}}},
    {"version", "Print the versions of scimd and of its libraries"},
};

// clang-format on

}  // namespace table

// The parts of the usage between spaces that are arguments, or that are words.
std::vector<std::string> parts(std::string_view usage, bool are_arguments) {
    std::vector<std::string> found;
    while (!usage.empty()) {
        const auto part = usage.substr(0, usage.find(' '));
        const bool is_argument = part.front() >= 'A' && part.front() <= 'Z';
        if (is_argument == are_arguments)
            found.emplace_back(part);
        usage.remove_prefix(std::min(part.size() + 1, usage.size()));
    }
    return found;
}

}  // namespace

std::span<const command_row> command_rows() {
    return table::rows;
}

std::vector<std::string> command_row::words() const {
    return parts(usage, false);
}

std::vector<std::string> command_row::arguments() const {
    return parts(usage, true);
}

const std::vector<std::string>& command::all(std::string_view flag) const {
    static const std::vector<std::string> none;
    const auto found = options.find(flag);
    return found == options.end() ? none : found->second;
}

const std::string& command::option(std::string_view flag) const {
    static const std::string none;
    const auto& given = all(flag);
    return given.empty() ? none : given.front();
}

const std::string& command::argument(std::string_view name) const {
    const auto names = row->arguments();
    const auto index = std::ranges::find(names, name) - names.begin();
    return arguments.at(static_cast<std::size_t>(index));
}

}  // namespace scimd::options
