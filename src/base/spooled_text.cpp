#include "base/spooled_text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace scimd {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;  // size of a write, once there is a file
constexpr std::size_t piece_bytes = 64 * 1024;   // size of a read

[[noreturn]] void fail(const char* action) {
    throw spool_failure(std::string(action) + ": " + std::generic_category().message(errno));
}

}  // namespace

spool::spool(std::filesystem::path folder, metrics_registry& metrics, const spool_limits& limits)
        : folder_(std::move(folder)),
          limits_(limits),
          gauge_(metrics.gauge_of("scimd_spooled_bytes", "Files of long replies that are being sent.")) {}

// Creates an anonymous file, which disappears with its last descriptor, however the process ends.
int spool::open_file() const {
    std::string name = folder_ / "reply.XXXXXX";
    const int file = mkostemp(name.data(), O_CLOEXEC);
    if (file < 0)
        fail("no file for a long reply");
    unlink(name.c_str());
    return file;
}

std::uint64_t spool::used_bytes() const {
    const std::lock_guard hold(mutex_);
    return used_;
}

void spool::take(std::int64_t owner, std::uint64_t bytes) {
    if (std::filesystem::space(folder_).available < limits_.free_bytes_min)
        throw spool_failure("the disk is nearly full");
    const std::lock_guard hold(mutex_);
    if (used_ + bytes > limits_.file_bytes_max)
        throw spool_failure("too many long replies are under way");
    const auto known = used_by_.find(owner);
    if ((known == used_by_.end() ? 0 : known->second) + bytes > limits_.share_bytes_max)
        throw spool_failure("too many long replies of one organization are under way");
    used_by_[owner] += bytes;
    used_ += bytes;
    gauge_.add(static_cast<std::int64_t>(bytes));
}

void spool::give_back(std::int64_t owner, std::uint64_t bytes) noexcept {
    const std::lock_guard hold(mutex_);
    const auto known = used_by_.find(owner);
    if (known == used_by_.end())
        return;  // nothing was written to its file
    known->second -= bytes;
    if (known->second == 0)
        used_by_.erase(known);
    used_ -= bytes;
    gauge_.add(-static_cast<std::int64_t>(bytes));
}

spooled_text::spooled_text(spooled_text&& other) noexcept
        : spool_(other.spool_),
          owner_(other.owner_),
          end_(std::move(other.end_)),
          file_(std::exchange(other.file_, -1)),
          written_(std::exchange(other.written_, 0)),
          read_(other.read_) {}

spooled_text::~spooled_text() {
    if (file_ < 0)
        return;
    close(file_);
    spool_->give_back(owner_, written_);
}

void spooled_text::flush() {
    if (!spool_ || end_.size() < (is_in_memory() ? spool_->limits_.memory_bytes_max : block_bytes))
        return;
    if (is_in_memory())
        file_ = spool_->open_file();
    move_to_file();
}

void spooled_text::move_to_file() {
    spool_->take(owner_, end_.size());
    written_ += end_.size();
    for (std::string_view left = end_; !left.empty();) {
        const auto count = write(file_, left.data(), left.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("a long reply cannot be written");
        left.remove_prefix(static_cast<std::size_t>(count));
    }
    end_.clear();
    end_.shrink_to_fit();
}

bool spooled_text::read(std::string& piece) {
    if (read_ == written_) {
        piece += std::exchange(end_, {});
        return false;
    }
    const auto before = piece.size();
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(written_ - read_, piece_bytes));
    piece.resize(before + wanted);
    auto count = pread(file_, piece.data() + before, wanted, static_cast<off_t>(read_));
    while (count < 0 && errno == EINTR)
        count = pread(file_, piece.data() + before, wanted, static_cast<off_t>(read_));
    if (count < 0)
        fail("a long reply cannot be read");
    if (count == 0)
        throw spool_failure("a long reply has lost its end");
    piece.resize(before + static_cast<std::size_t>(count));
    read_ += static_cast<std::uint64_t>(count);
    return read_ < written_ || !end_.empty();
}

}  // namespace scimd
