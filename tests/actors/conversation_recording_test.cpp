// What a conversation remembers without a turn: messages of a thread that another app owns, earlier
// messages, edits and unsends (docs/adr/0021).

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using channel::event_kind;
using storage::commit_outcome;
using storage::message_origin;
using storage::send_state;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct recording : testing::Test {
  shop_world world;

  recording() {
    world.model->always = [](const auto&) { return says("Yes."); };
  }
  void hear(actors::routed_event one) {
    world.receive({std::move(one)});
    world.run();
  }
  actors::routed_event standby(const std::string& text) {
    auto one = world.message("c1", text);
    one.event.standby = true;
    return one;
  }
  actors::routed_event about(event_kind kind, const std::string& subject, const std::string& text = {}) {
    auto one = world.message("c1", text);
    one.event.kind = kind;
    one.event.external_id.clear();
    one.event.subject_id = subject;
    return one;
  }
  actors::routed_event earlier(const std::string& text, const std::string& by, milliseconds ago) {
    auto one = world.message("c1", text);
    one.event.kind = event_kind::history;
    one.event.no_reply = true;
    one.event.metadata = by;
    one.event.provider_time -= ago;
    return one;
  }
  /// Answered by a turn; the platform's id of the customer's words.
  std::string says_and_is_answered(const std::string& text) {
    auto one = world.message("c1", text);
    const auto mid = one.event.external_id;
    hear(std::move(one));
    world.finish_turns();
    return mid;
  }
  std::vector<std::string> bodies() const { return world.texts(message_origin::customer); }
  const storage::message_row& row(const std::string& mid) const {
    for (const auto& one : world.store->rows.messages)
      if (one.external_id == mid) return one;
    throw std::runtime_error("no message " + mid);
  }
};

TEST_F(recording, stores_a_message_of_another_apps_thread_and_wakes_no_ai) {
  hear(standby("Hello?"));
  world.finish_turns();
  EXPECT_THAT(bodies(), ElementsAre("Hello?"));
  const auto& stored = world.store->rows.messages.front();
  EXPECT_FALSE(stored.outgoing);
  EXPECT_FALSE(stored.turn);
  EXPECT_EQ(stored.state, send_state::received);
  EXPECT_THAT(world.model->asked, IsEmpty());
  EXPECT_THAT(world.outcomes(), IsEmpty());
  EXPECT_THAT(world.sender->deliveries, IsEmpty());
  EXPECT_EQ(world.chat("c1").epoch, 1);
  EXPECT_EQ(world.chat("c1").last_customer_at, world.store->rows.messages.front().provider_time)
      << "it opens the send window";
  EXPECT_TRUE(all_done(world));
}

TEST_F(recording, tells_the_model_of_the_next_turn_what_was_recorded) {
  says_and_is_answered("Good morning");
  hear(standby("I asked the other desk about lace"));
  says_and_is_answered("And here?");
  EXPECT_THAT(asked_text(world), HasSubstr("I asked the other desk about lace"));
}

TEST_F(recording, leaves_a_chat_with_the_person_who_has_it) {
  world.person_types("c1", "Grace here");
  world.finish_turns();
  hear(standby("Thanks Grace"));
  EXPECT_EQ(world.chat("c1").owner, storage::chat_owner::person);
  EXPECT_EQ(world.chat("c1").epoch, 2);
  EXPECT_THAT(bodies(), ElementsAre("Thanks Grace"));
}

TEST_F(recording, sorts_earlier_messages_before_later_ones_and_knows_who_wrote_them) {
  says_and_is_answered("today");
  world.receive({earlier("second", "from_business", 1h), earlier("first", "from_customer", 2h)});
  world.run();
  EXPECT_THAT(world.model->asked, SizeIs(1));
  says_and_is_answered("tomorrow");
  const auto prompt = asked_text(world);
  EXPECT_LT(prompt.find("first"), prompt.find("second"));
  EXPECT_LT(prompt.find("second"), prompt.find("today"));
  EXPECT_THAT(world.texts(message_origin::person), ElementsAre("second"));
  EXPECT_TRUE(all_done(world));
}

TEST_F(recording, stores_an_earlier_message_once_that_came_live_too) {
  const auto mid = says_and_is_answered("Hi");
  auto again = earlier("Hi", "from_customer", 0ms);
  again.event.external_id = mid;
  hear(std::move(again));
  EXPECT_THAT(bodies(), ElementsAre("Hi"));
  EXPECT_TRUE(all_done(world));
}

TEST_F(recording, replaces_the_words_of_an_edited_message) {
  const auto mid = says_and_is_answered("Two please");
  hear(about(event_kind::edit, mid, "Three please"));
  EXPECT_EQ(row(mid).body, "Three please");
  EXPECT_EQ(row(mid).state, send_state::received);
  EXPECT_THAT(world.model->asked, SizeIs(1)) << "an edit starts no turn";
  says_and_is_answered("Did you see?");
  EXPECT_THAT(asked_text(world), HasSubstr("Three please"));
  EXPECT_THAT(asked_text(world), Not(HasSubstr("Two please")));
  EXPECT_TRUE(all_done(world));
}

TEST_F(recording, takes_an_unsent_text_out_of_the_inbox_and_out_of_the_ais_history) {
  const auto mid = says_and_is_answered("my secret");
  hear(about(event_kind::unsend, mid));
  EXPECT_EQ(row(mid).body, "");
  EXPECT_EQ(row(mid).state, send_state::unsent);
  says_and_is_answered("Hi again");
  EXPECT_THAT(asked_text(world), Not(HasSubstr("my secret")));
  world.restart();
  says_and_is_answered("And again");
  EXPECT_THAT(asked_text(world), Not(HasSubstr("my secret")));
  EXPECT_THAT(asked_text(world), HasSubstr("Hi again"));
}

TEST_F(recording, takes_back_what_a_person_wrote_in_the_phone_app) {
  auto echo = world.echo("c1", "wrong chat, sorry");
  const auto mid = echo.event.external_id;
  hear(std::move(echo));
  world.finish_turns();
  hear(about(event_kind::unsend, mid));
  EXPECT_EQ(row(mid).state, send_state::unsent);
}

TEST_F(recording, never_brings_an_unsent_text_back) {
  const auto mid = says_and_is_answered("my secret");
  world.receive({about(event_kind::unsend, mid), about(event_kind::edit, mid, "my other secret")});
  world.run();
  EXPECT_EQ(row(mid).body, "");
  hear(about(event_kind::edit, mid, "my third secret"));
  EXPECT_EQ(row(mid).body, "");
  EXPECT_EQ(row(mid).state, send_state::unsent);
}

TEST_F(recording, changes_a_message_that_came_with_it) {
  auto one = standby("my secret");
  const auto mid = one.event.external_id;
  world.receive({std::move(one), about(event_kind::unsend, mid)});
  world.run();
  EXPECT_EQ(row(mid).body, "");
  EXPECT_EQ(row(mid).state, send_state::unsent);
  EXPECT_TRUE(all_done(world));
}

TEST_F(recording, waits_for_the_turn_that_answers_the_message) {
  auto one = world.message("c1", "Two please");
  const auto mid = one.event.external_id;
  world.model->always = nullptr;
  hear(std::move(one));
  world.advance(1300ms);
  ASSERT_THAT(world.model->held, SizeIs(1));
  hear(about(event_kind::unsend, mid));
  world.model_answers(says("Gladly."));
  world.run();
  EXPECT_THAT(world.ai_texts(), ElementsAre("Gladly."));
  EXPECT_EQ(row(mid).state, send_state::unsent);
  EXPECT_TRUE(all_done(world));
}

TEST_F(recording, keeps_a_change_to_a_message_that_nobody_knows_and_opens_no_chat_for_it) {
  hear(about(event_kind::edit, "mid-unknown", "what was it?"));
  hear(about(event_kind::unsend, "mid-unknown"));
  EXPECT_THAT(world.store->rows.conversations, IsEmpty());
  EXPECT_THAT(world.store->rows.contacts, IsEmpty());
  EXPECT_THAT(world.store->rows.recorded,
              ElementsAre(testing::Pair(testing::_, "edit"), testing::Pair(testing::_, "unsend")));
  EXPECT_TRUE(all_done(world));
  says_and_is_answered("Hello");
  EXPECT_THAT(world.ai_texts(), SizeIs(1)) << "the chat opens with the first message";
}

TEST_F(recording, records_once_when_a_commit_is_not_known) {
  bool hit = false;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    if (sets.front()->messages.empty() || std::exchange(hit, true)) return std::nullopt;
    return memory_store::fate{commit_outcome::in_doubt, true};
  };
  hear(standby("Hello?"));
  world.advance(5s);
  EXPECT_THAT(bodies(), ElementsAre("Hello?"));
  EXPECT_TRUE(all_done(world));
}

TEST_F(recording, goes_on_after_a_kill_between_any_two_commits) {
  for (std::size_t at = 1; at < 6; ++at) {
    shop_world fresh;
    auto one = fresh.message("c1", "my secret");
    const auto mid = one.event.external_id;
    one.event.standby = true;
    auto gone = fresh.message("c1", "");
    gone.event.kind = event_kind::unsend;
    gone.event.subject_id = mid;
    std::size_t commits = 0;
    fresh.store->after_commit = [&](memory_store::batch) { fresh.store->away = ++commits == at; };
    fresh.receive({one});
    fresh.receive({gone});
    fresh.run();
    fresh.store->after_commit = nullptr;
    fresh.store->away = false;
    fresh.restart();
    // What was not answered with 200 comes again.
    fresh.receive({one});
    fresh.receive({gone});
    fresh.finish_turns();
    ASSERT_THAT(fresh.store->rows.messages, SizeIs(1)) << "killed after commit " << at;
    EXPECT_EQ(fresh.store->rows.messages.front().body, "") << "killed after commit " << at;
    EXPECT_TRUE(all_done(fresh)) << "killed after commit " << at;
  }
}

TEST_F(recording, does_not_hold_a_takeover_up) {
  says_and_is_answered("Hi");
  world.receive({standby("one"), standby("two")});
  const auto asked = world.command("c1", actors::chat_command::take_over);
  world.run();
  ASSERT_TRUE(asked->answer);
  EXPECT_THAT(bodies(), ElementsAre("Hi", "one", "two"));
}

}  // namespace
}  // namespace sellavie::test
