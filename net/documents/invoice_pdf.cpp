#include "net/documents/invoice_pdf.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "net/documents/document_words.hpp"
#include "net/documents/page_canvas.hpp"
#include "net/documents/pagination.hpp"
#include "net/documents/people_text.hpp"

namespace sellavie::net {
namespace {

using side = text_style::side;

// --- the page ------------------------------------------------------------------------------------

constexpr double margin = 50;
constexpr double left = margin;
constexpr double right = page_width - margin;
constexpr double content = right - left;
constexpr double top = 48;
constexpr double bottom = page_height - 66;
constexpr double foot = page_height - 46;
constexpr double cell = 8;
constexpr double row_air = 6;
constexpr double code_side = 92;
constexpr double least_item_width = 150;

constexpr colour ink{0.10, 0.12, 0.14};
constexpr colour muted{0.42, 0.45, 0.50};
constexpr colour hair{0.86, 0.88, 0.90};
constexpr colour tint{0.955, 0.965, 0.96};
constexpr colour accent{0.05, 0.37, 0.30};

constexpr text_style plain{9.5, false, ink};
constexpr text_style strong{9.5, true, ink};
constexpr text_style small{8, false, muted};
constexpr text_style label{8, true, muted};

text_style in_width(text_style style, double width, side align = side::start) {
  style.width = width;
  style.align = align;
  return style;
}
text_style as_number(text_style style) {
  style.number = true;
  return style;
}

// --- time ----------------------------------------------------------------------------------------

std::string two_digits(unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// "2026-11-12T09:30:00Z".
std::string utc_text(instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  const auto part = [](auto duration) { return two_digits(static_cast<unsigned>(duration.count())); };
  const int year = std::clamp(static_cast<int>(date.year()), 1'000, 9'999);
  return std::to_string(year) + '-' + two_digits(static_cast<unsigned>(date.month())) + '-' +
         two_digits(static_cast<unsigned>(date.day())) + 'T' + part(time.hours()) + ':' +
         part(time.minutes()) + ':' + part(time.seconds()) + 'Z';
}

// --- writer --------------------------------------------------------------------------------------

struct table_row {
  laid_text name, sku, quantity, unit_price, amount;
  /// Of all its cells: scripts differ in how high they reach.
  [[nodiscard]] double baseline() const { return std::max(name.baseline(), amount.baseline()); }
  [[nodiscard]] double height() const {
    return baseline() - name.baseline() + name.height() + sku.height() + 2 * row_air;
  }
};

struct labelled {
  laid_text label, value;
  [[nodiscard]] double baseline() const { return std::max(label.baseline(), value.baseline()); }
  [[nodiscard]] double height() const {
    return baseline() + std::max(label.height() - label.baseline(), value.height() - value.baseline());
  }
};

class writer {
 public:
  writer(const invoice_document& document, const money& net)
      : document_{document},
        what_{document.what},
        net_{net},
        words_{words_in(document.locale)},
        lines_{lines_to_show()},
        title_{std::string{is_credit() ? words_.credit_note : words_.invoice} + ' ' + what_.formatted_number},
        seller_{on_one_line(what_.seller.name, 200)},
        is_payable_{!is_credit() && !document.paid && is_plain_url(document.payment_url)},
        page_{{title_, seller_, utc_text(what_.issued_at), words_.right_to_left}} {}

  result<std::string> write() {
    lay_table();
    std::vector<block> blocks;
    blocks.push_back(head());
    for (const auto& row : rows_)
      blocks.push_back({row.height(), [this, &row](double y) { draw_row(row, y); }, true});
    blocks.push_back(end_of_document());
    const auto pages = paginated(blocks, {top, bottom, table_head_height()});
    for (std::size_t i = 0; i < pages.size(); ++i) draw_page(pages[i], i + 1, pages.size());
    if (failed_) return *failed_;
    return page_.finish();
  }

 private:
  [[nodiscard]] bool is_credit() const { return what_.kind == invoice_kind::credit_note; }
  [[nodiscard]] std::string text(const money& amount) const { return amount_text(amount, words_); }
  laid_text lay(std::string_view words, const text_style& style) const {
    return page_.lay(std::string{words}, style);
  }

  // --- the head: seller and title, buyer and dates ---

  block head() {
    constexpr double half = content / 2 - 12;
    auto parts = std::make_shared<std::vector<std::tuple<laid_text, double, double, bool>>>();
    const auto put = [&](laid_text text, double x, double& y, double air, bool to_end) {
      if (text.is_empty()) return;
      const double height = text.height();
      parts->emplace_back(std::move(text), x, y, to_end);
      y += height + air;
    };
    const auto& seller = what_.seller;
    double y = 0;
    put(lay(seller_, in_width({14, true, ink}, half)), left, y, 3, false);
    put(lay(in_lines(seller.address, 500, 8), in_width({9, false, muted}, half)), left, y, 1, false);
    const auto tax_number = on_one_line(seller.tax_number, 60);
    if (!tax_number.empty())
      put(lay(std::string{words_.tax_number} + ": " + tax_number, in_width({9, false, muted}, half)), left, y,
          0, false);
    double title_y = -4;
    put(lay(is_credit() ? words_.credit_note : words_.invoice, {22, true, accent}), right, title_y, 0, true);
    put(lay(what_.formatted_number, as_number({11, true, ink})), right, title_y, 2, true);
    if (!what_.corrects.empty())
      put(lay(filled(words_.corrects, {{"number", what_.corrects}}), small), right, title_y, 0, true);
    const double rule_at = std::max(y, title_y) + 16;
    y = rule_at + 14;
    double facts_y = y;
    put(lay(words_.billed_to, label), left, y, 2, false);
    put(lay(on_one_line(what_.buyer.name, 200), in_width({11, true, ink}, half)), left, y, 2, false);
    put(lay(in_lines(what_.buyer.address, 500, 8), in_width({9, false, muted}, half)), left, y, 1, false);
    for (const auto* way : {&what_.buyer.phone, &what_.buyer.email})
      put(lay(on_one_line(*way, 200), as_number(in_width({9, false, muted}, half))), left, y, 1, false);
    for (auto& fact : facts()) {
      const double base = facts_y + fact.baseline();
      facts_y += fact.height() + 3;
      const double label_y = base - fact.label.baseline();
      const double value_y = base - fact.value.baseline();
      parts->emplace_back(std::move(fact.label), right - 120, label_y, true);
      parts->emplace_back(std::move(fact.value), right, value_y, true);
    }
    const double height = std::max(y, facts_y) + 20;
    return {height, [this, parts, rule_at](double at) {
              page_.rule(left, at + rule_at, content, 0.8, hair);
              for (const auto& [text, x, y_in, to_end] : *parts)
                to_end ? page_.draw_to(text, x, at + y_in) : page_.draw(text, x, at + y_in);
            }};
  }

  std::vector<labelled> facts() const {
    std::vector<labelled> all;
    all.push_back({lay(words_.issued, small), lay(date_text(document_.issued, words_), plain)});
    all.push_back({lay(words_.order, small), lay(order_label(what_.order_number), as_number(plain))});
    if (document_.paid && !is_credit())
      all.push_back({lay(words_.paid, small), lay(date_text(*document_.paid, words_), {9.5, true, accent})});
    return all;
  }

  // --- the table ---

  // Numbers take the room that they need, names what is left.
  void lay_table() {
    double quantity_width = 0;
    double price_width = 0;
    double amount_width = 0;
    column_heads_ = {lay(words_.item, label),
                     {},
                     lay(words_.quantity, label),
                     lay(words_.unit_price, label),
                     lay(words_.amount, label)};
    quantity_width = column_heads_.quantity.width();
    price_width = column_heads_.unit_price.width();
    amount_width = column_heads_.amount.width();
    for (const auto& line : lines_) {
      table_row row;
      row.quantity = lay(quantity_text(line.quantity, words_), as_number(plain));
      row.unit_price = lay(text(line.unit_price), as_number(plain));
      row.amount = lay(text(line.total), as_number(plain));
      quantity_width = std::max(quantity_width, row.quantity.width());
      price_width = std::max(price_width, row.unit_price.width());
      amount_width = std::max(amount_width, row.amount.width());
      rows_.push_back(std::move(row));
    }
    amount_end_ = right - cell;
    price_end_ = amount_end_ - amount_width - 2 * cell;
    quantity_end_ = price_end_ - price_width - 2 * cell;
    const double item_width =
        std::max(least_item_width, quantity_end_ - quantity_width - 2 * cell - left - cell);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto& line = lines_[i];
      rows_[i].name = lay(on_one_line(line.name, 400), in_width(plain, item_width));
      rows_[i].sku = lay(on_one_line(line.sku, 80), in_width({7.5, false, muted}, item_width));
    }
  }

  [[nodiscard]] double table_head_height() const { return column_heads_.name.height() + 12; }

  void draw_table_head(double y) {
    page_.fill(left, y, content, table_head_height(), tint);
    const double at = y + 6;
    page_.draw(column_heads_.name, left + cell, at);
    page_.draw_to(column_heads_.quantity, quantity_end_, at);
    page_.draw_to(column_heads_.unit_price, price_end_, at);
    page_.draw_to(column_heads_.amount, amount_end_, at);
  }

  void draw_row(const table_row& row, double y) {
    const double base = y + row_air + row.baseline();
    const double name_y = base - row.name.baseline();
    page_.draw(row.name, left + cell, name_y);
    page_.draw(row.sku, left + cell, name_y + row.name.height());
    page_.draw_to(row.quantity, quantity_end_, base - row.quantity.baseline());
    page_.draw_to(row.unit_price, price_end_, base - row.unit_price.baseline());
    page_.draw_to(row.amount, amount_end_, base - row.amount.baseline());
    page_.rule(left, y + row.height(), content, 0.5, hair);
  }

  // --- what it comes to, and where to pay it ---

  struct sums {
    std::vector<labelled> lines;
    labelled total;
    laid_text pay_label, pay_url;
    double height = 0;
  };

  block totals() {
    auto all = std::make_shared<sums>();
    if (!what_.taxes.empty())
      all->lines.push_back({lay(words_.net, plain), lay(text(net_), as_number(plain))});
    for (const auto& tax : what_.taxes) {
      const auto name = on_one_line(tax.name, 40) + ' ' + rate_text(tax.terms.rate_bp, words_.point);
      const bool is_included = tax.terms.mode == tax_mode::inclusive;
      all->lines.push_back({lay(is_included ? filled(words_.included, {{"tax", name}}) : name, plain),
                            lay(text(tax.tax), as_number(plain))});
    }
    all->total = {lay(is_credit() ? words_.credited : words_.total, {12, true, ink}),
                  lay(text(what_.total), as_number({13, true, accent}))};
    double height = 14;
    for (const auto& one : all->lines) height += one.height() + 5;
    height += 8 + all->total.height() + 6;
    if (is_payable_) {
      all->pay_label = lay(words_.pay, strong);
      all->pay_url = lay(document_.payment_url, as_number(in_width({7.5, false, accent}, 130)));
      height = std::max({height, 14 + code_side, 26 + all->pay_label.height() + all->pay_url.height()});
    }
    all->height = height + 10;
    return {all->height, [this, all](double y) { draw_totals(*all, y); }, false, true};
  }

  void draw_totals(const sums& all, double y) {
    constexpr double begin = left + content * 0.52;
    double at = y + 14;
    const auto draw_pair = [&](const labelled& one) {
      page_.draw(one.label, begin, at + one.baseline() - one.label.baseline());
      page_.draw_to(one.value, amount_end_, at + one.baseline() - one.value.baseline());
      at += one.height() + 5;
    };
    for (const auto& one : all.lines) draw_pair(one);
    page_.rule(begin, at + 1, right - begin, 1.2, accent);
    at += 8;
    draw_pair(all.total);
    if (!is_payable_) return;
    if (auto drawn = page_.draw_code(document_.payment_url, left - 8, y + 8, code_side); !drawn)
      failed_ = drawn.error();
    const double beside = left + code_side;
    page_.draw(all.pay_label, beside, y + 18);
    page_.draw_link(all.pay_url, beside, y + 22 + all.pay_label.height(), document_.payment_url);
  }

  /// What the business says at the end stands with the total: together they always fit on a page.
  block end_of_document() {
    auto sum = totals();
    auto words = std::make_shared<laid_text>(
        lay(in_lines(what_.seller.footer, 1'000, 16), in_width({8.5, false, muted}, content)));
    if (words->is_empty()) return sum;
    return {sum.height + words->height() + 26,
            [this, words, sum](double y) {
              sum.draw(y);
              page_.rule(left, y + sum.height + 12, content, 0.5, hair);
              page_.draw(*words, left, y + sum.height + 22);
            },
            false, true};
  }

  // --- pages ---

  void draw_page(const sheet& page, std::size_t number, std::size_t of) {
    if (page.table_at) draw_table_head(*page.table_at);
    for (const auto& one : page.blocks) one.what->draw(one.y);
    page_.rule(left, foot, content, 0.5, hair);
    page_.draw(lay(title_, small), left, foot + 8);
    const auto which = filled(words_.page, {{"page", std::to_string(number)}, {"pages", std::to_string(of)}});
    page_.draw_to(lay(which, small), right, foot + 8);
    page_.end_page();
  }

  /// A credit note of a part has no lines of its own: the table says what is given back, with the tax where prices hold it.
  [[nodiscard]] std::vector<order_line> lines_to_show() const {
    if (!is_credit() || !what_.lines.empty()) return what_.lines;
    const bool is_on_top = !what_.taxes.empty() && what_.taxes.front().terms.mode == tax_mode::exclusive;
    const money part = is_on_top ? net_ : what_.total;
    return {{{}, {}, std::string{words_.part_refunded}, 1, part, 0, part}};
  }

  const invoice_document& document_;
  const invoice& what_;
  const money net_;
  const document_words& words_;
  const std::vector<order_line> lines_;
  const std::string title_;
  const std::string seller_;
  const bool is_payable_;
  page_canvas page_;
  table_row column_heads_;
  std::vector<table_row> rows_;
  double quantity_end_ = 0;
  double price_end_ = 0;
  double amount_end_ = 0;
  std::optional<error> failed_;
};

}  // namespace

result<std::string> render_invoice(const invoice_document& document) {
  if (document.what.lines.size() > max_document_lines)
    return make_failure(errc::too_large, "lines of a document");
  const auto net = net_of(document.what);
  if (!net) return net.error();
  return writer{document, *net}.write();
}

}  // namespace sellavie::net
