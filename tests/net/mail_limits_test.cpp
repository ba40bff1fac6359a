#include "net/api/mail_limits.hpp"

#include <gtest/gtest.h>

namespace sellavie::net {
namespace {

TEST(mail_limits, one_mailbox_gets_so_many_mails_an_hour_and_others_go_on) {
  mail_limits limits{2};
  EXPECT_FALSE(limits.take("ada@example.com"));
  EXPECT_FALSE(limits.take("ADA@example.com"));
  const auto enough = limits.take("Ada@Example.com");
  ASSERT_TRUE(enough);
  EXPECT_EQ(enough->kind.status, 429);
  EXPECT_GT(enough->retry_after, 60);
  EXPECT_FALSE(limits.take("bola@example.com"));
}

}  // namespace
}  // namespace sellavie::net
