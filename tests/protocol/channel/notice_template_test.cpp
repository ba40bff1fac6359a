#include "protocol/channel/notice_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "protocol/channel/stored_wire.hpp"

namespace sellavie::channel {
namespace {

using nlohmann::json;

const approved_template news{"order_news", "en_US"};

TEST(notice_template_t1, says_the_notice_in_the_one_variable_of_the_approved_text) {
  const send_account account{.channel = channel_kind::whatsapp, .external_id = "PNID"};
  const auto body =
      json::parse(encode_send(in_template("Paid.", news), account, {"5511", "row-7", "", {}}).body);
  EXPECT_EQ(
      body,
      json::parse(
          R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"5511","biz_opaque_callback_data":"row-7",
              "type":"template","template":{"name":"order_news","language":{"code":"en_US"},
              "components":[{"type":"body","parameters":[{"type":"text","text":"Paid."}]}]}})"));
}

TEST(notice_template_t2, stands_on_one_line_of_bounded_length) {
  EXPECT_EQ(in_template("  Order #1:\n\nTotal\t 5 \r\n", news).text, "Order #1: Total 5");
  std::string naira;
  for (std::size_t i = 0; i < longest_notice + 10; ++i) naira += "₦";
  EXPECT_EQ(in_template(naira, news).text.size(), longest_notice * 3) << "no character is cut";
}

TEST(notice_template_t3, has_a_name_and_a_language_as_the_platform_writes_them) {
  EXPECT_TRUE(is_template(news));
  EXPECT_TRUE(is_template({"a1_b", "fr"}));
  for (const approved_template& wrong : {approved_template{"", "en"},
                                         {"a", ""},
                                         {"Order", "en"},
                                         {"a b", "en"},
                                         {"a", "en-US"},
                                         {"a\"", "en"},
                                         {std::string(513, 'a'), "en"},
                                         {"a", std::string(21, 'a')}})
    EXPECT_FALSE(is_template(wrong)) << wrong.name << ' ' << wrong.language;
}

TEST(notice_template, is_stored_with_what_may_be_said_by_another_way) {
  wire_message notice{.text = "2 x Ankara", .plain_text = "Paid.", .about = "0189"};
  EXPECT_EQ(load_wire(store_wire(notice)).value(), notice);
}

}  // namespace
}  // namespace sellavie::channel
