#include "protocol/outgoing/event.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace sellavie::outgoing {
namespace {

constexpr auto noon = instant_from_ms(1'764'460'800'123);
const uuid subject = *parse_uuid("01920000-0000-7000-8000-00000000000a");

TEST(event, is_known_by_its_name) {
  std::set<std::string_view> names;
  for (const auto one : all_event_types) {
    EXPECT_EQ(parse_event_type(to_string(one)), one);
    EXPECT_TRUE(names.insert(to_string(one)).second) << to_string(one);
  }
  EXPECT_EQ(parse_event_type("ping"), std::nullopt) << "nobody listens to pings";
  EXPECT_EQ(parse_event_type("order"), std::nullopt);
}

TEST(event, has_one_id_however_often_the_same_fact_is_told) {
  const auto id = make_event_id(event_type::order_paid, subject, noon);
  EXPECT_EQ(make_event_id(event_type::order_paid, subject, noon), id);
  EXPECT_NE(make_event_id(event_type::order_refunded, subject, noon), id);
  EXPECT_NE(make_event_id(event_type::order_paid, uuid{}, noon), id);
}

TEST(event, has_an_id_that_sorts_by_its_time) {
  const auto id = make_event_id(event_type::order_paid, subject, noon);
  EXPECT_LT(id, make_event_id(event_type::order_paid, subject, noon + milliseconds{1}));
  EXPECT_EQ(sellavie::to_string(id)[14], '7');
}

TEST(event, says_what_happened_to_whom_and_when) {
  const event one{event_id{subject}, event_type::order_paid, business_id{subject}, noon};
  EXPECT_EQ(
      write_event(one, {{"number", 1042}}),
      R"({"business_id":"01920000-0000-7000-8000-00000000000a","data":{"number":1042},)"
      R"("id":"01920000-0000-7000-8000-00000000000a","occurred_at":"2025-11-30T00:00:00.123Z","type":"order.paid"})");
}

}  // namespace
}  // namespace sellavie::outgoing
