#pragma once
// The database of this configuration: the embedded cluster or the given URL, with its three roles.

#include <functional>
#include <optional>
#include <string_view>

#include "config/settings.hpp"
#include "storage/connect.hpp"
#include "storage/embedded_postgres.hpp"

namespace sellavie {

class database {
 public:
  /// `log` hears what an operator should see.
  [[nodiscard]] static result<database> open(const config::settings& settings, storage::cluster_use use,
                                             std::function<void(std::string_view)> log);

  [[nodiscard]] const storage::database_access& access() const noexcept { return access_; }
  /// Whether the embedded cluster's postmaster is gone; never for a given URL, which is not ours to start.
  [[nodiscard]] bool is_dead() const;
  /// Starts the dead embedded cluster again; blocks until it answers or stop() is called.
  [[nodiscard]] result<void> revive();
  /// Stops the embedded cluster; nothing for a given URL. Also while another thread revives it.
  [[nodiscard]] result<void> stop();

 private:
  std::optional<storage::embedded_postgres> embedded_;
  storage::database_access access_;
};

}  // namespace sellavie
