#include "storage/mail_queue.hpp"

#include "storage/api/api_work.hpp"
#include "storage/mail_work.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class mail_queue_test : public spine_test {
 protected:
  api_session store{database.access(), "mail_queue_test"};
  mail_desk desk{store, 7};

  static mail_id id(std::uint32_t n) { return mail_id{plain_id(n)}; }

  void queue(std::uint32_t n, instant at = noon) {
    const queued_mail mail{id(n), "ada@example.com", "confirm_address", "sealed", at, at + 24h};
    ASSERT_TRUE(for_accounts(store, [&](pqxx::work& work) { queue_mail(work, mail); }));
  }
  std::vector<mail_id> claim(const mail_desk& who, instant at, int most = 10) {
    std::vector<mail_id> claimed;
    for (const auto& one : claim_mails(who, at, most).value()) claimed.push_back(one.id);
    return claimed;
  }
};

TEST_F(mail_queue_test, gives_the_longest_waiting_first_and_each_once) {
  queue(1, noon + 2s);
  queue(2, noon + 1s);
  queue(3, noon + 9s);
  EXPECT_THAT(claim(desk, noon + 5s, 1), ElementsAre(id(2)));
  EXPECT_THAT(claim(desk, noon + 5s), ElementsAre(id(1)));
  EXPECT_THAT(claim(desk, noon + 5s), IsEmpty());
}

TEST_F(mail_queue_test, a_mail_comes_back_as_it_was_queued) {
  queue(1);
  const auto claimed = claim_mails(desk, noon, 1).value().at(0);
  EXPECT_EQ(claimed.recipient, "ada@example.com");
  EXPECT_EQ(claimed.kind, "confirm_address");
  EXPECT_EQ(claimed.sealed_letter, "sealed");
  EXPECT_EQ(claimed.created_at, noon);
  EXPECT_EQ(claimed.expires_at, noon + 24h);
  EXPECT_EQ(claimed.attempts, 1);
}

TEST_F(mail_queue_test, the_next_process_takes_over_what_a_killed_one_had_claimed) {
  queue(1);
  ASSERT_EQ(claim(desk, noon).size(), 1U);
  ASSERT_TRUE(release_mails(desk, noon + 1s));
  EXPECT_THAT(claim(desk, noon + 1s), IsEmpty()) << "its own claims stand";
  const mail_desk next{store, 8};
  ASSERT_TRUE(release_mails(next, noon + 2s));
  EXPECT_THAT(claim(next, noon + 2s), ElementsAre(id(1)));
}

TEST_F(mail_queue_test, nobody_takes_what_a_living_process_is_sending) {
  sql("INSERT INTO nodes (incarnation, node_id, started_at, heartbeat_at) OVERRIDING SYSTEM VALUE VALUES (70, 'other', 0, 0)");
  const mail_desk living{store, 70};
  queue(1);
  ASSERT_EQ(claim(living, noon).size(), 1U);
  ASSERT_TRUE(release_mails(desk, noon + 1s));
  EXPECT_THAT(claim(desk, noon + 1s), IsEmpty());
  EXPECT_THAT(claim(desk, noon + 11min), ElementsAre(id(1)))
      << "its lease ends, if it never said what came of it";
}

TEST_F(mail_queue_test, a_postponed_mail_waits_until_it_is_due) {
  queue(1);
  ASSERT_EQ(claim(desk, noon).size(), 1U);
  ASSERT_TRUE(postpone_mail(desk, id(1), noon + 4s, 421));
  EXPECT_THAT(claim(desk, noon + 3s), IsEmpty());
  EXPECT_EQ(claim_mails(desk, noon + 4s, 1).value().at(0).attempts, 2);
  EXPECT_EQ(count("mails WHERE last_status = 421"), 1);
}

TEST_F(mail_queue_test, a_buried_mail_keeps_its_row_and_loses_its_text) {
  queue(1);
  ASSERT_TRUE(bury_mail(desk, id(1), noon, 550));
  EXPECT_THAT(claim(desk, noon + 100h), IsEmpty());
  EXPECT_EQ(count("mails WHERE letter = '' AND last_status = 550 AND dead_at IS NOT NULL"), 1);
}

TEST_F(mail_queue_test, a_finished_mail_is_gone) {
  queue(1);
  ASSERT_TRUE(finish_mail(desk, id(1)));
  EXPECT_EQ(count("mails"), 0);
}

}  // namespace
}  // namespace sellavie::storage
