// A conversation is given to members only: also when somebody is removed while it is given to them.

#include <future>

#include "storage/api/conversation_work.hpp"
#include "storage/api/members.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

class assignees_test : public spine_test {
 protected:
  static inline const api::account_id owner = id_of<api::account_id>(8);
  static inline const api::account_id agent = id_of<api::account_id>(9);

  void SetUp() override {
    spine_test::SetUp();
    for (const auto& [who, role] : {std::pair{owner, "owner"}, std::pair{agent, "agent"}})
      sql("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (" + quote(who) + ", '" + role +
          "@shop.example', '', 0); INSERT INTO memberships (account_id, business_id, role, created_at) VALUES (" +
          quote(who) + "," + quote(ada) + ", '" + role + "', 0)");
  }

  /// Whoever has written this into the activity log waits before their commit, until `held_` ends.
  void hold_before_commit(const std::string& action) {
    sql("CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
        "pg_advisory_xact_lock(77); RETURN NULL; END $$; CREATE TRIGGER waits AFTER INSERT ON audit_log FOR EACH ROW "
        "WHEN (NEW.action = '" +
        action + "') EXECUTE FUNCTION wait_here()");
    held_.exec("SELECT pg_advisory_xact_lock(77)");
  }
  std::future<result<work_outcome>> assigns() const {
    return std::async(std::launch::async, [this] {
      api_session store{database.access(), "assigns"};
      return assign_conversation(store, ada, by, chat, agent);
    });
  }
  std::future<result<team_outcome>> removes() const {
    return std::async(std::launch::async, [this] {
      api_session store{database.access(), "removes"};
      return remove_member(store, ada, by, agent);
    });
  }
  std::int64_t assigned() const { return count("conversation_work WHERE assignee_id IS NOT NULL"); }

  const change_origin by{owner, id_of<api::session_id>(9), "::1", "r", noon};
  std::unique_ptr<pqxx::connection> holder_ = engine();
  pqxx::work held_{*holder_};
};

TEST_F(assignees_test, a_removal_waits_for_an_assignment_and_takes_it_back) {
  hold_before_commit("conversation.assigned");
  auto given = assigns();
  ASSERT_TRUE(waits_for_lock(1));
  auto gone = removes();
  ASSERT_TRUE(waits_for_lock(2));
  held_.commit();
  EXPECT_EQ(given.get().value(), work_outcome::done);
  EXPECT_EQ(gone.get().value(), team_outcome::done);
  EXPECT_EQ(assigned(), 0);
  EXPECT_EQ(count("audit_log WHERE action = 'conversation.assigned' AND subject_id = " + quote(chat)), 2)
      << "given, and taken back";
}

TEST_F(assignees_test, an_assignment_waits_for_a_removal_and_is_refused) {
  hold_before_commit("member.removed");
  auto gone = removes();
  ASSERT_TRUE(waits_for_lock(1));
  auto given = assigns();
  ASSERT_TRUE(waits_for_lock(2));
  held_.commit();
  EXPECT_EQ(gone.get().value(), team_outcome::done);
  EXPECT_EQ(given.get().value(), work_outcome::no_member);
  EXPECT_EQ(assigned(), 0);
  EXPECT_EQ(count("audit_log WHERE action = 'conversation.assigned'"), 0) << "nothing of it is written";
}

TEST_F(assignees_test, one_after_the_other_too) {
  EXPECT_EQ(assigns().get().value(), work_outcome::done);
  EXPECT_EQ(assigned(), 1);
  EXPECT_EQ(removes().get().value(), team_outcome::done);
  EXPECT_EQ(assigned(), 0);
  EXPECT_EQ(count("audit_log WHERE action = 'conversation.assigned' AND subject_id = " + quote(chat)), 2)
      << "given, and taken back";
  EXPECT_EQ(assigns().get().value(), work_outcome::no_member);
}

}  // namespace
}  // namespace sellavie::storage
