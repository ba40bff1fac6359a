#include "protocol/push/notification_message.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::push {

std::string write_notification(const told_line& line, std::string_view business) {
  auto tag = std::string{to_string(line.kind)} + ' ' + std::string{business};
  if (!line.id.empty()) tag += ' ' + line.id;
  return nlohmann::json{
      {"title", sentence_of(line)}, {"url", path_of(line, business)}, {"tag", std::move(tag)}}
      .dump();
}

}  // namespace sellavie::push
