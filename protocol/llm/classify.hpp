#pragma once
// HTTP status and the provider's error words -> failure class.

#include <string_view>

#include "protocol/domain/failover.hpp"

namespace sellavie::llm {

/// Lower-case words as the provider sent them; any may be empty.
struct error_words {
  std::string_view code;
  std::string_view type;
  std::string_view message;
};

[[nodiscard]] failure_class classify(int status, const error_words& words);

}  // namespace sellavie::llm
