#pragma once
// Meta's webhook bodies -> channel events, as the platforms' webhook references have them; routing is in
// route.hpp. Total: any bytes give an answer in linear time, nothing throws but bad_alloc.
// Cards and secrets are redacted here, before anything can store them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol/channel/event.hpp"

namespace sellavie::channel {

struct webhook_limits {
  std::size_t body_bytes = 4 * 1024 * 1024;
  /// Nesting of the JSON; Meta's own stays below 20.
  std::size_t depth = 64;
  /// Meta promises at most 1000 updates; a WhatsApp history chunk can hold more.
  std::size_t events = 20'000;
  std::size_t text_bytes = 20'000;
  std::size_t raw_bytes = 4096;
};

struct webhook_diagnostics {
  /// Not JSON, or JSON without the envelope.
  bool malformed = false;
  bool too_large = false;
  bool too_deep = false;
  /// Invalid UTF-8, lone surrogates or huge numbers were replaced before parsing.
  bool repaired = false;
  /// The dashboard's "Test" button: no envelope, nothing to do.
  bool test_shape = false;
  /// A subscription that we do not serve (object "user", "permissions", …): its body is set aside.
  bool unknown_object = false;
  /// Items that are not what their place promises (a number where an object belongs, an entry without
  /// items): the first of them are set aside.
  std::size_t malformed_items = 0;
  /// Items beyond limits.events: dropped.
  std::size_t too_many = 0;

  friend bool operator==(const webhook_diagnostics&, const webhook_diagnostics&) = default;
};

struct parsed_webhook {
  static constexpr std::size_t most_set_aside = 100;

  std::vector<channel_event> events;
  /// What is no event of ours, for quarantine: only `raw` (bounded, redacted), channel, route and time are
  /// filled. Of malformed items `most_set_aside` at most; the others are counted.
  std::vector<channel_event> set_aside;
  webhook_diagnostics diagnostics;
};

/// The parser's buffers, reused from body to body. One per thread; not thread-safe.
class webhook_parser {
 public:
  webhook_parser();
  ~webhook_parser();
  webhook_parser(webhook_parser&&) noexcept;
  webhook_parser& operator=(webhook_parser&&) noexcept;

  struct buffers;
  [[nodiscard]] buffers& reuse() noexcept { return *buffers_; }

 private:
  std::unique_ptr<buffers> buffers_;
};

/// `now` bounds the times that a payload may claim (at most a day ahead) and stands in for missing ones.
/// Events come in the order of the body; each has a non-empty dedupe key of at most 200 bytes.
[[nodiscard]] parsed_webhook parse_webhook(std::string_view raw_body, const webhook_limits& limits,
                                           instant now, webhook_parser& parser);

}  // namespace sellavie::channel
