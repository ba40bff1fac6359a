#pragma once
// Our error vocabulary inside CAF's: an actor that ends with one of these says why.

#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/make_message.hpp>

#include "protocol/domain/error.hpp"

namespace sellavie {

[[nodiscard]] inline caf::error make_error(errc code) {
  return {static_cast<std::uint8_t>(code), caf::atom("sellavie")};
}

}  // namespace sellavie

namespace sellavie::actors {

/// Our code inside a CAF error; everything else (a crash, an unexpected message) is `internal`.
[[nodiscard]] inline errc code_of(const caf::error& failure) noexcept {
  if (failure.category() == caf::atom("sellavie")) return static_cast<errc>(failure.code());
  return errc::internal;
}

/// The store's fault, not the delivery's: repeated without counting as a try.
[[nodiscard]] inline bool is_store_trouble(errc code) noexcept {
  return code == errc::unavailable || code == errc::in_doubt;
}

}  // namespace sellavie::actors
