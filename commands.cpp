#include "commands.hpp"

#include <cstdio>
#include <fstream>
#include <optional>
#include <span>
#include <sstream>

#include "command_output.hpp"
#include "config/keys.hpp"
#include "database.hpp"
#include "protocol/crypto/fernet.hpp"
#include "storage/key_guard.hpp"
#include "storage/key_rotation.hpp"
#include "storage/migrations.hpp"
#include "storage/provisioning.hpp"
#include "system_ports.hpp"

namespace sellavie {
namespace {

void print_problems(std::span<const storage::provisioning_problem> problems) {
  for (const auto& one : problems) std::fprintf(stderr, "%s\n", storage::to_string(one).c_str());
}

/// Nothing, and said why, when the file cannot be read or has a problem.
std::optional<std::vector<storage::provisioned_business>> read_businesses(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::stringstream text;
  text << in.rdbuf();
  if (!in) {
    std::fprintf(stderr, "the file cannot be read: %s\n", file.c_str());
    return std::nullopt;
  }
  auto parsed = storage::parse_provisioning(text.str());
  print_problems(parsed.problems);
  if (!parsed.problems.empty()) return std::nullopt;
  return std::move(parsed.businesses);
}

result<crypto::fernet_ring> open_keys(config::settings& settings, pqxx::connection& engine) {
  const auto empty = storage::has_no_businesses(engine);
  if (!empty) return empty.error();
  const auto made =
      config::ensure_keys(settings.security, settings.data.dir,
                          empty.value() ? config::missing_keys::generate : config::missing_keys::refuse);
  if (!made) return made.error();
  for (const auto& key : made.value()) print(config::describe_made_key(key));
  std::vector<std::string> keys;
  for (const auto& key : settings.security.fernet_keys) keys.push_back(key.reveal());
  return crypto::fernet_ring::parse(keys);
}

}  // namespace

int with_settings(const std::string& file, const std::function<int(config::settings)>& command) {
  auto configuration = config::load(file, config::current_environment());
  if (configuration.is_valid()) return command(std::move(configuration.values));
  return check_config(configuration);
}

int check_config(const config::loaded& configuration) {
  const std::string report = config::render_report(configuration);
  std::fputs(report.c_str(), configuration.is_valid() ? stdout : stderr);
  return configuration.is_valid() ? exit_code::done : exit_code::refused;
}

int migrate_up(const config::settings& settings) {
  auto opened = database::open(settings, storage::cluster_use::tool, print);
  if (!opened) return fail_with("the database cannot be opened", opened.error());
  const auto applied = storage::migrate(opened.value().access().owner, storage::embedded_migrations(),
                                        make_system_clock()->now(), print);
  if (!applied) return fail_with("the migration failed", applied.error());
  std::printf("%d migrations applied, the schema is up to date\n", applied.value());
  return exit_code::done;
}

int migrate_status(const config::settings& settings) {
  auto opened = database::open(settings, storage::cluster_use::tool, print);
  if (!opened) return fail_with("the database cannot be opened", opened.error());
  const auto states =
      storage::migration_status(opened.value().access().owner, storage::embedded_migrations());
  if (!states) return fail_with("the migrations cannot be read", states.error());
  for (const auto& one : states.value())
    std::printf("%04d  %-8s %s\n", one.version, one.applied ? "applied" : "missing", one.name.c_str());
  return exit_code::done;
}

int provision(config::settings settings, const std::filesystem::path& file) {
  const auto businesses = read_businesses(file);
  if (!businesses) return exit_code::refused;
  auto opened = database::open(settings, storage::cluster_use::tool, print);
  if (!opened) return fail_with("the database cannot be opened", opened.error());
  const auto now = make_system_clock()->now();
  if (const auto migrated =
          storage::migrate(opened.value().access().owner, storage::embedded_migrations(), now, print);
      !migrated)
    return fail_with("the migration failed", migrated.error());
  auto connection = storage::open_pqxx(opened.value().access().engine, "sellavie/provision");
  if (!connection) return fail_with("the database cannot be reached", connection.error());
  const auto ring = open_keys(settings, *connection.value());
  if (!ring) return fail_with("the keys cannot be used", ring.error());
  const auto ids = make_system_ids();
  storage::provisioning_context context{ring.value(), *ids, now, settings.http.public_url};
  for (const auto& [name, limits] : settings.plans.named) context.plans.insert(name);
  const auto report = storage::provision(*connection.value(), *businesses, context);
  if (!report) return fail_with("nothing was provisioned", report.error());
  print_problems(report.value().problems);
  for (const auto& line : report.value().lines) print(line);
  return report.value().problems.empty() ? exit_code::done : exit_code::refused;
}

int rotate_keys(config::settings settings) {
  auto opened = database::open(settings, storage::cluster_use::tool, print);
  if (!opened) return fail_with("the database cannot be opened", opened.error());
  auto connection = storage::open_pqxx(opened.value().access().engine, "sellavie/rotate-keys");
  if (!connection) return fail_with("the database cannot be reached", connection.error());
  const auto ring = open_keys(settings, *connection.value());
  if (!ring) return fail_with("the keys cannot be used", ring.error());
  const auto report =
      storage::rotate_keys(*connection.value(), {.secrets = ring.value(),
                                                 .random = system_random,
                                                 .now = make_system_clock()->now(),
                                                 .tell = [](const std::string& line) { print(line); }});
  if (!report) return fail_with("the secrets were not all sealed anew", report.error());
  std::printf("%lld secrets sealed anew\n", static_cast<long long>(report.value().sealed_anew));
  if (!report.value().is_complete) {
    std::fprintf(stderr, "the older keys are still needed: %s\n", report.value().obstacle.c_str());
    return exit_code::failed;
  }
  const auto first = ring.value().keys().front().fingerprint();
  std::printf(
      "everything is sealed with key %s (fingerprint): the keys after it can be removed, then restart the server\n",
      first.c_str());
  return exit_code::done;
}

}  // namespace sellavie
