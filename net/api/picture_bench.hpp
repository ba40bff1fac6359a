#pragma once
// Where uploaded pictures are encoded anew: one at a time on this node, because a large one takes up to 200 MB while
// it is worked on. Nobody waits: a waiting worker would be missing to every other request.

#include <mutex>
#include <string_view>

#include "protocol/api/problem.hpp"
#include "protocol/image/recode.hpp"

namespace sellavie::net {

inline constexpr std::size_t largest_upload = 10 * 1024 * 1024;

/// Thread-safe.
class picture_bench {
 public:
  [[nodiscard]] result<image::recoded_image> recode(std::string_view bytes) {
    const std::unique_lock turn{busy_, std::try_to_lock};
    if (!turn) return make_failure(errc::overloaded, "other pictures are being worked on");
    return image::recode_image(bytes);
  }

 private:
  std::mutex busy_;
};

/// What a file that is not taken means to a client.
[[nodiscard]] inline api::problem refused_upload(const error& failure, std::string what_is_taken) {
  switch (failure.code) {
    case errc::invalid_value:
      return {.kind = api::problems::unsupported_type, .detail = std::move(what_is_taken)};
    case errc::malformed:
    case errc::too_large: return {api::problems::invalid, {}, {{"", failure.detail}}};
    default: return api::problem_of(failure);
  }
}

}  // namespace sellavie::net
