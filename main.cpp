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
  restore_wish restoring;
  audit_wish audit;
  app.add_option("--config", config_file, "Configuration file (TOML); SELLAVIE_<SECTION>_<KEY> overrides it")
      ->check(CLI::ExistingFile);
  app.fallthrough();
  int code = 0;
  app.add_subcommand("serve", "Run the server until SIGTERM")->final_callback([&] {
    code = with_settings(config_file, [](config::settings settings) { return serve(std::move(settings)); });
  });
  auto* migrating = app.add_subcommand("migrate", "Bring the database's schema up to date");
  auto* status = migrating->add_subcommand("status", "List the migrations and whether they are applied");
  migrating->add_subcommand("up", "Apply what is missing (the default)");
  migrating->final_callback([&] {
    code = with_settings(config_file, [&](const config::settings& settings) {
      return status->parsed() ? migrate_status(settings) : migrate_up(settings);
    });
  });
  app.add_subcommand("check-config", "List everything that is wrong with the configuration")
      ->final_callback(
          [&] { code = check_config(config::load(config_file, config::current_environment())); });
  auto* provisioning = app.add_subcommand("provision", "Add businesses from a JSON Lines file");
  provisioning->add_option("file", provisioning_file, "One business a line")->required();
  provisioning->final_callback([&] {
    code = with_settings(config_file, [&](config::settings settings) {
      return provision(std::move(settings), provisioning_file);
    });
  });
  auto* backing_up =
      app.add_subcommand("backup", "Write the database to one file, also while the server runs");
  backing_up->add_option("file", backup_file, "Must not exist; written beside, named when it is whole")
      ->required();
  backing_up->final_callback([&] {
    code = with_settings(config_file,
                         [&](const config::settings& settings) { return backup(settings, backup_file); });
  });
  auto* putting_back =
      app.add_subcommand("restore", "Put a backup into the database; the server must not run");
  putting_back->add_option("file", restoring.file, "What backup wrote")->required();
  putting_back->add_flag("--replace", restoring.replace,
                         "Also when the database holds something: it is lost");
  putting_back->add_flag("--resume", restoring.resume,
                         "No server ran since the backup: send and answer what was open then");
  putting_back->final_callback([&] {
    code = with_settings(config_file,
                         [&](config::settings settings) { return restore(std::move(settings), restoring); });
  });
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
