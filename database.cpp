#include "database.hpp"

#include "storage/roles.hpp"

namespace sellavie {

result<database> database::open(const config::settings& settings, storage::cluster_use use,
                                std::function<void(std::string_view)> log) {
  database opened;
  if (settings.database.is_embedded()) {
    storage::embedded_options options;
    options.data_dir = settings.data.dir;
    options.use = use;
    options.log = std::move(log);
    auto cluster = storage::embedded_postgres::start(std::move(options));
    if (!cluster) return cluster.error();
    opened.embedded_.emplace(std::move(cluster.value()));
    opened.access_ = opened.embedded_->access();
  } else {
    auto access =
        storage::prepare_roles({settings.database.url.reveal(), settings.database.engine_url.reveal(),
                                settings.database.tenant_url.reveal()});
    if (!access) return access.error();
    opened.access_ = std::move(access.value());
  }
  if (auto safe = storage::check_roles(opened.access_); !safe) return safe.error();
  return opened;
}

bool database::is_dead() const { return embedded_ && !embedded_->is_alive(); }

result<void> database::revive() {
  if (!embedded_) return {};
  const auto revived = embedded_->revive();
  if (!revived) return revived.error();
  return {};
}

result<void> database::stop() {
  if (!embedded_) return {};
  return embedded_->stop();
}

}  // namespace sellavie
