// A document is stored once and never changes; its links end; settings are edited by whoever saw them last.

#include "storage/api/invoice_documents.hpp"
#include "storage/api/invoice_settings.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::HasSubstr;

class invoice_documents_test : public unit_of_work_test {
 protected:
  void SetUp() override {
    unit_of_work_test::SetUp();
    auto order = an_order(40, 1042);
    order.status = "paid";
    order.paid_at = noon + std::chrono::hours{15};  // 2025-10-09 23:53 UTC is the tenth in Lagos
    order.tax_mode = "exclusive";
    order.tax_rate_bp = 750;
    invoice_row row{bill, ada, "INV", 7, "invoice", order.id, "NGN", 3'000'000, "[]", noon};
    row.taxes = R"([{"name":"VAT"}])";
    row.seller = R"({"name":"Ada"})";
    row.buyer = R"({"name":"Chidi"})";
    row.corrects = "INV-000001";
    ASSERT_EQ(apply({.orders = {order}, .invoices = {row}}).outcome, commit_outcome::committed);
  }
  std::string refusal(const database_role& role, const std::string& statement) const {
    const auto session = open_pq(role, "documents").value();
    (void)execute(*session, "SET app.business_id = " + quote(ada)).value();
    const auto done = execute(*session, statement);
    return done ? "done" : done.error().detail;
  }
  change_origin at(instant when) const {
    auto one = by;
    one.at = when;
    return one;
  }

  const invoice_id bill = id_of<invoice_id>(70);
  api_session store_of_api{database.access(), "documents"};
  const change_origin by{id_of<api::account_id>(8), id_of<api::session_id>(9), "::1", "r", noon};
};

TEST_F(invoice_documents_test, an_invoice_keeps_what_it_said_and_an_order_its_terms) {
  auto reads = reader();
  const auto row = reads.find_invoices(ada, id_of<order_id>(40)).value().at(0);
  EXPECT_EQ(row.taxes, R"([{"name":"VAT"}])");
  EXPECT_EQ(row.seller, R"({"name":"Ada"})");
  EXPECT_EQ(row.buyer, R"({"name":"Chidi"})");
  EXPECT_EQ(row.corrects, "INV-000001");
  auto order = reads.find_order(ada, id_of<order_id>(40)).value().value();
  EXPECT_EQ(order.tax_mode, "exclusive");
  EXPECT_EQ(order.tax_rate_bp, 750);
  auto fulfilled = changed(order, "fulfilled");
  fulfilled.tax_mode = "inclusive";
  fulfilled.tax_rate_bp = 500;
  ASSERT_EQ(apply({.orders = {fulfilled}}).outcome, commit_outcome::committed);
  EXPECT_EQ(text("SELECT tax_mode || tax_rate_bp FROM orders"), "inclusive500");
}

TEST_F(invoice_documents_test, its_page_has_the_days_of_the_business_and_no_link_to_pay_what_is_paid) {
  sql("UPDATE orders SET payment_url = 'https://pay.example'; UPDATE contacts SET name = 'Chidi O.'");
  const auto found = find_document_source(store_of_api, ada, bill).value().value();
  EXPECT_EQ(found.row.number, 7);
  EXPECT_EQ(found.order_number, 1042);
  EXPECT_EQ(found.business_name, "Ada Fabrics");
  EXPECT_EQ(found.customer_name, "Chidi O.");
  EXPECT_EQ(found.issued_on, "2025-10-09");
  EXPECT_EQ(found.paid_on, "2025-10-10") << "the day in Lagos";
  EXPECT_EQ(found.payment_url, "");
  sql("UPDATE orders SET status = 'awaiting_payment', paid_at = 0");
  const auto unpaid = find_document_source(store_of_api, ada, bill).value().value();
  EXPECT_EQ(unpaid.paid_on, "");
  EXPECT_EQ(unpaid.payment_url, "https://pay.example");
  EXPECT_FALSE(find_document_source(store_of_api, id_of<business_id>(99), bill).value());
}

TEST_F(invoice_documents_test, the_first_document_stays_whatever_is_drawn_later) {
  EXPECT_FALSE(find_stored_invoice(store_of_api, ada, bill).value());
  const std::string first{"%PDF\0\xff first", 12};
  EXPECT_EQ(keep_invoice_pdf(store_of_api, ada, bill, first, noon).value(), first);
  EXPECT_EQ(keep_invoice_pdf(store_of_api, ada, bill, "second", noon).value(), first);
  const auto stored = find_stored_invoice(store_of_api, ada, bill).value().value();
  EXPECT_EQ(stored.pdf, first);
  EXPECT_EQ(stored.number, 7);
  EXPECT_EQ(number("SELECT count(*) FROM invoice_documents WHERE sha256 = sha256(pdf)"), 1);
  EXPECT_FALSE(find_stored_invoice(store_of_api, id_of<business_id>(99), bill).value());
}

TEST_F(invoice_documents_test, no_role_changes_or_removes_a_document) {
  ASSERT_TRUE(keep_invoice_pdf(store_of_api, ada, bill, "first", noon));
  for (const auto& role : {database.access().tenant, database.access().engine})
    for (const auto* statement : {"UPDATE invoice_documents SET pdf = 'x'", "DELETE FROM invoice_documents",
                                  "DELETE FROM invoice_settings", "UPDATE invoice_links SET expires_at = 1"})
      EXPECT_THAT(refusal(role, statement), HasSubstr("42501")) << statement;
}

TEST_F(invoice_documents_test, a_document_of_another_business_is_not_written) {
  sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" +
      quote(id_of<business_id>(99)) + ", 'bola', 'Bola', 'NGN', 'UTC', 0)");
  ASSERT_TRUE(keep_invoice_pdf(store_of_api, ada, bill, "own", noon));
  EXPECT_FALSE(keep_invoice_pdf(store_of_api, id_of<business_id>(99), bill, "foreign", noon));
  EXPECT_FALSE(link_invoice(store_of_api, id_of<business_id>(99), by, bill, plain_id(200)));
  EXPECT_EQ(text("SELECT string_agg(encode(pdf, 'escape'), ',') FROM invoice_documents"), "own");
  EXPECT_EQ(count("invoice_links"), 0);
}

TEST_F(invoice_documents_test, a_link_lives_its_days_and_is_made_anew_in_the_second_half_of_them) {
  ASSERT_TRUE(keep_invoice_pdf(store_of_api, ada, bill, "pdf", noon));
  const auto first = link_invoice(store_of_api, ada, by, bill, plain_id(200)).value();
  EXPECT_EQ(first.token, plain_id(200));
  EXPECT_EQ(first.expires_at, noon + invoice_link_life);
  const auto again =
      link_invoice(store_of_api, ada, at(noon + std::chrono::hours{1}), bill, plain_id(201)).value();
  EXPECT_EQ(again.token, first.token);
  const auto half = noon + invoice_link_life / 2;
  const auto second = link_invoice(store_of_api, ada, at(half), bill, plain_id(202)).value();
  EXPECT_EQ(second.token, plain_id(202));
  const auto reads = [&](const uuid& token, instant when) {
    return find_link(store_of_api, token, when).value().has_value();
  };
  const auto last = first.expires_at - milliseconds{1};
  EXPECT_TRUE(reads(first.token, last)) << "the one that was given out stays";
  EXPECT_FALSE(reads(first.token, first.expires_at));
  EXPECT_TRUE(reads(second.token, first.expires_at));
  EXPECT_FALSE(reads(plain_id(201), noon));
  ASSERT_TRUE(link_invoice(store_of_api, ada, at(second.expires_at), bill, plain_id(203)));
  EXPECT_EQ(text("SELECT string_agg(token::text, ',') FROM invoice_links"), to_string(plain_id(203)));
  EXPECT_EQ(count("audit_log WHERE action = 'invoice.link_made'"), 3);
}

TEST_F(invoice_documents_test, the_desk_makes_a_link_in_its_commit_and_finds_the_last_one) {
  auto reads = reader();
  EXPECT_FALSE(reads.find_invoice_link(ada, bill).value());
  const invoice_link_row older{plain_id(300), ada, bill, noon, noon + invoice_link_life};
  const invoice_link_row newer{plain_id(301), ada, bill, noon, noon + invoice_link_life * 2};
  ASSERT_EQ(apply({.invoice_links = {newer, older}}).outcome, commit_outcome::committed);
  const auto found = reads.find_invoice_link(ada, bill).value().value();
  EXPECT_EQ(found.token, newer.token);
  EXPECT_EQ(found.expires_at, newer.expires_at);
  EXPECT_FALSE(reads.find_invoice_link(id_of<business_id>(99), bill).value());
  const auto shown = find_link(store_of_api, older.token, noon).value().value();
  EXPECT_EQ(shown.business, ada);
  EXPECT_EQ(shown.invoice, bill);
  expect_refused({.invoice_links = {older}}, "invoice_links_pkey");
}

TEST_F(invoice_documents_test, a_mail_waits_once_under_its_id) {
  queued_mail one{.id = id_of<mail_id>(80),
                  .recipient = "chidi@example.com",
                  .kind = "invoice",
                  .sealed_letter = "sealed",
                  .created_at = noon,
                  .expires_at = noon + std::chrono::hours{72}};
  ASSERT_EQ(apply({.mails = {one}}).outcome, commit_outcome::committed);
  one.sealed_letter = "other";
  ASSERT_EQ(apply({.mails = {one}}).outcome, commit_outcome::committed);
  EXPECT_EQ(text("SELECT recipient || kind || letter || (due_at = created_at) FROM mails"),
            "chidi@example.cominvoicesealedtrue");
}

TEST_F(invoice_documents_test, settings_are_changed_by_whoever_saw_them_last) {
  EXPECT_EQ(find_invoice_settings(store_of_api, ada).value().version, 0);
  const auto save = [&](const std::string& name, std::int64_t version) {
    return change_invoice_settings(store_of_api, ada, by,
                                   {{name, "1 Marina", "TIN", "VAT", "exclusive", 750, "Thanks"}, version})
        .value()
        .outcome;
  };
  EXPECT_EQ(save("Ada Ltd", 1), edit_outcome::stale);
  EXPECT_EQ(save("Ada Ltd", 0), edit_outcome::done);
  EXPECT_EQ(save("Late", 0), edit_outcome::stale);
  EXPECT_EQ(save("Ada PLC", 1), edit_outcome::done);
  const auto now = find_invoice_settings(store_of_api, ada).value();
  EXPECT_EQ(now.said.legal_name, "Ada PLC");
  EXPECT_EQ(now.said.footer, "Thanks");
  EXPECT_TRUE(now.said.mail_documents) << "unless somebody says otherwise";
  EXPECT_EQ(now.version, 2);
  auto quiet = now;
  quiet.said.mail_documents = false;
  ASSERT_EQ(change_invoice_settings(store_of_api, ada, by, quiet).value().outcome, edit_outcome::done);
  EXPECT_FALSE(find_invoice_settings(store_of_api, ada).value().said.mail_documents);
  EXPECT_FALSE(reader().find_invoice_settings(ada).value().mail_documents);
  EXPECT_EQ(find_invoice_settings(store_of_api, id_of<business_id>(99)).value().version, 0);
  EXPECT_EQ(count("audit_log WHERE action = 'invoice_settings.changed'"), 3);
}

TEST_F(invoice_documents_test, a_desk_prices_and_an_invoice_is_written_by_the_settings) {
  auto reads = reader();
  EXPECT_EQ(reads.load_desk(ada, noon).value().tax_mode, "none");
  ASSERT_TRUE(change_invoice_settings(
      store_of_api, ada, by, {{"Ada Ltd", "1 Marina", "TIN", "VAT", "exclusive", 750, "Thanks"}, 0}));
  const auto desk = reads.load_desk(ada, noon).value();
  EXPECT_EQ(desk.tax_mode, "exclusive");
  EXPECT_EQ(desk.tax_rate_bp, 750);
  EXPECT_EQ(reads.find_invoice_settings(ada).value().tax_name, "VAT");
  sql("UPDATE contacts SET name = 'Chidi', phone = '+234', email = 'c@example.com', address = 'Ikeja'");
  const auto both = reads.find_invoice_parties(ada, chidi).value();
  EXPECT_EQ(both.business_name, "Ada Fabrics");
  EXPECT_EQ(both.settings.legal_name, "Ada Ltd");
  EXPECT_EQ(both.buyer_name + both.buyer_phone + both.buyer_email + both.buyer_address,
            "Chidi+234c@example.comIkeja");
  EXPECT_EQ(reads.find_invoice_parties(ada, id_of<contact_id>(98)).value().buyer_name, "");
}

}  // namespace
}  // namespace sellavie::storage
