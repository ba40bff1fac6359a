#include "protocol/channel/window.hpp"

#include <gtest/gtest.h>

using namespace sellavie;
using namespace sellavie::channel;
using namespace std::chrono_literals;

namespace {

using decision = std::variant<send_permit, window_closed>;
constexpr auto messenger = channel_kind::messenger;
constexpr auto instagram = channel_kind::instagram;
constexpr auto whatsapp = channel_kind::whatsapp;
const decision response = send_permit{messaging_type::response, sellavie::channel::message_tag::none};
const decision update = send_permit{messaging_type::update, sellavie::channel::message_tag::none};
const decision human_agent =
    send_permit{messaging_type::message_tag, sellavie::channel::message_tag::human_agent};

struct row {
  sender_kind sender;
  channel_kind channel;
  milliseconds age;
  decision expected;
};

TEST(window, the_table) {
  const instant now = instant_from_ms(1'700'000'000'000);
  const row rows[] = {
      {sender_kind::ai, messenger, 0ms, response},
      {sender_kind::ai, messenger, 24h, response},
      {sender_kind::person, messenger, 1h, response},
      {sender_kind::system, messenger, 1h, update},
      {sender_kind::person, instagram, 24h, response},
      {sender_kind::ai, whatsapp, 24h, response},
      // Clocks differ: an action from the future counts as just now.
      {sender_kind::ai, messenger, -5min, response},

      {sender_kind::ai, messenger, 24h + 1ms, window_closed::only_a_person},
      {sender_kind::system, messenger, 25h, window_closed::only_a_person},
      {sender_kind::ai, instagram, 6 * 24h, window_closed::only_a_person},
      {sender_kind::person, messenger, 24h + 1ms, human_agent},
      {sender_kind::person, instagram, 7 * 24h, human_agent},
      {sender_kind::person, messenger, 7 * 24h + 1ms, window_closed::expired},
      {sender_kind::ai, instagram, 7 * 24h + 1ms, window_closed::expired},

      {sender_kind::ai, whatsapp, 24h + 1ms, window_closed::only_a_template},
      {sender_kind::person, whatsapp, 24h + 1ms, window_closed::only_a_template},
      {sender_kind::person, whatsapp, 30 * 24h, window_closed::only_a_template},
  };
  for (const row& one : rows) {
    EXPECT_EQ(decide_window(one.sender, now - one.age, now, one.channel), one.expected)
        << static_cast<int>(one.sender) << ' ' << to_string(one.channel) << ' ' << one.age.count();
  }
}

TEST(window, nobody_writes_first) {
  for (const auto sender : {sender_kind::ai, sender_kind::person, sender_kind::system}) {
    EXPECT_EQ(decide_window(sender, std::nullopt, instant{}, messenger),
              decision{window_closed::never_opened});
  }
}

channel_event event_of(event_kind kind, channel_kind channel = messenger) {
  channel_event event;
  event.kind = kind;
  event.channel = channel;
  event.customer_id = "222";
  return event;
}

TEST(window, is_opened_by_what_customers_do_and_not_by_marks_or_echoes) {
  for (const auto kind :
       {event_kind::message, event_kind::postback, event_kind::unsupported, event_kind::referral})
    EXPECT_TRUE(opens_window(event_of(kind)));
  for (const auto kind : {event_kind::echo, event_kind::read, event_kind::delivery, event_kind::status,
                          event_kind::edit, event_kind::comment, event_kind::history}) {
    EXPECT_FALSE(opens_window(event_of(kind))) << to_string(kind);
  }
  auto reaction = event_of(event_kind::reaction);
  reaction.payload = "react";
  EXPECT_TRUE(opens_window(reaction));
  reaction.payload = "unreact";
  EXPECT_FALSE(opens_window(reaction));
  EXPECT_FALSE(opens_window(event_of(event_kind::referral, whatsapp)));
  auto standby = event_of(event_kind::message);
  standby.standby = true;
  EXPECT_TRUE(opens_window(standby));
  auto group = event_of(event_kind::message, whatsapp);
  group.no_reply = true;
  EXPECT_FALSE(opens_window(group));
}

}  // namespace
