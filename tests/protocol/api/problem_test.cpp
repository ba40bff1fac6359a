#include "protocol/api/problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sellavie::api {
namespace {

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

// Clients decide by these: one may come to the list, none may change or go.
TEST(problem, types_and_their_statuses_never_change) {
  std::vector<std::string> types;
  for (const auto& kind : all_problem_kinds())
    types.push_back(type_of(kind) + ' ' + std::to_string(kind.status));
  EXPECT_THAT(
      types,
      testing::UnorderedElementsAre(
          "/problems/malformed-request 400", "/problems/second-factor-needed 401",
          "/problems/unauthenticated 401", "/problems/wrong-credentials 401", "/problems/forbidden 403",
          "/problems/not-found 404", "/problems/conflict 409", "/problems/connect-denied 409",
          "/problems/connect-expired 409", "/problems/connect-foreign 409",
          "/problems/connect-not-set-up 409", "/problems/connect-nothing-found 409",
          "/problems/connect-permissions 409", "/problems/connect-used 409",
          "/problems/connect-wrong-pin 409", "/problems/connected-elsewhere 409",
          "/problems/customer-blocked 409", "/problems/not-connected 409", "/problems/plan-limit-reached 409",
          "/problems/send-window-closed 409", "/problems/stale 412", "/problems/too-large 413",
          "/problems/unsupported-media-type 415", "/problems/invalid-fields 422",
          "/problems/precondition-missing 428", "/problems/too-many-requests 429", "/problems/internal 500",
          "/problems/provider-refused 502", "/problems/unavailable 503", "/problems/provider-silent 504"));
}

TEST(problem, shape_names_every_type) {
  for (const auto& kind : all_problem_kinds()) {
    const auto body = nlohmann::json::parse(render(problem{kind}, "r-1"));
    EXPECT_TRUE(problem_schema().check(body).empty()) << body;
  }
}

}  // namespace
}  // namespace sellavie::api
