#include "protocol/payment/event_hint.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "protocol/domain/order.hpp"

namespace sellavie::payment {
namespace {

using nlohmann::json;

constexpr std::array all{provider::paystack, provider::flutterwave, provider::stripe};
const std::string ours = make_payment_reference(order_id{uuid{{1, 2, 3}}}, 2);

event_hint hint_of(provider from, const json& event) { return read_event(from, event.dump()).value(); }

bool is_digest(std::string_view key) { return key.starts_with("sha256:") && key.size() == 71; }

// ---- Paystack ----------------------------------------------------------------------------------

TEST(paystack_hint, of_a_payment_says_what_to_fetch) {
  const json event{{"event", "charge.success"},
                   {"data", {{"id", 4'099'260'516}, {"domain", "live"}, {"reference", ours}, {"amount", 1}}}};
  EXPECT_EQ(hint_of(provider::paystack, event),
            (event_hint{provider::paystack, hint_kind::payment, "charge.success:4099260516", ours,
                        "4099260516", "4099260516", payment_mode::live, std::nullopt}));
}

TEST(paystack_hint, of_a_refund_is_told_from_its_likes_by_its_bytes) {
  json first{
      {"event", "refund.processed"},
      {"data",
       {{"status", "processed"}, {"transaction_reference", ours}, {"amount", "10000"}, {"domain", "test"}}}};
  auto second = first;
  second["data"]["refund_reference"] = "132013318360";
  const auto hint = hint_of(provider::paystack, first);
  EXPECT_EQ(hint.kind, hint_kind::refund);
  EXPECT_EQ(hint.reference, ours);
  EXPECT_EQ(hint.mode, payment_mode::test);
  EXPECT_TRUE(is_digest(hint.dedupe_key)) << hint.dedupe_key;
  EXPECT_NE(hint.dedupe_key, hint_of(provider::paystack, second).dedupe_key);
  EXPECT_EQ(hint, hint_of(provider::paystack, first)) << "a delivery again";
}

TEST(paystack_hint, of_a_dispute_names_the_payment_behind_it) {
  const json event{
      {"event", "charge.dispute.create"},
      {"data", {{"id", 358'950}, {"domain", "live"}, {"transaction", {{"id", 7}, {"reference", ours}}}}}};
  const auto hint = hint_of(provider::paystack, event);
  EXPECT_EQ(hint.kind, hint_kind::dispute);
  EXPECT_EQ(hint.reference, ours);
  EXPECT_EQ(hint.object, "358950");
  EXPECT_EQ(hint.transaction, "7");
}

TEST(paystack_hint, of_a_transfer_of_a_wrong_amount_names_its_transaction) {
  const json event{{"event", "bank.transfer.rejected"},
                   {"data", {{"bank_transfer", {{"amount", "700"}, {"transaction_id", "12345"}}}}}};
  const auto hint = hint_of(provider::paystack, event);
  EXPECT_EQ(hint.kind, hint_kind::payment);
  EXPECT_EQ(hint.transaction, "12345");
  EXPECT_EQ(hint.reference, "");
}

TEST(paystack_hint, reads_the_event_of_the_known_signature) {
  const auto hint = read_event(
      provider::paystack,
      R"({"event":"charge.success","data":{"reference":"ord_1","amount":500000,"currency":"NGN"}})");
  EXPECT_EQ(hint->kind, hint_kind::payment);
  EXPECT_EQ(hint->reference, "") << "not of our making";
  EXPECT_TRUE(is_digest(hint->dedupe_key)) << "without an id";
}

// ---- Flutterwave -------------------------------------------------------------------------------

TEST(flutterwave_hint, of_v3_is_one_event_for_each_state) {
  json event{{"event", "charge.completed"},
             {"data", {{"id", 8'321'945}, {"tx_ref", ours}, {"status", "successful"}, {"amount", 1}}},
             {"event.type", "BANK_TRANSFER_TRANSACTION"}};
  EXPECT_EQ(hint_of(provider::flutterwave, event),
            (event_hint{provider::flutterwave, hint_kind::payment, "charge.completed:8321945:successful",
                        ours, "8321945", "8321945", std::nullopt, std::nullopt}));
  event["data"]["status"] = "failed";
  EXPECT_EQ(hint_of(provider::flutterwave, event).dedupe_key, "charge.completed:8321945:failed");
}

TEST(flutterwave_hint, of_v4_has_an_id_and_a_time) {
  const json event{{"id", "wbk_1"},
                   {"timestamp", 1'700'000'000'123},
                   {"type", "charge.completed"},
                   {"data", {{"id", "chg_1"}, {"reference", ours}, {"status", "succeeded"}}}};
  EXPECT_EQ(hint_of(provider::flutterwave, event),
            (event_hint{provider::flutterwave, hint_kind::payment, "wbk_1", ours, "chg_1", "", std::nullopt,
                        instant_from_ms(1'700'000'000'123)}));
  const auto bare =
      read_event(provider::flutterwave,
                 R"({"type":"charge.completed","data":{"id":"chg_1","amount":5000,"currency":"NGN"}})");
  EXPECT_TRUE(is_digest(bare->dedupe_key));
}

TEST(flutterwave_hint, knows_its_kinds) {
  const std::pair<const char*, hint_kind> cases[] = {
      {"charge.failed", hint_kind::payment},         {"refund.completed", hint_kind::refund},
      {"refund.failed", hint_kind::refund},          {"chargeback.created", hint_kind::dispute},
      {"chargeback.updated", hint_kind::dispute},    {"transfer.completed", hint_kind::unknown},
      {"virtual_account.funded", hint_kind::unknown}};
  for (const auto& [name, expected] : cases) {
    EXPECT_EQ(hint_of(provider::flutterwave, {{"type", name}}).kind, expected) << name;
    EXPECT_EQ(hint_of(provider::flutterwave, {{"event", name}}).kind, expected) << name;
  }
}

// ---- Stripe ------------------------------------------------------------------------------------

json a_stripe_event(const char* type, json object) {
  return {{"id", "evt_1"},    {"object", "event"}, {"created", 1'700'000'000},
          {"livemode", true}, {"type", type},      {"data", {{"object", std::move(object)}}}};
}

TEST(stripe_hint, of_a_session_says_what_to_fetch) {
  const auto event = a_stripe_event("checkout.session.completed", {{"id", "cs_1"},
                                                                   {"client_reference_id", ours},
                                                                   {"payment_intent", "pi_1"},
                                                                   {"payment_status", "unpaid"}});
  EXPECT_EQ(hint_of(provider::stripe, event),
            (event_hint{provider::stripe, hint_kind::payment, "evt_1", ours, "cs_1", "pi_1",
                        payment_mode::live, instant_from_ms(1'700'000'000'000)}));
}

TEST(stripe_hint, knows_its_kinds_and_the_payment_behind_each) {
  struct {
    const char* type;
    json object;
    hint_kind kind;
    const char* transaction;
  } const cases[] = {
      {"checkout.session.async_payment_failed",
       {{"id", "cs_1"}, {"payment_intent", "pi_1"}},
       hint_kind::payment,
       "pi_1"},
      {"checkout.session.expired", {{"id", "cs_1"}, {"payment_intent", nullptr}}, hint_kind::payment, ""},
      {"payment_intent.payment_failed", {{"id", "pi_1"}}, hint_kind::payment, "pi_1"},
      {"charge.refunded", {{"id", "ch_1"}, {"payment_intent", "pi_1"}}, hint_kind::refund, "pi_1"},
      {"refund.updated", {{"id", "re_1"}, {"payment_intent", "pi_1"}}, hint_kind::refund, "pi_1"},
      {"charge.dispute.funds_withdrawn",
       {{"id", "dp_1"}, {"payment_intent", "pi_1"}},
       hint_kind::dispute,
       "pi_1"},
      {"customer.created", {{"id", "cus_1"}, {"payment_intent", "pi_1"}}, hint_kind::unknown, ""}};
  for (const auto& [type, object, kind, transaction] : cases) {
    const auto hint = hint_of(provider::stripe, a_stripe_event(type, object));
    EXPECT_EQ(hint.kind, kind) << type;
    EXPECT_EQ(hint.object, object["id"]) << type;
    EXPECT_EQ(hint.transaction, transaction) << type;
    EXPECT_EQ(hint.dedupe_key, "evt_1");
  }
}

TEST(stripe_hint, finds_our_reference_in_what_the_payment_carries) {
  const auto event =
      a_stripe_event("payment_intent.succeeded", {{"id", "pi_1"}, {"metadata", {{"reference", ours}}}});
  EXPECT_EQ(hint_of(provider::stripe, event).reference, ours);
}

TEST(stripe_hint, reads_the_event_of_the_known_signature) {
  const auto hint = read_event(provider::stripe, R"({"id":"evt_1","type":"checkout.session.completed"})");
  EXPECT_EQ(hint->kind, hint_kind::payment);
  EXPECT_EQ(hint->dedupe_key, "evt_1");
  EXPECT_EQ(hint->mode, std::nullopt);
}

// ---- strangers ---------------------------------------------------------------------------------

TEST(hints, of_kinds_that_nobody_knows_are_kept) {
  for (const auto from : all) {
    const auto hint =
        hint_of(from, {{"id", "x"}, {"event", "new.thing"}, {"type", "new.thing"}, {"data", 7}});
    EXPECT_EQ(hint.kind, hint_kind::unknown);
    EXPECT_FALSE(hint.dedupe_key.empty());
  }
}

TEST(hints, of_what_is_no_event_are_an_error) {
  for (const auto from : all) {
    for (const auto* body :
         {"", "null", "[]", "7", "{", "{}", "{\"event\":7,\"type\":{}}", "{\"event\":\"\",\"type\":\"\"}",
          "\xff\xfe", "{\"event\":\"charge.success\",\"type\":\"x\"} {}"})
      EXPECT_EQ(read_event(from, body).error().code, errc::malformed) << body;
    EXPECT_EQ(read_event(from, std::string(100'000, '[')).error().code, errc::malformed);
    EXPECT_EQ(read_event(from, std::string(256 * 1024 + 1, ' ')).error().code, errc::too_large);
  }
}

TEST(hints, take_no_id_that_could_be_something_else) {
  const std::string long_id(5'000, 'a');
  for (const json& id : {json("../../v1/x"), json("a b"), json("é"), json(""), json(nullptr), json(true),
                         json(-1), json(1.5), json::array(), json(long_id)}) {
    const auto of_stripe =
        hint_of(provider::stripe,
                {{"id", id}, {"type", "payment_intent.succeeded"}, {"data", {{"object", {{"id", id}}}}}});
    EXPECT_TRUE(is_digest(of_stripe.dedupe_key)) << of_stripe.dedupe_key;
    EXPECT_EQ(of_stripe.object, "");
    EXPECT_EQ(of_stripe.transaction, "");
    const auto of_paystack =
        hint_of(provider::paystack, {{"event", "charge.success"}, {"data", {{"id", id}}}});
    EXPECT_TRUE(is_digest(of_paystack.dedupe_key)) << of_paystack.dedupe_key;
    EXPECT_EQ(of_paystack.object, "");
  }
}

TEST(hints, take_no_reference_but_ours) {
  for (const json& reference :
       {json(ours + "0x"), json(" " + ours), json("sv-1-1"), json(7), json::object()}) {
    EXPECT_EQ(hint_of(provider::paystack, {{"event", "charge.success"}, {"data", {{"reference", reference}}}})
                  .reference,
              "");
    EXPECT_EQ(
        hint_of(provider::flutterwave, {{"event", "charge.completed"}, {"data", {{"tx_ref", reference}}}})
            .reference,
        "");
  }
}

TEST(hints, have_no_time_outside_of_time) {
  for (const json& time :
       {json(-1), json(std::int64_t{9'000'000'000'000'000}), json("1700000000"), json(1.5)}) {
    auto of_stripe = a_stripe_event("payment_intent.succeeded", json::object());
    of_stripe["created"] = time;
    EXPECT_EQ(hint_of(provider::stripe, of_stripe).occurred_at, std::nullopt) << time;
    EXPECT_EQ(hint_of(provider::flutterwave, {{"type", "charge.completed"}, {"timestamp", time}}).occurred_at,
              std::nullopt)
        << time;
  }
}

RC_GTEST_PROP(hints_property, any_bytes_give_a_hint_or_an_error, (const std::string& bytes)) {
  const auto body = *rc::gen::element(bytes, "{\"event\":\"charge.success\",\"data\":{" + bytes,
                                      "{\"type\":\"charge.completed\",\"id\":\"" + bytes + "\"}");
  for (const auto from : all)
    if (const auto hint = read_event(from, body))
      RC_ASSERT(!hint->dedupe_key.empty() && hint->dedupe_key.size() <= 200);
}

}  // namespace
}  // namespace sellavie::payment
