#include "protocol/domain/invoice.hpp"

#include <algorithm>

namespace sellavie {
namespace {

constexpr std::size_t shortest_number = 6;

const invoice* find_invoice(std::span<const invoice> existing) {
  const auto found = std::find_if(existing.begin(), existing.end(),
                                  [](const invoice& one) { return one.kind == invoice_kind::invoice; });
  return found == existing.end() ? nullptr : &*found;
}

bool may_issue(order_status status) noexcept {
  return status == order_status::awaiting_payment || status == order_status::paid ||
         status == order_status::fulfilled;
}

/// R6.
result<std::vector<tax_line>> taxes_of(const order& subject, const std::string& name) {
  const auto sum = sum_of(subject.lines, subject.total.currency);
  if (!sum) return sum.error();
  const auto amount = with_tax(*sum, subject.tax);
  if (!amount) return amount.error();
  if (amount->total != subject.total)
    return make_failure(errc::money_range, "lines and tax are not the total");
  if (subject.tax.mode == tax_mode::none) return std::vector<tax_line>{};
  return std::vector<tax_line>{{name, subject.tax, amount->tax}};
}

invoice written(const order& subject, invoice_kind kind, const invoice_context& context) {
  invoice document;
  document.id = context.new_invoice;
  document.kind = kind;
  document.series = series_of(kind);
  document.number = context.next_number;
  document.formatted_number = format_invoice_number(document.series, document.number);
  document.order = subject.id;
  document.order_number = subject.number;
  document.conversation = subject.conversation;
  document.contact = subject.contact;
  document.issued_at = context.now;
  return document;
}

// --- credit notes ---------------------------------------------------------------------------------

/// What is credited of an invoice, and what may have to be.
struct credit_account {
  const invoice& bill;
  std::vector<const invoice*> notes;
  /// Without a note.
  std::vector<money_returned> open;
  /// In minor units: of all refunds, and what no note has credited yet.
  std::int64_t returned = 0;
  std::int64_t rest = 0;
  bool has_note_of_no_refund = false;
};

result<credit_account> account_of(const invoice& bill, std::span<const invoice> existing,
                                  std::span<const money_returned> returned) {
  credit_account all{.bill = bill, .notes = {}, .open = {}, .rest = bill.total.minor};
  for (const auto& one : existing) {
    if (one.kind != invoice_kind::credit_note) continue;
    all.notes.push_back(&one);
    all.rest -= one.total.minor;
    all.has_note_of_no_refund = all.has_note_of_no_refund || one.refund.is_nil();
  }
  if (all.rest < 0) return make_failure(errc::money_range, "credited beyond the invoice");
  for (const auto& one : returned) {
    if (one.amount.currency != bill.total.currency)
      return make_failure(errc::money_range, "refund in another currency");
    all.returned += one.amount.minor;
    const bool has_note = std::any_of(all.notes.begin(), all.notes.end(),
                                      [&](const invoice* note) { return note->refund == one.refund; });
    if (!has_note) all.open.push_back(one);
  }
  return all;
}

/// R2, R10, R11.
std::optional<money_returned> due_of(const order& subject, const credit_account& known) {
  if (known.rest == 0) return std::nullopt;
  const auto& total = known.bill.total;
  const bool is_void = subject.status == order_status::cancelled || subject.status == order_status::refunded;
  const bool is_explained = known.returned >= subject.refunded;
  const auto surplus = std::max(std::int64_t{0}, subject.received - total.minor);
  const auto back = std::max(known.returned, subject.refunded) - surplus;
  const auto credited = total.minor - known.rest;
  const auto room = std::clamp(back - credited, std::int64_t{0}, known.rest);
  std::int64_t open = 0;
  for (const auto& one : known.open) open += one.amount.minor;
  // The oldest ones without a note gave the surplus back.
  auto surplus_left = std::max(std::int64_t{0}, open - room);
  for (const auto& one : known.open) {
    const auto beyond = std::min(one.amount.minor, surplus_left);
    surplus_left -= beyond;
    const bool is_last = is_void && is_explained && known.open.size() == 1;
    const auto amount = is_last ? known.rest : one.amount.minor - beyond;
    if (amount > 0) return money_returned{one.refund, {amount, total.currency}};
  }
  if (!is_void || known.has_note_of_no_refund) return std::nullopt;
  return money_returned{{}, {known.rest, total.currency}};
}

/// R8: at least so much that the rest can still hold what is left of the tax.
result<std::vector<tax_line>> credited_taxes(const credit_account& known, const money& amount) {
  auto taxes = known.bill.taxes;
  for (std::size_t i = 0; i < taxes.size(); ++i) {
    auto left = taxes[i].tax.minor;
    for (const auto* note : known.notes)
      if (i < note->taxes.size()) left -= note->taxes[i].tax.minor;
    const auto share = with_tax(amount, {tax_mode::inclusive, taxes[i].terms.rate_bp});
    if (!share) return share.error();
    const auto least = std::max(std::int64_t{0}, left - (known.rest - amount.minor));
    taxes[i].tax.minor = std::max(least, std::min({share->tax.minor, left, amount.minor}));
  }
  return taxes;
}

}  // namespace

std::string_view to_string(invoice_kind kind) noexcept {
  switch (kind) {
    case invoice_kind::invoice: return "invoice";
    case invoice_kind::credit_note: return "credit_note";
  }
  return "unknown";
}

std::optional<invoice_kind> parse_invoice_kind(std::string_view name) noexcept {
  for (const auto kind : {invoice_kind::invoice, invoice_kind::credit_note})
    if (to_string(kind) == name) return kind;
  return std::nullopt;
}

std::string_view series_of(invoice_kind kind) noexcept {
  return kind == invoice_kind::invoice ? "INV" : "CRN";
}

std::string format_invoice_number(std::string_view series, std::int64_t number) {
  auto digits = std::to_string(number);
  if (digits.size() < shortest_number) digits.insert(0, shortest_number - digits.size(), '0');
  return std::string{series} + "-" + digits;
}

result<money> net_of(const invoice& document) {
  money net = document.total;
  for (const auto& line : document.taxes) {
    const bool fits = line.tax.currency == net.currency && line.tax.minor >= 0 && line.tax.minor <= net.minor;
    if (!fits) return make_failure(errc::money_range, "tax beyond the total");
    net.minor -= line.tax.minor;
  }
  return net;
}

result<issued_invoice> issue(const order& subject, std::span<const invoice> existing,
                             const invoice_context& context) {
  if (const auto* known = find_invoice(existing)) {
    if (known->lines != subject.lines || known->total != subject.total)
      return make_failure(errc::conflict, "the order changed after its invoice");
    return issued_invoice{*known, issuance::existing};
  }
  if (!may_issue(subject.status)) return make_failure(errc::conflict, "not in this state of the order");
  if (context.next_number < 1) return make_failure(errc::invalid_value, "invoice number");
  auto document = written(subject, invoice_kind::invoice, context);
  document.lines = subject.lines;
  document.total = subject.total;
  document.seller = context.seller;
  document.buyer = context.buyer;
  auto taxes = taxes_of(subject, context.tax_name);
  if (!taxes) return taxes.error();
  document.taxes = std::move(*taxes);
  return issued_invoice{std::move(document), issuance::fresh};
}

result<std::optional<invoice>> next_credit_note(const order& subject, std::span<const invoice> existing,
                                                std::span<const money_returned> returned,
                                                const invoice_context& context) {
  const auto* const bill = find_invoice(existing);
  if (bill == nullptr) return std::optional<invoice>{};
  auto known = account_of(*bill, existing, returned);
  if (!known) return known.error();
  const auto due = due_of(subject, *known);
  if (!due) return std::optional<invoice>{};
  if (context.next_number < 1) return make_failure(errc::invalid_value, "invoice number");
  auto note = written(subject, invoice_kind::credit_note, context);
  note.total = due->amount;
  note.refund = due->refund;
  if (note.total == bill->total) note.lines = bill->lines;
  note.seller = bill->seller;
  note.buyer = bill->buyer;
  note.corrects = bill->formatted_number;
  auto taxes = credited_taxes(*known, note.total);
  if (!taxes) return taxes.error();
  note.taxes = std::move(*taxes);
  if (const auto net = net_of(note); !net) return net.error();
  return std::optional{std::move(note)};
}

}  // namespace sellavie
