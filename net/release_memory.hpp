#pragma once
// For buffers of connections that live long and are idle most of the time.

#include <string>

namespace sellavie::net {

/// Empties it and gives its memory back. Assigning an empty string does not: libstdc++ keeps the capacity.
inline void release_memory(std::string& text) noexcept { std::string{}.swap(text); }

}  // namespace sellavie::net
