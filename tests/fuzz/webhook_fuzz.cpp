// Any bytes as a webhook body: no crash, each event is sound and survives its storage.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/channel/route.hpp"
#include "protocol/channel/stored_event.hpp"
#include "protocol/channel/webhook.hpp"

using namespace sellavie;
using namespace sellavie::channel;

namespace {

void require(bool sound) {
  if (!sound) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static webhook_parser parser;
  static const route_table table;
  constexpr instant now = instant_from_ms(1'700'000'100'000);
  const auto parsed = parse_webhook({reinterpret_cast<const char*>(data), size}, {}, now, parser);
  for (const auto& event : parsed.events) {
    require(!event.dedupe_key.empty() && event.dedupe_key.size() <= 200);
    require(event.text.size() <= 20'000 && event.raw.size() <= 4096);
    require(event.text.find('\0') == std::string::npos && event.customer_id.find('\0') == std::string::npos);
    require(std::holds_alternative<stranger>(table.route(event)));
    const auto loaded = load_event(store_event(event));
    require(loaded.has_value() && *loaded == event);
  }
  require(parsed.set_aside.size() <= parsed_webhook::most_set_aside);
  for (const auto& item : parsed.set_aside) {
    require(item.raw.size() <= 4096 && item.raw.find('\0') == std::string::npos);
    const auto loaded = load_event(store_event(item));
    require(loaded.has_value() && *loaded == item);
  }
  return 0;
}
