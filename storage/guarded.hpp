#pragma once
// The seam where libpqxx's exceptions end: what a failure says never quotes row values, because the
// server's detail line does. Only the SQLSTATE and a constraint's name pass.

#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include "protocol/domain/error.hpp"

namespace sellavie::storage {

/// What `failure` means: unavailable (lost connection, shutting down, deadlock), timed_out, fenced
/// (SV001), conflict (constraints, SV002), forbidden, in_doubt, internal.
[[nodiscard]] error error_of(std::exception_ptr failure);

template <class Value>
struct guarded_value {
  using type = result<Value>;
};
template <class Value>
struct guarded_value<result<Value>> {
  using type = result<Value>;
};

/// Runs `work`; its value or failure, or the error that its exception means.
template <class Work>
[[nodiscard]] auto guarded(Work&& work) -> typename guarded_value<std::invoke_result_t<Work>>::type {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      std::forward<Work>(work)();
      return {};
    } else {
      return std::forward<Work>(work)();
    }
  } catch (...) {
    return error_of(std::current_exception());
  }
}

}  // namespace sellavie::storage
