// Any bytes as a webhook body: no crash, each event is sound, leads to a connection that it names or to none, and
// survives its storage.
#include <array>
#include <bit>
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

connection_ref connection(std::uint8_t number, channel_kind channel) {
  connection_ref made;
  made.business.value.bytes[15] = made.connection.value.bytes[15] = number;
  made.channel = channel;
  return made;
}

// The accounts of the seeds; 444 is claimed twice.
const std::array accounts{
    route_entry{{route_space::page, "111"}, connection(0, channel_kind::messenger)},
    route_entry{{route_space::page, "333"}, connection(1, channel_kind::messenger)},
    route_entry{{route_space::instagram, "17841"}, connection(2, channel_kind::instagram)},
    route_entry{{route_space::whatsapp_phone, "PNID"}, connection(3, channel_kind::whatsapp)},
    route_entry{{route_space::page, "444"}, connection(0, channel_kind::messenger)},
    route_entry{{route_space::page, "444"}, connection(1, channel_kind::messenger)},
};

unsigned bit_of(const connection_ref& ref) { return 1U << ref.connection.value.bytes[15]; }

/// A bit for each connection that claims this id.
unsigned owners_of(const route_key& key) {
  unsigned owners = 0;
  for (const auto& one : accounts)
    if (one.key == key) owners |= bit_of(one.ref);
  const bool may_be_instagram = owners == 0 && key.space == route_space::page;
  return may_be_instagram ? owners_of({route_space::instagram, key.id}) : owners;
}

void check_route(const channel_event& event, const route_outcome& outcome) {
  const unsigned own = owners_of(event.route);
  const unsigned entry = event.entry_route ? owners_of(*event.entry_route) : 0;
  const bool entry_counts = own != 0 || event.route.space == route_space::instagram;
  const unsigned claimed = own | (entry_counts ? entry : 0);
  if (const auto* found = std::get_if<routed>(&outcome)) return require(claimed == bit_of(found->ref));
  require(std::popcount(claimed) != 1);
  require(std::holds_alternative<stranger>(outcome) == (claimed == 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static webhook_parser parser;
  static const route_table table{accounts};
  constexpr instant now = instant_from_ms(1'700'000'100'000);
  const auto parsed = parse_webhook({reinterpret_cast<const char*>(data), size}, {}, now, parser);
  for (const auto& event : parsed.events) {
    require(!event.dedupe_key.empty() && event.dedupe_key.size() <= 200);
    require(event.text.size() <= 20'000 && event.raw.size() <= 4096);
    require(event.text.find('\0') == std::string::npos && event.customer_id.find('\0') == std::string::npos);
    check_route(event, table.route(event));
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
