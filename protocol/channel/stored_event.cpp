#include "protocol/channel/stored_event.hpp"

#include <array>
#include <cstdint>
#include <limits>

namespace sellavie::channel {
namespace {

constexpr char version_1 = '\x01';
constexpr std::uint8_t no_space = 0xff;
constexpr std::size_t most_attachments = 1000;
enum flag : std::uint8_t { standby_flag = 1, no_reply_flag = 2 };

// The order is the format: only ever append.
template <class Event>
auto strings_of(Event& event) {
  return std::array{&event.route.id,   &event.customer_id, &event.customer_alias, &event.customer_name,
                    &event.dedupe_key, &event.external_id, &event.subject_id,     &event.reply_to,
                    &event.text,       &event.payload,     &event.app_id,         &event.metadata,
                    &event.raw};
}
template <class Attachment>
auto strings_of_attachment(Attachment& part) {
  return std::array{&part.type, &part.url, &part.media_id, &part.mime_type, &part.title};
}

// ---- writing -------------------------------------------------------------------------------------

void put_byte(std::string& out, std::uint8_t value) { out.push_back(static_cast<char>(value)); }

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) put_byte(out, static_cast<std::uint8_t>(value | 0x80));
  put_byte(out, static_cast<std::uint8_t>(value));
}

void put_signed(std::string& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  put_varint(out, bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void put_string(std::string& out, const std::string& text) {
  put_varint(out, text.size());
  out += text;
}

template <class Strings>
void put_strings(std::string& out, const Strings& strings) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < strings.size(); ++i) mask |= std::uint64_t{!strings[i]->empty()} << i;
  put_varint(out, mask);
  for (const auto* text : strings) {
    if (!text->empty()) put_string(out, *text);
  }
}

// ---- reading -------------------------------------------------------------------------------------

// After the first failure every read gives zeros, so callers check once at the end.
class reader {
 public:
  explicit reader(std::string_view bytes) : rest_{bytes} {}

  std::uint8_t byte() {
    if (rest_.empty()) return fail(), std::uint8_t{0};
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  // Only the shortest form, so that each event has one spelling.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      if (shift == 63 && next > 1) break;
      value |= std::uint64_t{next & 0x7fU} << shift;
      if (next < 0x80) return next == 0 && shift > 0 ? (fail(), 0) : value;
    }
    return fail(), 0;
  }

  std::int64_t signed_varint() {
    const std::uint64_t bits = varint();
    return static_cast<std::int64_t>(bits >> 1 ^ (~(bits & 1) + 1));
  }

  template <class Enum>
  Enum enumerator(Enum last) {
    const std::uint8_t value = byte();
    if (value > static_cast<std::uint8_t>(last)) return fail(), Enum{};
    return static_cast<Enum>(value);
  }

  template <class Strings>
  void strings(const Strings& targets) {
    const std::uint64_t mask = varint();
    if (mask >> targets.size() != 0) return fail();
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if ((mask >> i & 1) != 0) *targets[i] = non_empty_string();
    }
  }

  std::string non_empty_string() {
    const std::uint64_t size = varint();
    if (size == 0 || size > rest_.size()) return fail(), std::string{};
    std::string text{rest_.substr(0, static_cast<std::size_t>(size))};
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return text;
  }

  void fail() noexcept {
    failed_ = true;
    rest_ = {};
  }
  [[nodiscard]] bool is_complete() const noexcept { return !failed_ && rest_.empty(); }
  [[nodiscard]] bool has_failed() const noexcept { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

void read_entry_route(reader& in, std::uint8_t space, channel_event& event) {
  if (space == no_space) return;
  if (space > static_cast<std::uint8_t>(route_space::whatsapp_account)) return in.fail();
  event.entry_route = route_key{static_cast<route_space>(space), {}};
  in.strings(std::array{&event.entry_route->id});
}

void read_attachments(reader& in, channel_event& event) {
  const std::uint64_t count = in.varint();
  if (count > most_attachments) return in.fail();
  for (std::uint64_t i = 0; i < count && !in.has_failed(); ++i)
    in.strings(strings_of_attachment(event.attachments.emplace_back()));
}

}  // namespace

std::string store_event(const channel_event& event) {
  std::string out;
  out.reserve(128 + event.text.size() + event.raw.size() + event.attachments.size() * 256);
  out.push_back(version_1);
  put_byte(out, static_cast<std::uint8_t>(event.kind));
  put_byte(out, static_cast<std::uint8_t>(event.channel));
  put_byte(out, static_cast<std::uint8_t>(event.state));
  put_byte(out, static_cast<std::uint8_t>((event.standby ? standby_flag : 0) |
                                          (event.no_reply ? no_reply_flag : 0)));
  put_byte(out, static_cast<std::uint8_t>(event.route.space));
  put_byte(out, event.entry_route ? static_cast<std::uint8_t>(event.entry_route->space) : no_space);
  put_signed(out, to_unix_ms(event.provider_time));
  put_signed(out, to_unix_ms(event.watermark));
  put_signed(out, event.error_code);
  put_strings(out, strings_of(event));
  if (event.entry_route) put_strings(out, std::array{&event.entry_route->id});
  const std::size_t count = std::min(event.attachments.size(), most_attachments);
  put_varint(out, count);
  for (std::size_t i = 0; i < count; ++i) put_strings(out, strings_of_attachment(event.attachments[i]));
  return out;
}

result<channel_event> load_event(std::string_view bytes) {
  reader in{bytes};
  channel_event event;
  if (in.byte() != static_cast<std::uint8_t>(version_1))
    return make_failure(errc::malformed, "stored event: unknown version");
  event.kind = in.enumerator(event_kind::unknown);
  event.channel = in.enumerator(channel_kind::whatsapp);
  event.state = in.enumerator(delivery_state::failed);
  const std::uint8_t flags = in.byte();
  if (flags > (standby_flag | no_reply_flag)) in.fail();
  event.standby = (flags & standby_flag) != 0;
  event.no_reply = (flags & no_reply_flag) != 0;
  event.route.space = in.enumerator(route_space::whatsapp_account);
  const std::uint8_t entry_space = in.byte();
  event.provider_time = instant_from_ms(in.signed_varint());
  event.watermark = instant_from_ms(in.signed_varint());
  const std::int64_t code = in.signed_varint();
  if (code < std::numeric_limits<int>::min() || code > std::numeric_limits<int>::max()) in.fail();
  event.error_code = static_cast<int>(code);
  in.strings(strings_of(event));
  read_entry_route(in, entry_space, event);
  read_attachments(in, event);
  if (!in.is_complete()) return make_failure(errc::malformed, "stored event: bad bytes");
  return event;
}

}  // namespace sellavie::channel
