#include "protocol/payment/provider.hpp"

namespace sellavie::payment {

std::string_view to_string(failure_class failure) noexcept {
  switch (failure) {
    case failure_class::unavailable: return "unavailable";
    case failure_class::rate_limited: return "rate_limited";
    case failure_class::credentials: return "credentials";
    case failure_class::rejected: return "rejected";
    case failure_class::not_found: return "not_found";
    case failure_class::malformed: return "malformed";
  }
  return "unknown";
}

}  // namespace sellavie::payment
