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
  /// Stops the embedded cluster; nothing for a given URL.
  [[nodiscard]] result<void> stop();

 private:
  std::optional<storage::embedded_postgres> embedded_;
  storage::database_access access_;
};

}  // namespace sellavie
