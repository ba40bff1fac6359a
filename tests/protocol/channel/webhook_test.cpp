// What holds for every body, whatever the object.
#include "protocol/channel/webhook.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>

#include "protocol/channel/stored_event.hpp"
#include "tests/protocol/channel/vectors.hpp"

using namespace sellavie;
using namespace sellavie::channel;
using namespace sellavie::channel::test;

namespace {

TEST(webhook, one_body_can_hold_several_businesses) {
  const auto parsed = parse(R"({"object":"page","entry":[{"id":"111","time":1700000000000,"messaging":[)" +
                            item("222", "111", R"("message":{"mid":"a","text":"x"})") +
                            R"(]},{"id":333,"time":1700000000000,"messaging":[)" +
                            item("222", "333", R"("message":{"mid":"b","text":"y"})") + "]}]}");
  ASSERT_EQ(parsed.events.size(), 2U);
  EXPECT_EQ(parsed.events[0].route.id, "111");
  EXPECT_EQ(parsed.events[1].route.id, "333");
}

TEST(webhook, ids_may_be_numbers_and_times_seconds_or_text) {
  const auto event = parse_one(
      R"({"object":"page","entry":[{"id":111,"time":1700000000,"messaging":[{"sender":{"id":222},"recipient":{"id":111},"timestamp":"1700000001","message":{"mid":"m","text":"x"}}]}]})");
  EXPECT_EQ(event.customer_id, "222");
  EXPECT_EQ(event.route.id, "111");
  EXPECT_EQ(event.entry_route, std::nullopt);
  EXPECT_EQ(event.provider_time, instant_from_ms(1'700'000'001'000));
}

TEST(webhook, an_absurd_time_becomes_the_entrys_or_now) {
  const auto at = [](const char* time) {
    return parse_one(
               R"({"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":)" +
               std::string{time} + R"(,"message":{"mid":"m","text":"x"}}]}]})")
        .provider_time;
  };
  for (const char* absurd :
       {"-5", "0", "null", "\"soon\"", "9223372036854775807", "99999999999999", "1.5", "{}"}) {
    EXPECT_TRUE(at(absurd) == now || at(absurd) == instant_from_ms(1000)) << absurd;
  }
}

TEST(webhook, the_key_of_an_item_without_ids_does_not_depend_on_our_clock) {
  const std::string body = change("whatsapp_business_account", "WABA", "flows", R"({"x":1})");
  webhook_parser parser;
  const auto first = parse_webhook(body, {}, now, parser);
  const auto later = parse_webhook(body, {}, now + std::chrono::hours{1}, parser);
  EXPECT_EQ(first.events.at(0).dedupe_key, later.events.at(0).dedupe_key);
  const std::string timeless =
      R"({"object":"whatsapp_business_account","entry":[{"id":"W","changes":[{"field":"flows","value":{}}]}]})";
  EXPECT_EQ(parse_webhook(timeless, {}, now, parser).events.at(0).dedupe_key,
            parse_webhook(timeless, {}, now + std::chrono::hours{1}, parser).events.at(0).dedupe_key);
}

TEST(webhook, long_ids_give_keys_of_at_most_200_bytes) {
  const std::string mid(600, 'm');
  const auto event = parse_one(page_item(R"("message":{"mid":")" + mid + R"(","text":"x"})"));
  EXPECT_LE(event.dedupe_key.size(), 200U);
  EXPECT_TRUE(event.dedupe_key.starts_with("message:h:"));
  EXPECT_LE(event.external_id.size(), 512U);
}

TEST(webhook, the_dashboards_test_button_is_no_error_and_no_event) {
  const auto parsed = parse(
      R"({"field":"messages","value":{"sender":{"id":"1"},"recipient":{"id":"2"},"message":{"mid":"m","text":"x"}}})");
  EXPECT_TRUE(parsed.events.empty());
  EXPECT_TRUE(parsed.diagnostics.test_shape);
  EXPECT_FALSE(parsed.diagnostics.malformed);
}

TEST(webhook, what_is_no_envelope_is_malformed) {
  for (const char* bad : {"", " ", "{", "[]", "null", "1", "\"x\"", "{}", R"({"object":"page"})",
                          R"({"object":"page","entry":{}})", "{\"object\":\"page\",\"entry\":[]} x"}) {
    const auto parsed = parse(bad);
    EXPECT_TRUE(parsed.diagnostics.malformed) << bad;
    EXPECT_TRUE(parsed.events.empty()) << bad;
  }
}

TEST(webhook, an_unknown_object_is_set_aside_whole) {
  const auto parsed = parse(R"({"object":"user", "entry":[{"id":"1","card":"4111 1111 1111 1111"}]})");
  EXPECT_TRUE(parsed.diagnostics.unknown_object);
  EXPECT_TRUE(parsed.events.empty());
  ASSERT_EQ(parsed.set_aside.size(), 1U);
  EXPECT_TRUE(parsed.set_aside[0].raw.starts_with(R"({"object":"user","entry":[{"id":"1","card":)"));
  EXPECT_EQ(parsed.set_aside[0].raw.find("4111"), std::string::npos);
  EXPECT_EQ(parsed.set_aside[0].kind, event_kind::unknown);
  std::string words;
  for (int i = 0; i < 10'000; ++i) words += "word ";
  const auto large = parse(R"({"object":"user","entry":[")" + words + "\"]}");
  EXPECT_EQ(large.set_aside.at(0).raw.size(), 4096U);
}

TEST(webhook, one_odd_item_does_not_spoil_the_others) {
  const auto parsed = parse(
      entry("page", "111",
            R"("messaging":[5,)" + item("222", "111", R"("message":{"mid":"m","text":"x"})") + R"(,"x"])"));
  EXPECT_EQ(parsed.events.size(), 1U);
  EXPECT_EQ(parsed.diagnostics.malformed_items, 2U);
  ASSERT_EQ(parsed.set_aside.size(), 2U);
  EXPECT_EQ(parsed.set_aside[0].raw, "5");
  EXPECT_EQ(parsed.set_aside[1].raw, R"("x")");
  EXPECT_EQ(parsed.set_aside[0].route.id, "111");
}

TEST(webhook, an_entry_without_items_is_malformed_and_set_aside) {
  for (const char* odd : {R"(7)", R"({"id":"1"})", R"({"id":"1","messaging":"x"})"}) {
    const auto parsed = parse(R"({"object":"page","entry":[)" + std::string{odd} + "]}");
    EXPECT_EQ(parsed.diagnostics.malformed_items, 1U) << odd;
    ASSERT_EQ(parsed.set_aside.size(), 1U) << odd;
    EXPECT_EQ(parsed.set_aside[0].raw, odd);
  }
  EXPECT_EQ(parse(R"({"object":"page","entry":[{"id":"1","messaging":[]}]})").diagnostics.malformed_items,
            0U);
}

TEST(webhook, of_many_malformed_items_the_first_are_set_aside_and_all_counted) {
  std::string items = "0";
  for (int i = 1; i < 30'000; ++i) items += ",0";
  const auto parsed = parse(R"({"object":"page","entry":[{"id":"1","messaging":[)" + items + "]}]}");
  EXPECT_EQ(parsed.diagnostics.malformed_items, 30'000U);
  EXPECT_EQ(parsed.set_aside.size(), parsed_webhook::most_set_aside);
  EXPECT_EQ(parsed.diagnostics.too_many, 0U) << "no reason to refuse the batch";
}

TEST(webhook, limits_are_reported_not_thrown) {
  EXPECT_TRUE(parse(std::string(5 * 1024 * 1024, ' ')).diagnostics.too_large);
  EXPECT_TRUE(parse(std::string(100'000, '[') + std::string(100'000, ']')).diagnostics.too_deep);
  EXPECT_TRUE(parse(std::string(100'000, '[')).diagnostics.malformed);
  EXPECT_TRUE(
      parse(page_item(R"("message":)" + std::string(100, '[') + std::string(100, ']'))).diagnostics.too_deep);
  const std::string one = item("222", "111", R"("message":{"mid":"m","text":"x"})");
  const auto parsed = parse(entry("page", "111", R"("messaging":[)" + one + "," + one + "," + one + "]"),
                            webhook_limits{.events = 2});
  EXPECT_EQ(parsed.events.size(), 2U);
  EXPECT_EQ(parsed.diagnostics.too_many, 1U);
}

TEST(webhook, text_is_what_a_database_can_hold) {
  EXPECT_EQ(parse_one(page_item(R"("message":{"mid":"m","text":"a\u0000b"})")).text,
            "a\xEF\xBF\xBD"
            "b");
  for (const char* text :
       {R"(a\ud83d b)", R"(a\ude00 b)", "a\xff b", "a\xed\xa0\x80 b", R"(a\ud83d\u0041 b)"}) {
    const auto parsed = parse(page_item(R"("message":{"mid":"m","text":")" + std::string{text} + "\"}"));
    ASSERT_EQ(parsed.events.size(), 1U) << text;
    EXPECT_TRUE(parsed.diagnostics.repaired) << text;
    EXPECT_TRUE(parsed.events[0].text.starts_with("a\xEF\xBF\xBD")) << text;
  }
  const auto huge = parse(
      R"({"object":"page","entry":[{"id":123456789012345678901234567890,"messaging":[]},{"id":"1","time":1e999,"messaging":[)" +
      item("2", "1", R"("message":{"mid":"m","text":"x"})") + "]}]}");
  EXPECT_EQ(huge.events.size(), 1U);
}

TEST(webhook, long_text_is_cut_between_characters) {
  std::string long_text;
  for (int i = 0; i < 10'000; ++i) long_text += "é€";
  const auto event = parse_one(page_item(R"("message":{"mid":"m","text":")" + long_text + "\"}"));
  EXPECT_LE(event.text.size(), 20'000U);
  EXPECT_GT(event.text.size(), 19'995U);
  EXPECT_TRUE(event.text.ends_with("é") || event.text.ends_with("€"));
}

TEST(webhook, raw_json_is_bounded_and_without_nul) {
  const auto event = parse_one(
      page_item(R"("crystal_ball":{"a":"\u0000\\u0000","b":")" + std::string(100'000, 'x') + "\"}"));
  EXPECT_LE(event.raw.size(), 4096U);
  EXPECT_EQ(event.raw.find("\"\\u0000"), std::string::npos);
  EXPECT_NE(event.raw.find("\\\\u0000"), std::string::npos);
}

TEST(webhook, cards_and_secrets_never_leave_the_parser) {
  const auto event = parse_one(whatsapp_message(
      R"("type":"image","image":{"id":"M","caption":"card 4111 1111 1111 1111"},"x":{"y":"4111111111111111"})"));
  EXPECT_EQ(event.text, "card [card number removed]");
  const auto unknown =
      parse_one(page_item(R"("crystal_ball":{"pan":"4111 1111 1111 1111","key":"sk_live_abcdefgh1234"})"));
  EXPECT_EQ(unknown.raw.find("4111"), std::string::npos);
  EXPECT_EQ(unknown.raw.find("abcdefgh1234"), std::string::npos);
  EXPECT_EQ(
      parse_one(
          page_item(
              R"("postback":{"mid":"4111111111111111","title":"4111111111111111","payload":"4111111111111111"})"))
          .external_id,
      "4111111111111111");
}

std::string batch_of(int count, std::size_t text_size) {
  std::string items;
  for (int i = 0; i < count; ++i) {
    if (i > 0) items += ',';
    items += item("222", "111",
                  R"("message":{"mid":"m_)" + std::to_string(i) + R"(","text":")" +
                      std::string(text_size, 'a') + "\"}");
  }
  return entry("page", "111", R"("messaging":[)" + items + "]");
}

double seconds_to_parse(const std::string& body) {
  const auto start = std::chrono::steady_clock::now();
  const auto parsed = parse(body);
  EXPECT_FALSE(parsed.events.empty());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(webhook, a_full_batch_of_3_mb_parses_in_linear_time) {
  const std::string body = batch_of(1000, 2900);
  ASSERT_GT(body.size(), 3'000'000U);
  EXPECT_EQ(parse(body).events.size(), 1000U);
  EXPECT_LT(seconds_to_parse(body), 2.0);
}

TEST(webhook, hostile_bodies_of_4_mb_stay_cheap) {
  std::string empties = R"({"object":"page","entry":[{"id":"1","messaging":[{})";
  while (empties.size() < 4'000'000) empties += ",{}";
  EXPECT_LT(seconds_to_parse(empties + "]}]}"), 4.0);
  std::string contacts;
  std::string messages;
  while (contacts.size() + messages.size() < 3'800'000) {
    const std::string id = std::to_string(contacts.size());
    contacts += R"({"wa_id":")" + id + R"("},)";
    messages += R"({"from":")" + id + R"(","id":")" + id + R"(","type":"text","text":{"body":"x"}},)";
  }
  contacts.pop_back();
  messages.pop_back();
  EXPECT_LT(
      seconds_to_parse(whatsapp_value(R"("contacts":[)" + contacts + R"(],"messages":[)" + messages + "]")),
      4.0);
}

// ---- any bytes -----------------------------------------------------------------------------------

const std::string seeds[] = {
    page_item(
        R"("message":{"mid":"m_1","text":"ol\u00e1 \ud83d\ude00","quick_reply":{"payload":"P"},"attachments":[{"type":"image","payload":{"url":"https://x"}}]})"),
    instagram_item(R"("message":{"mid":"aWd","is_deleted":true})"),
    page_item(R"("postback":{"title":"t","payload":"p"})"),
    page_item(R"("read":{"watermark":1700000000500})"),
    page_item(R"("pass_thread_control":{"new_owner_app_id":"2"})"),
    change("page", "111", "feed",
           R"({"item":"comment","verb":"edited","comment_id":"c_1","from":{"id":"222"},"message":"x"})"),
    change("instagram", "17841", "comments",
           R"({"id":"c1","text":"p","from":{"id":"222"},"media":{"id":"m1"}})"),
    whatsapp_message(R"("type":"text","text":{"body":"oi"},"context":{"id":"wamid.Z"})"),
    whatsapp_message(
        R"("type":"order","order":{"product_items":[{"product_retailer_id":"A1","quantity":2}]})"),
    whatsapp_value(
        R"("statuses":[{"id":"wamid.O","status":"failed","timestamp":"1700000000","errors":[{"code":131047}]}])"),
    whatsapp_value(
        R"("history":[{"threads":[{"id":"5511","messages":[{"from":"5511","id":"w","type":"text","text":{"body":"h"}}]}]}])",
        "history"),
};

void expect_sound(const parsed_webhook& parsed) {
  for (const auto& event : parsed.events) {
    RC_ASSERT(!event.dedupe_key.empty());
    RC_ASSERT(event.dedupe_key.size() <= 200U);
    RC_ASSERT(event.text.size() <= 20'000U);
    RC_ASSERT(event.text.find('\0') == std::string::npos);
    RC_ASSERT(event.provider_time <= now + std::chrono::hours{24});
    RC_ASSERT(*load_event(store_event(event)) == event);
  }
}

RC_GTEST_PROP(webhook, any_bytes_give_an_answer, (const std::string& bytes)) { expect_sound(parse(bytes)); }

RC_GTEST_PROP(webhook, mutated_bodies_never_crash_and_never_lose_their_keys, ()) {
  std::string body = seeds[*rc::gen::inRange<std::size_t>(0, std::size(seeds))];
  const int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0: body[at] = *rc::gen::arbitrary<char>(); break;
      case 1: body.erase(at, *rc::gen::inRange<std::size_t>(1, 20)); break;
      case 2: body.insert(at, body.substr(*rc::gen::inRange<std::size_t>(0, body.size()), 15)); break;
      default:
        body.insert(at, *rc::gen::elementOf(std::vector<std::string>{"\"\"", "null", "[]", "{}", "-1", "1e9",
                                                                     "\\u0000", "true", ":", ","}));
        break;
    }
    if (body.empty()) body = "{";
  }
  expect_sound(parse(body));
}

// Mutations that keep the JSON valid reach deeper: any scalar becomes any other.
RC_GTEST_PROP(webhook, any_scalar_may_have_any_type, ()) {
  std::string body = seeds[*rc::gen::inRange<std::size_t>(0, std::size(seeds))];
  const auto at = body.find(':', *rc::gen::inRange<std::size_t>(0, body.size()));
  if (at != std::string::npos && at + 1 < body.size() && body[at + 1] == '"') {
    const auto end = body.find('"', at + 2);
    body.replace(
        at + 1, end - at,
        *rc::gen::elementOf(std::vector<std::string>{"\"\"", "null", "[]", "{}", "-1", "17.5", "true",
                                                     "\"\\u0000\"", "[[{}]]", "{\"id\":{}}"}));
  }
  const auto parsed = parse(body);
  RC_ASSERT(!parsed.diagnostics.malformed || parsed.events.empty());
  expect_sound(parsed);
}

}  // namespace
