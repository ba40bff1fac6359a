#include "protocol/payment/secret_keys.hpp"

namespace sellavie::payment {
namespace {

struct beginning {
  std::string_view provider;
  std::string_view text;
  std::string_view mode;
};

// The longer ones first: FLWSECK_TEST- also begins with FLWSECK.
constexpr beginning beginnings[] = {
    {"paystack", "sk_test_", "test"},         {"paystack", "sk_live_", "live"},
    {"stripe", "sk_test_", "test"},           {"stripe", "sk_live_", "live"},
    {"stripe", "rk_test_", "test"},           {"stripe", "rk_live_", "live"},
    {"flutterwave", "FLWSECK_TEST-", "test"}, {"flutterwave", "FLWSECK-", "live"},
};

}  // namespace

std::optional<std::string_view> mode_of_key(std::string_view provider, std::string_view key) noexcept {
  for (const beginning& one : beginnings)
    if (one.provider == provider && key.size() > one.text.size() && key.starts_with(one.text))
      return one.mode;
  return std::nullopt;
}

}  // namespace sellavie::payment
