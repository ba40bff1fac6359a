// What the commands beside `serve` print, and their exit codes.

#include "commands.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/support/test_cluster.hpp"

namespace sellavie {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr int wrong_input = 2;

class provision_command : public testing::Test {
 protected:
  int run(const fs::path& file) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = provision(settings, file);
    printed = testing::internal::GetCapturedStdout();
    complaint = testing::internal::GetCapturedStderr();
    return code;
  }
  fs::path file(const std::string& text) {
    const auto path = folder.path() / "business.jsonl";
    std::ofstream{path} << text;
    return path;
  }
  /// The test's own database in place of an embedded one.
  void use(const storage::database_access& access) {
    settings.database.url = config::secret{access.owner.conninfo};
    settings.database.engine_url = config::secret{access.engine.conninfo};
    settings.database.tenant_url = config::secret{access.tenant.conninfo};
  }
  provision_command() { settings.data.dir = folder.path() / "data"; }

  test::temporary_folder folder;
  config::settings settings;
  std::string printed;
  std::string complaint;
};

TEST_F(provision_command, reads_the_file_before_it_makes_keys_or_touches_a_database) {
  EXPECT_EQ(run(file("{\"business\":1}")), wrong_input);
  EXPECT_THAT(complaint, HasSubstr("line 1: business: is not a text"));
  EXPECT_FALSE(fs::exists(settings.data.dir));
}

TEST_F(provision_command, calls_a_file_that_cannot_be_read_wrong_input) {
  EXPECT_EQ(run(folder.path() / "missing.jsonl"), wrong_input);
  EXPECT_THAT(complaint, HasSubstr("missing.jsonl"));
  EXPECT_EQ(run(folder.path()), wrong_input);
  EXPECT_FALSE(fs::exists(settings.data.dir));
}

TEST_F(provision_command, tells_which_keys_it_made_once) {
  const auto database = test::empty_database();
  use(database.access());
  const auto shop = file(R"({"business":"Tiny","connections":[]})");
  ASSERT_EQ(run(shop), 0) << complaint;
  EXPECT_THAT(complaint, IsEmpty());
  EXPECT_THAT(printed, AllOf(HasSubstr("made a new key: " + (settings.data.dir / "fernet.key").string()),
                             HasSubstr("made a new key: " + (settings.data.dir / "jwt.key").string()),
                             HasSubstr("Tiny: created Tiny")));
  ASSERT_EQ(run(shop), 0) << complaint;
  EXPECT_THAT(printed, AllOf(Not(HasSubstr("made a new key")), HasSubstr("Tiny: nothing new")));
}

}  // namespace
}  // namespace sellavie
