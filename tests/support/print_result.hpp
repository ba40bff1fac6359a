#pragma once
// Lets GoogleTest print results: EXPECT_EQ(outcome, 3) and << why(outcome).

#include <ostream>
#include <string>

#include "protocol/domain/error.hpp"

namespace sellavie {

inline std::ostream& operator<<(std::ostream& out, const error& failure) {
  return out << to_string(failure.code) << ": " << failure.detail;
}

namespace test {

/// What a test prints about a result that should have been good.
template <class T>
[[nodiscard]] std::string why(const result<T>& outcome) {
  return outcome ? std::string{}
                 : std::string{to_string(outcome.error().code)} + ": " + outcome.error().detail;
}

}  // namespace test
}  // namespace sellavie
