#pragma once
// Keys are made only for a database that holds no secret yet: with another key everything that is
// sealed in it would be lost.

#include <pqxx/pqxx>

#include "protocol/domain/error.hpp"

namespace sellavie::storage {

[[nodiscard]] result<bool> has_no_businesses(pqxx::connection& engine);

}  // namespace sellavie::storage
