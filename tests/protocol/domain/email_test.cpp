#include "protocol/domain/email.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sellavie {
namespace {

TEST(email, passes_what_people_have) {
  for (const char* good : {"ada@example.com", "a.b+c@shop.example.co.uk", "x_y-z@a.b"})
    EXPECT_TRUE(looks_like_email(good)) << good;
}

TEST(email, refuses_what_no_mail_reaches_or_a_header_would_read_otherwise) {
  for (const char* bad : {"", "ada", "@example.com", "ada@", "ada@host", "a b@example.com", "a@b@example.com",
                          "ada@example.com\n", "ada@.com", "ada@example.", "ada@ex..com", "<ada@example.com>",
                          "ada@example.com,eve@example.com", "\u00e4da@example.com"})
    EXPECT_FALSE(looks_like_email(bad)) << bad;
  EXPECT_FALSE(looks_like_email("ada@" + std::string(250, 'a') + ".com"));
}

}  // namespace
}  // namespace sellavie
