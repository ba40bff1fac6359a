// How fast an account sends: its own pace, one customer's on WhatsApp, that of pictures and files elsewhere.

#include "tests/actors/support/outbox_stage.hpp"

namespace sellavie::test {
namespace {

using channel::wire_kind;

struct paced_channel {
  channel_kind kind = channel_kind::messenger;
  std::size_t per_second = 0;
};

class outbox_pacing_test : public outbox_stage {
 protected:
  outbox_pacing_test() {
    settings->channels.messenger_per_second = 10;
    settings->channels.instagram_per_second = 20;
    settings->channels.whatsapp_per_second = 40;
  }
  void customers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) customer("P" + std::to_string(i));
  }
  /// As our own composer commits it.
  message_id show(wire_kind what, const std::string& to) {
    auto row = a_row("", send_state::ready, to);
    row.origin = message_origin::person;
    row.body = channel::store_wire({.kind = what, .text = {}, .url = "https://shop.example/it"});
    announce({row});
    return row.id;
  }
  /// The first goes with its announcement, each other one with the answer to the one before.
  void says_many(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto before = world->calls.size();
      say("text " + std::to_string(i));
      if (world->calls.size() > before) accept(before, "m_" + std::to_string(before));
    }
  }
  void unpaced_account() {
    for (int* one : {&settings->channels.messenger_per_second, &settings->channels.instagram_per_second,
                     &settings->channels.whatsapp_per_second})
      *one = 100'000;
  }
};

class paced_outbox_test : public outbox_pacing_test, public testing::WithParamInterface<paced_channel> {};

TEST_P(paced_outbox_test, keeps_the_pace_of_the_channel) {
  const auto [wanted, per_second] = GetParam();
  use_channel(wanted);
  start();
  const std::size_t burst = per_second / 10;
  const std::size_t all = burst + per_second;
  customers(all);
  for (std::size_t i = 0; i < all; ++i) say("hi", "P" + std::to_string(i));
  EXPECT_THAT(world->calls, SizeIs(burst));
  const auto back = std::count_if(store->rows.outbox.begin(), store->rows.outbox.end(),
                                  [](const auto& entry) { return entry.second.state == send_state::ready; });
  EXPECT_GE(back, static_cast<std::ptrdiff_t>(per_second * 4 / 5))
      << "what has to wait is not left as sending";
  pass(500ms);
  EXPECT_THAT(world->calls, SizeIs(burst + per_second / 2));
  pass(500ms);
  EXPECT_THAT(world->calls, SizeIs(all));
}

INSTANTIATE_TEST_SUITE_P(each_channel, paced_outbox_test,
                         testing::Values(paced_channel{channel_kind::messenger, 10},
                                         paced_channel{channel_kind::instagram, 20},
                                         paced_channel{channel_kind::whatsapp, 40}),
                         [](const auto& one) { return std::string{to_string(one.param.kind)}; });

TEST_F(outbox_pacing_test, on_whatsapp_the_46th_text_to_one_customer_waits_six_seconds_and_nobody_else_does) {
  use_channel(channel_kind::whatsapp);
  unpaced_account();
  start();
  customer("C2");
  says_many(45);
  EXPECT_THAT(world->calls, SizeIs(45));
  const auto held = say("the 46th");
  say("the 47th");
  EXPECT_THAT(world->calls, SizeIs(45));
  EXPECT_EQ(row_state(held), send_state::ready) << "nothing has left: a restart must not wait for evidence";
  say("hello", "C2");
  EXPECT_THAT(world->calls, SizeIs(46));
  pass(5900ms);
  EXPECT_THAT(world->calls, SizeIs(46));
  pass(100ms);
  ASSERT_THAT(world->calls, SizeIs(47));
  EXPECT_EQ(sent_texts().back(), "the 46th");
  accept(46, "wamid.46");
  pass(5900ms);
  EXPECT_THAT(world->calls, SizeIs(47));
  pass(100ms);
  EXPECT_EQ(sent_texts().back(), "the 47th");
}

class outbox_of_a_page_test : public outbox_pacing_test, public testing::WithParamInterface<channel_kind> {};

TEST_P(outbox_of_a_page_test, one_customer_has_no_pace_of_their_own) {
  use_channel(GetParam());
  unpaced_account();
  start();
  says_many(60);
  EXPECT_THAT(world->calls, SizeIs(60));
}

TEST_P(outbox_of_a_page_test, sends_ten_pictures_and_files_a_second_and_texts_meanwhile) {
  use_channel(GetParam());
  unpaced_account();
  start();
  customers(12);
  for (std::size_t i = 0; i < 12; ++i)
    show(i % 2 == 0 ? wire_kind::image : wire_kind::file, "P" + std::to_string(i));
  EXPECT_THAT(world->calls, SizeIs(1));
  say("a text goes at once");
  EXPECT_THAT(world->calls, SizeIs(2));
  say("but not before the picture of its own chat", "P11");
  EXPECT_THAT(world->calls, SizeIs(2));
  pass(500ms);
  EXPECT_THAT(world->calls, SizeIs(7));
  pass(600ms);
  EXPECT_THAT(world->calls, SizeIs(13));
}

INSTANTIATE_TEST_SUITE_P(of_a_page, outbox_of_a_page_test,
                         testing::Values(channel_kind::messenger, channel_kind::instagram),
                         [](const auto& one) { return std::string{to_string(one.param)}; });

TEST_F(outbox_pacing_test, pictures_have_no_pace_of_their_own_on_whatsapp) {
  use_channel(channel_kind::whatsapp);
  unpaced_account();
  start();
  customers(12);
  for (std::size_t i = 0; i < 12; ++i) show(wire_kind::image, "P" + std::to_string(i));
  EXPECT_THAT(world->calls, SizeIs(12));
}

}  // namespace
}  // namespace sellavie::test
