#include "protocol/api/problem.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace sellavie::api {
namespace {

constexpr std::array kinds{problems::malformed,
                           problems::unauthenticated,
                           problems::wrong_credentials,
                           problems::second_factor_needed,
                           problems::forbidden,
                           problems::not_found,
                           problems::conflict,
                           problems::window_closed,
                           problems::customer_blocked,
                           problems::plan_limit,
                           problems::stale,
                           problems::too_large,
                           problems::unsupported_type,
                           problems::invalid,
                           problems::precondition_missing,
                           problems::too_many,
                           problems::internal,
                           problems::unavailable,
                           problems::connect_unavailable,
                           problems::connect_denied,
                           problems::connect_expired,
                           problems::connect_used,
                           problems::connect_foreign,
                           problems::connect_permissions,
                           problems::connect_nothing,
                           problems::connect_pin,
                           problems::connected_elsewhere,
                           problems::not_connected,
                           problems::provider_refused,
                           problems::provider_silent};

problem told_as(errc code) {
  switch (code) {
    case errc::malformed: return {problems::malformed};
    case errc::invalid_value: return {problems::invalid};
    case errc::too_large: return {problems::too_large};
    case errc::bad_signature: return {problems::unauthenticated};
    case errc::forbidden: return {problems::forbidden};
    case errc::not_found: return {problems::not_found};
    case errc::conflict: return {problems::conflict};
    case errc::out_of_stock: return {problems::conflict, "There is not enough stock."};
    case errc::price_changed: return {problems::conflict, "The price has changed."};
    case errc::money_range: return {problems::invalid, "The amount is too large."};
    case errc::unavailable:
    case errc::fenced:
    case errc::in_doubt:
    case errc::overloaded:
    case errc::timed_out: return {.kind = problems::unavailable, .retry_after = 2};
    case errc::internal: return {problems::internal};
  }
  return {};
}

}  // namespace

std::string type_of(const problem_kind& kind) { return "/problems/" + std::string{kind.name}; }

std::span<const problem_kind> all_problem_kinds() noexcept { return kinds; }

problem problem_of(const error& failure) {
  problem told = told_as(failure.code);
  told.cause = failure;
  return told;
}

std::string render(const problem& what, std::string_view request_id) {
  nlohmann::json body{{"type", type_of(what.kind)},
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
      schema::object({{"field", schema::text({0, 300, text_format::line})
                                    .described("JSON Pointer into the body, or the name of a parameter.")
                                    .example("/name")},
                      {"detail", short_text.example("is missing")}});
  std::vector<std::string> types{"about:blank"};
  for (const auto& kind : kinds) types.push_back(type_of(kind));
  return schema::object({{"type", schema::word(std::move(types))
                                      .described("about:blank: refused at the door, the status says it all.")
                                      .example(type_of(problems::invalid))},
                         {"title", short_text.example(problems::invalid.title)},
                         {"status", schema::integer(400, 599).example(problems::invalid.status)},
                         {"request_id", short_text.example(example_request_id)},
                         {"detail", short_text, presence::optional},
                         {"errors", schema::list(field_error, schema::max_problems), presence::optional}})
      .named("Problem");
}

}  // namespace sellavie::api
