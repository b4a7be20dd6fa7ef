#include "app/master_keys.hpp"

#include "options/option_file.hpp"
#include "store/sqlite/data_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace scimd::app {
namespace {

namespace fs = std::filesystem;

constexpr mode_t owner_only_file = S_IRUSR | S_IWUSR;

class descriptor {
public:
    explicit descriptor(int value) : value_(value) {}
    ~descriptor() {
        if (value_ >= 0)
            ::close(value_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    [[nodiscard]] int get() const noexcept { return value_; }

private:
    int value_;
};

std::string last_system_error() {
    return std::generic_category().message(errno);
}

error unusable(const std::string& source, const std::string& reason) {
    return {errc::unavailable, source + ": " + reason + "."};
}

result<secret> read_file(const fs::path& file) {
    if (const auto reason = options::why_not_readable(file, SIZE_MAX); !reason.empty())
        return error{errc::unavailable, "The master key cannot be read: " + reason + "."};
    const descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (opened.get() < 0)
        return unusable(file.string(), "the master key cannot be read: " + last_system_error());
    std::string text;
    std::array<char, 4096> chunk{};
    for (;;) {
        const auto count = ::read(opened.get(), chunk.data(), chunk.size());
        if (count < 0)
            return unusable(file.string(), "the master key cannot be read: " + last_system_error());
        text.append(chunk.data(), static_cast<std::size_t>(count));
        if (count == 0 || text.size() > options::key_file_bytes_max)
            break;
    }
    if (text.size() > options::key_file_bytes_max)
        return unusable(file.string(), "a file of master keys has at most 64 KiB");
    return secret(std::move(text));
}

void warn_if_others_may_read(const fs::path& file, logger& log) {
    struct stat status{};
    if (::stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0)
        log.warning("master_key.readable_by_others", {{"file", file.string()}});
}

result<std::vector<master_key>> keys_in(std::string_view text, const std::string& source) {
    auto keys = parse_master_keys(text);
    if (!keys)
        return unusable(source, keys.error().detail);
    return std::move(*keys);
}

}  // namespace

result<std::vector<master_key>> read_master_keys(const fs::path& file, logger& log) {
    const auto text = read_file(file);
    if (!text)
        return text.error();
    warn_if_others_may_read(file, log);
    return keys_in(text->reveal(), file.string());
}

namespace {

// Makes master.key once. A store with encrypted secrets never gets a new key in place of a lost one: its
// secrets would be lost without an error.
result<std::vector<master_key>> own_keys(
        const fs::path& file, const std::vector<std::string>& used, random_source& random, logger& log) {
    if (fs::exists(file))
        return read_master_keys(file, log);
    if (!used.empty()) {
        return unusable(file.string(),
                "the file is missing, and the store holds secrets sealed with master key " + used.front() +
                        "; put the file back, or name it with --master-key-file");
    }
    std::vector<master_key> keys;
    keys.push_back(make_master_key(random));
    write_master_keys(file, keys);
    log.info("master_key.made", {{"file", file.string()}, {"key_id", keys.front().id}});
    return keys;
}

result<std::vector<master_key>> keys_as_configured(const options::configuration& settings,
        const std::vector<std::string>& used, random_source& random, logger& log) {
    if (!settings.master_key_file.empty())
        return read_master_keys(settings.master_key_file, log);
    if (!settings.master_key.empty())
        return keys_in(settings.master_key, "SCIMD_MASTER_KEY");
    return own_keys(own_master_key_file(settings), used, random, log);
}

// Writes a comment with the id above each key: backups name the keys that they need by id.
secret with_ids(const std::vector<master_key>& keys) {
    std::string text;
    for (const auto& one : keys)
        text += "# key " + one.id + '\n' + std::string(to_text(one).reveal());
    return secret(std::move(text));
}

}  // namespace

result<std::vector<master_key>> load_master_keys(const options::configuration& settings,
        const std::vector<std::string>& used, random_source& random, logger& log) {
    auto keys = keys_as_configured(settings, used, random, log);
    if (!keys)
        return keys.error();
    for (const auto& id : used) {
        if (std::ranges::find(*keys, id, &master_key::id) == keys->end()) {
            return error{errc::unavailable,
                    "The store holds secrets sealed with master key " + id +
                            ", which is not among the keys given; give that one, too, behind the new one."};
        }
    }
    return std::move(*keys);
}

bool owns_master_key(const options::configuration& settings) {
    return settings.master_key_file.empty() && settings.master_key.empty();
}

fs::path own_master_key_file(const options::configuration& settings) {
    return settings.data / "master.key";
}

void write_master_keys(const fs::path& file, const std::vector<master_key>& keys) {
    const auto fresh = fs::path(file).concat(".new");
    const auto fail = [&](const char* operation) {
        throw std::system_error(errno, std::generic_category(), operation + (" " + fresh.string()));
    };
    fs::remove(fresh);
    {
        const descriptor made(
                ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only_file));
        if (made.get() < 0)
            fail("open");
        const auto text = with_ids(keys);
        const auto written = ::write(made.get(), text.reveal().data(), text.reveal().size());
        if (written != static_cast<ssize_t>(text.reveal().size()))
            fail("write");
        if (::fsync(made.get()) != 0)
            fail("fsync");
    }
    fs::rename(fresh, file);
    store::sync_folder(file.parent_path());
}

}  // namespace scimd::app
