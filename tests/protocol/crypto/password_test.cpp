#include "protocol/crypto/password.hpp"

#include <crypt.h>
#include <gtest/gtest.h>
#include <time.h>

namespace sellavie::crypto {
namespace {

std::string repeated(std::string_view bytes, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += bytes;
  return text;
}

// Those of crypt_blowfish that are neither shorter nor longer than we take.
TEST(password, verifies_the_vectors_of_crypt_blowfish) {
  const std::string digits_and_letters =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const std::pair<std::string, std::string> vectors[] = {
      {digits_and_letters, "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"},
      {repeated("\xaa", 72), "$2a$05$/OK.fbVrR/bpIqNJ5ianF.swQOIzjOiJ9GHEPuhEkvqrUyvWhEMx6"},
      {repeated("\xaa\x55", 36), "$2a$05$/OK.fbVrR/bpIqNJ5ianF.R9xrDjiycxMbQE2bp.vgqlYpW5wx2yy"},
      {repeated("\x55\xaa\xff", 24), "$2a$05$/OK.fbVrR/bpIqNJ5ianF.9tQZzcJfm3uj2NvJ/n5xkhpqLrMpWCe"},
  };
  for (const auto& [password, hash] : vectors) {
    ASSERT_EQ(password.size(), 72U);
    EXPECT_TRUE(verify_password(password, hash)) << hash;
    auto another = password;
    another.back() = 'x';
    EXPECT_FALSE(verify_password(another, hash)) << hash;
    EXPECT_FALSE(verify_password(password + "c", hash)) << "bcrypt would not look at it: " << hash;
  }
}

// The others of crypt_blowfish: right, as libcrypt itself says, and still no password of ours.
TEST(password, refuses_right_passwords_that_it_would_never_have_taken) {
  const std::pair<std::string, std::string> vectors[] = {
      {"U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
      {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
      {"U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"},
      {"", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"},
      {"\xff\xff\xa3", "$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
      {"\xff\xff\xa3", "$2a$05$/OK.fbVrR/bpIqNJ5ianF.nqd1wy.pTMdcvrRWxyiGL2eMz.2a85."},
      {"\xa3", "$2b$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"},
      {"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
       "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"},
  };
  for (const auto& [password, hash] : vectors) {
    EXPECT_STREQ(::crypt(password.c_str(), hash.c_str()), hash.c_str());
    EXPECT_FALSE(verify_password(password, hash)) << hash;
  }
}

TEST(password, verifies_the_hashes_of_npm_bcryptjs) {
  const std::pair<std::string, std::string> vectors[] = {
      {"pässwörd!", "$2a$05$abcdefghijklmnopqrstuuhyxOgTVLD2949YRFvT7fxG8TpU00cY2"},
      {std::string(72, 'x'), "$2a$05$abcdefghijklmnopqrstuujf8SX2ahXLwp9w/B.Y5XdysS6yR576q"},
  };
  for (const auto& [password, hash] : vectors) {
    EXPECT_TRUE(verify_password(password, hash)) << hash;
    EXPECT_FALSE(verify_password(password.substr(1), hash)) << hash;
  }
}

TEST(password, a_hash_verifies_its_password_and_no_other) {
  const auto hash = hash_password("pässwörd!", {1, 2, 3}).value();
  EXPECT_TRUE(hash.starts_with("$2b$12$")) << hash;
  EXPECT_EQ(hash.size(), 60U);
  EXPECT_TRUE(verify_password("pässwörd!", hash));
  EXPECT_FALSE(verify_password("passwörd!", hash));
  EXPECT_NE(hash_password("pässwörd!", {3, 2, 1}).value(), hash);
}

TEST(password, is_8_to_72_bytes_without_nul) {
  for (const std::string& bad :
       {std::string{}, std::string(7, 'a'), std::string(73, 'a'), std::string{"before\0after", 12}}) {
    EXPECT_EQ(check_password(bad).error().code, errc::invalid_value) << bad.size();
    EXPECT_EQ(hash_password(bad, {}).error().code, errc::invalid_value) << bad.size();
  }
  EXPECT_TRUE(check_password(std::string(8, 'a')));
  EXPECT_TRUE(check_password(std::string(72, 'a')));
}

TEST(password, what_is_made_up_for_a_cheap_hash_is_the_rest_of_the_work) {
  const auto work_of = [](const std::string& hash) {
    const auto own = std::stoul(hash.substr(4, 2));
    unsigned long work = 1UL << own;
    for (const unsigned cost : costs_made_up_for(hash)) work += 1UL << cost;
    return work;
  };
  const std::string cheap = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";  // "U*U" and 21 C
  EXPECT_EQ(work_of(cheap), work_of(hash_password("a password", {1}).value()));
  EXPECT_EQ(work_of("$2b$11" + cheap.substr(6)), work_of(cheap));
  EXPECT_TRUE(costs_made_up_for("$2b$13" + cheap.substr(6)).empty());
  for (const char* none : {"", "$2b$", "$2b$1x$", "$2b$-1$"})
    EXPECT_TRUE(costs_made_up_for(none).empty()) << none;
}

TEST(password, is_tried_as_long_against_a_cheap_hash_as_against_one_of_today) {
  const auto cpu_of_a_guess = [](const std::string& hash) {
    const auto now = [] {
      timespec at{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
      return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
    };
    const auto began = now();
    EXPECT_FALSE(verify_password("another password", hash));
    return now() - began;
  };
  const auto today = cpu_of_a_guess(hash_password("a password", {1}).value());
  const auto cheap = cpu_of_a_guess("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  EXPECT_GT(cheap, today / 2) << "alone it is a hundredth";
}

TEST(password, nothing_fits_what_is_no_bcrypt_hash) {
  // "*0" and "*1" are libcrypt's own words for failure: they must not equal a stored one.
  for (const char* hash : {"", "*0", "*1", "$2", "$2b$", "$2b$12$short", "$2b$99$CCCCCCCCCCCCCCCCCCCCC.",
                           "$2x$05$", "$1$salt$hash", "aaaaaaaa"})
    EXPECT_FALSE(verify_password("aaaaaaaa", hash)) << hash;
}

}  // namespace
}  // namespace sellavie::crypto
