#pragma once
// The end of every way to sign in: a session with its first tokens.

#include "net/api/call.hpp"

namespace sellavie::net {

/// Also forgets failed sign-ins.
[[nodiscard]] api_outcome start_session(workplace& place, const api_call& call,
                                        const api::account_id& account);

/// What it answers.
[[nodiscard]] api::schema tokens_shape();
/// The request's wish where the refresh token goes.
[[nodiscard]] api::schema keep_in();

}  // namespace sellavie::net
