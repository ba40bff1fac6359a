#pragma once
// How somebody proves who they are beyond a session: the password, a code of the second factor. Failures
// count against the session, codes against the second factor (session_rules R7).

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "net/api/call.hpp"
#include "storage/api/accounts.hpp"

namespace sellavie::net {

/// A password that is being chosen; its length in bytes is checked by `unfit_password`.
[[nodiscard]] api::schema chosen_password();
/// A password that exists.
[[nodiscard]] api::schema known_password();
/// Six digits of the app, or a recovery code.
[[nodiscard]] api::schema second_factor_code();
[[nodiscard]] api::schema mail_token();

/// 422 for `field` ("/password").
[[nodiscard]] api::problem wrong_field(std::string field, std::string detail);
/// What is wrong with a password that is being chosen.
[[nodiscard]] std::optional<api::problem> unfit_password(std::string_view password, const std::string& field);
/// With a fresh salt; takes a fifth of a second.
[[nodiscard]] result<std::string> hash_new_password(const api_services& with, std::string_view password);
/// Whether `hash` was made of it; takes as long.
[[nodiscard]] bool is_password(const api_services& with, std::string_view password, const std::string& hash);

/// The signed-in caller gives the password in `member` of the body: their account, or 422 for that field, or 429
/// while their session is blocked.
[[nodiscard]] std::variant<storage::stored_account, api::problem> prove_password(workplace& place,
                                                                                 const api_call& call,
                                                                                 const std::string& member);

/// The signed-in caller proves everything that their account has: `password` of the body, and `code` when a second
/// factor is on. Nothing when it is right; else 422 for the field, or 429.
[[nodiscard]] std::optional<api::problem> prove_again(workplace& place, const api_call& call);

/// Nothing when `code` is a living code of this account's second factor, which is used up then; else `wrong`, or 429
/// while codes are blocked.
[[nodiscard]] std::optional<api::problem> prove_code(workplace& place, const api_call& call,
                                                     const api::account_id& account, std::string_view code,
                                                     api::problem wrong);

}  // namespace sellavie::net
