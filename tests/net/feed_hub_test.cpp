// Who hears what: numbering, resuming, gaps, bounds, and who may listen no longer.
#include "net/feed/feed_hub.hpp"

#include <algorithm>

#include "net/feed/feed_threads.hpp"
#include "tests/net/stream_fixture.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using net::event_position;
using net::feed_hub;
using net::feed_limits;
using net::stream_end;

uuid numbered(std::uint8_t number) {
  uuid id;
  id.bytes[8] = number;
  return id;
}

business_id shop(std::uint8_t number = 1) { return business_id{numbered(number)}; }
conversation_id chat(std::uint8_t number) { return conversation_id{numbered(number)}; }

class feed : public stream_test {
 protected:
  feed() { start(); }

  void open(feed_limits limits = {}) { hub = std::make_shared<feed_hub>(7, numbers, limits); }

  [[nodiscard]] listener watch(business_id business = shop(), std::optional<event_position> after = {},
                               std::uint8_t account = 1) {
    listener one = listen();
    follow(one, business, after, account);
    return one;
  }
  void follow(const listener& one, business_id business, std::optional<event_position> after = {},
              std::uint8_t account = 1) {
    hub->follow({{api::account_id{numbered(account)}, api::session_id{numbered(account)}, business},
                 instant_from_ms(1'000'000),
                 one.stream},
                after);
  }
  void happens(std::uint8_t what, business_id business = shop()) {
    hub->tell(business, {actors::answer_begun{chat(what)}});
    hub->deliver();
  }
  /// "id event" of each, up to the end of the stream.
  static std::vector<std::string> heard(listener& one) {
    one.stream->finish();
    return events_in(unchunked(one.peer.read_to_end().value_or("")));
  }
  static std::vector<std::string> events_in(const std::string& text) {
    std::vector<std::string> found;
    std::string id;
    std::size_t at = 0;
    for (auto end = text.find('\n'); end != text.npos; at = end + 1, end = text.find('\n', at)) {
      const auto line = text.substr(at, end - at);
      if (line.starts_with("id: ")) id = line.substr(4) + " ";
      if (line.starts_with("event: ")) found.push_back(std::exchange(id, {}) + line.substr(7));
    }
    return found;
  }

  std::shared_ptr<monitoring::metrics> numbers = std::make_shared<monitoring::metrics>();
  std::shared_ptr<feed_hub> hub = std::make_shared<feed_hub>(7, numbers);
};

using words = std::vector<std::string>;

TEST_F(feed, begins_with_a_snapshot_and_goes_on_without_gaps) {
  auto one = watch();
  happens(1);
  happens(2);
  EXPECT_EQ(heard(one), (words{"7-0 snapshot", "7-1 conversation.answering", "7-2 conversation.answering"}));
}

TEST_F(feed, of_one_business_says_nothing_of_another) {
  auto one = watch(shop(1));
  auto other = watch(shop(2));
  happens(1, shop(1));
  happens(2, shop(3));
  EXPECT_EQ(heard(one), (words{"7-0 snapshot", "7-1 conversation.answering"}));
  EXPECT_EQ(heard(other), (words{"7-0 snapshot"}));
}

TEST_F(feed, tells_what_is_of_one_person_to_that_person_alone_live_and_resumed) {
  auto own = watch(shop(), {}, 1);
  auto other = watch(shop(), {}, 2);
  hub->tell(shop(), {actors::person_notified{api::account_id{numbered(1)}, numbered(9)},
                     actors::answer_begun{chat(1)}});
  hub->deliver();
  happens(2);
  EXPECT_EQ(heard(own), (words{"7-0 snapshot", "7-1 notification.added", "7-2 conversation.answering",
                               "7-3 conversation.answering"}));
  EXPECT_EQ(heard(other),
            (words{"7-0 snapshot", "7-2 conversation.answering", "7-3 conversation.answering"}));
  auto own_again = watch(shop(), event_position{7, 0}, 1);
  auto other_again = watch(shop(), event_position{7, 0}, 2);
  EXPECT_EQ(heard(own_again).front(), "7-1 notification.added");
  EXPECT_EQ(heard(other_again).front(), "7-2 conversation.answering");
}

TEST_F(feed, costs_nothing_until_somebody_watches) {
  EXPECT_FALSE(hub->is_followed(shop()));
  EXPECT_TRUE(hub->is_empty());
  auto one = watch();
  EXPECT_TRUE(hub->is_followed(shop()));
  EXPECT_FALSE(hub->is_followed(shop(2)));
}

TEST_F(feed, counts_the_events_of_businesses_that_are_watched_however_many_watch) {
  happens(1);
  EXPECT_EQ(numbers->feed_events().value(), 0);
  auto one = watch();
  auto two = watch();
  happens(2);
  happens(3);
  happens(4, shop(2));
  EXPECT_EQ(numbers->feed_events().value(), 2);
}

TEST_F(feed, is_resumed_behind_the_last_event_without_loss_or_doubling) {
  auto one = watch();
  for (std::uint8_t i = 1; i <= 5; ++i) happens(i);
  auto again = watch(shop(), event_position{7, 2});
  happens(6);
  EXPECT_EQ(heard(again), (words{"7-3 conversation.answering", "7-4 conversation.answering",
                                 "7-5 conversation.answering", "7-6 conversation.answering"}));
  auto late = watch(shop(), event_position{7, 6});
  happens(7);
  EXPECT_EQ(heard(late), (words{"7-7 conversation.answering"}));
}

TEST_F(feed, told_but_not_delivered_comes_once_to_who_resumes_meanwhile) {
  auto one = watch();
  happens(1);
  hub->tell(shop(), {actors::answer_begun{chat(2)}});
  auto again = watch(shop(), event_position{7, 1});
  hub->deliver();
  EXPECT_EQ(heard(again), (words{"7-2 conversation.answering"}));
}

TEST_F(feed, tells_snapshot_after_a_gap_and_to_ids_of_another_run) {
  open({.ring = {.events = 2}});
  auto one = watch();
  for (std::uint8_t i = 1; i <= 5; ++i) happens(i);
  const auto first = [&](event_position after) {
    auto again = watch(shop(), after);
    return heard(again).front();
  };
  EXPECT_EQ(first({7, 2}), "7-5 snapshot") << "too old";
  EXPECT_EQ(first({7, 9}), "7-5 snapshot") << "never given";
  EXPECT_EQ(first({6, 4}), "7-5 snapshot") << "before a restart";
  EXPECT_EQ(first({7, 3}), "7-4 conversation.answering");
}

TEST_F(feed, keeps_events_for_a_while_without_readers_and_then_knows_no_old_id) {
  open({.kept_unread = 60s});
  const auto now = feed_hub::time_point{} + 1h;
  {
    auto one = watch();
    happens(1);
    std::ignore = heard(one);
  }
  hub->tidy(now);
  happens(2);
  hub->tidy(now + 59s);
  {
    auto again = watch(shop(), event_position{7, 1});
    EXPECT_EQ(heard(again), (words{"7-2 conversation.answering"}));
  }
  hub->tidy(now + 70s);
  hub->tidy(now + 140s);
  EXPECT_FALSE(hub->is_followed(shop()));
  EXPECT_TRUE(hub->is_empty());
  auto late = watch(shop(), event_position{7, 2});
  const auto all = heard(late);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all.front().ends_with("snapshot")) << all.front();
}

TEST_F(feed, numbers_of_a_business_that_was_forgotten_are_not_given_again) {
  open({.kept_unread = 0s});
  {
    auto one = watch();
    for (std::uint8_t i = 1; i <= 3; ++i) happens(i);
    std::ignore = heard(one);
  }
  hub->tidy({});
  auto one = watch();
  for (std::uint8_t i = 1; i <= 6; ++i) happens(i);
  for (std::uint64_t old = 0; old <= 3; ++old) {
    auto again = watch(shop(), event_position{7, old});
    EXPECT_TRUE(heard(again).front().ends_with("snapshot")) << old;
  }
}

TEST_F(feed, forgets_what_piles_up_and_says_so) {
  open({.waiting_facts = 10});
  auto one = watch();
  for (std::uint8_t i = 0; i < 11; ++i) hub->tell(shop(), {actors::answer_begun{chat(i)}});
  hub->deliver();
  hub->deliver();
  EXPECT_EQ(heard(one), (words{"7-0 snapshot", "7-1 snapshot"}));
}

TEST_F(feed, delivers_a_burst_in_portions) {
  open({.facts_at_once = 2});
  auto one = watch();
  hub->tell(shop(), std::vector<actors::live_fact>(5, actors::answer_begun{chat(1)}));
  for (int i = 0; i < 3; ++i) hub->deliver();
  EXPECT_EQ(heard(one).size(), 6U);
}

TEST_F(feed, of_a_doubtful_commit_is_a_snapshot_that_can_be_resumed_behind) {
  auto one = watch();
  hub->tell(shop(), {actors::facts_lost{}});
  hub->deliver();
  EXPECT_EQ(heard(one), (words{"7-0 snapshot", "7-1 snapshot"}));
  auto again = watch(shop(), event_position{7, 0});
  EXPECT_EQ(heard(again), (words{"7-1 snapshot"}));
}

TEST_F(feed, seats_are_bounded_for_an_account_and_for_the_node) {
  using refusal = net::reader_seats::refusal;
  open({.readers_of_account = 2, .readers = 3});
  const auto take = [&](std::uint8_t account) {
    return hub->seats().take(api::account_id{numbered(account)});
  };
  std::vector<std::variant<std::shared_ptr<void>, refusal>> taken{take(1), take(1)};
  EXPECT_EQ(std::get<refusal>(take(1)), refusal::account_has_all);
  taken.push_back(take(2));
  EXPECT_EQ(std::get<refusal>(take(3)), refusal::node_is_full);
  taken.clear();
  EXPECT_EQ(hub->seats().taken(), 0U);
  EXPECT_TRUE(std::holds_alternative<std::shared_ptr<void>>(take(1)));
}

TEST_F(feed, ends_those_for_whom_there_is_a_reason_and_says_which) {
  auto one = watch(shop(), {}, 1);
  auto other = watch(shop(), {}, 2);
  EXPECT_EQ(hub->listening().size(), 2U);
  hub->end_readers([](const net::feed_reader& reader) {
    const bool is_first = reader.who.account.value == numbered(1);
    return is_first ? std::optional{stream_end::access_lost} : std::nullopt;
  });
  const auto text = unchunked(one.peer.read_to_end().value_or(""));
  EXPECT_NE(text.find("\"reason\":\"access_lost\""), text.npos);
  happens(1);
  EXPECT_EQ(heard(other), (words{"7-0 snapshot", "7-1 conversation.answering"}));
  EXPECT_EQ(hub->listening().size(), 1U);
}

TEST_F(feed, a_reader_that_does_not_read_is_dropped_and_the_others_hear_on) {
  auto slow = listen({.most_pending = 2000});
  follow(slow, shop());
  auto brisk = watch();
  hub->tell(shop(), std::vector<actors::live_fact>(100, actors::answer_begun{chat(1)}));
  hub->deliver();
  EXPECT_TRUE(eventually([&] { return observer.overruns == 1; }));
  happens(2);
  EXPECT_EQ(heard(brisk).back(), "7-101 conversation.answering");
  EXPECT_FALSE(slow.stream->is_open());
}

TEST_F(feed, many_tell_while_readers_come_and_go_and_each_hears_numbers_without_gaps) {
  std::atomic<bool> all_came{false};
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> told{0};
  auto first = listen({.most_pending = 64 * 1024 * 1024});
  follow(first, shop());
  std::vector<std::thread> tellers;
  for (int i = 0; i < 3; ++i)
    tellers.emplace_back([&] {
      while (!all_came) {
        for (int n = 0; n < 20; ++n) hub->tell(shop(), {actors::answer_begun{chat(1)}});
        told += 20;
        std::this_thread::sleep_for(100us);
      }
    });
  std::thread deliverer{[&] {
    while (!done) {
      hub->deliver();
      hub->tidy(std::chrono::steady_clock::now());
      std::this_thread::yield();
    }
    for (std::uint64_t left = 0; left <= told; left += feed_limits{}.facts_at_once) hub->deliver();
  }};
  std::vector<listener> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(listen({.most_pending = 64 * 1024 * 1024}));
    follow(all.back(), shop());
    if (i % 4 == 3) all[static_cast<std::size_t>(i - 1)].peer.abort();
  }
  all_came = true;
  for (auto& one : tellers) one.join();
  done = true;
  deliverer.join();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 4 == 2) continue;
    const auto events = heard(all[i]);
    ASSERT_FALSE(events.empty());
    std::uint64_t next = net::parse_event_position(events[0].substr(0, events[0].find(' ')))->number;
    for (const auto& one : events)
      ASSERT_EQ(net::parse_event_position(one.substr(0, one.find(' ')))->number, next++) << one;
    EXPECT_EQ(next, told + 1);
  }
}

// ---- the threads behind it

class settable_clock final : public actors::clock {
 public:
  [[nodiscard]] instant now() const override { return instant_from_ms(ms); }
  std::atomic<std::int64_t> ms{0};
};

class feed_threads : public feed {
 protected:
  void run(net::feed_pace pace = {.between_deliveries = 1ms, .between_checks = 5ms}) {
    threads = std::make_unique<net::feed_threads>(
        hub, time,
        [this](const std::vector<storage::access_subject>& readers, instant) {
          ++asked;
          std::vector<storage::found_access> found;
          for (std::size_t i = 0; i < readers.size(); ++i)
            found.push_back({session_lives, has_role ? std::optional{api::role::viewer} : std::nullopt});
          return is_away ? result<std::vector<storage::found_access>>{make_failure(errc::unavailable)}
                         : result<std::vector<storage::found_access>>{std::move(found)};
        },
        pace);
  }
  [[nodiscard]] std::string last_words(listener& one) const {
    return unchunked(one.peer.read_to_end().value_or(""));
  }

  std::shared_ptr<settable_clock> time = std::make_shared<settable_clock>();
  std::atomic<bool> session_lives{true};
  std::atomic<bool> has_role{true};
  std::atomic<bool> is_away{false};
  std::atomic<int> asked{0};
  std::unique_ptr<net::feed_threads> threads;
};

TEST_F(feed_threads, deliver_by_themselves) {
  run();
  auto one = watch();
  hub->tell(shop(), {actors::answer_begun{chat(1)}});
  EXPECT_NE(one.peer.read_through("7-1\n").find("7-1"), std::string::npos);
}

TEST_F(feed_threads, end_streams_with_the_session_the_role_and_the_token) {
  run();
  auto one = watch();
  session_lives = false;
  EXPECT_NE(last_words(one).find("signed_out"), std::string::npos);
  session_lives = true;
  auto two = watch();
  has_role = false;
  EXPECT_NE(last_words(two).find("access_lost"), std::string::npos);
  has_role = true;
  auto three = watch();
  time->ms = 1'000'000;
  EXPECT_NE(last_words(three).find("token_expired"), std::string::npos);
}

TEST_F(feed_threads, keep_streams_while_the_database_is_away_but_not_beyond_their_token) {
  is_away = true;
  run();
  auto one = watch();
  const int before = asked;
  EXPECT_TRUE(eventually([&] { return asked > before + 3; }));
  EXPECT_TRUE(one.stream->is_open());
  time->ms = 1'000'000;
  EXPECT_NE(last_words(one).find("token_expired"), std::string::npos);
}

TEST_F(feed_threads, look_at_once_when_something_was_revoked) {
  run({.between_deliveries = 1ms, .between_checks = 1h});
  auto one = watch();
  EXPECT_TRUE(eventually([&] { return asked > 0; }));
  session_lives = false;
  threads->check_soon();
  EXPECT_NE(last_words(one).find("signed_out"), std::string::npos);
}

}  // namespace
}  // namespace sellavie::test
