// Commits in groups, and what a group does when it may not.

#include "actors/journal.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using actors::commit_reply;
using actors::commit_request;
using storage::commit_outcome;
using testing::ElementsAre;
using testing::SizeIs;

/// One shard, asked directly.
struct journal : testing::Test {
  shop_world world{{.journals = 1}};
  std::vector<std::pair<int, commit_reply>> replies;
  std::vector<std::vector<inbox_id>> checks;

  std::shared_ptr<storage::change_set> event(inbox_id id, const std::string& key) {
    auto changes = std::make_shared<storage::change_set>();
    changes->inbound.push_back({id, world.shop, world.account, key, 0, world.time->now(), "sealed"});
    return changes;
  }
  std::shared_ptr<storage::change_set> finish(inbox_id id) {
    auto changes = std::make_shared<storage::change_set>();
    changes->inbox_done.push_back(id);
    return changes;
  }
  void ask(int name, std::shared_ptr<const storage::change_set> changes) {
    world.system->spawn(
        [this, name, changes, to = world.node->journals.front()](caf::event_based_actor* self) {
          self->request(to, caf::infinite, commit_request{changes})
              .then([this, name](const commit_reply& reply) { replies.emplace_back(name, reply); },
                    [](const caf::error&) {});
        });
  }
  void check(std::vector<inbox_id> ids) {
    world.system->spawn([this, ids, to = world.node->journals.front()](caf::event_based_actor* self) {
      self->request(to, caf::infinite, actors::inbox_check{ids})
          .then([this](const actors::inbox_still_open& open) { checks.push_back(open.ids); },
                [this](const caf::error&) { checks.push_back({-1}); });
    });
  }
  std::vector<commit_outcome> outcomes() const {
    std::vector<commit_outcome> found;
    for (const auto& [name, reply] : replies) found.push_back(reply.outcome);
    return found;
  }
};

TEST_F(journal, commits_what_waits_in_one_transaction) {
  for (int i = 0; i < 5; ++i) ask(i, event(100 + i, "k" + std::to_string(i)));
  world.run();
  EXPECT_THAT(world.store->batch_sizes, ElementsAre(5));
  EXPECT_THAT(replies, SizeIs(5));
  EXPECT_THAT(world.store->rows.inbox, SizeIs(5));
}

TEST_F(journal, tells_each_request_which_of_its_own_rows_are_new) {
  ask(0, event(100, "a"));
  world.run();
  auto two = event(101, "a");
  two->inbound.push_back(event(102, "b")->inbound.front());
  ask(1, two);
  ask(2, event(103, "c"));
  ask(3, event(104, "b"));
  world.run();
  ASSERT_THAT(replies, SizeIs(4));
  EXPECT_THAT(replies[1].second.fresh, ElementsAre(false, true));
  EXPECT_THAT(replies[2].second.fresh, ElementsAre(true));
  EXPECT_THAT(replies[3].second.fresh, ElementsAre(false));
}

TEST_F(journal, rings_for_background_jobs_when_some_are_committed_and_only_then) {
  int rings = 0;
  world.node->jobs->hang([&rings] { ++rings; });
  ask(0, event(100, "a"));
  world.run();
  EXPECT_EQ(rings, 0) << "it has none";
  auto jobs = event(101, "b");
  jobs->jobs.resize(1);
  world.store->before_commit = [](auto) { return memory_store::refused(); };
  ask(1, jobs);
  world.run();
  EXPECT_EQ(rings, 0) << "they were not committed";
  world.store->before_commit = nullptr;
  ask(2, jobs);
  world.run();
  EXPECT_EQ(rings, 1);
}

TEST_F(journal, does_not_let_one_bad_row_fail_its_neighbours) {
  ask(0, event(100, "a"));
  ask(1, finish(999));
  ask(2, event(101, "b"));
  world.run();
  EXPECT_THAT(outcomes(),
              ElementsAre(commit_outcome::committed, commit_outcome::refused, commit_outcome::committed));
  EXPECT_THAT(world.store->batch_sizes, ElementsAre(3, 1, 1, 1));
  EXPECT_THAT(replies[2].second.fresh, ElementsAre(true));
}

TEST_F(journal, never_repeats_a_batch_that_is_in_doubt) {
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{commit_outcome::in_doubt, true};
  };
  ask(0, event(100, "a"));
  ask(1, event(101, "b"));
  world.run();
  EXPECT_THAT(world.store->batch_sizes, ElementsAre(2));
  EXPECT_THAT(outcomes(), ElementsAre(commit_outcome::in_doubt, commit_outcome::in_doubt));
}

TEST_F(journal, asks_until_a_doubt_is_settled_though_nobody_can_commit) {
  world.store->before_commit = [this](memory_store::batch) {
    world.store->unsettled = 3;
    return memory_store::fate{commit_outcome::in_doubt, false};
  };
  ask(0, event(100, "a"));
  world.run();
  check({100});
  world.run();
  EXPECT_THAT(checks, ElementsAre(ElementsAre(-1))) << "it may still be accepted";
  world.store->before_commit = nullptr;
  world.advance(std::chrono::seconds{2});
  EXPECT_EQ(world.store->unsettled, 0);
  EXPECT_EQ(world.store->settlings, 3U) << "and not longer";
  check({100});
  world.run();
  EXPECT_THAT(checks.back(), SizeIs(0));
}

TEST_F(journal, shows_what_it_has_taken_and_that_it_is_at_work) {
  const auto& depth = world.node->metrics->queue_depth(monitoring::queue::journal);
  const auto& in_use = world.node->metrics->pool_in_use(monitoring::pool::journal);
  const double idle = depth.value();
  double deepest = 0;
  world.store->before_commit = [&](memory_store::batch) -> std::optional<memory_store::fate> {
    deepest = std::max(deepest, depth.value());
    EXPECT_EQ(in_use.value(), 1);
    return std::nullopt;
  };
  for (int i = 0; i < 3; ++i) ask(i, event(100 + i, "k" + std::to_string(i)));
  world.run();
  EXPECT_EQ(idle, 0);
  EXPECT_EQ(deepest, 3);
  EXPECT_EQ(depth.value(), 0);
  EXPECT_EQ(in_use.value(), 0);
}

TEST_F(journal, tells_a_store_that_is_away_from_a_row_that_is_wrong) {
  const auto counted = [&](monitoring::commit_outcome what) {
    return world.node->metrics->commits(what).value();
  };
  world.store->away = true;
  ask(0, event(100, "a"));
  world.run();
  EXPECT_EQ(counted(monitoring::commit_outcome::unavailable), 1);
  EXPECT_EQ(counted(monitoring::commit_outcome::refused), 0);
  world.store->away = false;
  ask(1, finish(999));
  world.run();
  EXPECT_EQ(counted(monitoring::commit_outcome::unavailable), 1);
  EXPECT_EQ(counted(monitoring::commit_outcome::refused), 1);
}

TEST_F(journal, does_not_split_a_batch_when_the_store_is_away) {
  world.store->away = true;
  ask(0, event(100, "a"));
  ask(1, event(101, "b"));
  world.run();
  EXPECT_EQ(world.store->commits, 1U);
  EXPECT_THAT(outcomes(), ElementsAre(commit_outcome::unavailable, commit_outcome::unavailable));
}

TEST_F(journal, says_once_that_it_is_fenced) {
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{commit_outcome::fenced, false};
  };
  ask(0, event(100, "a"));
  world.run();
  ask(1, event(101, "b"));
  world.run();
  EXPECT_EQ(world.fenced, 1);
  EXPECT_THAT(outcomes(), ElementsAre(commit_outcome::fenced, commit_outcome::fenced));
}

TEST_F(journal, answers_an_inbox_check_behind_the_commits_asked_for_earlier) {
  ask(0, event(100, "a"));
  ask(1, event(101, "b"));
  world.run();
  ask(2, finish(100));
  check({100, 101, 102});
  ask(3, finish(101));
  world.run();
  EXPECT_THAT(checks, ElementsAre(ElementsAre(101)));
  EXPECT_THAT(world.store->rows.inbox, SizeIs(0));
}

TEST_F(journal, says_that_it_cannot_check_while_the_store_is_away) {
  world.store->away = true;
  check({100});
  world.run();
  EXPECT_THAT(checks, ElementsAre(ElementsAre(-1)));
}

}  // namespace
}  // namespace sellavie::test
