#include <algorithm>
#include <cstdio>

#include "command_output.hpp"
#include "commands.hpp"
#include "config/keys.hpp"
#include "database.hpp"
#include "protocol/api/schema.hpp"
#include "protocol/crypto/fernet.hpp"
#include "protocol/domain/time.hpp"
#include "storage/backup/dump.hpp"
#include "storage/backup/restore.hpp"
#include "storage/key_guard.hpp"
#include "system_ports.hpp"

namespace sellavie {
namespace {

/// What another file, key, option or version would mend; the rest may work another time.
int code_of(const error& why) {
  switch (why.code) {
    case errc::malformed:
    case errc::invalid_value:
    case errc::forbidden: return exit_code::refused;
    default: return exit_code::failed;
  }
}

std::string listed(const std::vector<std::string>& fingerprints) {
  std::string text;
  for (const auto& one : fingerprints) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::string place_of(const std::vector<config::secret>& configured, const char* section_key,
                     const std::filesystem::path& file) {
  return configured.empty() ? file.string() : std::string{section_key} + " of the configuration";
}

void tell_of_keys(const config::settings& settings, const storage::backup_label& label) {
  if (label.fernet_fingerprints.empty() && label.jwt_fingerprints.empty()) return;
  print("the keys are NOT in it. Keep a copy of them, somewhere else than the backup:");
  const auto tell = [](const std::string& place, const std::vector<std::string>& fingerprints,
                       const char* without) {
    if (!fingerprints.empty())
      std::printf("  %s (fingerprint %s): %s\n", place.c_str(), listed(fingerprints).c_str(), without);
  };
  const auto& dir = settings.data.dir;
  tell(place_of(settings.security.fernet_keys, "security.fernet_keys", dir / config::fernet_key_file),
       label.fernet_fingerprints, "without it the backup cannot be restored");
  tell(place_of(settings.security.jwt_keys, "security.jwt_keys", dir / config::jwt_key_file),
       label.jwt_fingerprints, "without it everybody signs in again");
}

/// Before the database is touched: a backup without its keys is of no use.
result<void> check_keys(config::settings& settings, const storage::backup_label& label) {
  if (label.fernet_fingerprints.empty()) return {};
  const auto& dir = settings.data.dir;
  const auto advice = " Put the keys that were kept with the backup into " + dir.string() + " (" +
                      config::fernet_key_file + " and " + config::jwt_key_file +
                      ", mode 0600), or list them in [security]";
  const bool in_files = settings.security.fernet_keys.empty() || settings.security.jwt_keys.empty();
  if (in_files && !std::filesystem::exists(dir))
    return make_failure(errc::forbidden, dir.string() + " is not there, so neither are the keys." + advice);
  if (const auto read = config::ensure_keys(settings.security, dir, config::missing_keys::refuse); !read)
    return make_failure(errc::forbidden, read.error().detail + "." + advice);
  std::vector<std::string> keys;
  for (const auto& key : settings.security.fernet_keys) keys.push_back(key.reveal());
  const auto ring = crypto::fernet_ring::parse(keys);
  if (!ring) return ring.error();
  const auto given = storage::fingerprints_of(ring.value());
  std::vector<std::string> lost;
  for (const auto& one : label.fernet_fingerprints)
    if (std::find(given.begin(), given.end(), one) == given.end()) lost.push_back(one);
  if (lost.empty()) return {};
  return make_failure(errc::forbidden, "the backup needs the Fernet key " + listed(lost) +
                                           " (fingerprint), given is " + listed(given) + "." + advice);
}

bool knows_jwt_key(const config::settings& settings, const storage::backup_label& label) {
  const auto& known = label.jwt_fingerprints;
  return known.empty() ||
         std::any_of(
             settings.security.jwt_keys.begin(), settings.security.jwt_keys.end(), [&](const auto& key) {
               return std::find(known.begin(), known.end(), storage::fingerprint_of_jwt(key.reveal())) !=
                      known.end();
             });
}

void tell_of_settled(const storage::aftermath& settled) {
  if (settled.replies + settled.plans + settled.deliveries > 0) {
    std::printf(
        "open when it was taken, and not sent or answered again: %lld replies, %lld answers in preparation, "
        "%lld deliveries\n",
        static_cast<long long>(settled.replies), static_cast<long long>(settled.plans),
        static_cast<long long>(settled.deliveries));
    std::printf("  %lld tasks in the inbox ask people to compare with the channels\n",
                static_cast<long long>(settled.tasks));
  }
  if (settled.mails > 0)
    std::printf("%lld mails that waited were given up: who needs one asks for it again\n",
                static_cast<long long>(settled.mails));
  if (settled.jobs > 0)
    std::printf("%lld background jobs were ended: they are listed as dead and can be retried\n",
                static_cast<long long>(settled.jobs));
  if (settled.sessions > 0)
    std::printf("%lld sessions were ended: everybody signs in again\n",
                static_cast<long long>(settled.sessions));
}

void tell_of_restored(const restore_wish& wish, const storage::backup_label& label,
                      const storage::restored& outcome) {
  if (!outcome.replaced.is_empty()) print("replaced: " + to_string(outcome.replaced));
  print("restored: " + to_string(label.rows) + ", as of " + api::timestamp(to_unix_ms(label.taken_at)));
  if (outcome.migrated > 0)
    std::printf("%d migrations applied, the schema is up to date\n", outcome.migrated);
  if (!wish.resume) {
    tell_of_settled(outcome.settled);
    print(
        "what happened after that moment is not in it: messages, orders, invoices (their numbers are given again), "
        "changes of passwords and roles");
  }
  print("next: start the server; it takes over by itself");
}

}  // namespace

int backup(const config::settings& settings, const std::filesystem::path& file) {
  auto opened = database::open(settings, storage::cluster_use::tool, print);
  if (!opened) return fail_with("the database cannot be opened", opened.error());
  const auto ids = make_system_ids();
  const auto made = storage::take_backup(opened.value().access().owner, storage::embedded_migrations(),
                                         {file, to_string(ids->next()), make_system_clock()->now()});
  if (!made) return fail_with("no backup was made", made.error());
  const auto& label = made.value().label;
  print("backup written: " + file.string() + " (" + std::to_string(made.value().bytes) + " bytes; " +
        to_string(label.rows) + ", as of " + api::timestamp(to_unix_ms(label.taken_at)) + ")");
  tell_of_keys(settings, label);
  return exit_code::done;
}

int restore(config::settings settings, const restore_wish& wish) {
  constexpr std::string_view nothing = "nothing was restored";
  const auto label = storage::read_backup_label(wish.file);
  if (!label) return fail_with(nothing, label.error(), exit_code::refused);
  const storage::restore_wish wanted{
      wish.file, label.value(), wish.replace, wish.resume, make_system_clock()->now(), print};
  const auto migrations = storage::embedded_migrations();
  if (const auto fits = storage::check_fits(wanted, migrations); !fits)
    return fail_with(nothing, fits.error(), exit_code::refused);
  if (const auto keys = check_keys(settings, label.value()); !keys)
    return fail_with(nothing, keys.error(), exit_code::refused);
  // As a start does: it owns the database until the end.
  auto opened = database::open(settings, storage::cluster_use::serve, print);
  if (!opened) return fail_with(nothing, opened.error());
  const auto ids = make_system_ids();
  const auto outcome = storage::restore_backup(opened.value().access().owner, migrations, wanted, *ids);
  if (!outcome) return fail_with(nothing, outcome.error(), code_of(outcome.error()));
  tell_of_restored(wish, label.value(), outcome.value());
  if (!knows_jwt_key(settings, label.value()))
    print("none of the JWT keys was used with it: everybody signs in again");
  return exit_code::done;
}

}  // namespace sellavie
