#pragma once
// Hand-written webhook bodies with invented values, and short ways to parse them.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocol/channel/webhook.hpp"

namespace sellavie::channel::test {

constexpr instant now = instant_from_ms(1'700'000'100'000);

inline parsed_webhook parse(std::string_view body, const webhook_limits& limits = {}) {
  static webhook_parser parser;
  return parse_webhook(body, limits, now, parser);
}

/// The only event of a body that has one and nothing to complain about.
inline channel_event parse_one(std::string_view body) {
  const auto parsed = parse(body);
  EXPECT_EQ(parsed.diagnostics, webhook_diagnostics{}) << body;
  EXPECT_EQ(parsed.events.size(), 1U) << body;
  return parsed.events.empty() ? channel_event{} : parsed.events.front();
}

inline std::string entry(std::string_view object, std::string_view id, std::string_view rest) {
  return R"({"object":")" + std::string{object} + R"(","entry":[{"id":")" + std::string{id} +
         R"(","time":1700000000000,)" + std::string{rest} + "}]}";
}
/// `content` is the rest of one item after sender, recipient and timestamp.
inline std::string item(std::string_view from, std::string_view to, std::string_view content) {
  return R"({"sender":{"id":")" + std::string{from} + R"("},"recipient":{"id":")" + std::string{to} +
         R"("},"timestamp":1700000001000,)" + std::string{content} + "}";
}
/// From customer 222 to page 111.
inline std::string page_item(std::string_view content) {
  return entry("page", "111", R"("messaging":[)" + item("222", "111", content) + "]");
}
/// From customer 222 to Instagram account 17841.
inline std::string instagram_item(std::string_view content) {
  return entry("instagram", "17841", R"("messaging":[)" + item("222", "17841", content) + "]");
}
inline std::string change(std::string_view object, std::string_view id, std::string_view field,
                          std::string_view value) {
  return entry(object, id,
               R"("changes":[{"field":")" + std::string{field} + R"(","value":)" + std::string{value} + "}]");
}
inline std::string whatsapp_value(std::string_view rest, std::string_view field = "messages") {
  return change(
      "whatsapp_business_account", "WABA", field,
      R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001111","phone_number_id":"PNID"},)" +
          std::string{rest} + "}");
}
/// One message from 5511 with a contact card; `content` starts at "type".
inline std::string whatsapp_message(std::string_view content) {
  return whatsapp_value(
      R"("contacts":[{"profile":{"name":"Ana","username":"@ana"},"wa_id":"5511","user_id":"BR.123"}],)"
      R"("messages":[{"from":"5511","from_user_id":"BR.123","id":"wamid.A","timestamp":"1700000000",)" +
      std::string{content} + "}]");
}

}  // namespace sellavie::channel::test
