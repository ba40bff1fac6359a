#include "protocol/push/notification_message.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::push {

std::string write_notification(std::span<const told_line> lines, std::string_view business) {
  const auto& first = lines.front();
  const bool is_one = lines.size() == 1;
  auto tag = std::string{is_one ? to_string(first.kind) : "many"} + ' ' + std::string{business};
  if (is_one && !first.id.empty()) tag += ' ' + first.id;
  return nlohmann::json{{"title", is_one ? sentence_of(first) : headline_of(lines)},
                        {"url", path_of(first, business)},
                        {"tag", std::move(tag)}}
      .dump();
}

}  // namespace sellavie::push
