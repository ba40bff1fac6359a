#pragma once
// The files of the embedded cluster: where they are, who may reach them, who holds the lock, and the
// configuration. Private to storage/embedded_postgres.

#include <chrono>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/domain/error.hpp"
#include "storage/process.hpp"

namespace sellavie::storage {

/// Logs in as superuser; makes the roles and the database, nothing else.
inline constexpr std::string_view bootstrap_role = "sellavie_bootstrap";
/// Names the socket file; nothing listens on TCP.
inline constexpr int socket_number = 5432;

struct cluster_folder {
  std::filesystem::path root;    // <data.dir>/postgres
  std::filesystem::path data;    // PGDATA
  std::filesystem::path socket;  // folder of the socket

  [[nodiscard]] std::filesystem::path configuration() const { return root / "sellavie.conf"; }
  [[nodiscard]] std::filesystem::path start_log() const { return root / "start.log"; }
};

/// Makes what is missing and proves that the user can reach it; the error says which folder bars the
/// way. Only data.dir itself is opened (search permission), never a folder above it.
[[nodiscard]] result<cluster_folder> prepare_folder(const std::filesystem::path& data_dir,
                                                    const os_user& database_user);

/// Held while a process owns the cluster; freed by the kernel when it dies.
class folder_lock final {
 public:
  /// `conflict` when another process has it; the detail has its pid.
  [[nodiscard]] static result<folder_lock> take(const cluster_folder& folder,
                                                std::chrono::milliseconds patience);

  folder_lock() = default;
  folder_lock(folder_lock&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  folder_lock& operator=(folder_lock&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~folder_lock();

  [[nodiscard]] bool is_held() const noexcept { return number_ >= 0; }

 private:
  int number_ = -1;
};

/// The user's initdb failed half-way, once: gone.
void remove_leftovers(const cluster_folder& folder);

/// A new empty folder for initdb, owned by the user.
[[nodiscard]] result<std::filesystem::path> make_initdb_folder(const cluster_folder& folder,
                                                               const os_user& database_user);

struct cluster_configuration {
  std::span<const std::pair<std::string, std::string>> settings;
  /// Operating-system users who may connect, and as which roles.
  std::span<const std::string> users;
  std::span<const std::string> roles;
};

[[nodiscard]] result<void> write_configuration(const cluster_folder& folder, const os_user& database_user,
                                               const cluster_configuration& what);

/// The last lines of what the server wrote while it started.
[[nodiscard]] std::string last_words(const cluster_folder& folder);

}  // namespace sellavie::storage
