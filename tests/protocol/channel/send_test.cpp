#include "protocol/channel/send.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <nlohmann/json.hpp>

#include "protocol/channel/split_text.hpp"
#include "protocol/channel/unicode.hpp"

using namespace sellavie;
using namespace sellavie::channel;
using nlohmann::json;

namespace {

constexpr auto messenger = channel_kind::messenger;
constexpr auto instagram = channel_kind::instagram;
constexpr auto whatsapp = channel_kind::whatsapp;

std::string joined(const std::vector<std::string_view>& parts) {
  std::string text;
  for (const auto part : parts) text += part;
  return text;
}

// ---- splitting -----------------------------------------------------------------------------------

TEST(split_text, what_fits_stays_whole) {
  EXPECT_EQ(split_text("hello", {text_unit::bytes, 5}), (std::vector<std::string_view>{"hello"}));
  EXPECT_TRUE(split_text("", {text_unit::bytes, 5}).empty());
}

TEST(split_text, prefers_paragraph_then_line_then_sentence_then_word) {
  EXPECT_EQ(split_text("One two.\n\nThree four. Five six", {text_unit::bytes, 18}).front(), "One two.\n\n");
  EXPECT_EQ(split_text("One two.\nThree four. Five six", {text_unit::bytes, 16}).front(), "One two.\n");
  EXPECT_EQ(split_text("One two. Three four five six", {text_unit::bytes, 20}).front(), "One two. ");
  EXPECT_EQ(split_text("aaaa bbbb cccc dddd", {text_unit::bytes, 12}).front(), "aaaa bbbb ");
  EXPECT_EQ(split_text("aaaabbbbcccc", {text_unit::bytes, 5}).front(), "aaaab");
}

TEST(split_text, a_long_link_is_not_broken_if_it_fits_alone) {
  const std::string link = "https://pay.example/" + std::string(30, 'x');
  const std::string text = "Pay here: " + link;
  const auto parts = split_text(text, {text_unit::bytes, 55});
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[1], link);
}

TEST(split_text, never_cuts_what_shows_as_one_character) {
  const std::string family = "👨‍👩‍👧";
  const std::string flags = "🇳🇬🇬🇭";
  const std::string accent = "e\xCC\x81";
  const std::string tone = "👍🏿";
  for (const std::string& sequence : {family, accent, tone, std::string{"🇳🇬"}}) {
    const std::string text = "abcdefgh" + sequence;
    for (std::size_t limit = sequence.size(); limit < text.size(); ++limit) {
      for (const auto part : split_text(text, {text_unit::bytes, limit})) {
        EXPECT_TRUE(part.find(sequence) != std::string_view::npos ||
                    part.find(sequence.front() == 'e'
                                  ? std::string_view{accent}.substr(1)
                                  : std::string_view{sequence}.substr(0, 4)) == std::string_view::npos)
            << sequence << limit;
      }
    }
  }
  EXPECT_EQ(split_text(flags, {text_unit::bytes, 12}).front(), "🇳🇬");
}

TEST(split_text, counts_as_each_channel_counts) {
  std::string emoji;
  for (int i = 0; i < 1001; ++i) emoji += "😀";
  EXPECT_EQ(split_text(emoji, text_limit_of(messenger)).size(), 2U);
  EXPECT_EQ(split_text(emoji, text_limit_of(whatsapp)).size(), 1U);
  EXPECT_EQ(split_text(emoji, text_limit_of(instagram)).size(), 5U);
  EXPECT_EQ(split_text(std::string(1000, 'a'), text_limit_of(instagram)).size(), 1U);
  EXPECT_EQ(split_text(std::string(2000, 'a'), text_limit_of(messenger)).size(), 1U);
  EXPECT_EQ(split_text(std::string(4096, 'a'), text_limit_of(whatsapp)).size(), 1U);
}

TEST(split_text, leaves_out_parts_of_white_space_only) {
  EXPECT_TRUE(split_text(" \n ", {text_unit::bytes, 10}).empty());
  const std::string indented = std::string(30, ' ') + "x";
  EXPECT_EQ(split_text(indented, {text_unit::bytes, 10}).back().back(), 'x');
}

RC_GTEST_PROP(split_text, nothing_is_lost_and_every_part_fits, ()) {
  const auto pieces =
      *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
          "a", "word", ". ", "\n", "\n\n", " ", "é", "😀", "👨‍👩‍👧", "🇳🇬", "e\xCC\x81", "\xff",
          "\xe2\x82", "₦15,000", "https://x.example/abcdefghijklmnop"}));
  std::string text;
  for (const auto& piece : pieces) text += piece;
  const text_limit limit{
      *rc::gen::elementOf(std::vector<text_unit>{text_unit::bytes, text_unit::utf16_units}),
      *rc::gen::inRange<std::size_t>(4, 40)};
  const auto parts = split_text(text, limit);
  std::size_t at = 0;
  for (const auto part : parts) {
    const auto found = static_cast<std::size_t>(part.data() - text.data());
    RC_ASSERT(text.substr(at, found - at).find_first_not_of(" \n") == std::string::npos);
    at = found + part.size();
    RC_ASSERT(length_in(limit.unit, part) <= limit.count);
  }
  RC_ASSERT(text.substr(at).find_first_not_of(" \n") == std::string::npos);
}

RC_GTEST_PROP(split_text, valid_text_gives_valid_parts_that_join_to_it, ()) {
  const auto words = *rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{"Good ", "morning. ", "Übermut ", "😀😀 ", "line\n"}));
  std::string text;
  for (const auto& word : words) text += word;
  const auto parts = split_text(text, {text_unit::bytes, 25});
  RC_ASSERT(joined(parts) == text);
  for (const auto part : parts) RC_ASSERT(storable_text(part) == part);
}

// ---- messages ------------------------------------------------------------------------------------

TEST(split_message, image_first_and_replies_on_the_last_part) {
  outgoing_message message{.text = std::string(1500, 'a') + " " + std::string(1000, 'b'),
                           .quick_replies = {{"Yes", "Y"}},
                           .image_url = "https://x/i.png",
                           .link_title = {},
                           .link_url = {}};
  const auto wires = split_message(message, messenger);
  ASSERT_EQ(wires.size(), 3U);
  EXPECT_EQ(wires[0].kind, wire_kind::image);
  EXPECT_TRUE(wires[1].quick_replies.empty());
  EXPECT_EQ(wires[2].quick_replies, (std::vector<quick_reply>{{"Yes", "Y"}}));
}

TEST(split_message, media_go_before_the_text_in_their_order) {
  outgoing_message message;
  message.text = "Here";
  message.media = {{media_kind::file, "https://x/1", "Sizes.pdf"},
                   {media_kind::image, "https://x/2", "a.png"}};
  const auto wires = split_message(message, messenger);
  ASSERT_EQ(wires.size(), 3U);
  EXPECT_EQ(wires[0], (wire_message{wire_kind::file, {}, "https://x/1", "Sizes.pdf", {}}));
  EXPECT_EQ(wires[1], (wire_message{wire_kind::image, {}, "https://x/2", {}, {}}));
  EXPECT_EQ(wires[2].text, "Here");
}

TEST(split_message, a_link_button_hangs_on_a_part_that_is_short_enough) {
  outgoing_message message;
  message.text = std::string(600, 'a') + ". " + std::string(600, 'b');
  message.link_title = "Pay now and be happy for ever";
  message.link_url = "https://pay.example/1";
  const auto wires = split_message(message, messenger);
  ASSERT_EQ(wires.size(), 2U);
  EXPECT_EQ(wires[0].kind, wire_kind::text);
  EXPECT_EQ(wires[1].kind, wire_kind::link);
  EXPECT_EQ(wires[1].url, "https://pay.example/1");
  EXPECT_LE(wires[1].title.size(), 20U);
  EXPECT_LE(wires[1].text.size(), 640U);
}

TEST(split_message, with_replies_and_a_link_the_link_is_said_in_words) {
  outgoing_message message;
  message.text = "Done.";
  message.quick_replies = {{"Ok", ""}};
  message.link_title = "Pay";
  message.link_url = "https://pay.example/1";
  const auto wires = split_message(message, instagram);
  ASSERT_EQ(wires.size(), 1U);
  EXPECT_EQ(wires[0].text, "Done.\nPay: https://pay.example/1");
  EXPECT_EQ(wires[0].quick_replies[0].payload, "Ok");
}

TEST(split_message, quick_replies_fit_each_channel_and_have_unique_titles) {
  outgoing_message message;
  message.text = "Choose";
  for (int i = 0; i < 20; ++i)
    message.quick_replies.push_back(
        {"A very long product name number " + std::to_string(i), std::to_string(i)});
  EXPECT_EQ(split_message(message, messenger)[0].quick_replies.size(), 13U);
  const auto wires = split_message(message, whatsapp);
  EXPECT_EQ(wires[0].quick_replies.size(), 10U);
  EXPECT_EQ(wires[0].title, "Options");
  std::vector<std::string> titles;
  for (const auto& reply : wires[0].quick_replies) {
    EXPECT_LE(reply.title.size(), 24U);
    EXPECT_EQ(std::find(titles.begin(), titles.end(), reply.title), titles.end());
    titles.push_back(reply.title);
  }
}

TEST(split_message, nothing_to_say_is_nothing_to_send) {
  EXPECT_TRUE(split_message({}, messenger).empty());
  outgoing_message only_replies;
  only_replies.quick_replies = {{"A", "a"}, {"B", "b"}};
  EXPECT_EQ(split_message(only_replies, messenger)[0].text, "A / B");
}

// ---- encoding ------------------------------------------------------------------------------------

send_account account_of(channel_kind channel, std::string id, login_kind login = login_kind::page) {
  send_account account;
  account.channel = channel;
  account.external_id = std::move(id);
  account.login = login;
  return account;
}
wire_message text_wire(std::string text) { return {wire_kind::text, std::move(text), {}, {}, {}}; }
const send_target to_ana{"222", "row-7", "", {}};

TEST(encode_send, messenger_text) {
  const auto request = encode_send(text_wire("hi \"you\"\n😀\xff"), account_of(messenger, "111"), to_ana);
  EXPECT_EQ(request.url, "https://graph.facebook.com/v25.0/111/messages");
  EXPECT_EQ(
      json::parse(request.body),
      json::parse(
          R"({"recipient":{"id":"222"},"messaging_type":"RESPONSE","message":{"text":"hi \"you\"\n😀�","metadata":"row-7"}})"));
}

TEST(encode_send, messenger_quick_replies_image_link_and_reply_to) {
  wire_message replies = text_wire("Choose");
  replies.quick_replies = {{"Red", "R"}};
  send_target target = to_ana;
  target.reply_to = "m_1";
  const auto body = json::parse(encode_send(replies, account_of(messenger, "111"), target).body);
  EXPECT_EQ(body["message"]["quick_replies"],
            json::parse(R"([{"content_type":"text","title":"Red","payload":"R"}])"));
  EXPECT_EQ(body["reply_to"]["mid"], "m_1");
  const auto image = json::parse(
      encode_send({wire_kind::image, {}, "https://x/i.png", {}, {}}, account_of(messenger, "111"), to_ana)
          .body);
  EXPECT_EQ(image["message"]["attachment"],
            json::parse(R"({"type":"image","payload":{"url":"https://x/i.png"}})"));
  const auto link = json::parse(
      encode_send({wire_kind::link, "Pay", "https://x", "Open", {}}, account_of(messenger, "111"), to_ana)
          .body);
  EXPECT_EQ(
      link["message"]["attachment"]["payload"],
      json::parse(
          R"({"template_type":"button","text":"Pay","buttons":[{"type":"web_url","url":"https://x","title":"Open"}]})"));
}

TEST(encode_send, a_persons_late_answer_has_the_tag) {
  send_target target = to_ana;
  target.permit = {messaging_type::message_tag, sellavie::channel::message_tag::human_agent};
  for (const auto& account :
       {account_of(messenger, "111"), account_of(instagram, "17841", login_kind::instagram)}) {
    const auto body = json::parse(encode_send(text_wire("hi"), account, target).body);
    EXPECT_EQ(body["messaging_type"], "MESSAGE_TAG");
    EXPECT_EQ(body["tag"], "HUMAN_AGENT");
  }
}

TEST(encode_send, instagram_has_two_logins_with_two_hosts) {
  const auto login =
      encode_send(text_wire("hi"), account_of(instagram, "17841", login_kind::instagram), to_ana);
  EXPECT_EQ(login.url, "https://graph.instagram.com/v25.0/17841/messages");
  EXPECT_FALSE(json::parse(login.body).contains("messaging_type"));
  auto page = account_of(instagram, "17841");
  EXPECT_EQ(encode_send(text_wire("hi"), page, to_ana).url, "https://graph.facebook.com/v25.0/me/messages");
  page.page_id = "111";
  EXPECT_EQ(encode_send(text_wire("hi"), page, to_ana).url, "https://graph.facebook.com/v25.0/111/messages");
}

TEST(encode_send, whatsapp_text_to_a_number_or_a_user_id) {
  const auto request =
      encode_send(text_wire("hi"), account_of(whatsapp, "PNID"), {"5511", "row-7", "wamid.A", {}});
  EXPECT_EQ(request.url, "https://graph.facebook.com/v25.0/PNID/messages");
  EXPECT_EQ(
      json::parse(request.body),
      json::parse(
          R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"5511","context":{"message_id":"wamid.A"},"biz_opaque_callback_data":"row-7","type":"text","text":{"body":"hi","preview_url":false}})"));
  const auto user =
      json::parse(encode_send(text_wire("hi"), account_of(whatsapp, "PNID"), {"BR.abc123", "", "", {}}).body);
  EXPECT_EQ(user["recipient"], "BR.abc123");
  EXPECT_FALSE(user.contains("to"));
}

TEST(encode_send, whatsapp_buttons_list_link_and_image) {
  wire_message wire = text_wire("Choose");
  wire.quick_replies = {{"A", "a"}, {"B", "b"}};
  const auto account = account_of(whatsapp, "PNID");
  const auto buttons = json::parse(encode_send(wire, account, to_ana).body)["interactive"];
  EXPECT_EQ(
      buttons,
      json::parse(
          R"({"type":"button","body":{"text":"Choose"},"action":{"buttons":[{"type":"reply","reply":{"id":"a","title":"A"}},{"type":"reply","reply":{"id":"b","title":"B"}}]}})"));
  wire.quick_replies = {{"A", "a"}, {"B", "b"}, {"C", "c"}, {"D", "d"}};
  wire.title = "Options";
  const auto list = json::parse(encode_send(wire, account, to_ana).body)["interactive"];
  EXPECT_EQ(list["type"], "list");
  EXPECT_EQ(list["action"]["button"], "Options");
  EXPECT_EQ(list["action"]["sections"][0]["rows"].size(), 4U);
  const auto link = json::parse(
      encode_send({wire_kind::link, "Pay", "https://x", "Open", {}}, account, to_ana).body)["interactive"];
  EXPECT_EQ(
      link,
      json::parse(
          R"({"type":"cta_url","body":{"text":"Pay"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://x"}}})"));
  EXPECT_EQ(
      json::parse(
          encode_send({wire_kind::image, {}, "https://x/i", {}, {}}, account, to_ana).body)["image"]["link"],
      "https://x/i");
}

TEST(encode_send, a_file_is_a_file_on_messenger_and_a_document_on_whatsapp) {
  const wire_message file{wire_kind::file, {}, "https://x/1", "Sizes.pdf", {}};
  for (const auto channel : {messenger, channel_kind::instagram})
    EXPECT_EQ(
        json::parse(encode_send(file, account_of(channel, "111"), to_ana).body)["message"]["attachment"],
        json::parse(R"({"type":"file","payload":{"url":"https://x/1"}})"));
  const auto sent = json::parse(encode_send(file, account_of(channel_kind::whatsapp, "111"), to_ana).body);
  EXPECT_EQ(sent["type"], "document");
  EXPECT_EQ(sent["document"], json::parse(R"({"link":"https://x/1","filename":"Sizes.pdf"})"));
}

TEST(encode_send, an_id_cannot_change_the_path) {
  auto account = account_of(messenger, "1/../2?x=#");
  account.graph_url = "http://127.0.0.1:9000/";
  EXPECT_EQ(encode_send(text_wire("hi"), account, to_ana).url,
            "http://127.0.0.1:9000/v25.0/1%2F..%2F2%3Fx%3D%23/messages");
}

TEST(encode_action, typing_and_seen) {
  EXPECT_EQ(
      json::parse(encode_action(sender_action::typing_on, account_of(messenger, "111"), "222", "m_1").body),
      json::parse(R"({"recipient":{"id":"222"},"sender_action":"typing_on"})"));
  const auto account = account_of(whatsapp, "PNID");
  EXPECT_EQ(json::parse(encode_action(sender_action::mark_seen, account, "5511", "wamid.A").body),
            json::parse(R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.A"})"));
  EXPECT_EQ(json::parse(encode_action(sender_action::typing_on, account, "5511", "wamid.A")
                            .body)["typing_indicator"]["type"],
            "text");
  EXPECT_EQ(encode_action(sender_action::typing_off, account, "5511", "wamid.A").body, "");
  EXPECT_EQ(encode_action(sender_action::typing_on, account, "5511", "").body, "");
}

RC_GTEST_PROP(encode_send, any_text_gives_valid_json, (const std::string& text, const std::string& id)) {
  outgoing_message message;
  message.text = text;
  message.link_title = id;
  message.link_url = text;
  for (const auto channel : {messenger, instagram, whatsapp}) {
    for (const auto& wire : split_message(message, channel)) {
      RC_ASSERT(json::accept(encode_send(wire, account_of(channel, id), {id, text, id, {}}).body));
    }
  }
}

}  // namespace
