#include "protocol/channel/stored_wire.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/channel/unicode.hpp"

namespace sellavie::channel {
namespace {

wire_message a_message() {
  return {.kind = wire_kind::text,
          .text = "Ẹ káàárọ̀ \"Ada\" \U0001F600\n\\ tab\t",
          .quick_replies = {{"Yes", "y"}, {"No", "n"}}};
}

TEST(stored_wire, comes_back_as_it_was) {
  const wire_message link{
      .kind = wire_kind::link, .text = "Pay", .url = "https://x.test/?a=1&b=\"", .title = "Open"};
  const wire_message image{.kind = wire_kind::image, .url = "https://x.test/a.png"};
  const wire_message file{.kind = wire_kind::file, .url = "https://x.test/a", .title = "Sizes.pdf"};
  for (const auto& message : {a_message(), link, image, file, wire_message{}})
    EXPECT_EQ(load_wire(store_wire(message)).value(), message);
}

TEST(stored_wire, keeps_the_format_of_version_1) {
  EXPECT_EQ(store_wire({.text = "hi", .quick_replies = {{"A", "b"}}}),
            R"({"v":1,"kind":"text","text":"hi","quick_replies":[{"title":"A","payload":"b"}]})");
}

TEST(stored_wire, writes_no_nul_and_keeps_it) {
  const wire_message message{.text = std::string{"a\0b", 3}};
  const std::string stored = store_wire(message);
  EXPECT_EQ(stored.find('\0'), std::string::npos);
  EXPECT_EQ(load_wire(stored).value(), message);
}

TEST(stored_wire, refuses_what_it_does_not_write) {
  for (const std::string_view text :
       {"", "hi", "[]", "{}", R"({"v":2,"kind":"text"})", R"({"v":1,"kind":"song"})",
        R"({"v":1,"kind":"text","text":7})", R"({"v":1,"kind":"text","quick_replies":{}})",
        R"({"v":1,"kind":"text","quick_replies":["a"]})"})
    EXPECT_EQ(load_wire(text).error().code, errc::malformed) << text;
}

RC_GTEST_PROP(stored_wire, any_bytes_become_text_that_can_be_stored_and_read,
              (const std::string& text, const std::string& title)) {
  const std::string stored = store_wire({.text = text, .quick_replies = {{title, text}}});
  RC_ASSERT(storable_text(stored) == stored);
  const auto back = load_wire(stored);
  RC_ASSERT(back.has_value());
  RC_ASSERT(store_wire(back.value()) == stored);
}

RC_GTEST_PROP(stored_wire, reading_is_total, (const std::string& text)) {
  if (const auto message = load_wire(text)) RC_ASSERT(load_wire(store_wire(message.value())).has_value());
}

}  // namespace
}  // namespace sellavie::channel
