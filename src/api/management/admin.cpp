// Requests about the whole store: the demo, the integrity check, backups.
#include "api/management/management_request.hpp"
#include "api/management/secret_json.hpp"
#include "management_operations.hpp"
#include "service/auth/clients.hpp"
#include "service/management/demo.hpp"
#include "service/management/directories.hpp"
#include "store/encrypted_secrets.hpp"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace scimd::api {
namespace {

namespace tenants = store::tenants;

}  // namespace

result<http::response> prepare_demo(management_request& request, const prepare_demo_body& body) {
    std::optional<tenants::domain_policy> policy;
    if (body.domain_policy) {
        const auto parsed = service::directories::parse_policy(*body.domain_policy);
        if (!parsed)
            return parsed.error();
        policy = *parsed;
    }
    const auto& server = request.server;
    auto& tx = request.tx;
    const auto made = service::demo::prepare_demo(
            tx, request.source(), server.random, policy, latest_end(server, tx.now()));
    if (!made)
        return made.error();
    const auto client = service::clients::prepare_demo_client(tx, server.random);
    if (!client)
        return client.error();
    return manage_response(
            200, {{"organization_id", made->organization.text()}, {"directory_id", made->directory.text()},
                         {"scim_base_url",
                                 server.public_url + "/directory/" + made->directory.text() + "/scim/v2"},
                         {"bearer_token", made->token.reveal()}, {"api_base_url", server.public_url},
                         {"client_id", client->client.id.text()}, {"client_secret", client->plain.reveal()}});
}

result<job_outcome> check_store(const server_context&, store::database& database) {
    json::array findings;
    for (const auto& finding : database.check())
        findings.emplace_back(finding);
    return manage_response(200, {{"is_sound", findings.empty()}, {"findings", findings}});
}

result<job_outcome> backup_store(
        const server_context&, store::database& database, const backup_store_body& body) {
    const std::filesystem::path target(body.file);
    if (!target.is_absolute())
        return invalid_value("file must be an absolute path.");
    if (std::filesystem::exists(target))
        return error{errc::conflict, "The file exists already."};
    if (!std::filesystem::is_directory(target.parent_path()))
        return invalid_value("The folder of the file does not exist.");
    // The master key may be replaced while the backup is made: then the backup may need either.
    std::set<std::string> key_ids;
    const auto note_keys = [&] {
        store::run(database, store::intent::read, [&](store::transaction& tx) {
            for (auto& id : store::encrypted_secrets::key_ids(tx))
                key_ids.insert(std::move(id));
            return store::verdict::commit;
        });
    };
    note_keys();
    database.backup(target);
    note_keys();
    return manage_response(200,
            {{"file", target.string()}, {"master_key_ids", json::array(key_ids.begin(), key_ids.end())}});
}

}  // namespace scimd::api
