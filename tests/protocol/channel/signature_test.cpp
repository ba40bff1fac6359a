#include "protocol/channel/signature.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "protocol/crypto/encoding.hpp"

using namespace sellavie;
using namespace sellavie::channel;

namespace {

const std::string body =
    R"({"object":"page","entry":[{"id":"111","time":1700000000000,"messaging":[{"sender":{"id":"222"},"recipient":{"id":"111"},)"
    R"("timestamp":1700000000000,"message":{"mid":"m_1","text":"ol\u00e1 \ud83d\ude00"}}]}]})";
const std::string good = "sha256=c077ca63f912def8f23ffb92fb6a396360ec57406f0422c72307db0152852d7a";

std::vector<crypto::hmac_key> secrets(std::initializer_list<const char*> names) {
  std::vector<crypto::hmac_key> keys;
  for (const char* name : names) keys.emplace_back(name);
  return keys;
}

result<std::size_t> verify(std::string_view raw, std::vector<std::string_view> headers,
                           const std::vector<crypto::hmac_key>& keys = secrets({"shh_app_secret"})) {
  return verify_meta_signature(raw, headers, keys);
}

TEST(meta_signature, accepts_the_published_vector) { EXPECT_EQ(*verify(body, {good}), 0U); }

TEST(meta_signature, tries_each_candidate_secret_and_says_which_one_signed) {
  EXPECT_EQ(*verify(body, {good}, secrets({"old", "shh_app_secret", "other"})), 1U);
  EXPECT_FALSE(verify(body, {good}, secrets({"old", "other"})));
  EXPECT_FALSE(verify(body, {good}, {}));
}

TEST(meta_signature, refuses_a_missing_or_doubled_header) {
  EXPECT_EQ(verify(body, {}).error().code, errc::bad_signature);
  EXPECT_FALSE(verify(body, {good, good}));
}

TEST(meta_signature, refuses_everything_but_the_exact_spelling) {
  std::string upper = good;
  std::transform(upper.begin() + 7, upper.end(), upper.begin() + 7,
                 [](char c) { return static_cast<char>(std::toupper(c)); });
  for (const std::string& bad : {upper, good.substr(0, 70), good + "0", good.substr(7), " " + good,
                                 good + " ", "SHA256=" + good.substr(7), "sha256=" + std::string(64, 'g'),
                                 std::string{}, std::string{"sha256="}, good + "," + good}) {
    EXPECT_FALSE(verify(body, {bad})) << bad;
  }
}

TEST(meta_signature, refuses_the_old_sha1_signature) {
  EXPECT_FALSE(verify(body, {"sha1=fc150a239603b369cfeee80e9260b1c466d9556d"}));
}

TEST(meta_signature, refuses_a_body_that_was_parsed_and_written_again) {
  std::string rewritten = body;
  const std::string escaped = R"(ol\u00e1 \ud83d\ude00)";
  rewritten.replace(rewritten.find(escaped), escaped.size(), "olá 😀");
  EXPECT_FALSE(verify(rewritten, {good}));
  EXPECT_FALSE(verify(body + "\n", {good}));
}

RC_GTEST_PROP(meta_signature, any_changed_byte_of_body_or_header_is_refused, ()) {
  std::string raw = body;
  std::string header = good;
  std::string& changed = *rc::gen::arbitrary<bool>() ? raw : header;
  const auto at = *rc::gen::inRange<std::size_t>(0, changed.size());
  const char other = *rc::gen::arbitrary<char>();
  RC_PRE(changed[at] != other);
  changed[at] = other;
  RC_ASSERT(!verify(raw, {header}));
}

// ---- handshake -----------------------------------------------------------------------------------

handshake_answer shake(std::vector<query_parameter> parameters,
                       std::vector<std::string> tokens = {"old", "XYZ"}) {
  return answer_handshake(parameters, tokens);
}

TEST(handshake, echoes_the_challenge_for_any_of_our_tokens_in_both_spellings) {
  for (const char* token : {"XYZ", "old"}) {
    const auto dots =
        shake({{"hub.mode", "subscribe"}, {"hub.challenge", "1158201444"}, {"hub.verify_token", token}});
    EXPECT_EQ(dots.status, 200);
    EXPECT_EQ(dots.body, "1158201444");
    const auto bars =
        shake({{"hub_mode", "subscribe"}, {"hub_challenge", "x y<z"}, {"hub_verify_token", token}});
    EXPECT_EQ(bars.status, 200);
    EXPECT_EQ(bars.body, "x y<z");
  }
}

TEST(handshake, refuses_a_wrong_token_or_mode_without_a_body) {
  const auto token = shake({{"hub.mode", "subscribe"}, {"hub.challenge", "1"}, {"hub.verify_token", "xyz"}});
  EXPECT_EQ(token.status, 403);
  EXPECT_EQ(token.body, "");
  EXPECT_EQ(shake({{"hub.mode", "unsubscribe"}, {"hub.challenge", "1"}, {"hub.verify_token", "XYZ"}}).status,
            403);
  EXPECT_EQ(shake({{"hub.mode", "subscribe"}, {"hub.challenge", "1"}, {"hub.verify_token", ""}}, {""}).status,
            403);
  EXPECT_EQ(
      shake({{"hub.mode", "subscribe"}, {"hub.challenge", "1"}, {"hub.verify_token", "XYZ"}}, {}).status,
      403);
}

TEST(handshake, asks_again_when_a_parameter_is_missing_or_doubled) {
  EXPECT_EQ(shake({}).status, 400);
  EXPECT_EQ(shake({{"hub.mode", "subscribe"}, {"hub.verify_token", "XYZ"}}).status, 400);
  EXPECT_EQ(shake({{"hub.mode", "subscribe"}, {"hub.challenge", "1"}}).status, 400);
  EXPECT_EQ(shake({{"hub.mode", "subscribe"},
                   {"hub.challenge", "1"},
                   {"hub_challenge", "2"},
                   {"hub.verify_token", "XYZ"}})
                .status,
            400);
  EXPECT_EQ(
      shake(
          {{"hub.mode", "subscribe"}, {"hub.challenge", std::string(2000, '1')}, {"hub.verify_token", "XYZ"}})
          .status,
      400);
}

}  // namespace
