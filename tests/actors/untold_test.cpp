// Notices of the server's that the chat does not take: a template, a mail, or a person (untold.hpp).

#include "actors/untold.hpp"

#include "actors/customer_notice.hpp"
#include "actors/untold_worker.hpp"
#include "protocol/mail/stored_letter.hpp"
#include "tests/actors/support/outbox_stage.hpp"

namespace sellavie::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class untold_test : public outbox_stage {
 protected:
  storage::outbox_row a_notice(const std::string& text = "Order #1: 2 x Ankara",
                               const std::string& plain = "Your order #1 is complete.") {
    auto row = a_row(text, send_state::ready);
    row.origin = message_origin::system;
    row.epoch = 0;
    row.body = channel::store_wire({.text = text, .plain_text = plain, .about = to_string(about)});
    return row;
  }
  void window_is_over() {
    store->rows.conversations.at(chats.at("C1")).last_customer_at = clock->now() - 25h;
  }
  void has_template() {
    auto shop = std::make_shared<tenant>(*snapshot("token-1"));
    shop->accounts.front().notices = {"order_news", "en"};
    caf::anon_send(sender, tenant_ptr{shop});
    run();
  }
  [[nodiscard]] std::vector<untold_notice> untold() const {
    std::vector<untold_notice> all;
    for (const auto& [id, one] : store->rows.jobs)
      if (one.row.kind == untold_job) all.push_back(read_untold(one.row.payload).value());
    return all;
  }
  message_id tell(const storage::outbox_row& row) {
    announce({row});
    pass(200ms);
    return row.id;
  }

  const order_id about = ids->next_as<order_id>();
};

TEST_F(untold_test, a_notice_goes_into_the_chat_while_the_window_is_open) {
  start();
  tell(a_notice());
  EXPECT_THAT(sent_texts(), ElementsAre("Order #1: 2 x Ankara"));
  EXPECT_THAT(untold(), IsEmpty());
}

TEST_F(untold_test, outside_the_window_it_goes_on_by_another_way_in_the_commit_that_ends_its_row) {
  window_is_over();
  start();
  const auto id = tell(a_notice());
  EXPECT_THAT(world->calls, IsEmpty());
  EXPECT_EQ(state_of(id), send_state::dead);
  EXPECT_THAT(tasks(), IsEmpty()) << "nobody has to look yet";
  ASSERT_THAT(untold(), SizeIs(1));
  EXPECT_EQ(untold()[0].message, id);
  EXPECT_EQ(untold()[0].conversation, chats.at("C1"));
  EXPECT_EQ(untold()[0].order, about);
  EXPECT_EQ(untold()[0].text, "Your order #1 is complete.");
  EXPECT_THAT(untold()[0].reason, HasSubstr("window_closed"));
}

TEST_F(untold_test, on_whatsapp_it_is_said_in_the_template_that_the_account_has) {
  use_channel(channel_kind::whatsapp);
  window_is_over();
  start();
  has_template();
  const auto id = tell(a_notice());
  ASSERT_THAT(world->calls, SizeIs(1));
  const auto body = nlohmann::json::parse(world->calls[0].request.body);
  EXPECT_EQ(body["template"]["name"], "order_news");
  EXPECT_EQ(body["template"]["components"][0]["parameters"][0]["text"], "Your order #1 is complete.");
  accept(0, "wamid.1");
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_THAT(untold(), IsEmpty());
  EXPECT_THAT(tasks(), IsEmpty());
}

TEST_F(untold_test, one_of_several_parts_goes_in_no_template) {
  use_channel(channel_kind::whatsapp);
  window_is_over();
  start();
  has_template();
  const auto first = a_notice();
  const auto second = a_notice("and 1 x Adire", "");
  announce({first, second});
  pass(200ms);
  EXPECT_THAT(world->calls, IsEmpty());
  EXPECT_EQ(state_of(first.id), send_state::dead);
  EXPECT_EQ(state_of(second.id), send_state::dead);
  ASSERT_THAT(untold(), SizeIs(1));
  EXPECT_EQ(untold()[0].message, first.id);
  EXPECT_THAT(tasks(), IsEmpty());
}

TEST_F(untold_test, a_template_that_the_channel_refuses_is_no_dead_end) {
  use_channel(channel_kind::whatsapp);
  window_is_over();
  start();
  has_template();
  tell(a_notice());
  refuse(0, 132001);
  EXPECT_THAT(untold(), SizeIs(1));
  EXPECT_THAT(tasks(), IsEmpty());
}

TEST_F(untold_test, what_the_channel_takes_and_calls_failed_later_goes_on_once) {
  use_channel(channel_kind::whatsapp);
  start();
  tell(a_notice());
  accept(0, "wamid.1");
  auto failed = a_status(delivery_state::failed, "wamid.1");
  failed.error_code = 131047;
  deliver(failed);
  deliver(failed);
  EXPECT_THAT(untold(), SizeIs(1));
  EXPECT_THAT(tasks(), IsEmpty());
}

TEST_F(untold_test, a_customer_who_is_gone_may_be_told_elsewhere) {
  start();
  tell(a_notice());
  refuse(0, 551);
  EXPECT_THAT(untold(), SizeIs(1));
}

TEST_F(untold_test, what_must_not_go_by_another_way_is_a_task_as_ever) {
  window_is_over();
  start();
  tell(a_notice("A reminder", ""));
  EXPECT_THAT(untold(), IsEmpty());
  EXPECT_THAT(tasks(), ElementsAre("send_failed"));
}

// --- what becomes of it ----------------------------------------------------------------------------

class untold_worker_test : public untold_test {
 protected:
  untold_worker_test() {
    std::array<std::uint8_t, 32> key{};
    key.fill(7);
    node->secrets = std::make_shared<const crypto::fernet_ring>(crypto::fernet_key{key});
    settings->smtp.url = config::secret{"smtp://mail.example"};
    store->rows.businesses[business] = {.id = business, .locale = "fr-SN"};
    worker = keep(system().spawn(untold_worker, services_ptr{node}));
  }
  void left(const std::string& address) {
    for (auto& [id, contact] : store->rows.contacts) contact.email = address;
  }
  void carry_out(std::int32_t claim = 1) {
    const untold_notice notice{message, chats.at("C1"), about, "Votre commande #1 est prête.",
                               "window_closed:expired"};
    const auto row = untold_of(notice, business, job, clock->now());
    store->rows.jobs[job] = {.row = row, .state = 2, .claims = claim};
    end.reset();
    caf::anon_send(worker, untold_work{{{job, business, claim}, row.kind, row.payload},
                                       [this](job_end how) { end = std::move(how); }});
    run();
  }

  const storage::job_id job = ids->next_as<storage::job_id>();
  message_id message = ids->next_as<message_id>();
  untold_worker_actor worker;
  std::optional<job_end> end;
};

TEST_F(untold_worker_test, a_customer_who_left_an_address_is_written_to_in_the_commit_that_ends_the_job) {
  left("chidi@example.com");
  carry_out();
  ASSERT_THAT(store->rows.mails, SizeIs(1));
  const auto& mail = store->rows.mails.front();
  EXPECT_EQ(mail.recipient, "chidi@example.com");
  EXPECT_EQ(mail.id.value, message.value);
  EXPECT_EQ(mail.expires_at - mail.created_at, 24h);
  const auto letter = mail::load_letter(node->secrets->decrypt(mail.sealed_letter).value().plaintext).value();
  EXPECT_THAT(letter.text, HasSubstr("Votre commande #1 est prête."));
  EXPECT_THAT(letter.subject, HasSubstr("votre commande"));
  EXPECT_THAT(store->rows.jobs, IsEmpty());
  EXPECT_THAT(tasks(), IsEmpty());
  EXPECT_EQ(store->rows.timeline.back().what, "told_by_mail");
  EXPECT_TRUE(std::holds_alternative<job_ends::done>(*end));
}

TEST_F(untold_worker_test, a_person_is_asked_where_there_is_no_address_or_the_server_sends_no_mail) {
  carry_out();
  message = ids->next_as<message_id>();
  left("chidi@example.com");
  settings->smtp.url = config::secret{};
  carry_out();
  EXPECT_THAT(tasks(), ElementsAre("customer_not_told", "customer_not_told"));
  EXPECT_THAT(store->rows.mails, IsEmpty());
  EXPECT_EQ(store->rows.tasks.front().conversation, chats.at("C1"));
  EXPECT_EQ(store->rows.tasks.front().reason, "window_closed:expired");
}

TEST_F(untold_worker_test, a_customer_who_was_blocked_is_not_written_to) {
  left("chidi@example.com");
  for (auto& [id, contact] : store->rows.contacts) contact.is_blocked = true;
  carry_out();
  EXPECT_THAT(store->rows.mails, IsEmpty());
  EXPECT_THAT(tasks(), ElementsAre("customer_not_told"));
}

TEST_F(untold_worker_test, an_address_that_had_many_within_the_hour_gets_no_more) {
  settings->limits.mails_per_recipient_per_hour = 2;
  left("chidi@example.com");
  for (int i = 0; i < 3; ++i) {
    carry_out();
    message = ids->next_as<message_id>();
  }
  EXPECT_THAT(store->rows.mails, SizeIs(2));
  EXPECT_THAT(tasks(), ElementsAre("customer_not_told"));
}

TEST_F(untold_worker_test, a_job_that_is_run_again_tells_nobody_twice) {
  left("chidi@example.com");
  carry_out();
  store->rows.mails.clear();
  carry_out(2);
  EXPECT_THAT(store->rows.mails, IsEmpty()) << "it was sent meanwhile";
  EXPECT_THAT(tasks(), IsEmpty());
  EXPECT_TRUE(std::holds_alternative<job_ends::done>(*end));
}

TEST_F(untold_worker_test, a_commit_that_does_not_go_through_leaves_the_job) {
  left("chidi@example.com");
  store->before_commit = [](memory_store::batch) {
    return memory_store::fate{commit_outcome::refused, false};
  };
  carry_out();
  EXPECT_THAT(store->rows.mails, IsEmpty());
  EXPECT_TRUE(store->rows.jobs.contains(job));
  EXPECT_TRUE(std::holds_alternative<job_ends::failed>(*end));
}

TEST_F(untold_test, is_read_as_it_was_written_and_nothing_else_is) {
  const untold_notice written{ids->next_as<message_id>(), chats.at("C1"), about,
                              "Votre commande \"#1\"\nest prête.", "window_closed:expired"};
  const auto row = untold_of(written, business, ids->next_as<storage::job_id>(), clock->now());
  EXPECT_EQ(row.business, business);
  EXPECT_EQ(row.kind, "customer.untold");
  EXPECT_EQ(row.unique_key, to_string(written.message));
  EXPECT_EQ(row.due_at, clock->now());
  const auto read = read_untold(row.payload);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->message, written.message);
  EXPECT_EQ(read->conversation, written.conversation);
  EXPECT_EQ(read->order, written.order);
  EXPECT_EQ(read->text, written.text);
  EXPECT_EQ(read->reason, written.reason);
  auto without_order = written;
  without_order.order = {};
  EXPECT_TRUE(
      read_untold(untold_of(without_order, business, row.id, clock->now()).payload).value().order.is_nil());
  EXPECT_FALSE(read_untold(""));
  EXPECT_FALSE(read_untold("[]"));
  EXPECT_FALSE(read_untold(R"({"message":"x","conversation":"y"})"));
}

}  // namespace
}  // namespace sellavie::test
