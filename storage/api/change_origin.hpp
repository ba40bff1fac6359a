#pragma once
// Who makes a change on a person's wish, and from where: it travels with the wish, also to an actor.

#include <string>

#include "protocol/api/access_token.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

struct change_origin {
  api::account_id account;
  api::session_id session;
  std::string address;
  std::string request_id;
  instant at{};
};

}  // namespace sellavie::storage
