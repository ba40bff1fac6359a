#include "protocol/channel/lane.hpp"

#include <gtest/gtest.h>

namespace sellavie::channel {
namespace {

channel_event an_event(event_kind kind) {
  channel_event event;
  event.kind = kind;
  event.customer_id = "222";
  event.external_id = event.subject_id = "m_1";
  return event;
}

TEST(lane, holds_a_message_and_what_changes_it_in_the_order_of_acceptance) {
  const connection_id connection{{1, 2, 3}};
  const auto said = lane_of(connection, an_event(event_kind::message));
  for (const auto kind : {event_kind::edit, event_kind::unsend, event_kind::history, event_kind::postback})
    EXPECT_EQ(lane_of(connection, an_event(kind)), said) << to_string(kind);
  for (const auto kind : {event_kind::echo, event_kind::status, event_kind::read, event_kind::reaction})
    EXPECT_NE(lane_of(connection, an_event(kind)), said) << to_string(kind);
}

TEST(conversation_events, are_what_a_customer_said_and_what_changes_it) {
  auto standby = an_event(event_kind::message);
  standby.standby = true;
  EXPECT_TRUE(belongs_to_conversation(standby));
  EXPECT_FALSE(wakes_conversation(standby));
  auto group = standby;
  group.no_reply = true;
  EXPECT_FALSE(belongs_to_conversation(group)) << "a group is no chat with one customer";
  auto of_nobody = standby;
  of_nobody.customer_id.clear();
  EXPECT_FALSE(belongs_to_conversation(of_nobody));
  auto unnamed = an_event(event_kind::edit);
  unnamed.subject_id.clear();
  EXPECT_FALSE(belongs_to_conversation(unnamed));
  auto contact = an_event(event_kind::history);
  contact.external_id.clear();
  EXPECT_FALSE(belongs_to_conversation(contact)) << "a synchronised contact is no message";
}

}  // namespace
}  // namespace sellavie::channel
