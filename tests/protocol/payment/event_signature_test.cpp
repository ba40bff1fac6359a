#include "protocol/payment/event_signature.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::payment {
namespace {

using namespace std::chrono_literals;
using values = std::vector<std::string_view>;
using secrets = std::vector<std::string>;

std::string shouted(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

// ---- Paystack ----------------------------------------------------------------------------------

const std::string paystack_body =
    R"({"event":"charge.success","data":{"reference":"ord_1","amount":500000,"currency":"NGN"}})";
const std::string paystack_signature =
    "caf6e12a1b794e16697869b64555d62b86f47c7dfa712723f52428e39897a59c"
    "1b510b1aee0a255f47eb5ac461425c7e0287648a990057473bf7bf56a77cad96";

result<std::size_t> paystack(std::string_view body, const values& headers,
                             const secrets& keys = {"sk_test_abc"}) {
  return verify_paystack_event(body, headers, keys);
}

TEST(paystack_event, accepts_the_known_signature) {
  EXPECT_EQ(*paystack(paystack_body, {paystack_signature}), 0U);
}

TEST(paystack_event, tries_each_key_and_says_which_one_signed) {
  EXPECT_EQ(*paystack(paystack_body, {paystack_signature}, {"sk_test_new", "sk_test_abc"}), 1U);
  EXPECT_EQ(paystack(paystack_body, {paystack_signature}, {"sk_test_new"}).error().code, errc::bad_signature);
  EXPECT_FALSE(paystack(paystack_body, {paystack_signature}, {}));
}

TEST(paystack_event, is_about_the_bytes_as_they_came) {
  EXPECT_FALSE(paystack(paystack_body + "\n", {paystack_signature}));
  EXPECT_FALSE(paystack(paystack_body.substr(1), {paystack_signature}));
  EXPECT_FALSE(paystack("", {paystack_signature}));
}

TEST(paystack_event, refuses_everything_but_one_exact_spelling) {
  EXPECT_FALSE(paystack(paystack_body, {}));
  EXPECT_FALSE(paystack(paystack_body, {paystack_signature, paystack_signature}));
  for (const std::string& bad :
       {shouted(paystack_signature), paystack_signature.substr(1), paystack_signature + "0",
        " " + paystack_signature, "sha512=" + paystack_signature, std::string{}, std::string(128, '0'),
        std::string(128, 'g')})
    EXPECT_FALSE(paystack(paystack_body, {bad})) << bad;
}

TEST(paystack_event, is_never_signed_by_a_blank_key) {
  const auto blank = crypto::hex_encode(crypto::hmac_sha512("", paystack_body));
  EXPECT_FALSE(paystack(paystack_body, {blank}, {"", "sk_test_abc"}));
  EXPECT_EQ(*paystack(paystack_body, {paystack_signature}, {"", "sk_test_abc"}), 1U);
}

// ---- Flutterwave -------------------------------------------------------------------------------

const std::string v4_body =
    R"({"type":"charge.completed","data":{"id":"chg_1","amount":5000,"currency":"NGN"}})";
const std::string v4_signature = "a8wpgOiL7O0HyUP2JylOO1uMODnF3U8DB9f3SXvem6g=";
const secrets hash{"my-secret-hash"};

result<std::size_t> flutterwave(std::string_view body, const values& signatures, const values& hashes = {},
                                const secrets& known = hash,
                                hash_in_signature accepted = hash_in_signature::refused) {
  return verify_flutterwave_event(body, signatures, hashes, known, accepted);
}

TEST(flutterwave_event, accepts_the_known_signature) { EXPECT_EQ(*flutterwave(v4_body, {v4_signature}), 0U); }

TEST(flutterwave_event, accepts_the_secret_hash_of_v3) {
  EXPECT_EQ(*flutterwave("{}", {}, {"my-secret-hash"}), 0U);
  EXPECT_EQ(*flutterwave("{}", {}, {"my-secret-hash"}, {"new", "my-secret-hash"}), 1U);
  EXPECT_EQ(flutterwave("{}", {}, {"my-secret-hasH"}).error().code, errc::bad_signature);
  EXPECT_FALSE(flutterwave("{}", {}, {"my-secret-has"}));
  EXPECT_FALSE(flutterwave("{}", {}, {"my-secret-hash", "my-secret-hash"}));
  EXPECT_FALSE(flutterwave("{}", {}, {}));
}

TEST(flutterwave_event, is_never_proved_by_a_blank_hash) {
  EXPECT_FALSE(flutterwave("{}", {}, {""}, {""}));
  EXPECT_FALSE(flutterwave("{}", {}, {""}, {"", "my-secret-hash"}));
  const auto blank = crypto::base64_encode(crypto::hmac_sha256("", v4_body));
  EXPECT_FALSE(flutterwave(v4_body, {blank}, {}, {""}));
  EXPECT_FALSE(flutterwave("{}", {""}, {}, {""}, hash_in_signature::plain));
}

TEST(flutterwave_event, with_a_wrong_signature_is_not_saved_by_the_hash) {
  EXPECT_FALSE(flutterwave(v4_body + " ", {v4_signature}, {"my-secret-hash"}));
  EXPECT_FALSE(flutterwave(v4_body, {v4_signature, v4_signature}, {"my-secret-hash"}));
}

TEST(flutterwave_event, signed_by_the_plain_hash_needs_leave) {
  EXPECT_FALSE(flutterwave(v4_body, {"my-secret-hash"}));
  EXPECT_EQ(*flutterwave(v4_body, {"my-secret-hash"}, {}, hash, hash_in_signature::plain), 0U);
  EXPECT_EQ(*flutterwave(v4_body, {v4_signature}, {}, hash, hash_in_signature::plain), 0U);
  EXPECT_FALSE(flutterwave(v4_body, {"another-hash"}, {}, hash, hash_in_signature::plain));
}

TEST(flutterwave_event, refuses_everything_but_one_exact_spelling) {
  auto url_safe = v4_signature, bare = v4_signature;
  std::replace(url_safe.begin(), url_safe.end(), '+', '-');
  bare.pop_back();
  const auto hex = crypto::hex_encode(crypto::hmac_sha256("my-secret-hash", v4_body));
  for (const std::string& bad :
       {bare, v4_signature + "=", " " + v4_signature, shouted(v4_signature), hex, std::string{}})
    EXPECT_FALSE(flutterwave(v4_body, {bad})) << bad;
}

// ---- Stripe ------------------------------------------------------------------------------------

const std::string stripe_body = R"({"id":"evt_1","type":"checkout.session.completed"})";
const std::string by_new = "a13d4b1f9003bc2fb6c06224e878b6056185eaa50d40e1e7dc05517f8af41d7b";
const std::string by_old = "6d77b47d6c990842c24c3b1b7c9d0044cb127910ca0e049a63e0cbfdfa8962fc";
const secrets both{"whsec_test_secret", "whsec_old_secret"};
constexpr std::int64_t signed_at = 1'700'000'000;

instant after(std::chrono::milliseconds late) { return instant_from_ms(signed_at * 1'000) + late; }

result<std::size_t> stripe(const std::string& header, std::chrono::milliseconds late = 0s,
                           const secrets& known = {"whsec_test_secret"},
                           std::string_view body = stripe_body) {
  return verify_stripe_event(body, values{header}, known, after(late));
}

TEST(stripe_event, accepts_the_known_signatures) {
  EXPECT_EQ(*stripe("t=1700000000,v1=" + by_new), 0U);
  EXPECT_EQ(*stripe("t=1700000000,v1=" + by_old, 0s, {"whsec_old_secret"}), 0U);
}

// Made by generateTestHeaderString of npm stripe 23.1.0.
TEST(stripe_event, accepts_what_stripes_own_client_signs) {
  const auto* body = R"({"id":"evt_2","type":"charge.refunded","note":"é"})";
  const auto* header = "t=1700000100,v1=c46d7e67eea362cc6451f2ea5f3d70f208acfb77176aec16a8527d844697d3fb";
  EXPECT_EQ(*stripe(header, 100s, {"whsec_other"}, body), 0U);
}

TEST(stripe_event, accepts_any_of_several_signatures_under_any_of_several_secrets) {
  EXPECT_EQ(*stripe("t=1700000000,v1=" + by_old + ",v1=" + by_new), 0U) << "while a secret is rolled";
  EXPECT_EQ(*stripe("t=1700000000,v1=" + by_new + ",v1=" + by_old), 0U);
  EXPECT_EQ(*stripe("t=1700000000,v1=" + by_new, 0s, {"whsec_next", "whsec_test_secret"}), 1U);
  EXPECT_EQ(*stripe("t=1700000000,v1=" + by_old, 0s, both), 1U);
  EXPECT_EQ(*stripe("v0=x,v1=" + by_new + ",t=1700000000,v2=,junk"), 0U)
      << "other schemes are not ours to judge";
  EXPECT_EQ(*stripe("t=1700000000,v1=short,v1=" + by_new), 0U);
}

TEST(stripe_event, is_of_now_before_and_after) {
  const auto header = "t=1700000000,v1=" + by_new;
  for (const std::chrono::milliseconds fine : {-300s, 0s, 300s})
    EXPECT_TRUE(stripe(header, fine)) << fine.count();
  EXPECT_TRUE(stripe(header, 300'999ms)) << "Stripe counts seconds";
  for (const std::chrono::milliseconds bad : {-301s, 301s, 86'400s})
    EXPECT_EQ(stripe(header, bad).error().code, errc::bad_signature) << bad.count();
  EXPECT_FALSE(verify_stripe_event(stripe_body, values{header}, both, after(11s), 10s));
  EXPECT_TRUE(verify_stripe_event(stripe_body, values{header}, both, after(10s), 10s));
}

TEST(stripe_event, signs_its_time_too) {
  EXPECT_FALSE(stripe("t=1700000001,v1=" + by_new));
  EXPECT_FALSE(stripe("t=01700000000,v1=" + by_new)) << "as received, not as a number";
}

TEST(stripe_event, is_about_the_bytes_as_they_came) {
  EXPECT_FALSE(stripe("t=1700000000,v1=" + by_new, 0s, both, stripe_body + "\n"));
  EXPECT_FALSE(stripe("t=1700000000,v1=" + by_new, 0s, both, ""));
}

TEST(stripe_event, refuses_headers_of_another_shape) {
  for (const std::string& bad :
       {std::string{}, std::string{","}, "v1=" + by_new, std::string{"t=1700000000"}, "t=,v1=" + by_new,
        "t=1700000000,v1=" + shouted(by_new), "t=1700000000,v0=" + by_new, "t=1700000000, v1=" + by_new,
        "t=1700000000,t=1700000000,v1=" + by_new, "t=+1700000000,v1=" + by_new, "t=-1,v1=" + by_new,
        "t= 1700000000,v1=" + by_new, "t=99999999999999999999,v1=" + by_new, "t=1.7e9,v1=" + by_new,
        "t=1700000000;v1=" + by_new, "t=1700000000,v1=" + by_new + std::string(5'000, ',')})
    EXPECT_EQ(stripe(bad).error().code, errc::bad_signature) << bad.substr(0, 100);
  const auto good = "t=1700000000,v1=" + by_new;
  EXPECT_FALSE(verify_stripe_event(stripe_body, values{}, both, after(0s)));
  EXPECT_FALSE(verify_stripe_event(stripe_body, values{good, good}, both, after(0s)));
}

TEST(stripe_event, is_never_signed_by_a_blank_secret) {
  const auto blank = crypto::hex_encode(crypto::hmac_sha256("", "1700000000." + stripe_body));
  EXPECT_FALSE(stripe("t=1700000000,v1=" + blank, 0s, {""}));
  EXPECT_FALSE(stripe("t=1700000000,v1=" + by_new, 0s, {}));
}

RC_GTEST_PROP(event_signature_property, any_header_without_the_secret_is_refused,
              (const std::string& body, const std::string& header)) {
  const secrets unknown{"a secret that no input knows"};
  const auto timed = "t=1700000000,v1=" + header;
  for (const std::string_view value : {std::string_view{header}, std::string_view{timed}}) {
    RC_ASSERT(!verify_paystack_event(body, values{value}, unknown));
    RC_ASSERT(!verify_flutterwave_event(body, values{value}, {}, unknown, hash_in_signature::plain));
    RC_ASSERT(!verify_flutterwave_event(body, {}, values{value}, unknown));
    RC_ASSERT(!verify_stripe_event(body, values{value}, unknown, after(0s)));
  }
}

}  // namespace
}  // namespace sellavie::payment
