#include "store/sqlite/data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace scimd::store {

namespace fs = std::filesystem;

namespace {

// Values of f_type of statfs(2); several have no name in <linux/magic.h>.
constexpr std::uint32_t network_file_systems[] = {
        0x6969,      // NFS
        0x517B,      // SMB
        0xFE534D42,  // SMB 2
        0xFF534D42,  // CIFS
        0x01021997,  // 9P
        0x5346414F,  // AFS
        0x6B414653,  // kAFS
        0x73757245,  // Coda
        0x00C36400,  // Ceph
        0x0BD00BD0,  // Lustre
        0x01161970,  // GFS2
        0x7461636F,  // OCFS2
        0x47504653,  // GPFS
        0x19830326,  // BeeGFS
};

constexpr mode_t others_may_write = S_IWGRP | S_IWOTH;
constexpr mode_t owner_only_folder = S_IRWXU;

class descriptor {
public:
    descriptor(const fs::path& path, int flags, mode_t mode = 0)
            : value_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~descriptor() {
        if (value_ >= 0)
            ::close(value_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;

    [[nodiscard]] bool is_open() const noexcept { return value_ >= 0; }
    [[nodiscard]] int get() const noexcept { return value_; }
    [[nodiscard]] int release() noexcept { return std::exchange(value_, -1); }

private:
    int value_;
};

error unusable(const fs::path& path, const std::string& reason) {
    return {errc::unavailable, path.string() + " cannot hold the store: " + reason + "."};
}

error unusable_by_errno(const fs::path& path) {
    return unusable(path, std::generic_category().message(errno));
}

std::optional<error> make_folder(const fs::path& folder) {
    std::error_code problem;
    if (fs::exists(folder, problem))
        return std::nullopt;
    const fs::path parent = fs::absolute(folder).lexically_normal().parent_path();
    fs::create_directories(parent, problem);
    if (problem)
        return unusable(folder, problem.message());
    if (::mkdir(folder.c_str(), owner_only_folder) != 0)
        return unusable_by_errno(folder);
    sync_folder(parent);
    return std::nullopt;
}

std::optional<error> objection(const fs::path& folder) {
    struct statfs file_system{};
    if (::statfs(folder.c_str(), &file_system) != 0)
        return unusable_by_errno(folder);
    if (is_network_file_system(static_cast<std::uint32_t>(file_system.f_type)))
        return unusable(folder, "it is on a network file system, where SQLite may lose data");

    struct stat status{};
    if (::stat(folder.c_str(), &status) != 0)
        return unusable_by_errno(folder);
    if (!S_ISDIR(status.st_mode))
        return unusable(folder, "it is not a folder");
    if ((status.st_mode & others_may_write) != 0)
        return unusable(
                folder, "other users may write there; name a folder of its own, it is made when missing");
    const mode_t granted = status.st_mode & (S_IRWXG | S_IRWXO);
    if (granted != 0 && ::chmod(folder.c_str(), owner_only_folder) != 0)
        return unusable_by_errno(folder);
    return std::nullopt;
}

// SQLite gives its other files the mode of this file. The process must not have the file open yet: closing a
// descriptor drops all POSIX locks that the process has on the file.
std::optional<error> make_database_file(const fs::path& file) {
    const descriptor made(file, O_RDWR | O_CREAT, owner_only_file);
    if (!made.is_open() || ::fchmod(made.get(), owner_only_file) != 0)
        return unusable_by_errno(file);
    return std::nullopt;
}

bool is_database(const fs::path& file) {
    constexpr std::string_view magic = "SQLite format 3";
    const descriptor opened(file, O_RDONLY | O_NONBLOCK);
    std::array<char, magic.size()> begin{};
    const auto count = opened.is_open() ? ::read(opened.get(), begin.data(), begin.size()) : -1;
    return count == static_cast<ssize_t>(magic.size()) &&
           std::string_view(begin.data(), begin.size()) == magic;
}

// Files that a store has left in the folder beside its database.
std::optional<std::string> trace_in(const fs::path& folder) {
    constexpr std::string_view left_behind[] = {
            "scimd.db-wal", "scimd.db-shm", "scimd.db-journal", "master.key", "master.key.new", "running"};
    for (const auto name : left_behind)
        if (fs::exists(folder / name))
            return std::string(name);
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().filename() != "scimd.db" && is_database(entry.path()))
            return entry.path().filename().string();
    return std::nullopt;
}

std::optional<error> missing_database(const fs::path& folder) {
    const auto file = folder / "scimd.db";
    std::error_code none;
    if (fs::exists(file) && fs::file_size(file, none) > 0)
        return std::nullopt;
    const auto trace = trace_in(folder);
    if (!trace)
        return std::nullopt;
    return error{errc::unavailable,
            folder.string() + " holds " + *trace +
                    " of a store, but its scimd.db is missing or empty. Put it back, " +
                    "restore a backup with \"scimd restore\", or name an empty folder for a new store."};
}

}  // namespace

bool is_network_file_system(std::uint64_t statfs_type) noexcept {
    return std::ranges::find(network_file_systems, statfs_type) != std::end(network_file_systems);
}

void sync_folder(const fs::path& folder) {
    const descriptor opened(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
    if (!opened.is_open() || ::fsync(opened.get()) != 0)
        throw std::system_error(errno, std::generic_category(), "fsync " + folder.string());
}

void sync_file(const fs::path& file) {
    const descriptor opened(file, O_RDONLY);
    if (!opened.is_open() || ::fsync(opened.get()) != 0)
        throw std::system_error(errno, std::generic_category(), "fsync " + file.string());
}

result<std::unique_ptr<data_directory>> data_directory::take(const fs::path& folder) {
    auto taken = take_to_restore(folder);
    if (!taken)
        return taken;
    if (auto problem = missing_database(folder))
        return *problem;
    if (auto problem = make_database_file((*taken)->database_file()))
        return *problem;
    return taken;
}

result<std::unique_ptr<data_directory>> data_directory::take_to_restore(const fs::path& folder) {
    if (auto problem = make_folder(folder))
        return *problem;
    if (auto problem = objection(folder))
        return *problem;
    descriptor lock(folder / "lock", O_RDWR | O_CREAT, owner_only_file);
    if (!lock.is_open())
        return unusable_by_errno(folder);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return error{errc::conflict, folder.string() + " is in use by another process."};
    return std::unique_ptr<data_directory>(new data_directory(folder, lock.release()));
}

data_directory::data_directory(fs::path folder, int lock)
        : folder_(std::move(folder)), lock_(lock), was_left_running_(fs::exists(mark())) {}

data_directory::~data_directory() {
    ::close(lock_);
}

std::optional<data_directory::identity> data_directory::identity_of(const fs::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
        return std::nullopt;
    return identity{status.st_dev, status.st_ino};
}

std::string data_directory::why_lost() {
    const auto differs = [](std::optional<identity>& known, const fs::path& file) {
        const auto found = identity_of(file);
        if (!known)
            known = found;
        return known && found != known;
    };
    for (const auto& [known, file] : {std::pair(&database_, database_file()), std::pair(&log_, log_file())})
        if (differs(*known, file))
            return file.string() + " was moved, replaced or deleted while it was in use";
    return {};
}

void data_directory::mark_running() {
    const descriptor made(mark(), O_WRONLY | O_CREAT, owner_only_file);
    if (!made.is_open())
        throw std::system_error(errno, std::generic_category(), "open " + mark().string());
    sync_folder(folder_);
}

void data_directory::mark_stopped() {
    fs::remove(mark());
    sync_folder(folder_);
}

}  // namespace scimd::store
