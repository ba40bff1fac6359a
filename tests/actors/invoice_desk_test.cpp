// Invoice numbers without gaps, whatever happens to a commit or the process.

#include "actors/invoice_desk.hpp"

#include <gmock/gmock.h>

#include "actors/invoice_records.hpp"
#include "protocol/action/outcome_codec.hpp"
#include "protocol/mail/stored_letter.hpp"
#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct invoice_desk : testing::Test {
  shop_world world;

  invoice_desk() {
    world.model->always = [](const auto&) {
      return calls({{"place_order", wish("A1", 1)}, {"request_checkout", "{}"}, {"send_invoice", "{}"}},
                   "With invoice.");
    };
    // The payment provider makes every link at once.
    world.outside->at_once = [](const auto& request) { return http(200, link_of(reference_of(request))); };
  }
  void buys(const std::string& customer) { world.customer_says(customer, "One with an invoice"); }
  std::vector<std::int64_t> numbers() const {
    std::vector<std::int64_t> found;
    for (const auto& row : world.store->rows.invoices) found.push_back(row.number);
    std::sort(found.begin(), found.end());
    return found;
  }
  /// The next `count` commits that hold an invoice end like this.
  void spoil(memory_store::fate fate, int count = 1) {
    world.store->before_commit =
        [fate, count](memory_store::batch sets) mutable -> std::optional<memory_store::fate> {
      for (const auto* set : sets)
        if (!set->invoices.empty() && count > 0) {
          if (sets.size() == 1) --count;
          return fate;
        }
      return std::nullopt;
    };
  }
};

TEST_F(invoice_desk, numbers_invoices_in_the_order_of_asking) {
  for (const char* name : {"c1", "c2", "c3"}) buys(name);
  world.finish_turns();
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 3));
  EXPECT_THAT(world.ai_texts(), SizeIs(3));
}

TEST_F(invoice_desk, leaves_no_gap_when_a_commit_is_refused) {
  spoil({storage::commit_outcome::refused, false});
  for (const char* name : {"c1", "c2", "c3"}) buys(name);
  world.advance(20s);
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 3));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(invoice_desk, uses_no_number_twice_when_a_commit_is_in_doubt) {
  spoil({storage::commit_outcome::in_doubt, true});
  for (const char* name : {"c1", "c2", "c3"}) buys(name);
  world.advance(20s);
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 3));
  EXPECT_THAT(world.store->rows.inbox, IsEmpty());
}

TEST_F(invoice_desk, goes_on_without_a_gap_after_a_restart) {
  buys("c1");
  world.finish_turns();
  world.restart();
  buys("c2");
  world.finish_turns();
  EXPECT_THAT(numbers(), ElementsAre(1, 2));
}

TEST_F(invoice_desk, writes_tax_seller_and_buyer_as_they_are_now) {
  world.store->rows.invoice_settings[world.shop] = {"Ada Ltd",   "1 Marina", "TIN",   "VAT",
                                                    "exclusive", 750,        "Thanks"};
  buys("c1");
  world.finish_turns();
  ASSERT_THAT(world.store->rows.invoices, SizeIs(1));
  const auto& row = world.store->rows.invoices.front();
  const auto document = actors::to_invoice(row, 1042);
  const auto& order = world.store->rows.orders.begin()->second;
  EXPECT_EQ(order.tax_mode, "exclusive");
  EXPECT_EQ(document.total.minor, order.total_minor);
  ASSERT_THAT(document.taxes, SizeIs(1));
  EXPECT_EQ(document.taxes.front().name, "VAT");
  EXPECT_EQ(document.taxes.front().terms, (tax_terms{tax_mode::exclusive, 750}));
  EXPECT_EQ(net_of(document).value().minor, document.lines.front().total.minor);
  EXPECT_GT(document.total.minor, document.lines.front().total.minor) << "the tax is on top";
  EXPECT_EQ(document.seller, (invoice_seller{"Ada Ltd", "1 Marina", "TIN", "Thanks"}));
  EXPECT_EQ(document.buyer.name, to_string(order.contact));
  const auto again = actors::to_row(document, row.business);
  EXPECT_EQ(again.lines + again.taxes + again.seller + again.buyer,
            row.lines + row.taxes + row.seller + row.buyer);
}

TEST_F(invoice_desk, tells_the_customer_where_to_read_it_under_one_link_while_that_is_young) {
  buys("c1");
  world.finish_turns();
  ASSERT_THAT(world.store->rows.invoice_links, SizeIs(1));
  const auto first = world.store->rows.invoice_links.front();
  EXPECT_EQ(first.invoice, world.store->rows.invoices.front().id);
  EXPECT_EQ(first.expires_at - first.created_at, storage::invoice_link_life);
  const auto told = [&](const storage::invoice_link_row& link) {
    return HasSubstr("Read it here: https://shop.example/i/" + to_string(link.token));
  };
  EXPECT_THAT(world.ai_texts().back(), told(first));
  world.model->always = [](const auto&) { return calls({{"send_invoice", "{}"}}, "Again."); };
  buys("c1");
  world.finish_turns();
  EXPECT_THAT(world.store->rows.invoice_links, SizeIs(1));
  EXPECT_THAT(world.ai_texts().back(), told(first));
  // In the second half of its life.
  auto& old = world.store->rows.invoice_links.front();
  old.expires_at -= storage::invoice_link_life / 2 + std::chrono::hours{1};
  buys("c1");
  world.finish_turns();
  ASSERT_THAT(world.store->rows.invoice_links, SizeIs(2));
  EXPECT_THAT(world.ai_texts().back(), told(world.store->rows.invoice_links.back()));
  EXPECT_THAT(numbers(), ElementsAre(1)) << "the invoice is the same one";
}

struct mailed_invoices : invoice_desk {
  std::vector<mail::opened_letter> letters() const {
    std::vector<mail::opened_letter> all;
    for (const auto& one : world.store->rows.mails)
      all.push_back(
          mail::load_letter(world.node->secrets->decrypt(one.sealed_letter).value().plaintext).value());
    return all;
  }
  void can_mail() { world.settings->smtp.url = config::secret{"smtp://mail.example"}; }
  void buys_and_left(const std::string& address, bool is_blocked = false) {
    const auto ordering = world.model->always;
    world.model->always = [](const auto&) { return says("Hello."); };
    world.customer_says("c1", "Hello");
    world.finish_turns();
    ASSERT_THAT(world.store->rows.contacts, SizeIs(1));
    world.store->rows.contacts.begin()->second.email = address;
    world.store->rows.contacts.begin()->second.is_blocked = is_blocked;
    world.model->always = ordering;
    buys("c1");
    world.finish_turns();
    ASSERT_THAT(world.store->rows.invoices, SizeIs(1));
  }
};

TEST_F(mailed_invoices, are_sent_as_a_link_to_a_customer_who_left_an_address_in_the_commit_that_issues_them) {
  can_mail();
  buys_and_left("chidi@example.com");
  ASSERT_THAT(world.store->rows.mails, SizeIs(1));
  const auto& mail = world.store->rows.mails.front();
  EXPECT_EQ(mail.recipient, "chidi@example.com");
  EXPECT_EQ(mail.kind, "invoice");
  EXPECT_EQ(mail.id.value, world.store->rows.invoices.front().id.value)
      << "the same mail however often it is sent";
  EXPECT_EQ(mail.expires_at - mail.created_at, 72h);
  ASSERT_THAT(world.store->rows.invoice_links, SizeIs(1)) << "the chat and the mail lead to the same place";
  EXPECT_THAT(letters().front().text, HasSubstr("https://shop.example/i/" +
                                                to_string(world.store->rows.invoice_links.front().token)));
  world.model->always = [](const auto&) { return calls({{"send_invoice", "{}"}}, "Again."); };
  buys("c1");
  world.finish_turns();
  EXPECT_THAT(world.store->rows.mails, SizeIs(1)) << "asked for again it is in the chat";
}

TEST_F(mailed_invoices, are_not_sent_by_a_server_that_sends_no_mail) {
  buys_and_left("chidi@example.com");
  EXPECT_THAT(world.store->rows.mails, IsEmpty());
}

TEST_F(mailed_invoices, are_not_sent_by_a_server_that_has_no_public_address) {
  can_mail();
  // Without one nothing can be bought: it goes between the payment link and the invoice.
  world.outside->at_once = [this](const auto& request) {
    auto made = http(200, link_of(reference_of(request)));
    world.settings->http.public_url.clear();
    return made;
  };
  buys_and_left("chidi@example.com");
  EXPECT_THAT(world.store->rows.mails, IsEmpty()) << "there is no link to mail";
  EXPECT_THAT(world.store->rows.invoice_links, IsEmpty());
}

TEST_F(mailed_invoices, are_not_sent_where_the_business_said_so) {
  can_mail();
  world.store->rows.invoice_settings[world.shop].mail_documents = false;
  buys_and_left("chidi@example.com");
  EXPECT_THAT(world.store->rows.mails, IsEmpty());
}

TEST_F(mailed_invoices, are_not_sent_to_a_customer_who_was_blocked) {
  can_mail();
  buys_and_left("chidi@example.com", true);
  EXPECT_THAT(world.store->rows.mails, IsEmpty());
}

TEST_F(mailed_invoices, are_not_sent_to_what_is_no_address) {
  can_mail();
  buys_and_left("chidi at example");
  EXPECT_THAT(world.store->rows.mails, IsEmpty());
}

TEST(mail_allowance, lets_so_many_go_to_one_address_within_an_hour) {
  actors::mail_allowance allowed;
  const instant now = instant_from_ms(1'700'000'000'000);
  EXPECT_TRUE(allowed.take("a@example.com", now, 2));
  EXPECT_TRUE(allowed.take("a@example.com", now + 1min, 2));
  EXPECT_FALSE(allowed.take("a@example.com", now + 2min, 2));
  EXPECT_TRUE(allowed.take("b@example.com", now + 2min, 2)) << "each has its own";
  EXPECT_TRUE(allowed.take("a@example.com", now + 60min, 2));
  EXPECT_FALSE(allowed.take("a@example.com", now + 60min, 2));
}

TEST_F(invoice_desk, makes_links_of_random_bits_alone) {
  struct fixed_ids final : id_source {
    uuid next() override {
      uuid id;
      id.bytes.fill(++count == 1 ? 0xAA : 0xBB);
      return id;
    }
    int count = 0;
  } ids;
  EXPECT_EQ(to_string(actors::link_token(ids)), "bbbbbbbb-bbbb-4bbb-aaaa-aaaaaaaaaaaa");
}

TEST_F(invoice_desk, names_the_business_where_no_seller_is_set) {
  buys("c1");
  world.finish_turns();
  ASSERT_THAT(world.store->rows.invoices, SizeIs(1));
  const auto document = actors::to_invoice(world.store->rows.invoices.front(), 1042);
  EXPECT_EQ(document.seller.name, world.store->rows.businesses.at(world.shop).name);
  EXPECT_THAT(document.taxes, IsEmpty());
}

TEST_F(invoice_desk, reads_a_row_of_before_there_were_documents) {
  storage::invoice_row row{.series = "INV",
                           .number = 7,
                           .kind = "invoice",
                           .currency = "NGN",
                           .total_minor = 5,
                           .lines = "not json",
                           .taxes = "{}",
                           .seller = "[1]",
                           .buyer = "null"};
  const auto document = actors::to_invoice(row, 3);
  EXPECT_EQ(document.formatted_number, "INV-000007");
  EXPECT_EQ(document.total.minor, 5);
  EXPECT_EQ(document.seller, invoice_seller{});
  EXPECT_THAT(document.lines, IsEmpty());
}

TEST_F(invoice_desk, answers_a_second_wish_with_the_invoice_that_is_there) {
  buys("c1");
  world.finish_turns();
  world.model->always = [](const auto&) { return calls({{"send_invoice", "{}"}}, "Again."); };
  buys("c1");
  world.finish_turns();
  EXPECT_THAT(numbers(), ElementsAre(1));
  EXPECT_THAT(world.ai_texts(), SizeIs(2));
}

TEST_F(invoice_desk, keeps_a_refusal_and_a_resumed_turn_reads_it) {
  buys("c1");
  world.finish_turns();
  world.model->always = [](const auto&) { return calls({{"send_invoice", "{}"}}, "Again."); };
  world.store->rows.invoices.front().total_minor += 100;  // as if the order had changed since
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets)
      for (const auto& row : set->action_results)
        world.store->away =
            world.store->away || decode_outcome(row.outcome).value().kind == action_kind::send_invoice;
  };
  buys("c1");
  world.advance(1300ms);
  ASSERT_TRUE(world.store->away) << "the refusal was committed";
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.store->rows.invoices.front().total_minor -= 100;  // decided again it would be granted
  world.start();
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(4)) << "both lives ask a second round about the same refusal";
  EXPECT_THAT(numbers(), ElementsAre(1));
  EXPECT_THAT(world.ai_texts(), SizeIs(2));
}

TEST_F(invoice_desk, issues_once_when_the_turn_is_resumed_after_its_commit) {
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets) world.store->away = world.store->away || !set->invoices.empty();
  };
  buys("c1");
  world.advance(1300ms);
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.start();
  world.finish_turns();
  EXPECT_THAT(numbers(), ElementsAre(1));
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.model->asked, SizeIs(1));
}

}  // namespace
}  // namespace sellavie::test
