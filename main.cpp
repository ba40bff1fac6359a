#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "service.hpp"

int main(int argc, char** argv) {
  using namespace sellavie;
  CLI::App app{"Sellavie sells in chat for many small businesses at once."};
  app.require_subcommand(1);
  std::string config_file;
  std::string provisioning_file;
  std::string backup_file;
  restore_wish restored;
  audit_wish audit;
  app.add_option("--config", config_file, "Configuration file (TOML); SELLAVIE_<SECTION>_<KEY> overrides it")
      ->check(CLI::ExistingFile);
  app.fallthrough();
  int code = 0;
  const auto run = [&](auto command) { return [&, command] { code = with_settings(config_file, command); }; };
  app.add_subcommand("serve", "Run the server until SIGTERM")
      ->final_callback(run([](config::settings settings) { return serve(std::move(settings)); }));
  auto* migrating = app.add_subcommand("migrate", "Bring the database's schema up to date");
  auto* status = migrating->add_subcommand("status", "List the migrations and whether they are applied");
  migrating->add_subcommand("up", "Apply what is missing (the default)");
  migrating->final_callback(run([status](const config::settings& settings) {
    return status->parsed() ? migrate_status(settings) : migrate_up(settings);
  }));
  app.add_subcommand("check-config", "List everything that is wrong with the configuration")
      ->final_callback(
          [&] { code = check_config(config::load(config_file, config::current_environment())); });
  auto* provisioning = app.add_subcommand("provision", "Add businesses from a JSON Lines file");
  provisioning->add_option("file", provisioning_file, "One business a line")->required();
  provisioning->final_callback(
      run([&](config::settings settings) { return provision(std::move(settings), provisioning_file); }));
  app.add_subcommand("rotate-keys", "Seal every secret anew with the first Fernet key; the server may run")
      ->final_callback(run([](config::settings settings) { return rotate_keys(std::move(settings)); }));
  auto* saving = app.add_subcommand("backup", "Write the database to one file, also while the server runs");
  saving->add_option("file", backup_file, "Must not exist; named when it is whole")->required();
  saving->final_callback(
      run([&](const config::settings& settings) { return backup(settings, backup_file); }));
  auto* restoring = app.add_subcommand("restore", "Put a backup into the database; no server may run");
  restoring->add_option("file", restored.file, "What backup wrote")->required();
  restoring->add_flag("--replace", restored.replace, "Also when the database holds something: it is lost");
  restoring->add_flag("--resume", restored.resume, "No server ran since: do what was open in the backup");
  restoring->final_callback(
      run([&](config::settings settings) { return restore(std::move(settings), restored); }));
  auto* verifying = app.add_subcommand("verify-audit", "Check an exported activity log, without the server");
  verifying->add_option("file", audit.file, "The export (JSON Lines)")->required();
  verifying->add_option("--head", audit.head,
                        "The head noted before: what it covers must be there, unchanged");
  verifying->add_option("--after", audit.after,
                        "The head that the export continues; without it, it begins at 1");
  verifying->final_callback([&] { code = verify_audit(audit); });
  CLI11_PARSE(app, argc, argv);
  return code;
}
