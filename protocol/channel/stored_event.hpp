#pragma once
// A channel_event as bytes for the inbox row, and back. Versioned: a row written by an older release
// must still be readable, so a change of the format takes a new version beside the old one.

#include <string>
#include <string_view>

#include "protocol/channel/event.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::channel {

/// Version 1: byte 0x01; bytes kind, channel, state, flags; bytes route space and entry-route space
/// (0xff = none); zigzag varints provider time, watermark, error code; varint mask of the non-empty
/// strings; these, each with a varint length; varint count of attachments, each a mask and strings.
[[nodiscard]] std::string store_event(const channel_event& event);

/// errc::malformed for anything that store_event does not write; total.
[[nodiscard]] result<channel_event> load_event(std::string_view bytes);

}  // namespace sellavie::channel
