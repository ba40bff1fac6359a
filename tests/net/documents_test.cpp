// Invoices as PDFs, read back by poppler's programs as a reader's program reads them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <thread>

#include "net/documents/document_words.hpp"
#include "net/documents/invoice_pdf.hpp"
#include "net/documents/page_canvas.hpp"
#include "net/documents/pagination.hpp"

namespace sellavie::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr currency_code naira{{'N', 'G', 'N'}};
constexpr const char* pay_here = "https://checkout.example/0peioxfhpn8x2k1";

order_line a_line(const std::string& name, const std::string& sku, std::int64_t quantity, std::int64_t price,
                  currency_code currency = naira) {
  return {product_id{}, sku, name, quantity, {price, currency}, 1, {price * quantity, currency}};
}

invoice_document an_invoice() {
  invoice_document document;
  auto& what = document.what;
  what.formatted_number = "INV-000123";
  what.order_number = 1042;
  what.issued_at = instant_from_ms(1'794'475'800'000);  // 2026-11-12 09:30 UTC
  what.seller = {"Ada Fabrics Ltd", "12 Marina Road\nLagos", "TIN 2039", "Thank you for your order."};
  what.buyer = {"Chidi Okonkwo", "14b Awolowo Way", "+234 803 555 0142", "chidi@example.com"};
  what.lines = {a_line("Ankara fabric, 6 yards", "ANK-6", 2, 1'500'000), a_line("Gele", "GEL", 12, 350'000)};
  what.taxes = {{"VAT", {tax_mode::exclusive, 750}, {540'000, naira}}};
  what.total = {7'740'000, naira};
  document.issued = {2026, 11, 12};
  document.payment_url = pay_here;
  document.locale = "en-NG";
  return document;
}

invoice_document with_lines(std::size_t count) {
  auto document = an_invoice();
  document.what.lines.clear();
  for (std::size_t i = 0; i < count; ++i)
    document.what.lines.push_back(
        a_line("Article " + std::to_string(i), "SKU" + std::to_string(1'000 + i), 1, 100));
  document.what.taxes.clear();
  document.what.total = {static_cast<std::int64_t>(count) * 100, naira};
  return document;
}

/// A PDF in a folder of its own, gone with the object.
class pdf_file {
 public:
  explicit pdf_file(const invoice_document& document) : bytes_{render_invoice(document).value()} {
    static int files = 0;
    folder_ = std::filesystem::path{testing::TempDir()} /
              ("sellavie_documents_" + std::to_string(getpid()) + "_" + std::to_string(++files));
    std::filesystem::create_directories(folder_);
    std::ofstream{path(), std::ios::binary} << bytes_;
  }
  ~pdf_file() { std::filesystem::remove_all(folder_); }
  pdf_file(const pdf_file&) = delete;
  pdf_file& operator=(const pdf_file&) = delete;

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string text(const std::string& options = {}) const {
    return said_by("pdftotext " + options + " '" + path() + "' -");
  }
  [[nodiscard]] std::string about() const { return said_by("TZ=UTC pdfinfo '" + path() + "'"); }
  [[nodiscard]] int pages() const {
    const auto said = about();
    std::smatch found;
    return std::regex_search(said, found, std::regex{"Pages: +(\\d+)"}) ? std::stoi(found[1]) : 0;
  }
  /// Where a word begins on the first page.
  [[nodiscard]] double left_of(const std::string& word) const {
    const auto boxes = text("-bbox -l 1");
    std::smatch found;
    const std::regex box{"xMin=\"([0-9.]+)\"[^>]*>" + word + "<"};
    return std::regex_search(boxes, found, box) ? std::stod(found[1]) : -1;
  }
  /// Of 1,000 points of a page, how many are dark.
  [[nodiscard]] double ink(int page) const {
    const auto number = std::to_string(page);
    const auto picture = said_by("pdftoppm -r 40 -gray -f " + number + " -l " + number + " '" + path() + "'");
    std::smatch head;
    if (!std::regex_search(picture, head, std::regex{"^P5\\s+(\\d+)\\s+(\\d+)\\s+255\\s"})) return -1;
    const auto points = std::string_view{picture}.substr(static_cast<std::size_t>(head.length()));
    EXPECT_EQ(points.size(), std::stoul(head[1]) * std::stoul(head[2]));
    const auto dark = std::count_if(points.begin(), points.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 128; });
    return 1'000.0 * static_cast<double>(dark) / static_cast<double>(points.size());
  }

 private:
  [[nodiscard]] std::string path() const { return (folder_ / "document.pdf").string(); }
  static std::string said_by(const std::string& command) {
    std::string said;
    FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return "not started";
    char part[65'536];
    for (std::size_t size = 0; (size = fread(part, 1, sizeof part, pipe)) > 0;) said.append(part, size);
    EXPECT_EQ(pclose(pipe), 0) << command << '\n' << said;
    return said;
  }

  std::string bytes_;
  std::filesystem::path folder_;
};

std::size_t count_of(const std::string& word, const std::string& text) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) ++count;
  return count;
}

// --- what it says ---------------------------------------------------------------------------------

TEST(documents, say_all_that_the_invoice_says) {
  const pdf_file pdf{an_invoice()};
  const auto text = pdf.text();
  for (const char* said : {"Invoice",
                           "INV-000123",
                           "#1042",
                           "Ada Fabrics Ltd",
                           "12 Marina Road\nLagos",
                           "Tax number: TIN 2039",
                           "Chidi Okonkwo",
                           "14b Awolowo Way",
                           "+234 803 555 0142",
                           "chidi@example.com",
                           "12 November 2026",
                           "Ankara fabric, 6 yards",
                           "ANK-6",
                           "₦15,000.00",
                           "₦30,000.00",
                           "₦42,000.00",
                           "₦72,000.00",
                           "VAT 7.5 %",
                           "₦5,400.00",
                           "₦77,400.00",
                           "Pay online",
                           "Thank you for your order.",
                           "1 of 1"})
    EXPECT_THAT(text, HasSubstr(said));
  EXPECT_EQ(pdf.pages(), 1);
  EXPECT_GT(pdf.ink(1), 10);
}

TEST(documents, say_that_a_tax_is_included) {
  auto document = an_invoice();
  document.what.taxes.front().terms.mode = tax_mode::inclusive;
  EXPECT_THAT(pdf_file{document}.text(), HasSubstr("VAT 7.5 %, included"));
}

TEST(documents, say_nothing_of_a_tax_that_there_is_not) {
  auto document = an_invoice();
  document.what.taxes.clear();
  EXPECT_THAT(pdf_file{document}.text(), AllOf(Not(HasSubstr("Net amount")), HasSubstr("₦77,400.00")));
}

TEST(documents, offer_a_way_to_pay_only_while_something_is_to_be_paid) {
  const auto link = "/URI (" + std::string{pay_here} + ")";
  auto document = an_invoice();
  const pdf_file unpaid{document};
  EXPECT_THAT(unpaid.bytes(), HasSubstr(link));
  document.paid = civil_date{2026, 11, 14};
  const pdf_file paid{document};
  EXPECT_THAT(paid.bytes(), Not(HasSubstr("/URI")));
  EXPECT_THAT(paid.text(), AllOf(HasSubstr("14 November 2026"), Not(HasSubstr("Pay online"))));
  EXPECT_GT(unpaid.ink(1), paid.ink(1) + 5) << "the code is drawn";
  document.paid.reset();
  document.what.kind = invoice_kind::credit_note;
  EXPECT_THAT(pdf_file{document}.bytes(), Not(HasSubstr("/URI")));
}

TEST(documents, name_the_invoice_that_a_credit_note_corrects) {
  auto document = an_invoice();
  document.what.kind = invoice_kind::credit_note;
  document.what.formatted_number = "CRN-000007";
  document.what.corrects = "INV-000123";
  const pdf_file pdf{document};
  EXPECT_THAT(pdf.text(), AllOf(HasSubstr("Credit note"), HasSubstr("CRN-000007"),
                                HasSubstr("corrects invoice INV-000123"), HasSubstr("Total credited")));
  EXPECT_THAT(pdf.about(), HasSubstr("Credit note CRN-000007"));
}

TEST(documents, speak_the_language_of_the_business) {
  auto document = an_invoice();
  for (const auto& [locale, words] : std::map<std::string, std::vector<const char*>>{
           {"fr-CI",
            {"Facture", "12 novembre 2026", "Montant hors taxe", "VAT 7,5 %", "Payer en ligne", "1 sur 1"}},
           {"pt_AO", {"Fatura", "12 de novembro de 2026", "₦77.400,00", "1 de 1"}},
           {"yo", {"Invoice", "1 of 1"}}}) {
    document.locale = locale;
    const auto text = pdf_file{document}.text();
    for (const char* word : words) EXPECT_THAT(text, HasSubstr(word)) << locale;
  }
}

TEST(documents, read_from_right_to_left_where_the_business_does) {
  auto document = an_invoice();
  document.what.lines.front().name = "قماش حرير فاخر";
  const pdf_file english{document};
  document.locale = "ar-EG";
  const pdf_file arabic{document};
  for (const auto* pdf : {&english, &arabic})
    EXPECT_THAT(pdf->text(), AllOf(HasSubstr("قماش حرير فاخر"), HasSubstr("₦30,000.00")));
  EXPECT_THAT(arabic.text(), AllOf(HasSubstr("فاتورة"), HasSubstr("نوفمبر"), HasSubstr("+234 803 555 0142")));
  EXPECT_GT(english.left_of("INV-000123"), 400);
  EXPECT_THAT(arabic.left_of("INV-000123"), AllOf(testing::Gt(0), testing::Lt(150)));
  EXPECT_LT(english.left_of("Chidi"), 100);
  EXPECT_GT(arabic.left_of("Chidi"), 400);
}

TEST(documents, shape_arabic_letters_as_they_join) {
  const page_canvas page{{"t", "a", "2026-11-12T09:30:00Z"}};
  const auto width_of = [&](const std::string& name) { return page.lay(name, {}).width(); };
  // A non-joiner between the letters keeps each as it stands alone, which is wider.
  EXPECT_GT(width_of("س\u200cس\u200cس\u200cس"), width_of("سسسس") * 1.2);
}

// --- pages ----------------------------------------------------------------------------------------

TEST(documents, carry_two_hundred_lines_over_pages_each_with_its_head_and_number) {
  const pdf_file pdf{with_lines(200)};
  const int pages = pdf.pages();
  ASSERT_GT(pages, 5);
  const auto whole = pdf.text();
  for (int i = 0; i < 200; ++i) EXPECT_EQ(count_of("SKU" + std::to_string(1'000 + i), whole), 1U) << i;
  EXPECT_EQ(count_of("Total", whole), 1U);
  for (int page = 1; page <= pages; ++page) {
    const auto one = std::to_string(page);
    EXPECT_THAT(pdf.text("-f " + one + " -l " + one),
                AllOf(HasSubstr("Unit price"), HasSubstr(one + " of " + std::to_string(pages)),
                      HasSubstr("Invoice INV-000123")));
    EXPECT_GT(pdf.ink(page), 1) << page;
  }
}

TEST(documents, never_leave_the_total_or_the_last_words_alone_on_a_page) {
  int with_more_pages = 0;
  int before = 1;
  for (std::size_t lines = 8; lines <= 34; ++lines) {
    const pdf_file pdf{with_lines(lines)};
    const int pages = pdf.pages();
    const auto last = std::to_string(pages);
    EXPECT_THAT(pdf.text("-f " + last), AllOf(HasSubstr("Total"), HasSubstr("SKU"), HasSubstr("Thank you")))
        << lines;
    if (pages > before) ++with_more_pages;
    before = pages;
  }
  EXPECT_GE(with_more_pages, 1) << "the lines never came to the end of a page";
}

TEST(documents_pages, keep_every_block_in_order_with_the_head_before_the_first_row_of_a_page) {
  std::vector<block> blocks;
  blocks.push_back({50, {}});
  for (int i = 0; i < 7; ++i) blocks.push_back({20, {}, true});
  blocks.push_back({30, {}, false, true});
  const auto pages = paginated(blocks, {0, 100, 10});
  // 50 + head 10 + 2 rows; head 10 + 4 rows; the last row goes with the end.
  std::vector<std::vector<double>> stand;
  std::size_t seen = 0;
  for (const auto& page : pages) {
    stand.emplace_back();
    for (const auto& one : page.blocks) {
      EXPECT_EQ(one.what, &blocks[seen++]);
      stand.back().push_back(one.y);
    }
  }
  EXPECT_EQ(seen, blocks.size());
  EXPECT_EQ(stand, (std::vector<std::vector<double>>{{0, 60, 80}, {10, 30, 50, 70}, {10, 30}}));
  EXPECT_EQ(pages[0].table_at, 50);
  EXPECT_EQ(pages[2].table_at, 0);
}

TEST(documents_pages, leave_the_only_row_of_a_page_where_it_is_and_never_turn_an_empty_one) {
  std::vector<block> blocks;
  blocks.push_back({70, {}});
  blocks.push_back({20, {}, true});
  blocks.push_back({150, {}, false, true});
  const auto pages = paginated(blocks, {0, 100, 10});
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_EQ(pages[0].blocks.size(), 2U);
  EXPECT_EQ(pages[1].blocks.front().y, 0);
  EXPECT_FALSE(pages[1].table_at);
}

TEST(documents, break_long_names_and_keep_every_word) {
  auto document = an_invoice();
  std::string name;
  for (int i = 0; i < 40; ++i) name += (i == 0 ? "word" : " word") + std::to_string(i);
  document.what.lines.front().name = name;
  document.what.lines.back().name = std::string(300, 'W');
  const pdf_file pdf{document};
  auto text = pdf.text();
  std::replace(text.begin(), text.end(), '\n', ' ');
  EXPECT_THAT(text, HasSubstr(name));
  EXPECT_EQ(count_of("W", text), 300U + count_of("W", "Awolowo Way"));
  EXPECT_GT(pdf.left_of("₦15,000.00"), 300) << "it stays in its column";
}

// --- amounts --------------------------------------------------------------------------------------

TEST(documents, write_amounts_by_the_digits_of_their_currency) {
  const auto& english = words_in("en-NG");
  const auto written = [&](std::int64_t minor, const char* code, const document_words& words) {
    return amount_text({minor, *parse_currency(code)}, words);
  };
  EXPECT_EQ(written(1'500'000, "NGN", english), "₦15,000.00");
  EXPECT_EQ(written(1'500, "JPY", english), "¥1,500");
  EXPECT_EQ(written(1'250, "KWD", english), "KWD\u00a01.250");
  EXPECT_EQ(written(5, "USD", english), "$0.05");
  EXPECT_EQ(written(0, "XOF", english), "XOF\u00a00");
  EXPECT_EQ(written(INT64_MIN, "NGN", english), "-₦92,233,720,368,547,758.08");
  EXPECT_EQ(written(1'234'567, "XOF", words_in("fr-CI")), "1\u202f234\u202f567\u00a0XOF");
  EXPECT_EQ(written(1'234'567, "EUR", words_in("pt")), "€12.345,67");
}

TEST(documents, keep_the_largest_amounts_apart) {
  auto document = an_invoice();
  const auto dinar = *parse_currency("KWD");
  document.what.lines = {a_line("Gold", "AU", 1, INT64_MAX, dinar)};
  document.what.taxes.clear();
  document.what.total = {INT64_MAX, dinar};
  EXPECT_EQ(count_of("9,223,372,036,854,775.807", pdf_file{document}.text()), 3U);
}

TEST(documents, are_not_made_of_what_does_not_add_up) {
  auto document = an_invoice();
  document.what.taxes.front().tax.minor = document.what.total.minor + 1;
  EXPECT_EQ(render_invoice(document).error().code, errc::money_range);
  EXPECT_EQ(render_invoice(with_lines(max_document_lines + 1)).error().code, errc::too_large);
}

// --- bytes ----------------------------------------------------------------------------------------

TEST(documents, are_the_same_bytes_whoever_draws_them_and_when) {
  const auto document = an_invoice();
  const auto first = render_invoice(document).value();
  EXPECT_EQ(render_invoice(with_lines(60)).has_value(), true);  // other glyphs in between
  EXPECT_EQ(render_invoice(document).value(), first);
  std::string elsewhere;
  std::thread{[&] { elsewhere = render_invoice(document).value(); }}.join();
  EXPECT_EQ(elsewhere, first);
}

TEST(documents, have_no_time_but_that_of_their_issue) {
  const pdf_file pdf{an_invoice()};
  EXPECT_THAT(pdf.about(), AllOf(HasSubstr("CreationDate:    Thu Nov 12 09:30:00 2026"),
                                 HasSubstr("ModDate:         Thu Nov 12 09:30:00 2026"),
                                 HasSubstr("Title:           Invoice INV-000123"),
                                 HasSubstr("Author:          Ada Fabrics Ltd"), HasSubstr("(A4)")));
}

TEST(documents, bear_whatever_people_write) {
  auto document = an_invoice();
  auto& what = document.what;
  what.seller = {std::string(100'000, 'S'),
                 "<b>bold</b> &amp; {number}\n\n\n" + std::string(5'000, '\n') + "end", "\xff\xfe\x80 bad",
                 std::string(50'000, 'f')};
  what.buyer = {std::string{"nul\0byte", 8}, "\xed\xa0\x80 surrogate", "\u202egnp.exe",
                "%PDF-1.7 ) endobj <<"};
  what.lines.front().name = "\u202eright\u202c \x01\x02 \xf0\x9f\x91\x97 (\\) endstream";
  what.lines.back().name = "";
  what.lines.back().sku = std::string(10'000, 'x');
  what.taxes.front().name = std::string(1'000, 'T');
  const pdf_file pdf{document};
  EXPECT_THAT(pdf.text(), AllOf(HasSubstr("<b>bold</b> &amp; {number}"), HasSubstr("� bad"),
                                HasSubstr("gnp.exe"), HasSubstr("%PDF-1.7 ) endobj <<"),
                                HasSubstr("(\\) endstream"), Not(HasSubstr("\u202e"))));
  EXPECT_LE(pdf.pages(), 3);
  EXPECT_LT(pdf.bytes().size(), 200'000U);
  for (const char* active : {"/JavaScript", "/Launch", "/EmbeddedFile", "/OpenAction", "/AA", "/SubmitForm"})
    EXPECT_THAT(pdf.bytes(), Not(HasSubstr(active)));
}

TEST(documents, open_nothing_but_a_plain_link) {
  for (const char* wrong :
       {"javascript:alert(1)", "https://a\nb", "https://a b", "file:///etc/passwd", "https://\u0430"}) {
    auto document = an_invoice();
    document.payment_url = wrong;
    const pdf_file pdf{document};
    EXPECT_THAT(pdf.bytes(), Not(HasSubstr("/URI"))) << wrong;
    EXPECT_THAT(pdf.text(), Not(HasSubstr("Pay online"))) << wrong;
  }
  auto document = an_invoice();
  document.payment_url = "https://pay.example/it's?a=(1)&b=\\2";
  EXPECT_THAT(pdf_file{document}.text(), HasSubstr("https://pay.example/it's?a=(1)&b=\\2"));
}

}  // namespace
}  // namespace sellavie::net
