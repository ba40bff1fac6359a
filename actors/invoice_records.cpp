#include "actors/invoice_records.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/domain/currency.hpp"

namespace sellavie::actors {
namespace {

using json = nlohmann::json;

std::string written(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string text_in(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::int64_t number_in(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

/// Calls `take` with each object of a JSON list.
template <class Take>
void for_each_in(const std::string& text, Take take) {
  const auto list = json::parse(text, nullptr, false);
  if (!list.is_array()) return;
  for (const auto& one : list)
    if (one.is_object()) take(one);
}

json object_in(const std::string& text) {
  auto parsed = json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : json::object();
}

std::string encode_lines(const std::vector<order_line>& lines) {
  auto list = json::array();
  for (const order_line& line : lines)
    list.push_back({{"product", to_string(line.product)},
                    {"sku", line.sku},
                    {"name", line.name},
                    {"quantity", line.quantity},
                    {"unit_price_minor", line.unit_price.minor},
                    {"price_version", line.price_version},
                    {"total_minor", line.total.minor}});
  return written(list);
}

std::vector<order_line> decode_lines(const std::string& text, currency_code currency) {
  std::vector<order_line> lines;
  for_each_in(text, [&](const json& one) {
    lines.push_back({product_id{parse_uuid(text_in(one, "product")).value_or(uuid{})},
                     text_in(one, "sku"),
                     text_in(one, "name"),
                     number_in(one, "quantity"),
                     {number_in(one, "unit_price_minor"), currency},
                     number_in(one, "price_version"),
                     {number_in(one, "total_minor"), currency}});
  });
  return lines;
}

std::string encode_taxes(const std::vector<tax_line>& taxes) {
  auto list = json::array();
  for (const auto& line : taxes)
    list.push_back({{"name", line.name},
                    {"mode", to_string(line.terms.mode)},
                    {"rate_bp", line.terms.rate_bp},
                    {"tax_minor", line.tax.minor}});
  return written(list);
}

std::vector<tax_line> decode_taxes(const std::string& text, currency_code currency) {
  std::vector<tax_line> taxes;
  for_each_in(text, [&](const json& one) {
    taxes.push_back({text_in(one, "name"),
                     make_tax_terms(text_in(one, "mode"), number_in(one, "rate_bp")),
                     {number_in(one, "tax_minor"), currency}});
  });
  return taxes;
}

}  // namespace

storage::invoice_row to_row(const invoice& document, business_id business) {
  const auto& seller = document.seller;
  const auto& buyer = document.buyer;
  return {
      .id = document.id,
      .business = business,
      .series = document.series,
      .number = document.number,
      .kind = std::string{to_string(document.kind)},
      .order = document.order,
      .currency = std::string{document.total.currency.text()},
      .total_minor = document.total.minor,
      .lines = encode_lines(document.lines),
      .issued_at = document.issued_at,
      .taxes = encode_taxes(document.taxes),
      .seller = written({{"name", seller.name},
                         {"address", seller.address},
                         {"tax_number", seller.tax_number},
                         {"footer", seller.footer}}),
      .buyer = written(
          {{"name", buyer.name}, {"address", buyer.address}, {"phone", buyer.phone}, {"email", buyer.email}}),
      .corrects = document.corrects,
      .refund = document.refund.is_nil() ? std::nullopt : std::optional{document.refund}};
}

invoice to_invoice(const storage::invoice_row& row, std::int64_t order_number) {
  const auto currency = parse_currency(row.currency).value_or(currency_code{});
  invoice document;
  document.id = row.id;
  document.kind = parse_invoice_kind(row.kind).value_or(invoice_kind::invoice);
  document.series = row.series;
  document.number = row.number;
  document.formatted_number = format_invoice_number(row.series, row.number);
  document.order = row.order;
  document.order_number = order_number;
  document.lines = decode_lines(row.lines, currency);
  document.total = {row.total_minor, currency};
  document.taxes = decode_taxes(row.taxes, currency);
  const auto seller = object_in(row.seller);
  document.seller = {text_in(seller, "name"), text_in(seller, "address"), text_in(seller, "tax_number"),
                     text_in(seller, "footer")};
  const auto buyer = object_in(row.buyer);
  document.buyer = {text_in(buyer, "name"), text_in(buyer, "address"), text_in(buyer, "phone"),
                    text_in(buyer, "email")};
  document.issued_at = row.issued_at;
  document.corrects = row.corrects;
  document.refund = row.refund.value_or(refund_id{});
  return document;
}

// The second half of an id is random but for its first two bits.
uuid link_token(id_source& ids) {
  uuid token = ids.next();
  const uuid other = ids.next();
  std::copy(other.bytes.begin() + 8, other.bytes.end(), token.bytes.begin());
  token.bytes[6] = static_cast<std::uint8_t>((token.bytes[6] & 0x0FU) | 0x40U);
  return token;
}

std::string invoice_url(std::string_view public_url, const uuid& token) {
  while (public_url.ends_with('/')) public_url.remove_suffix(1);
  return std::string{public_url} + "/i/" + to_string(token);
}

}  // namespace sellavie::actors
