#include "protocol/api/openapi.hpp"

#include <nlohmann/json.hpp>

#include "protocol/api/problem.hpp"
#include "protocol/api/session_rules.hpp"

namespace sellavie::api {
namespace {

using nlohmann::json;

constexpr std::string_view about =
    "Everything that the dashboard does. Times are UTC, money is in minor units with an ISO 4217 code, lists are "
    "paged by `cursor`: pass the `next_cursor` of a page to get the next one, null is the end. Errors are problem "
    "details (RFC 9457): decide by `type`, show `detail`.";

constexpr std::string_view access_scheme = "access_token";
constexpr std::string_view cookie_scheme = "refresh_cookie";

json parameter_shown(const parameter& one, std::string_view in, json& components) {
  return {{"name", one.name},
          {"in", in},
          {"required", one.needed == presence::required},
          {"description", one.description},
          {"schema", one.shape.document(components, side::request)},
          {"example", one.shape.example()}};
}

parameter if_match() {
  return {"If-Match", schema::text({3, 30}).example("\"3\""),
          "The ETag of what you read; 412 when somebody changed it since.", presence::required};
}

parameter idempotency_key() {
  return {"Idempotency-Key",
          schema::text({1, longest_idempotency_key, text_format::token}).example("reply-1790000000"),
          "Of your making, new for each wish: sent again it does nothing again.", presence::required};
}

json parameters_of(const operation& one, json& components) {
  auto list = json::array();
  const auto add = [&](const parameter& more, std::string_view in) {
    list.push_back(parameter_shown(more, in, components));
  };
  for (const auto& name : path_parameters(one.path))
    add({name, schema::uuid(), "An id.", presence::required}, "path");
  for (const auto& query : one.query) add(query, "query");
  for (const auto& header : one.headers) add(header, "header");
  if (one.needs == precondition::if_match) add(if_match(), "header");
  if (one.needs == precondition::idempotency_key) add(idempotency_key(), "header");
  return list;
}

/// What carries a value of `shape`.
json content_of(const schema& shape, side shown_on, json& components) {
  return {{"schema", shape.document(components, shown_on)}, {"example", shape.example()}};
}

// ---- headers of answers ----------------------------------------------------------------------

json header_shown(const parameter& one, json& components) {
  return {{"required", one.needed == presence::required},
          {"description", one.description},
          {"schema", one.shape.document(components, side::answer)},
          {"example", one.shape.example()}};
}

const parameter& request_id_header() {
  static const parameter header{
      "X-Request-Id", schema::text({1, 64, text_format::token}).example(example_request_id),
      "Names the request, in the server's log too. Yours, if you sent one of letters, digits, - _ and .",
      presence::required};
  return header;
}

json headers_of(const std::vector<parameter>& more) {
  json headers{{request_id_header().name, {{"$ref", "#/components/headers/X-Request-Id"}}}};
  json nothing;  // none of them has a component
  for (const auto& one : more) headers[one.name] = header_shown(one, nothing);
  return headers;
}

std::vector<parameter> headers_with(int status) {
  if (status == 401)
    return {{"WWW-Authenticate", schema::text({1, 20, text_format::token}).example("Bearer"),
             "How to ask again.", presence::required}};
  if (status == 429 || status == 503)
    return {{"Retry-After", schema::integer(1).example(2), "Seconds until it is worth asking again.",
             presence::required}};
  return {};
}

// ---- answers ---------------------------------------------------------------------------------

std::string name_of_refusal(int status) { return "Problem" + std::to_string(status); }

json refusal_with(int status, json& components) {
  std::string titles;
  auto examples = json::object();
  for (const auto& kind : all_problem_kinds()) {
    if (kind.status != status) continue;
    titles += (titles.empty() ? "" : "; or: ") + std::string{kind.title};
    problem told{kind};
    if (status == problems::invalid.status) told.fields = {{"/name", "is missing"}};
    examples[std::string{kind.name}] = {{"summary", kind.title},
                                        {"value", json::parse(render(told, example_request_id))}};
  }
  return {{"description", titles},
          {"headers", headers_of(headers_with(status))},
          {"content",
           {{"application/problem+json",
             {{"schema", problem_schema().document(components, side::answer)},
              {"examples", std::move(examples)}}}}}};
}

json answers_of(const operation& one, json& components) {
  json answers = json::object();
  for (const auto& answer : one.answers) {
    auto& shown = answers[std::to_string(answer.status)] = {{"description", answer.description},
                                                            {"headers", headers_of(answer.headers)}};
    if (answer.body)
      shown["content"][answer.content_type] = content_of(*answer.body, side::answer, components);
    for (const auto& type : answer.raw_types) shown["content"][type] = json::object();
  }
  for (const int status : problem_statuses(one))
    answers[std::to_string(status)] = {{"$ref", "#/components/responses/" + name_of_refusal(status)}};
  return answers;
}

json refusals_of(std::span<const operation> operations, json& components) {
  json refusals = json::object();
  for (const operation& one : operations)
    for (const int status : problem_statuses(one))
      if (!refusals.contains(name_of_refusal(status)))
        refusals[name_of_refusal(status)] = refusal_with(status, components);
  return refusals;
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
    out["requestBody"] = {
        {"required", true},
        {"content", {{"application/json", content_of(*one.body, side::request, components)}}}};
  if (one.raw) {
    auto& body = out["requestBody"] = {{"required", true}, {"description", one.raw->description}};
    for (const auto& type : one.raw->content_types) body["content"][type] = json::object();
  }
  if (one.allowed.who == audience::anyone) out["security"] = json::array();
  if (one.takes_refresh_cookie)
    out["security"] = json::array({json::object(), {{cookie_scheme, json::array()}}});
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
  json refusals = refusals_of(operations, components);
  json request_id = header_shown(request_id_header(), components);
  const json document{
      {"openapi", "3.1.0"},
      {"info", {{"title", "Sellavie"}, {"version", "1"}, {"description", about}}},
      {"servers", json::array({{{"url", server.empty() ? "/" : std::string{server}}}})},
      {"security", json::array({{{access_scheme, json::array()}}})},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", std::move(components)},
        {"responses", std::move(refusals)},
        {"headers", {{request_id_header().name, std::move(request_id)}}},
        {"securitySchemes",
         {{access_scheme, {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}}},
          {cookie_scheme,
           {{"type", "apiKey"},
            {"in", "cookie"},
            {"name", refresh_cookie},
            {"description",
             "Set by signing in with `keep_in` \"cookie\"; Secure, HttpOnly, SameSite=Strict. Taken only "
             "with the header X-Sellavie-Client."}}}}}}}};
  return document.dump();
}

}  // namespace sellavie::api
