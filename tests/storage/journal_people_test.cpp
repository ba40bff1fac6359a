// What people do in chats, as the journal writes it.

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

const auto grace = id_of<api::account_id>(90);

class journal_people_test : public spine_test {
 protected:
  change_set a_composed(std::uint32_t n, const std::string& key, std::int16_t part = 0) const {
    change_set set;
    set.messages.push_back(a_message(n, true, "Hello"));
    set.outbox.push_back(a_send(n));
    set.composed.push_back({chat, id_of<message_id>(n), ada, grace, key, part, "print"});
    return set;
  }
};

TEST_F(journal_people_test, a_key_is_found_with_its_messages_in_order) {
  auto into = writer();
  auto set = a_composed(11, "k1");
  const auto second = a_composed(12, "k1", 1);
  set.messages.push_back(second.messages.front());
  set.composed.push_back(second.composed.front());
  ASSERT_EQ(commit(into, {set}).outcome, commit_outcome::committed);
  const auto found = reader().find_composed({ada, grace, "k1"});
  ASSERT_TRUE(found);
  EXPECT_THAT(found.value(), ElementsAre(Field(&composed_row::message, id_of<message_id>(11)),
                                         Field(&composed_row::message, id_of<message_id>(12))));
  EXPECT_EQ(found.value().front().fingerprint, "print");
  EXPECT_THAT(reader().find_composed({ada, id_of<api::account_id>(91), "k1"}).value(), IsEmpty());
  EXPECT_THAT(reader().find_composed({ada, grace, "k2"}).value(), IsEmpty());
}

TEST_F(journal_people_test, the_same_key_twice_is_refused_as_a_whole_and_its_neighbours_are_not) {
  auto into = writer();
  ASSERT_EQ(commit(into, {a_composed(11, "k1")}).outcome, commit_outcome::committed);
  EXPECT_EQ(commit(into, {a_composed(12, "k1")}).outcome, commit_outcome::refused);
  EXPECT_EQ(count("messages"), 1);
  EXPECT_EQ(count("outbox"), 1);
}

TEST_F(journal_people_test, a_blocked_customer_is_loaded_as_such) {
  auto into = writer();
  const auto is_blocked = [&] {
    return reader()
        .open_conversation({.business = ada, .connection = page, .scoped_id = "psid-1"})
        .value()
        .is_blocked;
  };
  EXPECT_FALSE(is_blocked());
  change_set block;
  block.blocks.push_back({chidi, ada, noon});
  ASSERT_EQ(commit(into, {block}).outcome, commit_outcome::committed);
  EXPECT_TRUE(is_blocked());
  block.blocks.front().blocked_at = {};
  ASSERT_EQ(commit(into, {block}).outcome, commit_outcome::committed);
  EXPECT_FALSE(is_blocked());
  EXPECT_EQ(number("SELECT version FROM contacts"), 3) << "whoever edits the profile must look again";
  block.blocks.front().business = id_of<business_id>(77);
  EXPECT_EQ(commit(into, {block}).outcome, commit_outcome::refused);
}

TEST_F(journal_people_test, what_a_merged_contact_says_of_themselves_goes_to_the_profile_that_counts) {
  sql("INSERT INTO contacts (id, business_id, connection_id, scoped_id, created_at, merged_into) VALUES (" +
      quote(id_of<contact_id>(33)) + "," + quote(ada) + "," + quote(page) + ", 'psid-2', 0, " + quote(chidi) +
      ")");
  change_set set;
  set.contacts.push_back({id_of<contact_id>(33), ada, "Chidi", "chidi@example.com", "", ""});
  auto into = writer();
  ASSERT_EQ(commit(into, {set}).outcome, commit_outcome::committed);
  EXPECT_EQ(text("SELECT name FROM contacts WHERE id = " + quote(chidi)), "Chidi");
  EXPECT_EQ(text("SELECT name FROM contacts WHERE id = " + quote(id_of<contact_id>(33))), "");
}

TEST_F(journal_people_test, words_follow_an_edit_and_go_with_what_is_taken_back) {
  auto into = writer();
  change_set set;
  set.messages.push_back(a_message(11, false, "A red kaftan"));
  ASSERT_EQ(commit(into, {set}).outcome, commit_outcome::committed);
  sql("INSERT INTO message_words SELECT id, business_id, conversation_id, array_to_tsvector(words_of(business_id, body)) FROM messages");
  const auto finds = [&](const std::string& word) {
    return count("message_words WHERE words @@ quote_literal((words_of(business_id, '" + word +
                 "'))[1])::tsquery");
  };
  ASSERT_EQ(finds("RED"), 1);
  set = {};
  set.corrections.push_back({chat, id_of<message_id>(11), "A blue kaftan", false});
  ASSERT_EQ(commit(into, {set}).outcome, commit_outcome::committed);
  EXPECT_EQ(finds("red"), 0);
  EXPECT_EQ(finds("blue"), 1);
  set.corrections.front() = {chat, id_of<message_id>(11), "", true};
  ASSERT_EQ(commit(into, {set}).outcome, commit_outcome::committed);
  EXPECT_EQ(count("message_words WHERE words <> ''"), 0);
}

}  // namespace
}  // namespace sellavie::storage
