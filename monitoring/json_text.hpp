#pragma once
// The few pieces of JSON that a log line needs. Total: any bytes give a valid JSON string.

#include <string>
#include <string_view>

namespace sellavie::monitoring {

/// Appends `text` with its quotes; control characters are escaped, bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& line, std::string_view text);
/// Appends a JSON number, or null when there is none for it (NaN, infinity).
void append_json_number(std::string& line, double value);

}  // namespace sellavie::monitoring
