#pragma once
// What the dashboard's service worker is told to show: {"title", "url", "tag"}; a message with the tag of one that is shown
// takes its place.

#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/notification_words.hpp"

namespace sellavie::push {

/// Of several one message that leads to the first. At least one line.
[[nodiscard]] std::string write_notification(std::span<const told_line> lines, std::string_view business);

}  // namespace sellavie::push
