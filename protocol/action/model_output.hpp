#pragma once
// What a provider's codec hands to the parser: raw, untrusted, of any provider.

#include <cstdint>
#include <string>
#include <vector>

namespace sellavie {

/// `arguments` is meant to be a JSON object and may be anything.
struct tool_call {
  std::string id;
  std::string name;
  std::string arguments;

  friend bool operator==(const tool_call&, const tool_call&) = default;
};

struct model_output {
  std::string text;
  std::vector<tool_call> tool_calls;

  friend bool operator==(const model_output&, const model_output&) = default;
};

/// How this provider was told to write actions. Only this form is parsed; the other one is cut as well.
enum class action_encoding : std::uint8_t { tools, tags };

}  // namespace sellavie
