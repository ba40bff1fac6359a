#pragma once
// The end of every way to sign in: a session with its first tokens.

#include "net/api/call.hpp"

namespace sellavie::net {

/// Also forgets failed sign-ins. `proven_hash` is the password's that was verified; nothing when the account has
/// another one by now.
[[nodiscard]] std::optional<api_outcome> start_session(workplace& place, const api_call& call,
                                                       const api::account_id& account,
                                                       const std::string& proven_hash);

/// What it answers.
[[nodiscard]] api::answer_shape tokens_answer(std::string description);
/// The request's wish where the refresh token goes.
[[nodiscard]] api::schema keep_in();

}  // namespace sellavie::net
