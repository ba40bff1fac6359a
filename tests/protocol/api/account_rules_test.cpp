#include "protocol/api/account_rules.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sellavie::api {
namespace {

TEST(recovery_code, is_written_in_four_groups) {
  const std::array<std::uint8_t, recovery_code_size> random{0, 0, 0, 0, 0, 255, 255, 255, 255, 255};
  EXPECT_EQ(write_recovery_code(random), "aaaa-aaaa-7777-7777");
}

TEST(recovery_code, is_read_however_people_type_it) {
  for (const char* typed :
       {"abcd-efgh-2345-mnop", "ABCDEFGH2345MNOP", " abcd efgh 2345 mnop", "Abcd-Efgh 2345--mnop"})
    EXPECT_EQ(read_recovery_code(typed), "abcd-efgh-2345-mnop") << typed;
  for (const char* bad : {"", "abcd-efgh-2345-mno", "abcd-efgh-2345-mnopq", "abcd-efgh-0189-mnop",
                          "abcd_efgh_2345_mnop", "123456"})
    EXPECT_EQ(read_recovery_code(bad), std::nullopt) << bad;
}

RC_GTEST_PROP(recovery_code, gives_back_what_was_written, ()) {
  std::array<std::uint8_t, recovery_code_size> random{};
  for (auto& byte : random) byte = *rc::gen::arbitrary<std::uint8_t>();
  const auto text = write_recovery_code(random);
  RC_ASSERT(read_recovery_code(text) == text);
}

TEST(app_code, is_six_digits_with_or_without_blanks) {
  EXPECT_EQ(read_app_code("123456"), "123456");
  EXPECT_EQ(read_app_code("123 456"), "123456");
  for (const char* bad : {"", "12345", "1234567", "12345a", "123-456", "+12345"})
    EXPECT_EQ(read_app_code(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace sellavie::api
