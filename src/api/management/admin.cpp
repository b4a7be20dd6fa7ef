// What concerns the store as a whole: an example to begin with, checks, backups.
#include "api/management/api.hpp"
#include "api/management/management_request.hpp"
#include "api/management/secret_json.hpp"
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

namespace tenants = store::tenants;

reply prepare_demo(const server_context& server, request_context& request)
{
    return with_manage_body(
        server,
        [&server, &request](store::transaction& tx, const json::object& body) -> reply {
            const auto text = optional_text(body, "domain_policy");
            if (!text)
                return manage_error(text.error());
            std::optional<tenants::domain_policy> policy;
            if (*text) {
                const auto parsed = service::directories::parse_policy(**text);
                if (!parsed)
                    return manage_error(parsed.error());
                policy = *parsed;
            }
            const auto made = service::demo::prepare_demo(
                tx, event_source_of(server, request), server.random, policy, latest_end(server, tx.now())
            );
            if (!made)
                return manage_error(made.error());
            const auto client = service::clients::prepare_demo_client(tx, server.random);
            if (!client)
                return manage_error(client.error());
            return manage_response(
                200,
                {{"organization_id", made->organization.text()},
                 {"directory_id", made->directory.text()},
                 {"scim_base_url", server.public_url + "/directory/" + made->directory.text() + "/scim/v2"},
                 {"bearer_token", made->token.reveal()},
                 {"api_base_url", server.public_url},
                 {"client_id", client->client.id.text()},
                 {"client_secret", client->plain.reveal()}}
            );
        }
    );
}

reply check_store(const server_context&, request_context&)
{
    return blocking_task{[](store::database& database) -> reply {
        json::array findings;
        for (const auto& finding : database.check())
            findings.emplace_back(finding);
        return manage_response(200, {{"is_sound", findings.empty()}, {"findings", findings}});
    }};
}

namespace {

// While a backup is made the master key may be replaced: then it may need either.
reply backup_to(const std::filesystem::path& target, store::database& database)
{
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
    return manage_response(
        200, {{"file", target.string()}, {"master_key_ids", json::array(key_ids.begin(), key_ids.end())}}
    );
}

}  // namespace

reply backup_store(const server_context& server, request_context&)
{
    return body_request{server.bounds.manage_body_bytes_max, [](const std::string& text) -> reply {
                            const auto body = parse_json_object(text);
                            if (!body)
                                return manage_error(body.error());
                            const auto file = required_text(*body, "file");
                            if (!file)
                                return manage_error(file.error());
                            const std::filesystem::path target(*file);
                            if (!target.is_absolute())
                                return manage_error({errc::invalid_value, "file must be an absolute path."});
                            if (std::filesystem::exists(target))
                                return manage_error({errc::conflict, "The file exists already."});
                            if (!std::filesystem::is_directory(target.parent_path()))
                                return manage_error(
                                    {errc::invalid_value, "The folder of the file does not exist."}
                                );
                            return blocking_task{[target](store::database& database) -> reply {
                                return backup_to(target, database);
                            }};
                        }};
}

}  // namespace scimd::api
