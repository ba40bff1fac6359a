#include "protocol/channel/customer_ids.hpp"

#include <gmock/gmock.h>

namespace sellavie::channel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

channel_event an_event(std::string customer, std::string alias = {}, int second = 0) {
  channel_event event;
  event.kind = event_kind::message;
  event.channel = channel_kind::whatsapp;
  event.customer_id = std::move(customer);
  event.customer_alias = std::move(alias);
  event.provider_time = instant{std::chrono::seconds{1'700'000'000 + second}};
  return event;
}

channel_event a_rename(std::string from, std::string number, std::string user, int second = 0) {
  auto event = an_event(std::move(from), {}, second);
  event.kind = event_kind::system;
  event.subject_id = std::move(number);
  event.metadata = std::move(user);
  return event;
}

customer_ids known_as(std::string scoped_id, std::string user_id, customer_identity leading = {}) {
  customer_ids ids;
  ids.load(std::move(scoped_id), std::move(user_id), {}, leading);
  return ids;
}

TEST(customer_ids, r1_the_user_id_leads_before_the_number) {
  EXPECT_EQ(home_of({"234", "NG.1"}, known_customer{"NG.1", "NG.1", false, true}), "NG.1");
  EXPECT_EQ(home_of({"", "NG.1"}, known_customer{"234", "NG.1", false, true}), "234");
  EXPECT_EQ(home_of({"234", "NG.2"}, known_customer{"234", "NG.9", true, true}), "234");
}

TEST(customer_ids, r2_a_number_leads_to_its_contact_unless_it_has_a_new_owner) {
  EXPECT_EQ(home_of({"234", ""}, known_customer{"234", "NG.1", true, false}), "234");
  EXPECT_EQ(home_of({"234", "NG.1"}, known_customer{"234", "", true, false}), "234");
  EXPECT_EQ(home_of({"235", ""}, known_customer{"234", "NG.1", true, false}), "234");
  EXPECT_EQ(home_of({"234", "NG.2"}, known_customer{"234", "NG.1", true, false}), "NG.2");
}

TEST(customer_ids, r3_a_new_customer_is_kept_under_the_number_or_else_the_user_id) {
  EXPECT_EQ(home_of({"234", "NG.1"}, std::nullopt), "234");
  EXPECT_EQ(home_of({"", "NG.1"}, std::nullopt), "NG.1");
}

TEST(customer_ids, an_event_names_a_number_a_user_id_or_both) {
  EXPECT_EQ(identity_of(an_event("234", "NG.1")).phone, "234");
  EXPECT_EQ(identity_of(an_event("234", "NG.1")).user, "NG.1");
  EXPECT_EQ(identity_of(an_event("NG.1")).phone, "");
  EXPECT_EQ(identity_of(an_event("NG.1")).user, "NG.1");
  EXPECT_EQ(identity_of(an_event("234")).user, "");
}

TEST(customer_ids, what_is_known_already_is_no_news) {
  auto ids = known_as("234", "NG.1");
  ids.meet(an_event("234", "NG.1"));
  ids.meet(an_event("NG.1"));
  ids.meet(an_event("234"));
  EXPECT_FALSE(ids.to_store());
  EXPECT_EQ(ids.address(), "234");
}

TEST(customer_ids, r4_one_event_with_both_ids_teaches_the_other_one_once) {
  auto ids = known_as("234", "", {"234", ""});
  ids.meet(an_event("234", "NG.1"));
  const auto news = ids.to_store();
  ASSERT_TRUE(news);
  EXPECT_THAT(news->ids, ElementsAre("NG.1"));
  EXPECT_EQ(news->user_id, "NG.1");
  ids.stored(*news);
  for (int i = 0; i < 1000; ++i) ids.meet(an_event("234", "NG.1", i));
  EXPECT_FALSE(ids.to_store());
}

TEST(customer_ids, r5_answers_follow_the_customer_to_a_new_number) {
  auto ids = known_as("234", "NG.1");
  ids.meet(a_rename("234", "235", "NG.2", 10));
  EXPECT_EQ(ids.address(), "235");
  const auto news = ids.to_store();
  ASSERT_TRUE(news);
  EXPECT_THAT(news->ids, ElementsAre("235", "NG.2"));
  EXPECT_EQ(news->user_id, "NG.2");
  EXPECT_EQ(news->address_id, "235");
  // What comes late, or is the business's own, says nothing new.
  ids.meet(an_event("234", "NG.1", 5));
  auto echo = an_event("234", "", 20);
  echo.kind = event_kind::echo;
  ids.meet(echo);
  EXPECT_EQ(ids.address(), "235");
  EXPECT_EQ(ids.to_store()->user_id, "NG.2");
}

TEST(customer_ids, after_a_change_without_a_user_id_the_next_one_is_taken) {
  auto ids = known_as("234", "NG.1");
  ids.meet(a_rename("234", "235", ""));
  ASSERT_TRUE(ids.to_store());
  EXPECT_EQ(ids.to_store()->user_id, "");
  EXPECT_FALSE(has_new_owner({"235", "NG.2"}, {"234", "", true, false}));
}

TEST(customer_ids, a_number_that_appears_later_becomes_the_address) {
  auto ids = known_as("NG.1", "NG.1");
  ids.meet(an_event("NG.1"));
  EXPECT_EQ(ids.address(), "NG.1");
  ids.meet(an_event("234", "NG.1", 1));
  EXPECT_EQ(ids.address(), "234");
  EXPECT_THAT(ids.to_store()->ids, ElementsAre("234"));
}

TEST(customer_ids, only_a_change_that_names_an_id_renames) {
  auto event = an_event("234");
  event.kind = event_kind::system;
  EXPECT_FALSE(renames_customer(event));
  EXPECT_FALSE(belongs_to_conversation(event));
  EXPECT_TRUE(belongs_to_conversation(a_rename("234", "235", "")));
}

}  // namespace
}  // namespace sellavie::channel
