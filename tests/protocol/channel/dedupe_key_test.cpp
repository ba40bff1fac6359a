// The keys that make a repeated delivery the same event, letter for letter: those in the database outlive
// the server that made them, so a changed key would let every retry of that week in a second time.

#include <gtest/gtest.h>

#include "tests/protocol/channel/vectors.hpp"

using namespace sellavie;
using namespace sellavie::channel;
using namespace sellavie::channel::test;

namespace {

struct keyed {
  std::string body;
  const char* key;
};

void expect_keys(std::initializer_list<keyed> cases) {
  for (const auto& [body, key] : cases) EXPECT_EQ(parse_one(body).dedupe_key, key) << body;
}

TEST(dedupe_key, of_a_reaction_is_message_customer_action_and_time) {
  expect_keys({
      {page_item(R"("reaction":{"mid":"m_1","action":"react","reaction":"love","emoji":"❤"})"),
       "reaction:m_1:222:react:1700000001000"},
      {page_item(R"("reaction":{"mid":"m_1","action":"unreact"})"), "reaction:m_1:222:unreact:1700000001000"},
      {instagram_item(R"("reaction":{"mid":"aWd1","action":"react","emoji":"❤"})"),
       "reaction:aWd1:222:react:1700000001000"},
      {whatsapp_message(R"("type":"reaction","reaction":{"message_id":"wamid.Q","emoji":"❤"})"),
       "reaction:wamid.A"},
  });
}

TEST(dedupe_key, of_an_edit_is_the_message_and_which_edit_it_is) {
  expect_keys({
      {page_item(R"("message_edit":{"mid":"m_1","text":"two","num_edit":1})"), "edit:m_1:1"},
      {page_item(R"("message_edit":{"mid":"m_1","text":"three","num_edits":2})"), "edit:m_1:2"},
      {instagram_item(R"("message_edit":{"mid":"aWd1","text":"two","num_edit":"1"})"), "edit:aWd1:1"},
      {whatsapp_message(
           R"("type":"edit","edit":{"original_message_id":"wamid.O","message":{"type":"text","text":{"body":"two"}}})"),
       "edit:wamid.A"},
  });
}

TEST(dedupe_key, of_a_thread_that_changes_hands_is_customer_time_and_what_was_done) {
  expect_keys({
      {page_item(R"("pass_thread_control":{"previous_owner_app_id":1,"new_owner_app_id":2,"metadata":"m"})"),
       "thread:222:1700000001000:pass"},
      {page_item(R"("take_thread_control":{"previous_owner_app_id":"1"})"), "thread:222:1700000001000:take"},
      {page_item(R"("request_thread_control":{"requested_owner_app_id":3})"),
       "thread:222:1700000001000:request"},
  });
}

TEST(dedupe_key, of_an_instagram_comment_is_the_comment_however_it_comes) {
  const std::string comment = R"({"id":"c1","text":"price?","from":{"id":"222"},"media":{"id":"m1"}})";
  expect_keys({
      {change("instagram", "17841", "comments", comment), "comment:c1:add"},
      {entry("instagram", "17841", R"("field":"comments","value":)" + comment), "comment:c1:add"},
      {change("instagram", "17841", "live_comments",
              R"({"comment_id":"c1","text":"hi","from":{"id":"222"}})"),
       "comment:c1:add"},
      {change("instagram", "17841", "mentions", R"({"media_id":"m1","comment_id":"c1"})"),
       "comment:c1:mention"},
  });
}

TEST(dedupe_key, of_a_status_is_message_state_and_recipient) {
  const auto status = [](const std::string& rest) {
    return whatsapp_value(R"("statuses":[{"id":"wamid.O","timestamp":"1700000000",)" + rest + "}]");
  };
  expect_keys({
      {status(R"("status":"sent","recipient_id":"5511")"), "status:wamid.O:sent:5511"},
      {status(R"("status":"delivered","recipient_id":"5511")"), "status:wamid.O:delivered:5511"},
      {status(R"("status":"read","recipient_id":"5511","recipient_user_id":"BR.123")"),
       "status:wamid.O:read:5511"},
      {status(R"("status":"read","recipient_user_id":"BR.123")"), "status:wamid.O:read:BR.123"},
      {status(R"("status":"failed","recipient_id":"5511","errors":[{"code":131047}])"),
       "status:wamid.O:failed:5511"},
  });
}

TEST(dedupe_key, of_a_postback_without_id_is_customer_time_and_payload) {
  expect_keys({
      {page_item(R"("postback":{"title":"Start","payload":"GO"})"), "postback:222:1700000001000:GO"},
      {page_item(R"("postback":{"title":"Start"})"), "postback:222:1700000001000:"},
      {instagram_item(R"("postback":{"title":"Start","payload":"GO"})"), "postback:222:1700000001000:GO"},
  });
}

TEST(dedupe_key, of_a_referral_is_customer_time_and_link) {
  expect_keys({
      {page_item(R"("referral":{"ref":"ad7","source":"ADS","type":"OPEN_THREAD","ad_id":55})"),
       "referral:222:1700000001000:ad7"},
      {instagram_item(R"("referral":{"ref":"spring","source":"SHORTLINK","type":"OPEN_THREAD"})"),
       "referral:222:1700000001000:spring"},
  });
}

// What has no time of its own is told apart by the entry's, which a retry repeats.
TEST(dedupe_key, of_an_item_without_time_takes_the_entrys) {
  expect_keys({
      {entry("page", "111",
             R"("messaging":[{"sender":{"id":"222"},"recipient":{"id":"111"},"referral":{"ref":"ad7"}}])"),
       "referral:222:1700000000000:ad7"},
  });
}

}  // namespace
