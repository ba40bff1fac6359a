#pragma once
// A wire_message as text for the outbox row, and back. Versioned: a row written by an older release
// must still be readable, so a change of the format takes a new version beside the old one.

#include <string>
#include <string_view>

#include "protocol/channel/send.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::channel {

/// Version 1: {"v":1,"kind":"text|image|link|file","text":…,"url":…,"title":…,"quick_replies":[{"title":…,
/// "payload":…}],"plain_text":…,"about":…}, empty members left out. Always valid UTF-8 without NUL: what is not UTF-8 in the
/// message becomes U+FFFD.
[[nodiscard]] std::string store_wire(const wire_message& message);

/// errc::malformed for anything else; total.
[[nodiscard]] result<wire_message> load_wire(std::string_view text);

}  // namespace sellavie::channel
