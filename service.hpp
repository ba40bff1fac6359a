#pragma once
// The composition root: builds every part of the server in order, runs until it is told to stop, and
// takes it down in the opposite order. Nothing else knows more than its own layer.

#include "config/settings.hpp"

namespace sellavie {

/// Serves until SIGTERM or SIGINT, then drains for at most 10 s. The process's exit code: 0 when it
/// was told to stop, whatever hung and was left behind (ADR 9); 1 when it could not start or was fenced.
[[nodiscard]] int serve(config::settings settings);

}  // namespace sellavie
