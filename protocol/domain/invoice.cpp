#include "protocol/domain/invoice.hpp"

#include <algorithm>

namespace sellavie {
namespace {

constexpr std::size_t shortest_number = 6;

const invoice* find_kind(std::span<const invoice> existing, invoice_kind kind) {
  const auto found =
      std::find_if(existing.begin(), existing.end(), [&](const invoice& one) { return one.kind == kind; });
  return found == existing.end() ? nullptr : &*found;
}

bool may_issue(order_status status, invoice_kind kind) noexcept {
  if (kind == invoice_kind::credit_note)
    return status == order_status::cancelled || status == order_status::refunded;
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
  document.lines = subject.lines;
  document.total = subject.total;
  document.seller = context.seller;
  document.buyer = context.buyer;
  document.issued_at = context.now;
  return document;
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

result<issued_invoice> issue(const order& subject, invoice_kind kind, std::span<const invoice> existing,
                             const invoice_context& context) {
  const auto* const bill = find_kind(existing, invoice_kind::invoice);
  if (const auto* known = find_kind(existing, kind)) {
    const bool differs = known->lines != subject.lines || known->total != subject.total;
    if (kind == invoice_kind::invoice && differs)
      return make_failure(errc::conflict, "the order changed after its invoice");
    return issued_invoice{*known, issuance::existing};
  }
  if (!may_issue(subject.status, kind)) return make_failure(errc::conflict, "not in this state of the order");
  if (kind == invoice_kind::credit_note && bill == nullptr)
    return make_failure(errc::conflict, "no invoice to correct");
  if (context.next_number < 1) return make_failure(errc::invalid_value, "invoice number");
  auto document = written(subject, kind, context);
  if (kind == invoice_kind::credit_note) {
    document.lines = bill->lines;
    document.total = bill->total;
    document.taxes = bill->taxes;
    document.seller = bill->seller;
    document.buyer = bill->buyer;
    document.corrects = bill->formatted_number;
    return issued_invoice{std::move(document), issuance::fresh};
  }
  auto taxes = taxes_of(subject, context.tax_name);
  if (!taxes) return taxes.error();
  document.taxes = std::move(*taxes);
  return issued_invoice{std::move(document), issuance::fresh};
}

}  // namespace sellavie
