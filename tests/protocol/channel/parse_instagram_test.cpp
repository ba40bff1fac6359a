#include <gtest/gtest.h>

#include "tests/protocol/channel/vectors.hpp"

using namespace sellavie;
using namespace sellavie::channel;
using namespace sellavie::channel::test;

namespace {

TEST(instagram, a_reply_to_a_story_keeps_the_story) {
  const auto event = parse_one(instagram_item(
      R"("message":{"mid":"aWd","text":"nice","reply_to":{"story":{"id":"S1","url":"https://cdn.example/s"}}})"));
  EXPECT_EQ(event.kind, event_kind::message);
  EXPECT_EQ(event.channel, channel_kind::instagram);
  EXPECT_EQ(event.route, (route_key{route_space::instagram, "17841"}));
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"story_reply", "https://cdn.example/s", "S1", "", ""}));
}

TEST(instagram, a_story_mention_is_a_message) {
  const auto event = parse_one(instagram_item(
      R"("message":{"mid":"aWd","attachments":[{"type":"story_mention","payload":{"url":"https://cdn.example/m"}}]})"));
  EXPECT_EQ(event.kind, event_kind::message);
  EXPECT_EQ(event.attachments.at(0).type, "story_mention");
}

TEST(instagram, a_shared_post_is_a_message) {
  const auto event = parse_one(instagram_item(
      R"("message":{"mid":"aWd","attachments":[{"type":"share","payload":{"url":"https://cdn.example/p"}}]})"));
  EXPECT_EQ(event.kind, event_kind::message);
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"share", "https://cdn.example/p", "", "", ""}));
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(instagram, a_post_is_named_by_its_media_id) {
  const auto event = parse_one(instagram_item(
      R"("message":{"mid":"aWd","attachments":[{"type":"ig_post","payload":{"ig_post_media_id":"1801","title":"New lace","url":"https://cdn.example/p"}}]})"));
  EXPECT_EQ(event.kind, event_kind::message);
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"ig_post", "https://cdn.example/p", "1801", "", "New lace"}));
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(instagram, a_picture_to_be_seen_once_is_a_message_without_address) {
  const auto event =
      parse_one(instagram_item(R"("message":{"mid":"aWd","attachments":[{"type":"ephemeral"}]})"));
  EXPECT_EQ(event.kind, event_kind::message);
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"ephemeral", "", "", "", ""}));
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(instagram, a_reaction_names_its_message_and_wakes_nobody) {
  const auto event = parse_one(
      instagram_item(R"("reaction":{"mid":"aWd1","action":"react","reaction":"love","emoji":"❤"})"));
  EXPECT_EQ(event.kind, event_kind::reaction);
  EXPECT_EQ(event.channel, channel_kind::instagram);
  EXPECT_EQ(event.customer_id, "222");
  EXPECT_EQ(event.subject_id, "aWd1");
  EXPECT_EQ(event.payload, "react");
  EXPECT_EQ(event.text, "❤");
  EXPECT_FALSE(belongs_to_conversation(event));
}

TEST(instagram, an_edit_brings_the_new_words_of_a_message) {
  const auto event =
      parse_one(instagram_item(R"("message_edit":{"mid":"aWd1","text":"two pieces","num_edit":1})"));
  EXPECT_EQ(event.kind, event_kind::edit);
  EXPECT_EQ(event.subject_id, "aWd1");
  EXPECT_EQ(event.text, "two pieces");
  EXPECT_TRUE(corrects_conversation(event));
  EXPECT_FALSE(wakes_conversation(event));
}

TEST(instagram, a_referral_names_the_link_that_opened_the_thread) {
  const auto event =
      parse_one(instagram_item(R"("referral":{"ref":"spring","source":"SHORTLINK","type":"OPEN_THREAD"})"));
  EXPECT_EQ(event.kind, event_kind::referral);
  EXPECT_EQ(event.payload, "spring");
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"referral", "", "", "", "spring"}));
  EXPECT_FALSE(wakes_conversation(event));
}

TEST(instagram, unsend_keeps_only_the_id) {
  const auto event = parse_one(instagram_item(R"("message":{"mid":"aWd","is_deleted":true})"));
  EXPECT_EQ(event.kind, event_kind::unsend);
  EXPECT_EQ(event.subject_id, "aWd");
  EXPECT_EQ(event.dedupe_key, "unsend:aWd");
}

TEST(instagram, an_unsupported_message_still_wakes) {
  const auto event = parse_one(instagram_item(R"("message":{"mid":"aWd","is_unsupported":true})"));
  EXPECT_EQ(event.kind, event_kind::unsupported);
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(instagram, an_account_that_writes_to_itself_is_never_answered) {
  const auto flagged = parse_one(instagram_item(R"("message":{"mid":"aWd","text":"note","is_self":true})"));
  EXPECT_TRUE(flagged.no_reply);
  const auto own = parse_one(
      entry("instagram", "17841",
            R"("messaging":[)" + item("17841", "17841", R"("message":{"mid":"aWd","text":"note"})") + "]"));
  EXPECT_EQ(own.kind, event_kind::echo);
  EXPECT_FALSE(wakes_conversation(own));
}

TEST(instagram, an_echo_comes_from_the_account) {
  const auto event = parse_one(
      entry("instagram", "17841",
            R"("messaging":[)" +
                item("17841", "222", R"("message":{"mid":"aWd","is_echo":true,"text":"x"})") + "]"));
  EXPECT_EQ(event.kind, event_kind::echo);
  EXPECT_EQ(event.customer_id, "222");
}

TEST(instagram, seen_names_the_last_message) {
  const auto event = parse_one(instagram_item(R"("read":{"mid":"aWd9"})"));
  EXPECT_EQ(event.kind, event_kind::read);
  EXPECT_EQ(event.subject_id, "aWd9");
  EXPECT_EQ(event.dedupe_key, "read:222:aWd9");
}

TEST(instagram, a_postback_whose_entry_carries_the_customers_id_still_routes_by_recipient) {
  const auto event = parse_one(
      entry("instagram", "222",
            R"("messaging":[)" +
                item("222", "17841", R"("postback":{"mid":"p1","title":"T","payload":"P"})") + "]"));
  EXPECT_EQ(event.kind, event_kind::postback);
  EXPECT_EQ(event.route.id, "17841");
  EXPECT_EQ(event.customer_id, "222");
  EXPECT_EQ(event.entry_route, (route_key{route_space::instagram, "222"}));
}

TEST(instagram, comments_come_as_changes_or_flat) {
  const std::string value =
      R"({"id":"c1","text":"price?","from":{"id":"222","username":"ana"},"media":{"id":"m1"},"parent_id":"c0"})";
  const auto nested = parse_one(change("instagram", "17841", "comments", value));
  const auto flat = parse_one(entry("instagram", "17841", R"("field":"comments","value":)" + value));
  EXPECT_EQ(nested.kind, event_kind::comment);
  EXPECT_EQ(nested.external_id, "c1");
  EXPECT_EQ(nested.subject_id, "m1");
  EXPECT_EQ(nested.reply_to, "c0");
  EXPECT_EQ(nested.customer_name, "ana");
  EXPECT_EQ(flat, nested);
  const auto live = parse_one(change("instagram", "17841", "live_comments",
                                     R"({"comment_id":"c1","text":"hi","from":{"id":"222"}})"));
  EXPECT_EQ(live.external_id, "c1");
}

TEST(instagram, our_own_comment_is_never_answered) {
  EXPECT_TRUE(parse_one(change("instagram", "17841", "comments",
                               R"({"id":"c2","text":"thanks","from":{"id":"17841"}})"))
                  .no_reply);
}

TEST(instagram, a_mention_has_no_author_to_answer) {
  const auto event =
      parse_one(change("instagram", "17841", "mentions", R"({"media_id":"m1","comment_id":"c3"})"));
  EXPECT_EQ(event.kind, event_kind::comment);
  EXPECT_EQ(event.payload, "mention");
  EXPECT_TRUE(event.no_reply);
}

TEST(instagram, a_message_inside_changes_is_the_same_message) {
  const auto event = parse_one(change(
      "instagram", "17841", "messages",
      R"({"sender":{"id":"222"},"recipient":{"id":"17841"},"timestamp":"1700000001","message":{"mid":"aWd","text":"hi"}})"));
  EXPECT_EQ(event.kind, event_kind::message);
  EXPECT_EQ(event.dedupe_key, "message:aWd");
  EXPECT_EQ(event.provider_time, instant_from_ms(1'700'000'001'000));
}

TEST(instagram, a_referral_inside_a_message_names_the_product) {
  const auto event = parse_one(
      instagram_item(R"("message":{"mid":"aWd","text":"this?","referral":{"product":{"id":"sku9"}}})"));
  EXPECT_EQ(event.attachments.at(0).media_id, "sku9");
}

TEST(instagram, a_referral_inside_a_message_names_the_advert) {
  const auto from = [](const std::string& ref) {
    return parse_one(instagram_item(
        R"("message":{"mid":"aWd","text":"this?","referral":{)" + ref +
        R"("ad_id":"AD7","source":"ADS","type":"OPEN_THREAD","ads_context_data":{"ad_title":"Lace"}}})"));
  };
  const auto event = from(R"("ref":"lace",)");
  EXPECT_EQ(event.kind, event_kind::message);
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"referral", "", "AD7", "", "lace"}));
  EXPECT_EQ(from("").attachments.at(0), (attachment{"referral", "", "AD7", "", "ADS"}));
}

}  // namespace
