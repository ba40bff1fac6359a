#include "protocol/mail/customer_letters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/domain/currency.hpp"
#include "protocol/mail/stored_letter.hpp"

namespace sellavie::mail {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

invoice a_document(invoice_kind kind) {
  invoice one;
  one.kind = kind;
  one.formatted_number = kind == invoice_kind::invoice ? "INV-000007" : "CRN-000002";
  one.order_number = 1042;
  one.total = {1'500'000, *parse_currency("NGN")};
  one.seller = {"Buy pills at evil.example", "1 Evil Street", "TIN-EVIL", "evil footer"};
  one.buyer = {"Evil Buyer", "2 Evil Street", "+1", "who@example.com"};
  one.lines = {{{}, "EVIL-SKU", "Evil product", 1, one.total, 1, one.total}};
  one.taxes = {{"Evil tax", {tax_mode::inclusive, 750}, {1, one.total.currency}}};
  return one;
}

constexpr std::string_view url = "https://shop.example/i/0189";

TEST(customer_letters, say_which_document_of_which_order_and_where_to_read_it) {
  const auto bill = document_issued(a_document(invoice_kind::invoice), url, reply_language::en);
  EXPECT_EQ(bill.kind, "invoice");
  EXPECT_EQ(bill.subject, "Invoice INV-000007 for your order #1042");
  EXPECT_THAT(bill.text,
              AllOf(HasSubstr("Total: NGN 15,000.00"), HasSubstr("\nhttps://shop.example/i/0189\n")));
  const auto note = document_issued(a_document(invoice_kind::credit_note), url, reply_language::en);
  EXPECT_EQ(note.kind, "credit_note");
  EXPECT_THAT(note.subject, HasSubstr("Credit note CRN-000002"));
}

TEST(customer_letters, hold_no_word_of_a_person) {
  for (const auto kind : {invoice_kind::invoice, invoice_kind::credit_note})
    for (const auto language : {reply_language::en, reply_language::fr, reply_language::pt}) {
      const auto one = document_issued(a_document(kind), url, language);
      for (const auto* word : {"vil", "EVIL", "+1"})
        EXPECT_THAT(one.subject + one.text, Not(HasSubstr(word)));
      EXPECT_THAT(one.text, Not(HasSubstr("{"))) << "every place is filled";
    }
}

TEST(customer_letters, are_written_in_the_language_of_the_business) {
  EXPECT_THAT(document_issued(a_document(invoice_kind::invoice), url, reply_language::fr).text,
              HasSubstr("Facture INV-000007 de votre commande #1042"));
  EXPECT_THAT(document_issued(a_document(invoice_kind::credit_note), url, reply_language::pt).text,
              HasSubstr("Nota de crédito CRN-000002"));
}

TEST(stored_letters, are_read_as_they_were_written) {
  const auto plain = load_letter(store_letter({"kind", "Subject", "Text", {}})).value();
  EXPECT_EQ(plain.subject + plain.text + plain.html, "SubjectText");
  EXPECT_EQ(load_letter(store_letter({"kind", "Subject", "Text", "<p>"})).value().html, "<p>");
  for (const auto* wrong : {"", "[]", "{}", R"({"subject":"a"})"}) EXPECT_FALSE(load_letter(wrong)) << wrong;
}

}  // namespace
}  // namespace sellavie::mail
