#include "protocol/api/openapi.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sellavie::api {
namespace {

TEST(openapi, shows_what_an_operation_declares) {
  const operation one{.id = "change_product",
                      .method = verb::patch,
                      .path = "/api/v1/businesses/{business_id}/products/{product_id}",
                      .tag = "Products",
                      .summary = "Change a product.",
                      .allowed = {audience::member, permission::manage},
                      .body = schema::object({{"name", schema::text({1, 200})}}),
                      .answers = {{204, "Changed.", {}}},
                      .problems = {409}};
  const auto document = nlohmann::json::parse(openapi_document({&one, 1}, "https://shop.example"));
  EXPECT_EQ(document["openapi"], "3.1.0");
  const auto& shown = document["paths"][one.path]["patch"];
  EXPECT_EQ(shown["operationId"], "change_product");
  EXPECT_EQ(shown["x-roles"], nlohmann::json({"admin", "owner"}));
  EXPECT_EQ(shown["parameters"].size(), 2U);
  for (const char* status :
       {"204", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503"})
    EXPECT_TRUE(shown["responses"].contains(status)) << status;
  EXPECT_TRUE(document["components"]["schemas"].contains("Problem"));
}

TEST(openapi, shows_a_business_in_the_query_and_headers_that_may_be_sent) {
  const operation one{.id = "follow",
                      .path = "/api/v1/follow",
                      .allowed = {audience::member, permission::read},
                      .query = {{"business_id", schema::uuid(), "Whose.", presence::required}},
                      .headers = {{"Last-Event-ID", schema::text(), "The last one."}},
                      .answers = {{200, "Events.", schema::object({}), "text/event-stream"}}};
  const auto document = nlohmann::json::parse(openapi_document({&one, 1}, ""));
  const auto& shown = document["paths"][one.path]["get"];
  EXPECT_EQ(shown["parameters"][0]["required"], true);
  EXPECT_EQ(shown["parameters"][1]["in"], "header");
  EXPECT_EQ(shown["parameters"][1]["required"], false);
  for (const char* status : {"401", "403", "404", "422"}) EXPECT_TRUE(shown["responses"].contains(status));
  EXPECT_TRUE(shown["responses"]["200"]["content"].contains("text/event-stream"));
}

TEST(openapi, shows_the_header_that_an_operation_cannot_do_without) {
  const auto shown = [](precondition needs) {
    const operation one{.id = "send",
                        .method = verb::post,
                        .path = "/api/v1/send",
                        .answers = {{204, "Sent.", {}}},
                        .needs = needs};
    const auto document = nlohmann::json::parse(openapi_document({&one, 1}, ""));
    return document["paths"]["/api/v1/send"]["post"];
  };
  EXPECT_FALSE(shown(precondition::none).contains("parameters"));
  const auto matched = shown(precondition::if_match);
  EXPECT_EQ(matched["parameters"][0]["name"], "If-Match");
  EXPECT_EQ(matched["parameters"][0]["in"], "header");
  for (const char* status : {"400", "412", "428"})
    EXPECT_TRUE(matched["responses"].contains(status)) << status;
  const auto keyed = shown(precondition::idempotency_key);
  EXPECT_EQ(keyed["parameters"][0]["name"], "Idempotency-Key");
  EXPECT_TRUE(keyed["responses"].contains("428"));
  EXPECT_FALSE(keyed["responses"].contains("412"));
}

TEST(openapi, shows_the_headers_of_answers) {
  const operation one{
      .id = "read", .path = "/api/v1/read", .answers = {with_etag({200, "Read.", schema::object({})})}};
  const auto document = nlohmann::json::parse(openapi_document({&one, 1}, ""));
  const auto& shown = document["paths"][one.path]["get"]["responses"];
  EXPECT_EQ(shown["200"]["headers"]["ETag"]["required"], true);
  EXPECT_EQ(shown["200"]["headers"]["X-Request-Id"]["$ref"], "#/components/headers/X-Request-Id");
  EXPECT_TRUE(document["components"]["headers"].contains("X-Request-Id"));
  EXPECT_EQ(shown["429"]["$ref"], "#/components/responses/Problem429");
  const auto& refusals = document["components"]["responses"];
  EXPECT_TRUE(refusals["Problem429"]["headers"].contains("Retry-After"));
  EXPECT_TRUE(refusals["Problem401"]["headers"].contains("WWW-Authenticate"));
}

TEST(openapi, shows_an_example_of_each_body_and_of_each_refusal) {
  const operation one{.id = "write",
                      .method = verb::post,
                      .path = "/api/v1/write",
                      .body = schema::object({{"name", schema::text({1, 20}).example("Ada")}}),
                      .answers = {{200, "Written.", schema::object({{"id", schema::integer()}})}},
                      .problems = {409}};
  const auto document = nlohmann::json::parse(openapi_document({&one, 1}, ""));
  const auto& shown = document["paths"][one.path]["post"];
  EXPECT_EQ(shown["requestBody"]["content"]["application/json"]["example"],
            nlohmann::json::parse(R"({"name":"Ada"})"));
  EXPECT_EQ(shown["responses"]["200"]["content"]["application/json"]["example"],
            nlohmann::json::parse(R"({"id":1})"));
  const auto& conflicts =
      document["components"]["responses"]["Problem409"]["content"]["application/problem+json"]["examples"];
  EXPECT_EQ(conflicts["send-window-closed"]["value"]["type"], "/problems/send-window-closed");
}

TEST(openapi, shows_the_refresh_cookie_as_one_of_two_ways) {
  const operation one{.id = "refresh",
                      .method = verb::post,
                      .path = "/api/v1/refresh",
                      .allowed = {audience::anyone},
                      .answers = {{204, "Fresh.", {}}},
                      .takes_refresh_cookie = true};
  const auto document = nlohmann::json::parse(openapi_document({&one, 1}, ""));
  EXPECT_EQ(document["paths"][one.path]["post"]["security"],
            nlohmann::json::parse(R"([{},{"refresh_cookie":[]}])"));
  const auto& scheme = document["components"]["securitySchemes"]["refresh_cookie"];
  EXPECT_EQ(scheme["in"], "cookie");
  EXPECT_EQ(scheme["name"], "sellavie_refresh");
}

}  // namespace
}  // namespace sellavie::api
