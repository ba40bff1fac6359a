#include <CLI/CLI.hpp>
#include <cstdio>

#include "commands.hpp"
#include "config/load.hpp"
#include "service.hpp"

namespace {

constexpr int exit_misconfigured = 2;

template <class Command>
int with_settings(const std::string& file, Command command) {
  auto configuration = sellavie::config::load(file, sellavie::config::current_environment());
  if (!configuration.is_valid()) {
    std::fputs(sellavie::config::render_report(configuration).c_str(), stderr);
    return exit_misconfigured;
  }
  return command(std::move(configuration.values));
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sellavie;
  CLI::App app{"Sellavie sells in chat for many small businesses at once."};
  app.require_subcommand(1);
  std::string config_file;
  std::string provisioning_file;
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
  CLI11_PARSE(app, argc, argv);
  return code;
}
