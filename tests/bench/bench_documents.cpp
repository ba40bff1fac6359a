// How much processor time an invoice's PDF costs: 20 lines, a tax, a QR code to pay. Prints one JSON object; the first
// one of a process, which finds and opens the fonts, is told apart.
//
//   bench_documents [ROUNDS]

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

#include "net/documents/invoice_pdf.hpp"

namespace {

using namespace sellavie;

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

net::invoice_document an_invoice(int lines) {
  constexpr currency_code naira{{'N', 'G', 'N'}};
  net::invoice_document document;
  auto& what = document.what;
  what.formatted_number = "INV-000123";
  what.order_number = 1042;
  what.issued_at = instant_from_ms(1'794'475'800'000);
  what.seller = {"Ada Fabrics Ltd", "12 Marina Road\nLagos Island\nLagos", "TIN 2039",
                 "Thank you for your order."};
  what.buyer = {"Chidi Okonkwo", "14b Awolowo Way, Ikeja", "+234 803 555 0142", "chidi@example.com"};
  money sum{0, naira};
  for (int i = 0; i < lines; ++i) {
    const std::int64_t price = 150'000 + 12'345 * i;
    what.lines.push_back({product_id{},
                          "ANK-" + std::to_string(i),
                          "Ankara fabric, " + std::to_string(i + 1) + " yards, hand-dyed",
                          i % 5 + 1,
                          {price, naira},
                          1,
                          {price * (i % 5 + 1), naira}});
    sum.minor += what.lines.back().total.minor;
  }
  const auto amount = with_tax(sum, {tax_mode::exclusive, 750}).value();
  what.taxes = {{"VAT", {tax_mode::exclusive, 750}, amount.tax}};
  what.total = amount.total;
  document.issued = {2026, 11, 12};
  document.payment_url = "https://checkout.example/0peioxfhpn8x2k1";
  document.locale = "en-NG";
  return document;
}

double one(const net::invoice_document& document) {
  const double begun = cpu_ms();
  if (!net::render_invoice(document)) std::exit(1);
  return cpu_ms() - begun;
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::max(1, std::atoi(arguments[1])) : 200;
  const auto document = an_invoice(20);
  const double first = one(document);
  std::vector<double> costs;
  for (int i = 0; i < rounds; ++i) costs.push_back(one(document));
  std::sort(costs.begin(), costs.end());
  const auto at = [&](double part) {
    return costs[static_cast<std::size_t>(part * static_cast<double>(costs.size() - 1))];
  };
  std::cout << nlohmann::json{{"lines", 20},
                              {"rounds", rounds},
                              {"first_cpu_ms", first},
                              {"median_cpu_ms", at(0.5)},
                              {"p99_cpu_ms", at(0.99)},
                              {"bytes", net::render_invoice(document).value().size()}}
            << '\n';
}
