#pragma once
// File descriptors are what a stranger's idle connections use up first: the soft limit is often 1024.
// The database, the models and the channels need some too, whatever knocks at the door.

#include <algorithm>
#include <cstddef>

namespace sellavie::net {

/// Raises the soft limit of open files to the hard one; gives the limit that holds afterwards.
std::size_t raise_descriptor_limit() noexcept;

/// How many connections may be accepted with so many descriptors: half of them, at most `wanted`.
[[nodiscard]] constexpr std::size_t connections_within(std::size_t descriptors, std::size_t wanted) noexcept {
  return std::min(wanted, descriptors / 2);
}

}  // namespace sellavie::net
