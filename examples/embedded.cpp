// scimd inside an application: makes a directory, provisions a user and takes its events, all in one process.
//
//   embedded FOLDER    keeps everything in FOLDER; run again, it goes on where it was
#include "scimd/server.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <mutex>
#include <string>
#include <utility>

namespace {

// Keeps what an application would keep in its own database: the last event that it has dealt with.
class bookkeeper final : public scimd::event_sink {
public:
    explicit bookkeeper(std::string file) : file_(std::move(file)) {}

    std::string resume_after() override {
        std::string cursor;
        std::ifstream(file_) >> cursor;
        return cursor;
    }

    scimd::sink_result take(const scimd::event& what) override {
        std::cout << what.type << ' ' << what.sequence << '\n';
        std::ofstream(file_) << what.cursor;
        const std::lock_guard hold(lock_);
        has_user_ = has_user_ || what.type == "organization.directory.user_created";
        changed_.notify_all();
        return scimd::sink_result::accepted;
    }

    bool has_user_within(std::chrono::seconds patience) {
        std::unique_lock hold(lock_);
        return changed_.wait_for(hold, patience, [this] { return has_user_; });
    }

private:
    const std::string file_;
    std::mutex lock_;
    std::condition_variable changed_;
    bool has_user_ = false;
};

// The text between the name's quotation marks and the next: enough for answers that are known.
std::string member(const std::string& json, const std::string& name) {
    const auto start = "\"" + name + "\":\"";
    const auto at = json.find(start);
    if (at == std::string::npos)
        return {};
    const auto begin = at + start.size();
    return json.substr(begin, json.find('"', begin) - begin);
}

scimd::http::response call(
        scimd::server& served, std::string target, std::string body, std::string token = {}) {
    scimd::http::request request;
    request.method = "POST";
    request.target = std::move(target);
    request.body = std::move(body);
    request.headers.add("Content-Type", token.empty() ? "application/json" : "application/scim+json");
    request.from.is_operator = token.empty();
    if (!token.empty())
        request.headers.add("Authorization", "Bearer " + token);
    auto answer = served.call(std::move(request));
    if (answer.status != 201)
        throw std::runtime_error(answer.body);
    return answer;
}

int run(const std::string& folder) {
    bookkeeper sink(folder + "/cursor");
    scimd::server served({"--data", folder + "/scimd", "--listen", "127.0.0.1:0"}, &sink);
    std::cout << "listening on " << served.endpoints().front() << std::endl;

    const auto organization =
            member(call(served, "/api/v1/organizations", R"({"display_name":"Acme"})").body, "id");
    const auto directories = "/api/v1/organizations/" + organization + "/directories";
    const auto directory =
            member(call(served, directories, R"({"name":"Acme","domain_policy":"off"})").body, "id");
    const auto token =
            member(call(served, directories + "/" + directory + "/secrets", "{}").body, "plain_secret");
    call(served, "/directory/" + directory + "/scim/v2/Users",
            R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"carol"})", token);
    const bool has_come = sink.has_user_within(std::chrono::seconds(60));
    served.stop();
    return has_come ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) {
        std::cerr << "usage: embedded FOLDER\n";
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    return run(arguments[1]);
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
