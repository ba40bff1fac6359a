#pragma once
// A writer on a fresh database, and what the tests of its commits say again and again.

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {

class unit_of_work_test : public spine_test {
 protected:
  postgres_unit_of_work store = writer();

  commit_report apply(const change_set& set) { return commit(store, {set}); }
  void expect_refused(const change_set& set, const std::string& why) {
    const auto report = apply(set);
    EXPECT_EQ(report.outcome, commit_outcome::refused) << report.failure;
    EXPECT_THAT(report.failure.detail, testing::HasSubstr(why));
  }
  void accept(std::initializer_list<inbox_id> events) {
    change_set set;
    for (const auto id : events) set.inbound.push_back(an_event(id, "event-" + std::to_string(id)));
    ASSERT_EQ(apply(set).outcome, commit_outcome::committed);
  }
};

}  // namespace sellavie::storage
