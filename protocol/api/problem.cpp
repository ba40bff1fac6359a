#include "protocol/api/problem.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace sellavie::api {
namespace {

constexpr std::array kinds{
    problems::malformed,           problems::unauthenticated,  problems::wrong_credentials,
    problems::code_needed,         problems::forbidden,        problems::email_not_verified,
    problems::not_found,           problems::conflict,         problems::changed_meanwhile,
    problems::too_large,           problems::unsupported_type, problems::invalid,
    problems::precondition_needed, problems::too_many,         problems::internal,
    problems::unavailable};

}  // namespace

std::span<const problem_kind> all_problem_kinds() noexcept { return kinds; }

problem problem_of(const error& failure) {
  switch (failure.code) {
    case errc::malformed: return {problems::malformed, {}, {}, 0};
    case errc::invalid_value: return {problems::invalid, {}, {}, 0};
    case errc::too_large: return {problems::too_large, {}, {}, 0};
    case errc::bad_signature: return {problems::unauthenticated, {}, {}, 0};
    case errc::forbidden: return {problems::forbidden, {}, {}, 0};
    case errc::not_found: return {problems::not_found, {}, {}, 0};
    case errc::conflict: return {problems::conflict, {}, {}, 0};
    case errc::out_of_stock: return {problems::conflict, "There is not enough stock.", {}, 0};
    case errc::price_changed: return {problems::conflict, "The price has changed.", {}, 0};
    case errc::money_range: return {problems::invalid, "The amount is too large.", {}, 0};
    case errc::unavailable:
    case errc::fenced:
    case errc::in_doubt:
    case errc::overloaded:
    case errc::timed_out: return {problems::unavailable, {}, {}, 2};
    case errc::internal: return {problems::internal, {}, {}, 0};
  }
  return {};
}

std::string render(const problem& what, std::string_view request_id) {
  nlohmann::json body{{"type", "/problems/" + std::string{what.kind.name}},
                      {"title", what.kind.title},
                      {"status", what.kind.status},
                      {"request_id", request_id}};
  if (!what.detail.empty()) body["detail"] = what.detail;
  for (const auto& one : what.fields)
    body["errors"].push_back({{"field", one.field}, {"detail", one.detail}});
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

schema problem_schema() {
  const auto short_text = schema::text({0, 500, text_format::line});
  const auto field_error =
      schema::object({{"field", schema::text({0, 300, text_format::line})}, {"detail", short_text}});
  return schema::object({{"type", short_text},
                         {"title", short_text},
                         {"status", schema::integer(400, 599)},
                         {"request_id", short_text},
                         {"detail", short_text, presence::optional},
                         {"errors", schema::list(field_error, schema::max_problems), presence::optional}})
      .named("Problem");
}

}  // namespace sellavie::api
