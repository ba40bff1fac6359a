#include "config/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "config/values.hpp"

namespace sellavie::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class keys : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "sellavie_keys_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string content(const char* name) const {
    std::ostringstream text;
    text << std::ifstream{folder_ / name}.rdbuf();
    return text.str();
  }
  void write(const char* name, const std::string& text, mode_t mode) const {
    std::ofstream{folder_ / name} << text;
    ASSERT_EQ(chmod((folder_ / name).c_str(), mode), 0);
  }
  [[nodiscard]] std::size_t count_files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder_}, fs::directory_iterator{}));
  }

  fs::path folder_;
};

TEST_F(keys, are_made_once_and_found_again) {
  security_settings first;
  const auto made = ensure_keys(first, folder_ / "data");
  ASSERT_TRUE(made);
  EXPECT_THAT(*made, ElementsAre(folder_ / "data" / fernet_key_file, folder_ / "data" / jwt_key_file));
  ASSERT_EQ(first.fernet_keys.size(), 1U);
  EXPECT_TRUE(parse_fernet_key(first.fernet_keys[0].reveal()));
  EXPECT_TRUE(parse_jwt_key(first.jwt_keys.at(0).reveal()));

  security_settings second;
  const auto again = ensure_keys(second, folder_ / "data");
  ASSERT_TRUE(again);
  EXPECT_THAT(*again, IsEmpty());
  EXPECT_EQ(second.fernet_keys, first.fernet_keys);
  EXPECT_EQ(second.jwt_keys, first.jwt_keys);
}

TEST_F(keys, are_readable_by_their_owner_only_and_leave_nothing_behind) {
  security_settings security;
  ASSERT_TRUE(ensure_keys(security, folder_));
  EXPECT_EQ(count_files(), 2U);
  for (const auto& file : fs::directory_iterator{folder_})
    EXPECT_EQ(file.status().permissions(), fs::perms{0600});
}

TEST_F(keys, for_browsers_are_made_whenever_they_are_missing_and_found_again) {
  security_settings first;
  const auto made = ensure_push_key(first, folder_ / "data");
  ASSERT_TRUE(made);
  EXPECT_THAT(*made, ElementsAre(folder_ / "data" / push_key_file));
  EXPECT_TRUE(parse_fernet_key(first.push_key.reveal()));
  EXPECT_EQ(fs::status(made->front()).permissions(), fs::perms{0600});
  EXPECT_THAT(describe_made_key(made->front()), HasSubstr("subscribe again"));
  EXPECT_THAT(describe_made_key(made->front()), testing::Not(HasSubstr(first.push_key.reveal())));
  security_settings second;
  EXPECT_THAT(*ensure_push_key(second, folder_ / "data"), IsEmpty());
  EXPECT_EQ(second.push_key, first.push_key);
  security_settings given;
  given.push_key = secret{"p"};
  EXPECT_THAT(*ensure_push_key(given, folder_), IsEmpty());
  EXPECT_EQ(given.push_key.reveal(), "p");
}

TEST_F(keys, from_the_configuration_touch_no_file) {
  security_settings security;
  security.fernet_keys.emplace_back("f");
  security.jwt_keys.emplace_back("j");
  ASSERT_TRUE(ensure_keys(security, folder_));
  EXPECT_EQ(count_files(), 0U);
  EXPECT_EQ(security.fernet_keys.at(0).reveal(), "f");
}

TEST_F(keys, open_to_others_are_refused) {
  for (const mode_t mode : {0644, 0640, 0604, 0660}) {
    write(fernet_key_file, std::string(43, 'A') + "\n", mode);
    security_settings security;
    const auto refused = ensure_keys(security, folder_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::forbidden);
    EXPECT_THAT(refused.error().detail, HasSubstr("chmod 600"));
    EXPECT_TRUE(security.fernet_keys.empty());
  }
}

TEST_F(keys, behind_a_link_are_refused) {
  write("elsewhere", std::string(43, 'A') + "\n", 0600);
  fs::create_symlink(folder_ / "elsewhere", folder_ / fernet_key_file);
  security_settings security;
  const auto refused = ensure_keys(security, folder_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("symbolic link"));
}

TEST_F(keys, that_are_damaged_are_refused_and_kept_and_not_shown) {
  for (const std::string damaged : {"", "\n", "hunter2\n"}) {
    write(fernet_key_file, damaged, 0600);
    security_settings security;
    const auto refused = ensure_keys(security, folder_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::malformed);
    EXPECT_THAT(refused.error().detail, testing::Not(HasSubstr("hunter2")));
    EXPECT_EQ(content(fernet_key_file), damaged);
  }
}

TEST_F(keys, missing_beside_data_are_not_made) {
  security_settings security;
  const auto refused = ensure_keys(security, folder_, missing_keys::refuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::not_found);
  EXPECT_EQ(count_files(), 0U);
}

TEST_F(keys, of_two_starts_at_once_are_the_same) {
  std::vector<security_settings> results(8);
  std::vector<std::thread> starts;
  for (auto& security : results) starts.emplace_back([&] { EXPECT_TRUE(ensure_keys(security, folder_)); });
  for (auto& start : starts) start.join();
  for (const auto& security : results) {
    EXPECT_EQ(security.fernet_keys, results[0].fernet_keys);
    EXPECT_EQ(security.jwt_keys, results[0].jwt_keys);
  }
  EXPECT_EQ(count_files(), 2U);
}

TEST_F(keys, differ_each_time) { EXPECT_NE(*make_jwt_key(), *make_jwt_key()); }

TEST_F(keys, report_a_folder_that_cannot_be_made) {
  write("file", "", 0600);
  security_settings security;
  const auto refused = ensure_keys(security, folder_ / "file");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr((folder_ / "file").string()));
}

}  // namespace
}  // namespace sellavie::config
