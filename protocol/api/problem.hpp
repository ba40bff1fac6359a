#pragma once
// Problem details (RFC 9457) with stable types. A client decides by `type`, shows `detail`.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/api/schema.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::api {

/// A kind of refusal: its type is "/problems/<name>".
struct problem_kind {
  std::string_view name;
  int status = 400;
  std::string_view title;
};

namespace problems {
inline constexpr problem_kind malformed{"malformed-request", 400, "The request could not be read"};
inline constexpr problem_kind unauthenticated{"unauthenticated", 401, "Sign in first"};
inline constexpr problem_kind wrong_credentials{"wrong-credentials", 401, "E-mail or password is wrong"};
inline constexpr problem_kind second_factor_needed{"second-factor-needed", 401,
                                                   "Send a code of your authenticator app"};
inline constexpr problem_kind forbidden{"forbidden", 403, "Your role does not allow this"};
inline constexpr problem_kind not_found{"not-found", 404, "There is no such thing here"};
inline constexpr problem_kind conflict{"conflict", 409, "This is not possible in the present state"};
inline constexpr problem_kind window_closed{"send-window-closed", 409,
                                            "The channel allows no message just now"};
inline constexpr problem_kind customer_blocked{"customer-blocked", 409, "This customer is blocked"};
inline constexpr problem_kind connect_unavailable{"connect-not-set-up", 409,
                                                  "This server is not set up for it"};
inline constexpr problem_kind connect_denied{"connect-denied", 409, "The login was cancelled"};
inline constexpr problem_kind connect_expired{"connect-expired", 409, "This login took too long"};
inline constexpr problem_kind connect_used{"connect-used", 409, "This login was finished before"};
inline constexpr problem_kind connect_foreign{"connect-foreign", 409, "This login was begun elsewhere"};
inline constexpr problem_kind connect_permissions{"connect-permissions", 409, "The login lacks permissions"};
inline constexpr problem_kind connect_nothing{"connect-nothing-found", 409,
                                              "The login gives access to no such account"};
inline constexpr problem_kind connect_pin{"connect-wrong-pin", 409, "The number has another PIN"};
inline constexpr problem_kind connected_elsewhere{"connected-elsewhere", 409,
                                                  "The account is connected to another business"};
inline constexpr problem_kind not_connected{"not-connected", 409, "This account is disconnected"};
inline constexpr problem_kind plan_limit{"plan-limit-reached", 409, "The plan allows no more of these"};
inline constexpr problem_kind stale{"stale", 412, "Somebody changed this since you read it"};
inline constexpr problem_kind too_large{"too-large", 413, "The request is too large"};
inline constexpr problem_kind unsupported_type{"unsupported-media-type", 415,
                                               "This type of body is not taken here"};
inline constexpr problem_kind invalid{"invalid-fields", 422, "Some fields are not valid"};
inline constexpr problem_kind precondition_missing{"precondition-missing", 428, "A header is missing"};
inline constexpr problem_kind too_many{"too-many-requests", 429, "Too many requests, try again later"};
inline constexpr problem_kind internal{"internal", 500, "Something went wrong on our side"};
inline constexpr problem_kind provider_refused{"provider-refused", 502, "The other side refused"};
inline constexpr problem_kind provider_silent{"provider-silent", 504,
                                              "The other side did not answer in time"};
inline constexpr problem_kind unavailable{"unavailable", 503, "Not available just now, try again"};
}  // namespace problems

/// "/problems/not-found".
[[nodiscard]] std::string type_of(const problem_kind& kind);
/// All of them, for the document.
[[nodiscard]] std::span<const problem_kind> all_problem_kinds() noexcept;

struct problem {
  problem_kind kind = problems::internal;
  /// What happened and what to do next; empty: the title says it all.
  std::string detail;
  std::vector<field_problem> fields;
  /// Seconds, with 429 and 503; 0 says nothing.
  int retry_after = 0;
  /// What went wrong, for the log alone: never rendered.
  error cause{};
  /// It says that a password is wrong: counts against the client's address (session_rules R6); never rendered.
  bool is_wrong_password = false;
};

/// One switch without default: what an error of the program tells a client. Details stay in the log.
[[nodiscard]] problem problem_of(const error& failure);

/// The body, application/problem+json.
[[nodiscard]] std::string render(const problem& what, std::string_view request_id);

inline constexpr std::string_view example_request_id = "5f0c2a9be1d44c7f8a6b3e2d1c0f9a87";
/// Its shape.
[[nodiscard]] schema problem_schema();

}  // namespace sellavie::api
