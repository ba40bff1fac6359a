#include <gtest/gtest.h>

#include "tests/protocol/channel/vectors.hpp"

using namespace sellavie;
using namespace sellavie::channel;
using namespace sellavie::channel::test;

namespace {

TEST(whatsapp, a_text_routes_by_phone_number_id_and_knows_both_identities) {
  const auto event = parse_one(whatsapp_message(
      R"("type":"text","text":{"body":"oi"},"context":{"from":"15550001111","id":"wamid.Z"})"));
  EXPECT_EQ(event.kind, event_kind::message);
  EXPECT_EQ(event.channel, channel_kind::whatsapp);
  EXPECT_EQ(event.route, (route_key{route_space::whatsapp_phone, "PNID"}));
  EXPECT_EQ(event.entry_route, std::nullopt);
  EXPECT_EQ(event.customer_id, "5511");
  EXPECT_EQ(event.customer_alias, "BR.123");
  EXPECT_EQ(event.customer_name, "Ana");
  EXPECT_EQ(event.text, "oi");
  EXPECT_EQ(event.reply_to, "wamid.Z");
  EXPECT_EQ(event.dedupe_key, "message:wamid.A");
  EXPECT_EQ(event.provider_time, instant_from_ms(1'700'000'000'000));
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(whatsapp, a_customer_with_a_username_may_have_no_number) {
  const auto event = parse_one(whatsapp_value(
      R"("contacts":[{"profile":{"username":"@ana"},"user_id":"BR.123"}],"messages":[{"from_user_id":"BR.123","id":"wamid.A","timestamp":"1700000000","type":"text","text":{"body":"oi"}}])"));
  EXPECT_EQ(event.customer_id, "BR.123");
  EXPECT_EQ(event.customer_alias, "");
  EXPECT_EQ(event.customer_name, "@ana");
}

TEST(whatsapp, media_keep_their_id_and_caption) {
  const auto image = parse_one(whatsapp_message(
      R"("type":"image","image":{"id":"M1","mime_type":"image/jpeg","sha256":"x","caption":"this one?"})"));
  EXPECT_EQ(image.text, "this one?");
  EXPECT_EQ(image.attachments.at(0), (attachment{"image", "", "M1", "image/jpeg", ""}));
  const auto video = parse_one(whatsapp_message(
      R"("type":"video","video":{"id":"M5","mime_type":"video/mp4","sha256":"x","caption":"like here"})"));
  EXPECT_EQ(video.kind, event_kind::message);
  EXPECT_EQ(video.text, "like here");
  EXPECT_EQ(video.attachments.at(0), (attachment{"video", "", "M5", "video/mp4", ""}));
  EXPECT_TRUE(wakes_conversation(video));
  const auto file = parse_one(whatsapp_message(
      R"("type":"document","document":{"id":"M2","mime_type":"application/pdf","filename":"receipt.pdf","url":"https://look.example/1"})"));
  EXPECT_EQ(file.attachments.at(0),
            (attachment{"file", "https://look.example/1", "M2", "application/pdf", "receipt.pdf"}));
  EXPECT_EQ(parse_one(whatsapp_message(R"("type":"audio","audio":{"id":"M3","voice":true})"))
                .attachments.at(0)
                .type,
            "audio");
  EXPECT_EQ(parse_one(whatsapp_message(R"("type":"sticker","sticker":{"id":"M4","animated":false})"))
                .attachments.at(0)
                .type,
            "sticker");
}

TEST(whatsapp, buttons_lists_templates_and_forms_give_title_and_payload) {
  const auto button = parse_one(whatsapp_message(
      R"("type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"yes","title":"Yes"}})"));
  EXPECT_EQ(button.text, "Yes");
  EXPECT_EQ(button.payload, "yes");
  const auto list = parse_one(whatsapp_message(
      R"("type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"a1","title":"Ankara","description":"6 yards"}})"));
  EXPECT_EQ(list.payload, "a1");
  const auto quick =
      parse_one(whatsapp_message(R"("type":"button","button":{"payload":"STOP","text":"Stop"})"));
  EXPECT_EQ(quick.text, "Stop");
  EXPECT_EQ(quick.payload, "STOP");
  const auto form = parse_one(whatsapp_message(
      R"("type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"a\":1}"}})"));
  EXPECT_EQ(form.payload, R"({"a":1})");
}

TEST(whatsapp, an_order_lists_sku_and_quantity_but_no_price) {
  const auto event = parse_one(whatsapp_message(
      R"("type":"order","order":{"catalog_id":"C1","text":"please","product_items":[{"product_retailer_id":"A1","quantity":2,"item_price":1,"currency":"NGN"},{"product_retailer_id":"B2","quantity":"1"}]})"));
  EXPECT_EQ(event.text, "please");
  ASSERT_EQ(event.attachments.size(), 2U);
  EXPECT_EQ(event.attachments[0], (attachment{"order_item", "", "A1", "", "2"}));
  EXPECT_EQ(event.attachments[1], (attachment{"order_item", "", "B2", "", "1"}));
}

TEST(whatsapp, location_and_contacts_are_attachments) {
  const auto place = parse_one(whatsapp_message(
      R"("type":"location","location":{"latitude":6.5,"longitude":3.4,"name":"Shop","address":"Road 1"})"));
  EXPECT_EQ(place.attachments.at(0).title, "6.5,3.4 Shop Road 1");
  const auto card = parse_one(whatsapp_message(
      R"("type":"contacts","contacts":[{"name":{"formatted_name":"Ben"},"phones":[{"phone":"+1 555","wa_id":"1555"}]}])"));
  EXPECT_EQ(card.attachments.at(0), (attachment{"contacts", "", "1555", "", "Ben +1 555"}));
}

TEST(whatsapp, a_reaction_without_emoji_is_taken_back) {
  const auto event =
      parse_one(whatsapp_message(R"("type":"reaction","reaction":{"message_id":"wamid.Q","emoji":"👍"})"));
  EXPECT_EQ(event.kind, event_kind::reaction);
  EXPECT_EQ(event.subject_id, "wamid.Q");
  EXPECT_EQ(event.payload, "react");
  EXPECT_EQ(parse_one(whatsapp_message(R"("type":"reaction","reaction":{"message_id":"wamid.Q"})")).payload,
            "unreact");
}

TEST(whatsapp, edit_and_revoke_name_the_original_message) {
  const auto edit = parse_one(whatsapp_message(
      R"("type":"edit","edit":{"original_message_id":"wamid.O","message":{"type":"text","text":{"body":"two"}}})"));
  EXPECT_EQ(edit.kind, event_kind::edit);
  EXPECT_EQ(edit.subject_id, "wamid.O");
  EXPECT_EQ(edit.text, "two");
  const auto revoke =
      parse_one(whatsapp_message(R"("type":"revoke","revoke":{"original_message_id":"wamid.O"})"));
  EXPECT_EQ(revoke.kind, event_kind::unsend);
  EXPECT_EQ(revoke.subject_id, "wamid.O");
}

TEST(whatsapp, a_system_message_brings_the_new_number) {
  const auto event = parse_one(whatsapp_value(
      R"("messages":[{"from":"5511","id":"wamid.S","timestamp":"1700000000","type":"system","system":{"body":"changed","wa_id":"5522","type":"user_changed_number"}}])"));
  EXPECT_EQ(event.kind, event_kind::system);
  EXPECT_EQ(event.customer_id, "5511");
  EXPECT_EQ(event.customer_alias, "");
  EXPECT_EQ(event.subject_id, "5522");
  EXPECT_TRUE(corrects_conversation(event));
}

TEST(whatsapp, unsupported_keeps_the_platforms_code) {
  const auto event = parse_one(whatsapp_message(
      R"("type":"unsupported","unsupported":{"type":"poll"},"errors":[{"code":131060,"title":"currently unavailable"}])"));
  EXPECT_EQ(event.kind, event_kind::unsupported);
  EXPECT_EQ(event.error_code, 131060);
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(whatsapp, group_messages_are_never_answered) {
  EXPECT_FALSE(wakes_conversation(
      parse_one(whatsapp_message(R"("group_id":"G1","type":"text","text":{"body":"hi all"})"))));
}

TEST(whatsapp, an_advert_is_kept_as_referral) {
  const auto event = parse_one(whatsapp_message(
      R"("type":"text","text":{"body":"hi"},"referral":{"source_url":"https://fb.example/1","source_id":"AD1","headline":"Sale"})"));
  EXPECT_EQ(event.attachments.at(0), (attachment{"referral", "https://fb.example/1", "AD1", "", "Sale"}));
}

TEST(whatsapp, statuses_carry_our_key_and_differ_by_state) {
  const auto status = [](const char* rest) {
    return parse_one(whatsapp_value(
        R"("statuses":[{"id":"wamid.O","timestamp":"1700000000","recipient_id":"5511","biz_opaque_callback_data":"row-7",)" +
        std::string{rest} + "}]"));
  };
  const auto sent = status(R"("status":"sent")");
  EXPECT_EQ(sent.kind, event_kind::status);
  EXPECT_EQ(sent.state, delivery_state::sent);
  EXPECT_EQ(sent.subject_id, "wamid.O");
  EXPECT_EQ(sent.metadata, "row-7");
  EXPECT_EQ(sent.dedupe_key, "status:wamid.O:sent:5511");
  const auto delivered = status(
      R"("status":"delivered","pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"service"})");
  EXPECT_EQ(delivered.kind, event_kind::status);
  EXPECT_EQ(delivered.state, delivery_state::delivered);
  EXPECT_EQ(delivered.metadata, "row-7");
  const auto read = status(R"("status":"read")");
  EXPECT_EQ(read.state, delivery_state::read);
  EXPECT_EQ(read.subject_id, "wamid.O");
  EXPECT_EQ(status(R"("status":"played")").state, delivery_state::played);
  const auto failed =
      status(R"("status":"failed","errors":[{"code":131047,"title":"Re-engagement message"}])");
  EXPECT_EQ(failed.state, delivery_state::failed);
  EXPECT_EQ(failed.error_code, 131047);
  EXPECT_EQ(failed.payload, "Re-engagement message");
  EXPECT_FALSE(wakes_conversation(failed));
}

TEST(whatsapp, a_status_of_a_group_is_told_from_that_of_a_customer) {
  const auto status = [](const char* rest) {
    return parse_one(whatsapp_value(
        R"("statuses":[{"id":"wamid.O","timestamp":"1700000000","status":"delivered","recipient_id":"G1")" +
        std::string{rest} + "}]"));
  };
  const auto group = status(R"(,"recipient_type":"group")");
  EXPECT_EQ(group.kind, event_kind::status);
  EXPECT_EQ(group.state, delivery_state::delivered);
  EXPECT_EQ(group.customer_id, "G1");
  EXPECT_TRUE(group.no_reply);
  EXPECT_FALSE(belongs_to_conversation(group));
  EXPECT_FALSE(status("").no_reply);
}

TEST(whatsapp, a_message_from_the_phone_app_is_an_echo) {
  const auto event = parse_one(whatsapp_value(
      R"("message_echoes":[{"from":"15550001111","to":"5511","id":"wamid.E","timestamp":"1700000000","type":"text","text":{"body":"how will you pay?"}}])",
      "smb_message_echoes"));
  EXPECT_EQ(event.kind, event_kind::echo);
  EXPECT_EQ(event.customer_id, "5511");
  EXPECT_EQ(event.text, "how will you pay?");
  EXPECT_EQ(event.dedupe_key, "echo:wamid.E");
  const auto revoked = parse_one(whatsapp_value(
      R"("message_echoes":[{"from":"15550001111","to":"5511","id":"wamid.F","timestamp":"1700000000","type":"revoke","revoke":{"original_message_id":"wamid.E"}}])",
      "smb_message_echoes"));
  EXPECT_EQ(revoked.kind, event_kind::unsend);
  EXPECT_TRUE(revoked.no_reply);
}

TEST(whatsapp, an_edit_in_the_phone_app_corrects_the_message_and_wakes_nobody) {
  const auto event = parse_one(whatsapp_value(
      R"("message_echoes":[{"from":"15550001111","to":"5511","id":"wamid.G","timestamp":"1700000000","type":"edit","edit":{"original_message_id":"wamid.E","message":{"type":"text","text":{"body":"how do you want to pay?"}}}}])",
      "smb_message_echoes"));
  EXPECT_EQ(event.kind, event_kind::edit);
  EXPECT_EQ(event.customer_id, "5511");
  EXPECT_EQ(event.subject_id, "wamid.E");
  EXPECT_EQ(event.text, "how do you want to pay?");
  EXPECT_EQ(event.dedupe_key, "echo:wamid.G");
  EXPECT_TRUE(event.no_reply);
  EXPECT_TRUE(corrects_conversation(event));
  EXPECT_FALSE(wakes_conversation(event));
}

TEST(whatsapp, a_question_about_a_product_of_the_catalogue_names_it) {
  const auto event = parse_one(whatsapp_message(
      R"("type":"text","text":{"body":"in blue?"},"context":{"from":"15550001111","id":"wamid.Z","referred_product":{"catalog_id":"C1","product_retailer_id":"A1"}})"));
  EXPECT_EQ(event.text, "in blue?");
  EXPECT_EQ(event.reply_to, "wamid.Z");
  ASSERT_EQ(event.attachments.size(), 1U);
  EXPECT_EQ(event.attachments[0], (attachment{"product", "", "A1", "", ""}));
  EXPECT_TRUE(wakes_conversation(event));
}

TEST(whatsapp, history_is_stored_message_by_message_and_never_answered) {
  const auto parsed = parse(whatsapp_value(
      R"("history":[{"metadata":{"phase":0,"chunk_order":1,"progress":5},"threads":[{"id":"5511","messages":[)"
      R"({"from":"5511","id":"wamid.1","timestamp":"1690000000","type":"text","text":{"body":"hello"}},)"
      R"({"from":"15550001111","to":"5511","id":"wamid.2","timestamp":"1690000001","type":"text","text":{"body":"hi"}}]}]}])",
      "history"));
  ASSERT_EQ(parsed.events.size(), 2U);
  EXPECT_EQ(parsed.events[0].kind, event_kind::history);
  EXPECT_EQ(parsed.events[0].metadata, "from_customer");
  EXPECT_EQ(parsed.events[1].metadata, "from_business");
  EXPECT_EQ(parsed.events[1].customer_id, "5511");
  for (const auto& event : parsed.events) EXPECT_FALSE(wakes_conversation(event));
  const auto declined =
      parse_one(whatsapp_value(R"("history":[{"errors":[{"code":2593109,"title":"declined"}]}])", "history"));
  EXPECT_EQ(declined.error_code, 2593109);
}

TEST(whatsapp, contact_sync_is_history) {
  const auto event = parse_one(whatsapp_value(
      R"("state_sync":[{"type":"contact","contact":{"full_name":"Ana B","phone_number":"5511"},"action":"add"}])",
      "smb_app_state_sync"));
  EXPECT_EQ(event.kind, event_kind::history);
  EXPECT_EQ(event.customer_name, "Ana B");
}

TEST(whatsapp, account_fields_route_by_the_business_account) {
  const auto event = parse_one(
      change("whatsapp_business_account", "WABA", "account_update", R"({"event":"PARTNER_REMOVED"})"));
  EXPECT_EQ(event.kind, event_kind::account);
  EXPECT_EQ(event.route, (route_key{route_space::whatsapp_account, "WABA"}));
  EXPECT_EQ(event.payload, "account_update");
  EXPECT_NE(event.raw.find("PARTNER_REMOVED"), std::string::npos);
  for (const std::string field : {"message_template_status_update", "template_category_update",
                                  "phone_number_quality_update", "business_capability_update", "security"}) {
    const auto one =
        parse_one(change("whatsapp_business_account", "WABA", field, R"({"event":"SOMETHING_NEW"})"));
    EXPECT_EQ(one.kind, event_kind::account) << field;
    EXPECT_EQ(one.route, (route_key{route_space::whatsapp_account, "WABA"})) << field;
    EXPECT_EQ(one.payload, field);
    EXPECT_NE(one.raw.find("SOMETHING_NEW"), std::string::npos) << field;
    EXPECT_FALSE(belongs_to_conversation(one)) << field;
  }
  const auto errors = parse_one(whatsapp_value(R"("errors":[{"code":130429,"title":"Rate limit"}])"));
  EXPECT_EQ(errors.kind, event_kind::account);
  EXPECT_EQ(errors.error_code, 130429);
}

TEST(whatsapp, marketing_preferences_are_consent) {
  const auto event = parse_one(whatsapp_value(
      R"("user_preferences":[{"wa_id":"5511","category":"marketing_messages","value":"stop","timestamp":1700000000}])",
      "user_preferences"));
  EXPECT_EQ(event.kind, event_kind::optin);
  EXPECT_EQ(event.payload, "marketing_messages:stop");
}

TEST(whatsapp, unknown_types_and_fields_are_kept_with_their_json) {
  const auto message = parse_one(whatsapp_message(R"("type":"hologram","hologram":{"id":"H"})"));
  EXPECT_EQ(message.kind, event_kind::unknown);
  EXPECT_EQ(message.customer_id, "5511");
  EXPECT_EQ(message.dedupe_key, "unknown:wamid.A");
  EXPECT_NE(message.raw.find("hologram"), std::string::npos);
  EXPECT_EQ(parse_one(change("whatsapp_business_account", "WABA", "teleport", R"({"x":1})")).kind,
            event_kind::unknown);
}

}  // namespace
