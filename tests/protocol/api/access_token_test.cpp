#include "protocol/api/access_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::api {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

const instant now = instant_from_ms(1'790'000'000'000);
const std::string key_one = "one:" + crypto::base64url_encode(crypto::as_bytes(std::string(32, 'a')));
const std::string key_two = "two:" + crypto::base64url_encode(crypto::as_bytes(std::string(32, 'b')));

access_token_keys keys(std::vector<std::string> texts) { return access_token_keys::parse(texts).value(); }

access_claims some_claims() {
  uuid account;
  account.bytes.fill(0x11);
  uuid session;
  session.bytes.fill(0x22);
  return {{account}, {session}, now, now + 60min};
}

/// A token of any header and payload, rightly signed by key one.
std::string forged(const json& header, const json& payload,
                   const std::string& secret = std::string(32, 'a')) {
  std::string token = crypto::base64url_encode(crypto::as_bytes(header.dump())) + '.' +
                      crypto::base64url_encode(crypto::as_bytes(payload.dump()));
  const auto mac = crypto::hmac_sha256(secret, token);
  return token + '.' + crypto::base64url_encode(mac);
}
json good_header() { return {{"alg", "HS256"}, {"typ", "JWT"}, {"kid", "one"}}; }
json good_payload() {
  return {{"iss", "sellavie"},
          {"aud", "sellavie-api"},
          {"sub", to_string(some_claims().account)},
          {"sid", to_string(some_claims().session)},
          {"iat", to_unix_ms(now) / 1000},
          {"exp", to_unix_ms(now) / 1000 + 3600}};
}
bool is_refused(const std::string& token, instant at = now) {
  const auto found = keys({key_one}).verify(token, at);
  return !found && found.error().code == errc::bad_signature;
}

TEST(access_token, says_what_was_signed) {
  const auto ring = keys({key_one});
  EXPECT_EQ(ring.verify(ring.sign(some_claims()), now).value(), some_claims());
  EXPECT_EQ(ring.verify(forged(good_header(), good_payload()), now).value(), some_claims());
}

TEST(access_token, is_verified_by_an_older_key_of_the_ring) {
  const auto token = keys({key_one}).sign(some_claims());
  EXPECT_TRUE(keys({key_two, key_one}).verify(token, now));
  EXPECT_FALSE(keys({key_two}).verify(token, now));
}

TEST(access_token, ends_after_its_time) {
  const auto token = keys({key_one}).sign(some_claims());
  EXPECT_FALSE(is_refused(token, now + 60min - 1s));
  EXPECT_TRUE(is_refused(token, now + 60min));
  EXPECT_FALSE(is_refused(token, now - 30s)) << "clocks may differ a little";
  EXPECT_TRUE(is_refused(token, now - 31s)) << "from the future";
}

TEST(access_token, knows_one_algorithm) {
  for (const char* other : {"none", "None", "HS384", "HS512", "RS256", "", "hs256"}) {
    auto header = good_header();
    header["alg"] = other;
    EXPECT_TRUE(is_refused(forged(header, good_payload()))) << other;
  }
  auto header = good_header();
  header["alg"] = nullptr;
  EXPECT_TRUE(is_refused(forged(header, good_payload())));
  header = good_header();
  header["crit"] = json::array({"exp"});
  EXPECT_TRUE(is_refused(forged(header, good_payload())));
  const std::string unsigned_token = crypto::base64url_encode(crypto::as_bytes(R"({"alg":"none"})")) + '.' +
                                     crypto::base64url_encode(crypto::as_bytes(good_payload().dump())) + '.';
  EXPECT_TRUE(is_refused(unsigned_token));
}

TEST(access_token, wants_a_known_key_id) {
  for (const json& kid : {json("two"), json(""), json("../one"), json(1), json(nullptr)}) {
    auto header = good_header();
    header["kid"] = kid;
    EXPECT_TRUE(is_refused(forged(header, good_payload()))) << kid;
  }
  auto header = good_header();
  header.erase("kid");
  EXPECT_TRUE(is_refused(forged(header, good_payload())));
}

TEST(access_token, wants_every_claim_in_its_shape) {
  for (const char* name : {"iss", "aud", "sub", "sid", "iat", "exp"}) {
    for (const json& value :
         {json(nullptr), json("x"), json(-1), json(1e300), json::array(), json::object()}) {
      auto payload = good_payload();
      payload[name] = value;
      EXPECT_TRUE(is_refused(forged(good_header(), payload))) << name << ' ' << value;
    }
    auto payload = good_payload();
    payload.erase(name);
    EXPECT_TRUE(is_refused(forged(good_header(), payload))) << name;
  }
  auto payload = good_payload();
  payload["nbf"] = to_unix_ms(now) / 1000 + 100;
  EXPECT_TRUE(is_refused(forged(good_header(), payload)));
  payload = good_payload();
  payload["exp"] = to_unix_ms(now) / 1000 + 86'400;
  EXPECT_TRUE(is_refused(forged(good_header(), payload))) << "no token of ours lives that long";
}

TEST(access_token, takes_dates_with_a_fraction) {
  auto payload = good_payload();
  payload["iat"] = static_cast<double>(to_unix_ms(now)) / 1000 - 0.5;
  payload["exp"] = static_cast<double>(to_unix_ms(now)) / 1000 + 10.5;
  EXPECT_FALSE(is_refused(forged(good_header(), payload)));
}

TEST(access_token, breaks_with_any_changed_byte) {
  const auto token = keys({key_one}).sign(some_claims());
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(is_refused(changed)) << i;
    EXPECT_TRUE(is_refused(token.substr(0, i))) << i;
  }
  EXPECT_TRUE(is_refused(token + "A"));
  EXPECT_TRUE(is_refused(token + "="));
  EXPECT_TRUE(is_refused(token + "."));
  EXPECT_TRUE(is_refused("x." + token));
}

TEST(access_token, is_not_saved_by_the_signature_of_another_one) {
  const auto ring = keys({key_one});
  auto other = some_claims();
  other.account.value.bytes.fill(0x33);
  const auto mine = ring.sign(some_claims());
  const auto theirs = ring.sign(other);
  EXPECT_TRUE(is_refused(theirs.substr(0, theirs.rfind('.')) + mine.substr(mine.rfind('.'))));
}

TEST(access_token, refuses_weak_and_doubled_keys) {
  const auto code_of = [](std::vector<std::string> texts) {
    return access_token_keys::parse(texts).error().code;
  };
  EXPECT_EQ(code_of({}), errc::invalid_value);
  EXPECT_EQ(code_of({"one:" + crypto::base64url_encode(crypto::as_bytes(std::string(31, 'a')))}),
            errc::malformed);
  EXPECT_EQ(code_of({"no colon"}), errc::malformed);
  EXPECT_EQ(code_of({"a/b:" + key_one.substr(4)}), errc::malformed);
  EXPECT_EQ(code_of({key_one, key_one}), errc::malformed);
  EXPECT_TRUE(access_token_keys::parse(std::vector<std::string>{key_one + "="}))
      << "padded, as openssl writes it";
}

}  // namespace
}  // namespace sellavie::api
