#include "protocol/image/pdf_document.hpp"

#include <algorithm>

namespace sellavie::image {
namespace {

constexpr std::string_view end_mark = "%%EOF";

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\0';
}

}  // namespace

bool is_pdf(std::string_view bytes) noexcept {
  return bytes.size() > 8 && (bytes.starts_with("%PDF-1.") || bytes.starts_with("%PDF-2.")) &&
         bytes[7] >= '0' && bytes[7] <= '9';
}

result<void> check_pdf(std::string_view bytes) {
  if (!is_pdf(bytes)) return make_failure(errc::invalid_value, "the file is no PDF document");
  const auto end = bytes.rfind(end_mark);
  if (end == std::string_view::npos) return make_failure(errc::malformed, "the document is cut off");
  const auto behind = bytes.substr(end + end_mark.size());
  if (!std::all_of(behind.begin(), behind.end(), is_space))
    return make_failure(errc::malformed, "something hangs behind the end of the document");
  for (const std::string_view name : {"/JavaScript", "/Launch", "/RichMedia"})
    if (bytes.find(name) != std::string_view::npos)
      return make_failure(errc::malformed, "the document holds scripts or starts programs");
  return {};
}

}  // namespace sellavie::image
