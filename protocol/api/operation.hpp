#pragma once
// What the API declares about each of its operations: one table that the router, the checks of every
// request, the OpenAPI document and the tests are made of.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/api/permission.hpp"
#include "protocol/api/schema.hpp"

namespace sellavie::api {

enum class verb : std::uint8_t { get, post, put, patch, del };
[[nodiscard]] std::string_view to_string(verb method) noexcept;

/// Who may call.
enum class audience : std::uint8_t {
  /// No token needed.
  anyone,
  /// A valid access token.
  account,
  /// ... of a member of the business in the path whose role has the permission.
  member,
};

struct access {
  audience who = audience::account;
  /// Of a member.
  permission needs = permission::read;
};

/// A stricter bucket than the general one.
enum class throttle : std::uint8_t {
  none,
  /// Passwords, codes and tokens are guessed here.
  sign_in,
  /// As sign_in, and an address waits longer after each wrong password.
  password,
  /// Each request can make a mail.
  mail,
};

/// A request header that the operation cannot do without.
enum class precondition : std::uint8_t {
  none,
  /// If-Match with the ETag of what was read, so that two people do not overwrite each other: missing 428, stale 412.
  if_match,
  /// Idempotency-Key: the same key does nothing again and gives the same answer; missing 428.
  idempotency_key,
};

/// Printable ASCII.
inline constexpr std::size_t longest_idempotency_key = 100;

struct parameter {
  std::string name;
  schema shape;
  std::string description;
  presence needed = presence::optional;
};

/// A request's body that is not JSON, taken as its bytes.
struct raw_body {
  /// One of them must be named; whether the bytes keep that promise is the handler's question.
  std::vector<std::string> content_types;
  /// Over it 413.
  std::size_t largest = 2 * 1024 * 1024;
  std::string description;
};

struct answer_shape {
  int status = 200;
  std::string description;
  /// None: no body, or one of `raw_types`.
  std::optional<schema> body{};
  std::string content_type = "application/json";
  /// Of a body that is not JSON.
  std::vector<std::string> raw_types{};
  /// Besides those of every answer.
  std::vector<parameter> headers{};
};

/// `answer` with the version that If-Match wants back.
[[nodiscard]] answer_shape with_etag(answer_shape answer);
/// `answer` as a file with a name.
[[nodiscard]] answer_shape with_file_name(answer_shape answer);

struct operation {
  /// snake_case, unique: names the operation in clients, metrics, logs and tests.
  std::string id;
  verb method = verb::get;
  /// With {segments}; "{business_id}" is checked against the caller's memberships. A member's operation whose
  /// path has none takes it as a query parameter.
  std::string path;
  /// Groups operations in the document.
  std::string tag;
  /// One sentence.
  std::string summary;
  access allowed;
  std::vector<parameter> query;
  /// Request headers that it understands besides those of every operation; never required.
  std::vector<parameter> headers{};
  std::optional<schema> body;
  /// In place of `body`.
  std::optional<raw_body> raw;
  std::vector<answer_shape> answers;
  /// Problem statuses of its own; 400, 401, 403, 404, 412, 413, 415, 422, 428, 429, 500 and 503 follow from the rest.
  std::vector<int> problems;
  throttle limit = throttle::none;
  precondition needs = precondition::none;
  /// In place of a token of the body, from browsers (session_rules.hpp).
  bool takes_refresh_cookie = false;
};

/// Names of the {segments} of a path, in order.
[[nodiscard]] std::vector<std::string> path_parameters(std::string_view path);

/// Every status that the operation can answer with a problem, in rising order.
[[nodiscard]] std::vector<int> problem_statuses(const operation& of);

}  // namespace sellavie::api
