// One test per rule of protocol/channel/route.hpp.
#include "protocol/channel/route.hpp"

#include <gtest/gtest.h>

using namespace sellavie;
using namespace sellavie::channel;

namespace {

connection_ref ref(std::uint8_t number, channel_kind channel) {
  connection_ref made;
  made.business.value.bytes[15] = number;
  made.connection.value.bytes[14] = number;
  made.channel = channel;
  return made;
}
const auto ada_page = ref(1, channel_kind::messenger);
const auto ben_page = ref(2, channel_kind::messenger);
const auto cora_instagram = ref(3, channel_kind::instagram);
const auto dan_whatsapp = ref(4, channel_kind::whatsapp);

route_table a_table() {
  return route_table{std::vector<route_entry>{
      {{route_space::page, "100"}, ada_page},
      {{route_space::page, "200"}, ben_page},
      {{route_space::instagram, "17841"}, cora_instagram},
      {{route_space::instagram, "2897"}, cora_instagram},
      {{route_space::instagram, "100"}, cora_instagram},
      {{route_space::whatsapp_phone, "P1"}, dan_whatsapp},
      {{route_space::whatsapp_account, "W1"}, dan_whatsapp},
  }};
}

channel_event event_for(route_key route, std::optional<route_key> entry = {}) {
  channel_event event;
  event.route = std::move(route);
  event.entry_route = std::move(entry);
  return event;
}

TEST(route, r1_the_business_side_of_the_item_decides_within_its_own_space) {
  const auto table = a_table();
  EXPECT_EQ(table.route(event_for({route_space::page, "100"})), route_outcome{routed{ada_page}});
  EXPECT_EQ(table.route(event_for({route_space::instagram, "100"})), route_outcome{routed{cora_instagram}});
  EXPECT_EQ(table.route(event_for({route_space::whatsapp_phone, "P1"})), route_outcome{routed{dan_whatsapp}});
  EXPECT_EQ(table.route(event_for({route_space::whatsapp_phone, "W1"})), route_outcome{stranger{}});
  EXPECT_EQ(table.route(event_for({route_space::page, "999"})), route_outcome{stranger{}});
  EXPECT_EQ(table.route(event_for({route_space::page, ""})), route_outcome{stranger{}});
}

TEST(route, r1_each_alias_leads_to_the_same_connection) {
  EXPECT_EQ(a_table().route(event_for({route_space::instagram, "2897"})),
            route_outcome{routed{cora_instagram}});
  EXPECT_EQ(a_table().route(
                event_for({route_space::instagram, "2897"}, route_key{route_space::instagram, "17841"})),
            route_outcome{routed{cora_instagram}});
}

TEST(route, r2_a_page_id_that_is_no_page_may_be_an_instagram_account) {
  EXPECT_EQ(a_table().route(event_for({route_space::page, "17841"})), route_outcome{routed{cora_instagram}});
  EXPECT_EQ(a_table().route(event_for({route_space::instagram, "200"})), route_outcome{stranger{}});
}

TEST(route, r3_two_ids_of_two_connections_are_a_conflict) {
  EXPECT_EQ(a_table().route(event_for({route_space::page, "100"}, route_key{route_space::page, "200"})),
            route_outcome{route_conflict{}});
  EXPECT_EQ(a_table().route(event_for({route_space::page, "100"}, route_key{route_space::page, "999"})),
            route_outcome{routed{ada_page}});
}

TEST(route, r4_only_instagram_falls_back_to_the_entry) {
  EXPECT_EQ(
      a_table().route(event_for({route_space::instagram, "999"}, route_key{route_space::instagram, "17841"})),
      route_outcome{routed{cora_instagram}});
  EXPECT_EQ(a_table().route(event_for({route_space::page, "999"}, route_key{route_space::page, "100"})),
            route_outcome{stranger{}});
}

TEST(route, r5_the_account_decides_only_for_account_events) {
  EXPECT_EQ(a_table().route(event_for({route_space::whatsapp_account, "W1"})),
            route_outcome{routed{dan_whatsapp}});
}

TEST(route, r6_an_id_claimed_twice_is_a_conflict) {
  const route_table table{std::vector<route_entry>{{{route_space::page, "1"}, ada_page},
                                                   {{route_space::page, "1"}, ben_page},
                                                   {{route_space::page, "1"}, ada_page}}};
  EXPECT_EQ(table.route(event_for({route_space::page, "1"})), route_outcome{route_conflict{}});
  EXPECT_EQ(route_table{}.route(event_for({route_space::page, "1"})), route_outcome{stranger{}});
}

}  // namespace
