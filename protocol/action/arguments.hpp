#pragma once
// A name and JSON arguments -> action, or the reason why not. Shared by the parser and the plan codec.

#include <string>
#include <string_view>
#include <variant>

#include "protocol/action/action.hpp"
#include "protocol/action/action_parser.hpp"

namespace sellavie {

struct argument_problem {
  diagnostic_kind kind = diagnostic_kind::bad_json;
  /// Field or action name.
  std::string subject;
};

/// Empty arguments stand for {}. Total.
[[nodiscard]] std::variant<action, argument_problem> parse_action(std::string_view name,
                                                                  std::string_view arguments);

}  // namespace sellavie
