// A session opens only under the password that was verified, whatever happens to it meanwhile.

#include "storage/api/sessions.hpp"

#include "storage/api/passwords.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;

class sessions_test : public spine_test {
 protected:
  void SetUp() override {
    spine_test::SetUp();
    sql("INSERT INTO accounts (id, email, password_hash, failed_sign_ins, created_at) VALUES (" +
        quote(grace) + ", 'grace@example.com', 'old hash', 2, 0)");
  }
  result<bool> sign_in(std::uint32_t n, const std::string& proven) {
    new_session wanted;
    wanted.id = {plain_id(n)};
    wanted.account = grace;
    wanted.first = {crypto::sha256(std::to_string(n)), noon, noon + 24h};
    wanted.proven_hash = proven;
    return open_session(store, wanted, "r-1");
  }

  const api::account_id grace{plain_id(21)};
  api_session store{database.access(), "sessions_test"};
};

TEST_F(sessions_test, opens_under_the_password_that_was_verified) {
  EXPECT_EQ(sign_in(1, "old hash").value(), true);
  EXPECT_EQ(count("sessions"), 1);
  EXPECT_EQ(count("accounts WHERE failed_sign_ins = 0"), 1);
}

TEST_F(sessions_test, does_not_open_when_the_password_was_set_anew_while_it_was_verified) {
  ASSERT_EQ(replace_password_hash(store, grace, "old hash", "new hash").value(), true);
  EXPECT_EQ(sign_in(1, "old hash").value(), false);
  EXPECT_EQ(count("sessions"), 0);
  EXPECT_EQ(count("refresh_tokens"), 0);
  EXPECT_EQ(count("accounts WHERE failed_sign_ins = 2"), 1) << "nobody signed in";
  EXPECT_EQ(sign_in(2, "new hash").value(), true);
}

}  // namespace
}  // namespace sellavie::storage
