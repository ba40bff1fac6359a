// What the file may say only when other keys agree, and keys of later versions.

#include "config/contradictions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/reading.hpp"

namespace sellavie::config {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct contradiction {
  const char* name;
  const char* toml;
  const char* line;
};

class contradictions : public testing::TestWithParam<contradiction> {};

TEST_P(contradictions, are_refused) {
  const auto outcome = read(GetParam().toml);
  EXPECT_THAT(lines_of(outcome), ElementsAre(HasSubstr(GetParam().line)));
}

INSTANTIATE_TEST_SUITE_P(
    load, contradictions,
    testing::Values(
        contradiction{"listeners", "[ops]\nlisten = \"0.0.0.0:8080\"",
                      "ops.listen: is the same address as http.listen"},
        contradiction{"attempt", "[llm]\ndeadline_ms = 1000",
                      "llm.attempt_ms: is longer than llm.deadline_ms"},
        contradiction{"roles", "[database]\nurl = \"postgres://h/d\"\nengine_url = \"postgres://h/d\"",
                      "database.tenant_url: is empty"},
        contradiction{"owner", "[database]\ntenant_url = \"postgres://h/d\"\nengine_url = \"postgres://h/d\"",
                      "database.url: is empty"},
        contradiction{"app_twice", "[meta]\napp_id = \"1\"\n[[meta.apps]]\nid = \"1\"\nsecrets = [\"s\"]",
                      "meta.apps[0].id: is an app that was named before"},
        contradiction{"app_bare", "[[meta.apps]]\nid = \"1\"", "meta.apps[0].secrets: is missing"},
        contradiction{
            "app_key", "[[meta.apps]]\nid = \"1\"\nsecrets = [\"s\"]\nsecret = 1",
            "meta.apps[0].secret: is not known (test.toml line 4); did you mean meta.apps[0].secrets?"},
        contradiction{"apps_as_table", "[meta.apps]\nid = \"1\"", "meta.apps: is not a list of tables"},
        contradiction{"section_as_value", "http = 1", "http: is a section, not a value"},
        contradiction{"data_file", "[data]\ndir = \"/dev/null\"", "data.dir: is not a folder"},
        contradiction{"buffers", "[limits]\nbuffered_bytes = 67108863",
                      "limits.buffered_bytes: is too small for the largest body that [limits] allows (one "
                      "address has an eighth); make it 67108864 or more"},
        contradiction{"payment_events", "[limits]\npayment_webhook_bytes = 262145",
                      "limits.payment_webhook_bytes: is 262145, out of range"},
        contradiction{"buffers_of_nothing", "[limits]\nconnections_per_address = 0",
                      "limits.connections_per_address: is 0, out of range"},
        contradiction{"kids",
                      "[security]\njwt_keys = [\"k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\", "
                      "\"k:BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"]",
                      "security.jwt_keys: has two keys with the same id"}),
    [](const auto& instance) { return instance.param.name; });

// ---- what comes with a later version -------------------------------------------------------------

TEST(later_keys, refuse_to_start_what_relies_on_them) {
  const auto outcome = read("[cluster]\nenabled = true\n[redis]\nurl = \"redis://h:6379\"");
  EXPECT_THAT(lines_of(outcome), ElementsAre(HasSubstr("cluster.enabled: is not in this version"),
                                             HasSubstr("redis.url: is not in this version")));
  EXPECT_FALSE(read("", {{"SELLAVIE_CLUSTER_ENABLED", "true"}}).is_valid());
}

TEST(later_keys, are_named_when_they_change_nothing) {
  const auto outcome = read(R"(
[limits]
upload_bytes = 10485760
[cluster]
listen = "10.0.0.1:1"
certificate = "/c"
key = "/k"
ca = "/a"
)");
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  for (const auto* const key : {"cluster.listen", "cluster.certificate", "cluster.key", "cluster.ca"})
    EXPECT_THAT(outcome.warnings, Contains(std::string{key} + " is not used in this version"));
  EXPECT_THAT(outcome.warnings,
              Contains("limits.upload_bytes is not used in this version: uploads may have 10 MiB"));
}

TEST(later_keys, may_stand_there_switched_off) {
  const auto outcome = read(
      "[cluster]\nenabled = false\nlisten = \"\"\nca = \"\"\n[smtp]\nurl = \"\"\nfrom = \"\"\n[redis]\nurl = \"\"");
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  EXPECT_THAT(render_report(outcome), Not(HasSubstr("in this version")));
}

}  // namespace
}  // namespace sellavie::config
