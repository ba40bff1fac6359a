#include "protocol/domain/notification_words.hpp"

namespace sellavie {
namespace {

struct words {
  std::string_view one;
  /// Behind a number.
  std::string_view many;
  /// Below the business's page.
  std::string_view page;
};

words words_of(notification_kind kind) noexcept {
  switch (kind) {
    case notification_kind::hand_over: return {"A chat waits for you.", " chats wait for you.", "/inbox"};
    case notification_kind::paid_order: return {"An order was paid.", " orders were paid.", "/orders"};
    case notification_kind::failed_payment: return {"A payment failed.", " payments failed.", "/orders"};
    case notification_kind::review_item:
      return {"Something waits for a person to look at it.", " things wait for a person to look at them.",
              ""};
    case notification_kind::low_stock: return {"A product runs low.", " products run low.", "/products"};
    case notification_kind::broken_connection:
      return {"A channel or a payment provider stopped working.",
              " channels or payment providers stopped working.", "/connections"};
    case notification_kind::quota: return {"Your plan is used up.", " % of your plan are used.", "/plan"};
  }
  return {};
}

}  // namespace

std::string sentence_of(const told_line& line) {
  const auto found = words_of(line.kind);
  const bool is_whole_plan = line.kind == notification_kind::quota && line.count >= 100;
  const bool is_one = line.kind == notification_kind::quota ? is_whole_plan : line.count == 1;
  return is_one ? std::string{found.one} : std::to_string(line.count) + std::string{found.many};
}

std::string headline_of(std::span<const told_line> lines) {
  auto headline = sentence_of(lines.front());
  headline.pop_back();  // its full stop
  return lines.size() > 1 ? headline + ", and more" : headline;
}

std::string path_of(const told_line& line, std::string_view business) {
  auto path = "/businesses/" + std::string{business} + std::string{words_of(line.kind).page};
  if (!line.id.empty()) path += '/' + line.id;
  return path;
}

}  // namespace sellavie
