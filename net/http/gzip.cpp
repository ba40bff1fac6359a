#include "net/http/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <boost/beast/core/string.hpp>

#include "protocol/action/clean_text.hpp"

namespace sellavie::net {
namespace {

constexpr int level = 5;
constexpr int window_with_gzip_header = 15 + 16;
constexpr int memory = 8;

std::string_view take_until(std::string_view& rest, char mark) noexcept {
  const auto at = rest.find(mark);
  const auto part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return trimmed(part);
}

/// "q=0", "q=0.000" is a no; without a weight it is 1. What is no weight counts as none.
bool is_wanted(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const auto one = take_until(parameters, ';');
    if (one.size() < 2 || (one[0] != 'q' && one[0] != 'Q') || one[1] != '=') continue;
    const auto weight = trimmed(one.substr(2));
    const bool is_number = !weight.empty() && std::all_of(weight.begin(), weight.end(), [](char c) {
      return (c >= '0' && c <= '9') || c == '.';
    });
    return is_number &&
           std::any_of(weight.begin(), weight.end(), [](char c) { return c >= '1' && c <= '9'; });
  }
  return true;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  std::optional<bool> any;
  while (!accept_encoding.empty()) {
    auto parameters = take_until(accept_encoding, ',');
    const auto coding = take_until(parameters, ';');
    if (boost::beast::iequals(coding, "gzip") || boost::beast::iequals(coding, "x-gzip"))
      return is_wanted(parameters);
    if (coding == "*") any = is_wanted(parameters);
  }
  return any.value_or(false);
}

std::optional<std::string> gzip(std::string_view plain) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, window_with_gzip_header, memory, Z_DEFAULT_STRATEGY) != Z_OK)
    return std::nullopt;
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  // zlib only reads it.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int ended = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) return std::nullopt;
  return packed;
}

}  // namespace sellavie::net
