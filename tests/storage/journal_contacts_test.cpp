// Customers with two ids: found by either, and an id names one contact for good.

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

class journal_contacts_test : public spine_test {
 protected:
  static inline const contact_id ngozi = id_of<contact_id>(31);
  static inline const conversation_id with_ngozi = id_of<conversation_id>(32);

  void apply(const change_set& set) {
    auto into = writer();
    const auto report = commit(into, {set});
    ASSERT_EQ(report.outcome, commit_outcome::committed) << report.failure;
  }
  void open(const contact_id& contact, const conversation_id& conversation, std::string scoped_id,
            std::string user_id) {
    change_set set;
    set.opened.push_back(
        {ada, page, contact, conversation, std::move(scoped_id), std::move(user_id), "Ngozi", noon});
    apply(set);
  }
  void learn(const contact_id& contact, std::string id) {
    change_set set;
    set.aliases.push_back({ada, page, contact, std::move(id), noon});
    apply(set);
  }
  conversation_record find(std::string phone, std::string user) {
    return reader()
        .open_conversation({.business = ada,
                            .connection = page,
                            .scoped_id = "nobody",
                            .missing = missing_conversation::leave,
                            .who = channel::customer_identity{std::move(phone), std::move(user)}})
        .value();
  }
};

TEST_F(journal_contacts_test, a_new_customer_is_found_by_each_of_two_ids) {
  open(ngozi, with_ngozi, "234", "NG.1");
  const auto usual = find("234", "NG.1");
  EXPECT_EQ(usual.id, with_ngozi);
  EXPECT_EQ(usual.customer.scoped_id, "234");
  EXPECT_EQ(usual.customer.user_id, "NG.1");
  EXPECT_TRUE(usual.customer.by_phone && usual.customer.by_user);
  const auto hidden = find("", "NG.1");
  EXPECT_EQ(hidden.contact, ngozi);
  EXPECT_TRUE(hidden.customer.by_user && !hidden.customer.by_phone);
  EXPECT_EQ(find("234", "").contact, ngozi);
  EXPECT_TRUE(find("", "NG.2").id.is_nil());
  EXPECT_TRUE(find("", "").id.is_nil());
}

TEST_F(journal_contacts_test, the_user_id_leads_before_the_number) {
  open(ngozi, with_ngozi, "NG.1", "NG.1");
  open(id_of<contact_id>(41), id_of<conversation_id>(42), "234", "");
  const auto found = find("234", "NG.1");
  EXPECT_EQ(found.contact, ngozi);
  EXPECT_TRUE(found.customer.by_user && !found.customer.by_phone);
}

TEST_F(journal_contacts_test, an_id_that_names_a_contact_stays_with_it) {
  open(ngozi, with_ngozi, "234", "NG.1");
  learn(chidi, "NG.1");
  learn(chidi, "234");
  learn(chidi, "235");
  learn(chidi, "235");
  learn(ngozi, "235");
  EXPECT_EQ(find("", "NG.1").contact, ngozi);
  EXPECT_EQ(find("234", "").contact, ngozi);
  EXPECT_EQ(find("235", "").contact, chidi);
  EXPECT_EQ(count("contact_aliases"), 2);
  open(id_of<contact_id>(41), id_of<conversation_id>(42), "236", "235");
  EXPECT_EQ(find("235", "").contact, chidi);
}

TEST_F(journal_contacts_test, ids_are_of_one_account_and_one_business) {
  open(ngozi, with_ngozi, "234", "NG.1");
  const auto elsewhere = [&](const business_id& business, const connection_id& connection) {
    return reader()
        .open_conversation({.business = business,
                            .connection = connection,
                            .scoped_id = "nobody",
                            .missing = missing_conversation::leave,
                            .who = channel::customer_identity{"234", "NG.1"}})
        .value()
        .id.is_nil();
  };
  EXPECT_TRUE(elsewhere(id_of<business_id>(99), page));
  EXPECT_TRUE(elsewhere(ada, id_of<connection_id>(98)));
  change_set foreign;
  foreign.addresses.push_back({ngozi, id_of<business_id>(99), "NG.9", "999"});
  foreign.reaches.push_back({with_ngozi, id_of<business_id>(99), noon});
  apply(foreign);
  EXPECT_EQ(
      text("SELECT user_id || address_id || unreachable_since FROM contacts WHERE id = " + quote(ngozi)),
      "NG.10");
}

TEST_F(journal_contacts_test, a_contact_that_is_made_at_once_is_found_by_each_id_too) {
  new_conversation wanted{.business = ada,
                          .connection = page,
                          .scoped_id = "234",
                          .user_id = "NG.1",
                          .contact = ngozi,
                          .conversation = with_ngozi,
                          .at = noon,
                          .who = channel::customer_identity{"234", "NG.1"}};
  EXPECT_EQ(reader().open_conversation(wanted).value().id, with_ngozi);
  EXPECT_EQ(find("", "NG.1").id, with_ngozi);
}

TEST_F(journal_contacts_test, where_a_customer_is_and_whether_anybody_is_there) {
  open(ngozi, with_ngozi, "234", "NG.1");
  change_set set;
  set.addresses.push_back({ngozi, ada, "NG.2", "235"});
  set.reaches.push_back({with_ngozi, ada, noon});
  apply(set);
  auto found = find("", "NG.1");
  EXPECT_EQ(found.customer.user_id, "NG.2");
  EXPECT_EQ(found.address_id, "235");
  EXPECT_EQ(number("SELECT unreachable_since FROM contacts WHERE id = " + quote(ngozi)), to_unix_ms(noon));
}

TEST_F(journal_contacts_test, marks_and_sent_messages_are_found_by_a_further_id) {
  open(ngozi, with_ngozi, "234", "NG.1");
  change_set set;
  set.messages.push_back({.conversation = with_ngozi,
                          .id = id_of<message_id>(51),
                          .business = ada,
                          .outgoing = true,
                          .origin = message_origin::ai,
                          .state = send_state::delivered,
                          .external_id = "wamid.1",
                          .body = "hi",
                          .provider_time = noon,
                          .created_at = noon});
  set.read_marks.push_back({page, "NG.1", noon});
  apply(set);
  EXPECT_EQ(number("SELECT read_up_to FROM conversations WHERE id = " + quote(with_ngozi)), to_unix_ms(noon));
  for (const auto& asked :
       {sent_question{.connection = page, .scoped_id = "NG.1", .external_id = "wamid.1"},
        sent_question{.connection = page, .scoped_id = "NG.1", .id = id_of<message_id>(51)},
        sent_question{.connection = page, .scoped_id = "234", .alias = "NG.1", .external_id = "wamid.1"}}) {
    const auto found = reader().find_sent(asked).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, id_of<message_id>(51));
  }
}

}  // namespace
}  // namespace sellavie::storage
