#include "protocol/api/openapi.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "protocol/api/problem.hpp"

namespace sellavie::api {
namespace {

using nlohmann::json;

constexpr std::string_view about =
    "Everything that the dashboard does. Times are UTC, money is in minor units with an ISO 4217 code, lists are "
    "paged by `cursor`: pass the `next_cursor` of a page to get the next one, null is the end. Errors are problem "
    "details (RFC 9457): decide by `type`, show `detail`.";

json parameters_of(const operation& one, json& components) {
  auto list = json::array();
  for (const auto& name : path_parameters(one.path))
    list.push_back({{"name", name},
                    {"in", "path"},
                    {"required", true},
                    {"schema", schema::uuid().document(components)}});
  for (const auto& query : one.query)
    list.push_back({{"name", query.name},
                    {"in", "query"},
                    {"required", query.needed == presence::required},
                    {"description", query.description},
                    {"schema", query.shape.document(components)}});
  for (const auto& header : one.headers)
    list.push_back({{"name", header.name},
                    {"in", "header"},
                    {"required", false},
                    {"description", header.description},
                    {"schema", header.shape.document(components)}});
  if (one.needs == precondition::if_match)
    list.push_back({{"name", "If-Match"},
                    {"in", "header"},
                    {"required", true},
                    {"description", "The ETag of what you read; 412 when somebody changed it since."},
                    {"schema", schema::text({3, 30}).document(components)}});
  if (one.needs == precondition::idempotency_key)
    list.push_back(
        {{"name", "Idempotency-Key"},
         {"in", "header"},
         {"required", true},
         {"description", "Of your making, new for each wish: sent again it does nothing again."},
         {"schema", schema::text({1, longest_idempotency_key, text_format::token}).document(components)}});
  return list;
}

json answers_of(const operation& one, json& components) {
  json answers = json::object();
  for (const auto& answer : one.answers) {
    auto& shown = answers[std::to_string(answer.status)] = {{"description", answer.description}};
    if (answer.body) shown["content"][answer.content_type] = {{"schema", answer.body->document(components)}};
    for (const auto& type : answer.raw_types) shown["content"][type] = json::object();
  }
  std::map<int, std::string> titles;
  for (const auto& kind : all_problem_kinds()) {
    auto& text = titles[kind.status];
    text += (text.empty() ? "" : "; or: ") + std::string{kind.title};
  }
  for (const int status : problem_statuses(one))
    answers[std::to_string(status)] = {
        {"description", titles[status]},
        {"content", {{"application/problem+json", {{"schema", problem_schema().document(components)}}}}}};
  return answers;
}

json roles_of(const operation& one) {
  auto roles = json::array();
  for (const role who : all_roles)
    if (may(who, one.allowed.needs)) roles.push_back(to_string(who));
  return roles;
}

json shown(const operation& one, json& components) {
  json out{{"operationId", one.id},
           {"tags", {one.tag}},
           {"summary", one.summary},
           {"responses", answers_of(one, components)}};
  if (auto parameters = parameters_of(one, components); !parameters.empty())
    out["parameters"] = std::move(parameters);
  if (one.body)
    out["requestBody"] = {{"required", true},
                          {"content", {{"application/json", {{"schema", one.body->document(components)}}}}}};
  if (one.raw) {
    auto& body = out["requestBody"] = {{"required", true}, {"description", one.raw->description}};
    for (const auto& type : one.raw->content_types) body["content"][type] = json::object();
  }
  if (one.allowed.who == audience::anyone) out["security"] = json::array();
  if (one.allowed.who == audience::member) {
    out["x-permission"] = to_string(one.allowed.needs);
    out["x-roles"] = roles_of(one);
  }
  return out;
}

}  // namespace

std::string openapi_document(std::span<const operation> operations, std::string_view server) {
  json components = json::object();
  json paths = json::object();
  for (const operation& one : operations)
    paths[one.path][std::string{to_string(one.method)}] = shown(one, components);
  const json document{
      {"openapi", "3.1.0"},
      {"info", {{"title", "Sellavie"}, {"version", "1"}, {"description", about}}},
      {"servers", json::array({{{"url", server.empty() ? "/" : std::string{server}}}})},
      {"security", json::array({{{"access_token", json::array()}}})},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", std::move(components)},
        {"securitySchemes",
         {{"access_token", {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}}}}}}}};
  return document.dump();
}

}  // namespace sellavie::api
