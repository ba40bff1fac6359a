#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "protocol/api/cursor.hpp"
#include "protocol/api/openapi.hpp"
#include "protocol/api/permission.hpp"
#include "protocol/api/problem.hpp"
#include "protocol/api/session_rules.hpp"

namespace sellavie::api {
namespace {

using namespace std::chrono_literals;

const instant now = instant_from_ms(1'790'000'000'000);

TEST(session_rules, r1_a_fresh_token_is_rotated) {
  EXPECT_EQ(decide_refresh({.expires_at = now + 1h}, now), refresh_decision::rotate);
}
TEST(session_rules, r2_within_the_overlap_the_same_successor_comes_back) {
  const refresh_state rotated{.expires_at = now + 1h, .is_rotated = true, .rotated_at = now};
  EXPECT_EQ(decide_refresh(rotated, now + 30s), refresh_decision::repeat_successor);
}
TEST(session_rules, r3_later_reuse_ends_the_session) {
  const refresh_state rotated{.expires_at = now + 1h, .is_rotated = true, .rotated_at = now};
  EXPECT_EQ(decide_refresh(rotated, now + 30s + 1ms), refresh_decision::end_session);
}
TEST(session_rules, r4_an_ended_session_gives_nothing) {
  EXPECT_EQ(decide_refresh({.expires_at = now}, now), refresh_decision::refuse);
  EXPECT_EQ(decide_refresh({.expires_at = now + 1h, .session_ended = true, .is_rotated = true}, now),
            refresh_decision::refuse);
}
TEST(session_rules, r5_blocks_double_up_to_a_quarter_of_an_hour) {
  EXPECT_EQ(block_after(4), 0s);
  EXPECT_EQ(block_after(5), 1s);
  EXPECT_EQ(block_after(6), 2s);
  EXPECT_EQ(block_after(14), 512s);
  EXPECT_EQ(block_after(15), 15min);
  EXPECT_EQ(block_after(2'000'000), 15min);
}

TEST(permission, each_role_may_all_that_a_lesser_one_may) {
  for (const auto what : {permission::read, permission::converse, permission::sell, permission::manage,
                          permission::administer, permission::connect, permission::own}) {
    bool before = false;
    for (const role who : all_roles) {
      EXPECT_TRUE(!before || may(who, what));
      before = may(who, what);
    }
    EXPECT_TRUE(before) << "the owner may " << to_string(what);
  }
  EXPECT_FALSE(may(role::viewer, permission::converse));
  EXPECT_FALSE(may(role::agent, permission::manage));
  EXPECT_FALSE(may(role::admin, permission::own));
}

TEST(permission, nobody_grants_more_than_they_have) {
  for (const role who : all_roles)
    for (const role wanted : all_roles)
      EXPECT_EQ(may_grant(who, wanted), who >= role::admin && wanted <= who)
          << to_string(who) << to_string(wanted);
  for (const role one : all_roles) EXPECT_EQ(parse_role(to_string(one)), one);
  EXPECT_EQ(parse_role("Owner"), std::nullopt);
}

TEST(cursor, comes_back_as_it_was) {
  page_position last{-5, {}};
  last.id.bytes.fill(0xAB);
  EXPECT_EQ(read_cursor(write_cursor(last)), last);
  for (const char* bad : {"", "x", "AAAA", "!!!!"}) EXPECT_EQ(read_cursor(bad), std::nullopt);
}

TEST(problem, every_error_has_an_answer_without_its_detail) {
  for (int code = 0; code < 60; ++code) {
    if (to_string(static_cast<errc>(code)) == "unknown") continue;
    const auto shown = problem_of(make_failure(static_cast<errc>(code), "row 5 of table secrets"));
    const auto body = nlohmann::json::parse(render(shown, "r-1"));
    EXPECT_TRUE(problem_schema().check(body).empty()) << body;
    EXPECT_EQ(body.dump().find("secrets"), std::string::npos);
    EXPECT_EQ(body["status"], shown.kind.status);
  }
}

TEST(problem, types_are_unique_and_stable) {
  std::set<std::string_view> names;
  for (const auto& kind : all_problem_kinds()) EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
}

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

}  // namespace
}  // namespace sellavie::api
