#include "storage/restart_pace.hpp"

#include "protocol/domain/backoff.hpp"

namespace sellavie::storage {
namespace {

constexpr backoff_settings pauses{
    .first = milliseconds{1'000}, .longest = milliseconds{30'000}, .jitter_percent = 0};
constexpr milliseconds calm{300'000};

}  // namespace

bool restart_pace::may_try(instant now) noexcept {
  const auto since = now - last_;
  if (since >= calm) tries_ = 0;
  if (tries_ > 0 && since >= milliseconds{0} && since < backoff(pauses, tries_, 0)) return false;
  ++tries_;
  last_ = now;
  return true;
}

}  // namespace sellavie::storage
