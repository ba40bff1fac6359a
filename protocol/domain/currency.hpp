#pragma once
// ISO 4217 codes and their number of minor-unit digits. The table is our own:
// locale data answers how money is displayed, not what an API's integer means.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sellavie {

/// Three upper-case ASCII letters; the default "XXX" is ISO's code for "no currency".
struct currency_code {
  std::array<char, 3> letters{'X', 'X', 'X'};

  [[nodiscard]] constexpr std::string_view text() const noexcept { return {letters.data(), 3}; }
  friend constexpr auto operator<=>(const currency_code&, const currency_code&) = default;
};

/// Exactly three letters A-Z; anything else (lower case too) is nullopt.
[[nodiscard]] constexpr std::optional<currency_code> parse_currency(std::string_view text) noexcept {
  if (text.size() != 3) return std::nullopt;
  currency_code code;
  for (std::size_t i = 0; i < 3; ++i) {
    if (text[i] < 'A' || text[i] > 'Z') return std::nullopt;
    code.letters[i] = text[i];
  }
  return code;
}

/// Digits after the point of one major unit: 0, 2, 3 or 4.
[[nodiscard]] constexpr int exponent_of(currency_code code) noexcept {
  constexpr std::string_view none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
  constexpr std::string_view three = "BHD IQD JOD KWD LYD OMR TND";
  constexpr std::string_view four = "CLF UYW";
  if (none.find(code.text()) != std::string_view::npos) return 0;
  if (three.find(code.text()) != std::string_view::npos) return 3;
  if (four.find(code.text()) != std::string_view::npos) return 4;
  return 2;
}

/// A currency of ISO 4217 in which people pay: no metals, funds, test codes or withdrawn ones.
[[nodiscard]] constexpr bool is_in_use(currency_code code) noexcept {
  constexpr std::string_view known =
      "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
      "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
      "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
      "LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP "
      "PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
      "TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";
  return known.find(code.text()) != std::string_view::npos;
}

}  // namespace sellavie
