#include <gtest/gtest.h>

#include "tests/protocol/channel/vectors.hpp"

using namespace sellavie;
using namespace sellavie::channel;
using namespace sellavie::channel::test;

namespace {

TEST(messenger, a_text_message_has_its_parties_time_and_key) {
  const auto event = parse_one(
      page_item(R"("message":{"mid":"m_1","text":"ol\u00e1 \ud83d\ude00","reply_to":{"mid":"m_0"}})"));
  EXPECT_EQ(event.kind, event_kind::message);
  EXPECT_EQ(event.channel, channel_kind::messenger);
  EXPECT_EQ(event.route, (route_key{route_space::page, "111"}));
  EXPECT_EQ(event.entry_route, std::nullopt);
  EXPECT_EQ(event.customer_id, "222");
  EXPECT_EQ(event.external_id, "m_1");
  EXPECT_EQ(event.dedupe_key, "message:m_1");
  EXPECT_EQ(event.reply_to, "m_0");
  EXPECT_EQ(event.text, "olá 😀");
  EXPECT_EQ(event.provider_time, instant_from_ms(1'700'000'001'000));
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(messenger, a_quick_reply_is_a_message_with_a_payload) {
  const auto event =
      parse_one(page_item(R"("message":{"mid":"m_1","text":"Red","quick_reply":{"payload":"COLOR_RED"}})"));
  EXPECT_EQ(event.kind, event_kind::message);
  EXPECT_EQ(event.payload, "COLOR_RED");
}

TEST(messenger, attachments_keep_type_url_and_title) {
  const auto event = parse_one(page_item(
      R"("message":{"mid":"m_1","attachments":[{"type":"image","payload":{"url":"https://cdn.example/a.jpg","sticker_id":369}},)"
      R"({"type":"fallback","title":"A page","url":"https://x.example","payload":null},)"
      R"({"type":"location","payload":{"coordinates":{"lat":6.5,"long":3.4}}}]})"));
  ASSERT_EQ(event.attachments.size(), 3U);
  EXPECT_EQ(event.attachments[0], (attachment{"image", "https://cdn.example/a.jpg", "369", "", ""}));
  EXPECT_EQ(event.attachments[1], (attachment{"fallback", "https://x.example", "", "", "A page"}));
  EXPECT_EQ(event.attachments[2].title, "6.5,3.4");
}

TEST(messenger, recordings_and_files_alone_are_a_message) {
  for (const std::string type : {"audio", "video", "file"}) {
    const auto event = parse_one(page_item(R"("message":{"mid":"m_1","attachments":[{"type":")" + type +
                                           R"(","payload":{"url":"https://cdn.example/x"}}]})"));
    EXPECT_EQ(event.kind, event_kind::message) << type;
    ASSERT_EQ(event.attachments.size(), 1U) << type;
    EXPECT_EQ(event.attachments[0], (attachment{type, "https://cdn.example/x", "", "", ""}));
    EXPECT_TRUE(wakes_conversation(event)) << type;
  }
}

TEST(messenger, a_template_keeps_its_title_although_it_has_no_address) {
  const auto event = parse_one(page_item(
      R"("message":{"mid":"m_1","attachments":[{"type":"template","title":"Ankara","payload":{"template_type":"generic","elements":[{"title":"6 yards"}]}}]})"));
  EXPECT_EQ(event.kind, event_kind::message);
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"template", "", "", "", "Ankara"}));
}

TEST(messenger, a_reel_keeps_its_video_and_title) {
  for (const std::string type : {"reel", "ig_reel"}) {
    const auto event = parse_one(page_item(
        R"("message":{"mid":"m_1","attachments":[{"type":")" + type +
        R"(","payload":{"url":"https://cdn.example/r","title":"New cloth","reel_video_id":77}}]})"));
    EXPECT_EQ(event.kind, event_kind::message);
    ASSERT_EQ(event.attachments.size(), 1U);
    EXPECT_EQ(event.attachments[0], (attachment{type, "https://cdn.example/r", "77", "", "New cloth"}));
    EXPECT_TRUE(wakes_conversation(event));
  }
}

TEST(messenger, an_echo_belongs_to_the_sending_page_and_carries_app_and_metadata) {
  const auto event = parse_one(entry(
      "page", "111",
      R"("messaging":[)" +
          item(
              "111", "222",
              R"("message":{"mid":"m_2","text":"hi","is_echo":true,"app_id":263902037430900,"metadata":"row-7"})") +
          "]"));
  EXPECT_EQ(event.kind, event_kind::echo);
  EXPECT_EQ(event.route.id, "111");
  EXPECT_EQ(event.customer_id, "222");
  EXPECT_EQ(event.app_id, "263902037430900");
  EXPECT_EQ(event.metadata, "row-7");
  EXPECT_EQ(event.dedupe_key, "echo:m_2");
  EXPECT_FALSE(wakes_conversation(event));
}

TEST(messenger, a_message_from_the_page_itself_is_an_echo_even_without_the_flag) {
  const auto event = parse_one(
      entry("page", "111",
            R"("messaging":[)" + item("111", "222", R"("message":{"mid":"m_2","text":"hi"})") + "]"));
  EXPECT_EQ(event.kind, event_kind::echo);
  EXPECT_EQ(event.customer_id, "222");
}

TEST(messenger, an_echo_whose_sender_is_another_page_routes_there_and_names_the_entry) {
  const auto event = parse_one(entry(
      "page", "111",
      R"("messaging":[)" + item("999", "222", R"("message":{"mid":"m_2","is_echo":true,"text":"x"})") + "]"));
  EXPECT_EQ(event.route.id, "999");
  EXPECT_EQ(event.entry_route, (route_key{route_space::page, "111"}));
}

TEST(messenger, a_postback_has_title_payload_and_referral) {
  const auto event = parse_one(page_item(
      R"("postback":{"mid":"m_3","title":"Start","payload":"GO","referral":{"ref":"ad7","source":"ADS","ad_id":55}})"));
  EXPECT_EQ(event.kind, event_kind::postback);
  EXPECT_EQ(event.text, "Start");
  EXPECT_EQ(event.payload, "GO");
  EXPECT_EQ(event.dedupe_key, "postback:m_3");
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"referral", "", "55", "", "ad7"}));
}

TEST(messenger, an_old_postback_without_mid_has_a_key_of_sender_time_and_payload) {
  EXPECT_EQ(parse_one(page_item(R"("postback":{"title":"Start","payload":"GO"})")).dedupe_key,
            "postback:222:1700000001000:GO");
}

TEST(messenger, reactions_name_their_message_and_can_be_taken_back) {
  const auto event =
      parse_one(page_item(R"("reaction":{"mid":"m_1","action":"react","reaction":"love","emoji":"❤"})"));
  EXPECT_EQ(event.kind, event_kind::reaction);
  EXPECT_EQ(event.subject_id, "m_1");
  EXPECT_EQ(event.text, "❤");
  EXPECT_EQ(event.payload, "react");
  const auto undone = parse_one(page_item(R"("reaction":{"mid":"m_1","action":"unreact"})"));
  EXPECT_EQ(undone.payload, "unreact");
  EXPECT_NE(undone.dedupe_key, event.dedupe_key);
}

TEST(messenger, read_and_delivery_marks_have_a_watermark) {
  const auto read = parse_one(page_item(R"("read":{"watermark":1700000000500})"));
  EXPECT_EQ(read.kind, event_kind::read);
  EXPECT_EQ(read.watermark, instant_from_ms(1'700'000'000'500));
  EXPECT_EQ(read.dedupe_key, "read:222:1700000000500");
  const auto delivery = parse_one(page_item(R"("delivery":{"mids":["m_9"],"watermark":1700000000500})"));
  EXPECT_EQ(delivery.kind, event_kind::delivery);
  EXPECT_EQ(delivery.dedupe_key, "delivery:222:1700000000500");
}

TEST(messenger, each_edit_of_a_message_is_its_own_event) {
  const auto first = parse_one(page_item(R"("message_edit":{"mid":"m_1","text":"two","num_edit":1})"));
  EXPECT_EQ(first.kind, event_kind::edit);
  EXPECT_EQ(first.subject_id, "m_1");
  EXPECT_EQ(first.text, "two");
  EXPECT_NE(first.dedupe_key,
            parse_one(page_item(R"("message_edit":{"mid":"m_1","text":"three","num_edits":2})")).dedupe_key);
}

TEST(messenger, thread_control_says_who_gives_the_thread_to_whom) {
  const auto pass = parse_one(page_item(
      R"("pass_thread_control":{"previous_owner_app_id":1,"new_owner_app_id":"2","metadata":"m"})"));
  EXPECT_EQ(pass.kind, event_kind::thread_control);
  EXPECT_EQ(pass.payload, "pass");
  EXPECT_EQ(pass.app_id, "2");
  EXPECT_EQ(pass.subject_id, "1");
  EXPECT_EQ(pass.customer_id, "222");
  EXPECT_EQ(parse_one(page_item(R"("take_thread_control":{"previous_owner_app_id":"1"})")).payload, "take");
  EXPECT_EQ(parse_one(page_item(R"("request_thread_control":{"requested_owner_app_id":3})")).app_id, "3");
}

TEST(messenger, referral_and_optin_may_come_without_a_message) {
  const auto referral =
      parse_one(page_item(R"("referral":{"ref":"flyer","source":"SHORTLINK","type":"OPEN_THREAD"})"));
  EXPECT_EQ(referral.kind, event_kind::referral);
  EXPECT_EQ(referral.payload, "flyer");
  const auto optin = parse_one(entry(
      "page", "111",
      R"("messaging":[{"recipient":{"id":"111"},"timestamp":1700000001000,"optin":{"ref":"box","user_ref":"u-1"}}])"));
  EXPECT_EQ(optin.kind, event_kind::optin);
  EXPECT_EQ(optin.customer_id, "u-1");
  EXPECT_EQ(optin.payload, "box");
}

TEST(messenger, an_optin_of_a_known_customer_keeps_its_payload_and_its_json) {
  const auto event = parse_one(page_item(
      R"("optin":{"type":"notification_messages","payload":"NEWS","notification_messages_frequency":"WEEKLY"})"));
  EXPECT_EQ(event.kind, event_kind::optin);
  EXPECT_EQ(event.customer_id, "222");
  EXPECT_EQ(event.payload, "NEWS");
  EXPECT_NE(event.raw.find("WEEKLY"), std::string::npos);
  EXPECT_FALSE(belongs_to_conversation(event));
}

TEST(messenger, account_items_without_a_sender_fall_back_to_the_entry) {
  const auto roles = parse_one(entry(
      "page", "111",
      R"("messaging":[{"recipient":{"id":"111"},"timestamp":1700000001000,"app_roles":{"5":["primary_receiver"]}}])"));
  EXPECT_EQ(roles.kind, event_kind::account);
  EXPECT_EQ(roles.route.id, "111");
  EXPECT_EQ(roles.customer_id, "");
  EXPECT_NE(roles.raw.find("primary_receiver"), std::string::npos);
  const auto policy = parse_one(
      entry("page", "111", R"("messaging":[{"policy-enforcement":{"action":"block","reason":"spam"}}])"));
  EXPECT_EQ(policy.kind, event_kind::account);
  EXPECT_EQ(policy.route.id, "111");
}

TEST(messenger, a_linked_account_is_kept_for_the_record_and_wakes_nobody) {
  const auto event = parse_one(page_item(R"("account_linking":{"status":"linked"})"));
  EXPECT_EQ(event.kind, event_kind::unknown);
  EXPECT_EQ(event.route.id, "111");
  EXPECT_EQ(event.customer_id, "222");
  EXPECT_NE(event.raw.find(R"("account_linking":{"status":"linked"})"), std::string::npos);
  EXPECT_FALSE(belongs_to_conversation(event));
}

TEST(messenger, standby_messages_are_recorded_and_wake_nobody) {
  const auto event = parse_one(
      entry("page", "111",
            R"("standby":[)" + item("222", "111", R"("message":{"mid":"m_1","text":"hi"},"hop_context":[])") +
                "]"));
  EXPECT_EQ(event.kind, event_kind::message);
  EXPECT_TRUE(event.standby);
  EXPECT_FALSE(wakes_conversation(event));
}

TEST(messenger, a_message_without_content_is_unsupported_and_still_wakes) {
  const auto event = parse_one(page_item(R"("message":{"mid":"m_1"})"));
  EXPECT_EQ(event.kind, event_kind::unsupported);
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(messenger, comments_name_post_parent_and_verb_and_our_own_are_never_answered) {
  const auto comment =
      R"({"item":"comment","verb":"add","comment_id":"c_1","post_id":"p_1","parent_id":"p_1","from":{"id":"222","name":"Ana"},"message":"price?","created_time":1700000000})";
  const auto event = parse_one(change("page", "111", "feed", comment));
  EXPECT_EQ(event.kind, event_kind::comment);
  EXPECT_EQ(event.external_id, "c_1");
  EXPECT_EQ(event.subject_id, "p_1");
  EXPECT_EQ(event.customer_name, "Ana");
  EXPECT_EQ(event.payload, "add");
  EXPECT_EQ(event.dedupe_key, "comment:c_1:add");
  EXPECT_EQ(event.provider_time, instant_from_ms(1'700'000'000'000));
  EXPECT_FALSE(event.no_reply);
  EXPECT_TRUE(
      parse_one(
          change(
              "page", "111", "feed",
              R"({"item":"comment","verb":"add","comment_id":"c_2","from":{"id":"111"},"message":"ours"})"))
          .no_reply);
}

TEST(messenger, two_edits_of_one_comment_are_two_events) {
  const auto edited = [](const char* text) {
    return parse_one(
               change(
                   "page", "111", "feed",
                   std::string{
                       R"({"item":"comment","verb":"edited","comment_id":"c_1","from":{"id":"222"},"message":")"} +
                       text + "\"}"))
        .dedupe_key;
  };
  EXPECT_NE(edited("one"), edited("two"));
  EXPECT_EQ(edited("one"), edited("one"));
}

TEST(messenger, unknown_kinds_are_kept_with_their_json) {
  const auto event = parse_one(page_item(R"("crystal_ball":{"future":"bright"})"));
  EXPECT_EQ(event.kind, event_kind::unknown);
  EXPECT_EQ(event.customer_id, "222");
  EXPECT_NE(event.raw.find("bright"), std::string::npos);
  EXPECT_FALSE(event.dedupe_key.empty());
  EXPECT_EQ(parse_one(change("page", "111", "ratings", R"({"stars":5})")).payload, "ratings");
}

}  // namespace
