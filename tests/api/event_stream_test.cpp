// GET /api/v1/events/stream (server-sent events), piece by piece.
#include "store/event_log.hpp"
#include "support/api_fixture.hpp"

#include <gtest/gtest.h>

namespace scimd::api {
namespace {

using source_state = http::body_source::state;

class event_stream : public testing::Test {
protected:
    event_stream() {
        head_.method = "GET";
        head_.from = {.address = {}, .is_loopback = true, .is_operator = true};
    }

    void open(const std::string& query) {
        head_.target = "/api/v1/events/stream" + query;
        auto next = fixture.pipeline.handle(request_);
        while (auto* job = std::get_if<transaction_step>(&next)) {
            const auto run = std::move(job->run);
            store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
                next = run(tx);
                return store::verdict::commit;
            });
        }
        stream_ = std::get<response_stream>(std::move(next));
    }

    source_state read_piece() {
        auto now = source_state::done;
        store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
            now = stream_.next(tx, piece);
            return store::verdict::commit;
        });
        return now;
    }

    event_id position_of(std::size_t event) {
        return event_id::parse(fixture.events().at(event).at("id").as_string()).value();
    }

    event_id newest() {
        event_id found;
        store::run(*fixture.database, store::intent::read, [&](store::transaction& tx) {
            found = store::event_log::newest(tx);
            return store::verdict::commit;
        });
        return found;
    }

    void delete_up_to(event_id position) {
        store::run(*fixture.database, store::intent::write, [&](store::transaction& tx) {
            store::event_log::delete_up_to(tx, position, 1'000);
            return store::verdict::commit;
        });
    }

    test::api_fixture fixture;
    std::string piece;

private:
    http::request head_;
    request_context request_{head_};
    response_stream stream_;
};

TEST_F(event_stream, tells_what_is_there_and_then_what_comes) {
    fixture.make_user("anna");
    open("?after=" + fixture.start + "&types=*");
    EXPECT_EQ(read_piece(), source_state::later);
    EXPECT_EQ(piece.rfind("id: c_", 0), 0U) << piece;
    EXPECT_NE(piece.find("\nevent: organization.directory.user_created\ndata: {"), std::string::npos);
    piece.clear();
    EXPECT_EQ(read_piece(), source_state::later);
    EXPECT_EQ(piece, ": nothing new\nid: c_" + std::to_string(position_of(0).value) + "\n\n");
    piece.clear();
    fixture.make_user("berta");
    EXPECT_EQ(read_piece(), source_state::later);
    EXPECT_NE(piece.find("berta"), std::string::npos);
    EXPECT_EQ(piece.find("anna"), std::string::npos);
}

TEST_F(event_stream, ends_when_events_behind_it_have_been_deleted) {
    fixture.make_user("anna");
    fixture.make_user("berta");
    const auto first = position_of(0);
    open("?after=c_" + std::to_string(first.value));
    delete_up_to(first);
    EXPECT_EQ(read_piece(), source_state::later) << "nothing that it has not seen is gone";
    EXPECT_NE(piece.find("berta"), std::string::npos);
    fixture.make_user("carol");
    delete_up_to(newest());
    piece.clear();
    EXPECT_EQ(read_piece(), source_state::done);
    EXPECT_EQ(piece, "");
}

TEST_F(event_stream, stays_when_what_it_did_not_choose_is_deleted) {
    fixture.make_user("anna");
    open("?after=" + fixture.start + "&types=role.*");
    EXPECT_EQ(read_piece(), source_state::later);
    fixture.make_user("berta");
    EXPECT_EQ(read_piece(), source_state::later);
    delete_up_to(position_of(1));
    piece.clear();
    EXPECT_EQ(read_piece(), source_state::later);
    EXPECT_EQ(piece.rfind(": nothing new\nid: c_", 0), 0U) << piece;
}

TEST_F(event_stream, refuses_a_position_that_has_been_deleted) {
    fixture.make_user("anna");
    fixture.make_user("berta");
    const auto first = "c_" + std::to_string(position_of(0).value);
    delete_up_to(position_of(1));
    EXPECT_EQ(fixture.operate("GET", "/api/v1/events/stream?after=" + first).status, 410);
    EXPECT_EQ(fixture.operate("GET", "/api/v1/events/stream?wait=61").status, 400);
}

}  // namespace
}  // namespace scimd::api
