#include "protocol/channel/stored_event.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace sellavie;
using namespace sellavie::channel;

namespace {

channel_event a_full_event() {
  channel_event event;
  event.kind = event_kind::status;
  event.channel = channel_kind::whatsapp;
  event.route = {route_space::whatsapp_phone, "PNID"};
  event.entry_route = route_key{route_space::whatsapp_account, ""};
  event.customer_id = "5511";
  event.customer_alias = "BR.1";
  event.customer_name = "Ana";
  event.dedupe_key = "status:x";
  event.external_id = "e";
  event.subject_id = "s";
  event.reply_to = "r";
  event.provider_time = instant_from_ms(-5);
  event.text = std::string{"a\0b", 3};
  event.payload = "p";
  event.attachments = {{"image", "https://x", "M", "image/png", "t"}, {}};
  event.app_id = "1";
  event.metadata = "m";
  event.state = delivery_state::failed;
  event.error_code = -131047;
  event.watermark = instant_from_ms(9'000'000'000'000'000'000);
  event.standby = true;
  event.no_reply = true;
  event.raw = "{}";
  return event;
}

TEST(stored_event, comes_back_as_it_went) {
  EXPECT_EQ(*load_event(store_event(a_full_event())), a_full_event());
  EXPECT_EQ(*load_event(store_event(channel_event{})), channel_event{});
}

TEST(stored_event, a_short_message_is_stored_in_few_bytes) {
  channel_event event;
  event.route.id = "111";
  event.customer_id = "222";
  event.dedupe_key = "message:m_1";
  event.external_id = "m_1";
  event.text = "hi";
  EXPECT_LT(store_event(event).size(), 64U);
}

// The bytes of version 1, as rows in databases have them: this test must never need a change.
TEST(stored_event, still_reads_a_row_of_version_1) {
  channel_event event;
  event.kind = event_kind::message;
  event.route = {route_space::page, "7"};
  event.customer_id = "8";
  event.dedupe_key = "k";
  event.text = "hi";
  event.provider_time = instant_from_ms(1);
  const std::string row{
      "\x01\x00\x00\x00\x00\x00\xff\x02\x00\x00\x93\x02\x01"
      "7\x01"
      "8\x01k\x02hi\x00",
      22};
  EXPECT_EQ(store_event(event), row);
  EXPECT_EQ(*load_event(row), event);
}

TEST(stored_event, refuses_every_truncation_and_any_tail) {
  const std::string bytes = store_event(a_full_event());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(load_event(std::string_view{bytes}.substr(0, size))) << size;
  EXPECT_FALSE(load_event(bytes + '\0'));
  std::string other_version = bytes;
  other_version[0] = '\x02';
  EXPECT_EQ(load_event(other_version).error().code, errc::malformed);
}

RC_GTEST_PROP(stored_event, any_texts_and_numbers_come_back,
              (const std::vector<std::string>& texts, std::int64_t time, std::int64_t mark, int code)) {
  channel_event event;
  const auto text = [&](std::size_t i) { return texts.empty() ? std::string{} : texts[i % texts.size()]; };
  event.route.id = text(0);
  event.customer_id = text(1);
  event.text = text(2);
  event.raw = text(3);
  event.metadata = text(4);
  event.provider_time = instant_from_ms(time);
  event.watermark = instant_from_ms(mark);
  event.error_code = code;
  for (const auto& one : texts) event.attachments.push_back({one, text(5), text(6), text(7), one});
  RC_ASSERT(*load_event(store_event(event)) == event);
}

RC_GTEST_PROP(stored_event, any_bytes_give_an_answer_and_each_event_has_one_spelling,
              (const std::string& bytes)) {
  std::string mutated = store_event(a_full_event());
  for (const char c : bytes) mutated[*rc::gen::inRange<std::size_t>(0, mutated.size())] = c;
  for (const std::string& input : {bytes, mutated}) {
    if (const auto event = load_event(input)) RC_ASSERT(store_event(*event) == input);
  }
}

}  // namespace
