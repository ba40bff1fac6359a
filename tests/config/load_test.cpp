#include "config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/config/reading.hpp"

namespace sellavie::config {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(load, has_the_documented_defaults) {
  const auto outcome = read("");
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  const auto& values = outcome.values;
  EXPECT_EQ(to_string(values.http.listen), "127.0.0.1:8080");
  EXPECT_EQ(to_string(values.ops.listen), "127.0.0.1:9464");
  EXPECT_EQ(values.data.dir, default_data_dir(geteuid() == 0));
  EXPECT_TRUE(values.database.is_embedded());
  EXPECT_EQ(values.meta.graph_url, "https://graph.facebook.com");
  EXPECT_EQ(values.meta.instagram_url, "https://graph.instagram.com");
  EXPECT_EQ(values.meta.version, "v25.0");
  EXPECT_EQ(values.llm.deadline_ms, 20s);
  EXPECT_EQ(values.llm.attempt_ms, 12s);
  EXPECT_EQ(values.llm.providers.at("openai").base_url, "https://api.openai.com/v1");
  EXPECT_EQ(values.llm.providers.at("anthropic").base_url, "https://api.anthropic.com");
  EXPECT_EQ(values.llm.providers.at("groq").base_url, "https://api.groq.com/openai/v1");
  EXPECT_EQ(values.payments.paystack_url, "https://api.paystack.co");
  EXPECT_EQ(values.payments.url_of(payment::provider::flutterwave), "https://api.flutterwave.com/v3");
  EXPECT_EQ(values.payments.url_of(payment::provider::stripe), "https://api.stripe.com");
  EXPECT_EQ(values.channels.messenger_per_second, 300);
  EXPECT_EQ(values.channels.instagram_per_second, 100);
  EXPECT_EQ(values.channels.whatsapp_per_second, 80);
  EXPECT_EQ(values.outbox.evidence_s, 30s);
  EXPECT_EQ(values.limits.requests_per_minute, 100);
  EXPECT_EQ(values.limits.sign_ins_per_minute, 20);
  EXPECT_EQ(values.limits.body_bytes, 2097152U);
  EXPECT_EQ(values.limits.webhook_bytes, 4194304U);
  EXPECT_EQ(values.limits.payment_webhook_bytes, 262144U);
  EXPECT_EQ(values.limits.buffered_bytes, 268435456U);
  EXPECT_EQ(values.limits.connections_per_address, 512U);
  EXPECT_EQ(values.conversation.gather_ms, 1200ms);
  EXPECT_EQ(values.conversation.passivate_after_s, 600s);
  EXPECT_EQ(values.conversation.late_after_s, 1800s);
  EXPECT_EQ(values.conversation.history_messages, 20);
  EXPECT_EQ(values.workers.io_threads, 1);
  EXPECT_EQ(values.workers.actor_threads, 1);
  EXPECT_EQ(values.workers.writers, 1);
  EXPECT_EQ(values.workers.api_threads, 2);
  EXPECT_EQ(values.workers.password_threads, 1);
}

TEST(load, keeps_root_out_of_its_closed_home) {
  EXPECT_EQ(default_data_dir(true), "/var/lib/sellavie");
  EXPECT_EQ(default_data_dir(false), "var");
}

TEST(load, reads_every_section_of_a_file) {
  const auto outcome = read(R"(
[http]
listen = "[::1]:80"
public_url = "https://shop.example.com/"
trusted_proxies = ["10.0.0.0/8", "::1"]
cors_origins = ["https://app.example.com"]
dashboard = "/usr/share/sellavie/dashboard"
[ops]
listen = "localhost:9000"
[data]
dir = "/tmp/sellavie-no-such-folder"
[database]
url = "postgresql://u:p@h/d"
engine_url = "postgresql://e:p@h/d"
tenant_url = "host=/run/x user=t"
[meta]
app_id = "123"
app_secrets = ["s1", "s2"]
verify_tokens = ["v"]
graph_url = "http://127.0.0.1:9700/graph"
login_config_id = "11"
whatsapp_config_id = "12"
instagram_app_id = "13"
instagram_app_secret = "s4"
login_url = "http://127.0.0.1:9700/facebook/"
[[meta.apps]]
id = "456"
secrets = ["s3"]
[llm]
order = ["local", "anthropic"]
deadline_ms = 5000
attempt_ms = 4000
[llm.local]
base_url = "http://127.0.0.1:8000/v1"
model = "m"
tools = false
concurrency = 3
queue = 0
max_tokens = 99
[llm.anthropic]
api_key = "k"
model = "c"
anthropic_version = "2026-10-21"
[security]
jwt_keys = ["k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
fernet_keys = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
push_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE="
[workers]
writers = 4
)");
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  const auto& values = outcome.values;
  EXPECT_EQ(to_string(values.http.listen), "[::1]:80");
  EXPECT_EQ(values.http.public_url, "https://shop.example.com");
  EXPECT_THAT(values.http.trusted_proxies, ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_THAT(values.http.cors_origins, ElementsAre("https://app.example.com"));
  EXPECT_EQ(values.http.dashboard, "/usr/share/sellavie/dashboard");
  EXPECT_EQ(to_string(values.ops.listen), "127.0.0.1:9000");
  EXPECT_EQ(values.database.url.reveal(), "postgresql://u:p@h/d");
  ASSERT_EQ(values.meta.app_secrets.size(), 2U);
  EXPECT_EQ(values.meta.app_secrets[1].reveal(), "s2");
  ASSERT_EQ(values.meta.apps.size(), 1U);
  EXPECT_EQ(values.meta.apps[0].id, "456");
  EXPECT_EQ(values.meta.apps[0].secrets[0].reveal(), "s3");
  EXPECT_EQ(values.meta.login_config_id, "11");
  EXPECT_EQ(values.meta.whatsapp_config_id, "12");
  EXPECT_EQ(values.meta.instagram_app_id, "13");
  EXPECT_EQ(values.meta.instagram_app_secret.reveal(), "s4");
  EXPECT_EQ(values.meta.login_url, "http://127.0.0.1:9700/facebook");
  EXPECT_EQ(values.meta.instagram_code_url, "https://api.instagram.com");
  EXPECT_THAT(values.llm.order, ElementsAre("local", "anthropic"));
  const auto& local = values.llm.providers.at("local");
  EXPECT_FALSE(local.tools);
  EXPECT_EQ(local.concurrency, 3);
  EXPECT_EQ(local.queue, 0);
  EXPECT_EQ(local.max_tokens, 99);
  EXPECT_EQ(values.llm.providers.at("anthropic").anthropic_version, "2026-10-21");
  EXPECT_EQ(values.security.jwt_keys.size(), 1U);
  EXPECT_EQ(values.security.fernet_keys.size(), 1U);
  EXPECT_EQ(values.workers.writers, 4);
}

TEST(load, lets_the_environment_win_over_the_file) {
  const auto outcome = read("[http]\nlisten = \"127.0.0.1:1\"\n[conversation]\ngather_ms = 1",
                            {{"SELLAVIE_HTTP_LISTEN", "0.0.0.0:2"},
                             {"SELLAVIE_CONVERSATION_GATHER_MS", "7"},
                             {"SELLAVIE_META_APP_SECRETS", "a, b"},
                             {"SELLAVIE_HTTP_TRUSTED_PROXIES", ""},
                             {"SELLAVIE_LLM_ORDER", "my_box"},
                             {"SELLAVIE_LLM_MY_BOX_BASE_URL", "http://127.0.0.1:1/v1"},
                             {"SELLAVIE_LLM_MY_BOX_MODEL", "m"},
                             {"SELLAVIE_LLM_MY_BOX_TOOLS", "false"},
                             {"SELLAVIE_LONG", "1"},
                             {"HOME", "/"}});
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  EXPECT_EQ(to_string(outcome.values.http.listen), "0.0.0.0:2");
  EXPECT_EQ(outcome.values.conversation.gather_ms, 7ms);
  ASSERT_EQ(outcome.values.meta.app_secrets.size(), 2U);
  EXPECT_EQ(outcome.values.meta.app_secrets[1].reveal(), "b");
  EXPECT_THAT(outcome.values.llm.order, ElementsAre("my_box"));
  EXPECT_FALSE(outcome.values.llm.providers.at("my_box").tools);
}

TEST(load, lists_all_problems_at_once) {
  const auto outcome = read(R"(
colour = "red"
[http]
listen = "somewhere"
lisen = "127.0.0.1:1"
[ops]
listen = 9464
[conversation]
gather_ms = "soon"
[outbox]
evidence_s = 0
[workers]
io_threads = 1.5
[cluster]
enabled = "yes"
[meta]
app_secrets = "s"
version = "25"
[nonsense]
a = 1
b = 2
)",
                            {{"SELLAVIE_HTTP_PORT", "1"}, {"SELLAVIE_WORKERS_WRITERS", "many"}});
  const auto lines = lines_of(outcome);
  EXPECT_EQ(lines.size(), 13U) << render_report(outcome);
  EXPECT_THAT(
      lines,
      Contains(
          "http.listen: has no port (test.toml line 4); write for example 127.0.0.1:8080 or [::1]:8080"));
  EXPECT_THAT(lines, Contains("http.lisen: is not known (test.toml line 5); did you mean http.listen?"));
  EXPECT_THAT(lines, Contains("ops.listen: is not a text (test.toml line 7); put it in double quotes"));
  EXPECT_THAT(lines,
              Contains("outbox.evidence_s: is 0, out of range (test.toml line 11); choose 1 to 86400"));
  EXPECT_THAT(lines, Contains(HasSubstr("conversation.gather_ms: is not a whole number")));
  EXPECT_THAT(lines, Contains(HasSubstr("workers.io_threads: is not a whole number")));
  EXPECT_THAT(lines, Contains(HasSubstr("cluster.enabled: is not true or false")));
  EXPECT_THAT(lines, Contains(HasSubstr("meta.app_secrets: is not a list of texts")));
  EXPECT_THAT(lines, Contains(HasSubstr("meta.version: is not a version")));
  EXPECT_THAT(lines, Contains("nonsense: is not known (test.toml line 19); remove it"));
  EXPECT_THAT(lines, Contains("colour: is not known (test.toml line 2); remove it"));
  EXPECT_THAT(lines, Contains(HasSubstr("SELLAVIE_HTTP_PORT: is not known (environment)")));
  EXPECT_THAT(lines,
              Contains(HasSubstr("workers.writers: is not a whole number (SELLAVIE_WORKERS_WRITERS)")));
}

TEST(load, says_where_the_file_is_not_toml) {
  const auto outcome = read("[http]\nlisten = \"hunter2\n");
  ASSERT_EQ(outcome.problems.size(), 1U);
  EXPECT_THAT(to_line(outcome.problems[0]), HasSubstr("test.toml: is not valid TOML at line 2"));
  EXPECT_THAT(render_report(outcome), Not(HasSubstr("hunter2")));
}

TEST(load, reports_a_file_that_is_not_there) {
  const auto outcome = load("/no/such/file.toml", {});
  EXPECT_THAT(lines_of(outcome), ElementsAre(HasSubstr("/no/such/file.toml: cannot be read")));
  EXPECT_FALSE(load("/", {}).is_valid());
}

TEST(load, reads_a_file) {
  const auto file =
      std::filesystem::path{testing::TempDir()} / ("sellavie_load_" + std::to_string(getpid()) + ".toml");
  std::ofstream{file} << "[workers]\nwriters = 3\n";
  EXPECT_EQ(load(file, {}).values.workers.writers, 3);
  std::filesystem::remove(file);
}

TEST(load, never_prints_a_secret) {
  const auto outcome = read(R"(
[database]
url = "mysql://hunter2"
[meta]
app_secrets = [" hunter2"]
[llm.openai]
api_key = "hunter2\n"
[smtp]
url = "http://u:hunter2@h"
[redis]
url = "http://u:hunter2@h"
[security]
jwt_keys = ["hunter2"]
fernet_keys = ["hunter2"]
[hunter3]
x = "hunter2"
)",
                            {{"SELLAVIE_HTTP_LISTEN", "hunter2"}, {"SELLAVIE_X", "hunter2"}});
  EXPECT_GE(outcome.problems.size(), 9U);
  EXPECT_THAT(render_report(outcome), Not(HasSubstr("hunter2")));
}

// ---- providers ----------------------------------------------------------------------------------

TEST(llm, without_an_order_uses_the_providers_that_are_set_up) {
  EXPECT_THAT(read("").values.llm.order, IsEmpty());
  const auto outcome = read("[llm.groq]\napi_key = \"k\"\nmodel = \"m\"");
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  EXPECT_THAT(outcome.values.llm.order, ElementsAre("groq"));
}

TEST(llm, half_a_provider_is_a_problem) {
  EXPECT_THAT(lines_of(read("[llm.groq]\napi_key = \"k\"")),
              ElementsAre(HasSubstr("llm.groq.model: is missing")));
  EXPECT_THAT(lines_of(read("[llm.groq]\nmodel = \"m\"")),
              ElementsAre(HasSubstr("llm.groq.api_key: is missing")));
}

TEST(llm, an_order_names_providers_that_are_ready) {
  EXPECT_THAT(
      lines_of(read("[llm]\norder = [\"openai\"]")),
      ElementsAre(HasSubstr("llm.openai.model: is missing"), HasSubstr("llm.openai.api_key: is missing")));
  EXPECT_THAT(lines_of(read("[llm]\norder = [\"opnai\"]")),
              ElementsAre(HasSubstr("names \"opnai\", which is not set up")));
  EXPECT_THAT(lines_of(read(
                  "[llm]\norder = [\"a\", \"a\"]\n[llm.a]\nbase_url = \"http://127.0.0.1/\"\nmodel = \"m\"")),
              ElementsAre(HasSubstr("names \"a\" twice")));
  EXPECT_THAT(lines_of(read("[llm]\norder = [\"a b\"]")), ElementsAre(HasSubstr("llm.order: is not a name")));
}

TEST(llm, a_misspelt_provider_is_found_by_its_missing_address) {
  EXPECT_THAT(
      lines_of(read("", {{"SELLAVIE_LLM_OPNAI_API_KEY", "k"}})),
      ElementsAre(
          "llm.opnai.base_url: is missing; write the provider's address, or check the spelling of \"opnai\""));
}

TEST(llm, a_local_server_needs_no_key) {
  EXPECT_THAT(
      lines_of(read(
          "[llm]\norder = [\"local\"]\n[llm.local]\nbase_url = \"http://10.0.0.1:1/v1\"\nmodel = \"m\"")),
      IsEmpty());
}

TEST(llm, only_known_versions_of_anthropic) {
  EXPECT_THAT(lines_of(read("[llm.anthropic]\nanthropic_version = \"2024\"")),
              ElementsAre(HasSubstr("2023-06-01 or 2026-10-21")));
  EXPECT_TRUE(speaks_anthropic("anthropic"));
  EXPECT_FALSE(speaks_anthropic("openai"));
}

// ---- mail ---------------------------------------------------------------------------------------

TEST(smtp, is_read_with_its_login_and_sender) {
  const auto outcome = read(
      "[smtp]\nurl = \"smtp://u%40h:p@mail.example.com:587/\"\nfrom = \"Ada's shop <shop@example.com>\"");
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  EXPECT_EQ(outcome.values.smtp.url.reveal(), "smtp://u%40h:p@mail.example.com:587");
  EXPECT_EQ(outcome.values.smtp.from, (mail::mailbox{"Ada's shop", "shop@example.com"}));
}

TEST(smtp, refuses_what_cannot_send) {
  const auto told = [](const std::string& smtp) { return lines_of(read("[smtp]\n" + smtp)); };
  EXPECT_THAT(told("url = \"smtp://h\""),
              ElementsAre(HasSubstr("smtp.from: is missing, but smtp.url is set")));
  for (const auto* const url :
       {"http://h", "h:25", "smtp://", "smtp://h:0", "smtp://h/x", "smtp://h?a=b", "smtp://h\\r\\nX"})
    EXPECT_THAT(told("url = \"" + std::string{url} + "\"\nfrom = \"a@b.example\""),
                ElementsAre(HasSubstr("smtp.url: ")))
        << url;
  for (const auto* const from : {"nobody", "A <a>", "A <a@b.example", "A\\r\\nBcc: x <a@b.example>"})
    EXPECT_THAT(told("from = \"" + std::string{from} + "\""),
                ElementsAre(HasSubstr("smtp.from: is not a sender")))
        << from;
}

TEST(smtp, without_a_server_check_config_says_what_does_not_work) {
  EXPECT_THAT(render_report(read("")), HasSubstr("warning: smtp.url is empty: no mail is sent"));
  EXPECT_THAT(render_report(read("[smtp]\nurl = \"smtps://h\"\nfrom = \"a@b.example\"")),
              Not(HasSubstr("no mail is sent")));
}

// ---- URLs of strangers --------------------------------------------------------------------------

TEST(egress, reaches_the_public_alone_unless_it_is_told) {
  const auto& usual = read("").values.egress;
  EXPECT_THAT(usual.allow_private, IsEmpty());
  EXPECT_THAT(usual.extra_ports, IsEmpty());
  EXPECT_FALSE(usual.allow_http);
  const auto outcome = read(
      "[egress]\nallow_private = [\"10.0.0.0/8\", \"::1\"]\nextra_ports = [\"9443\"]\nallow_http = true");
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  EXPECT_THAT(outcome.values.egress.allow_private, ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_THAT(outcome.values.egress.extra_ports, ElementsAre(9443));
  EXPECT_TRUE(outcome.values.egress.allow_http);
  EXPECT_THAT(render_report(outcome), HasSubstr("warning: egress.allow_private is set"));
  EXPECT_THAT(render_report(outcome), HasSubstr("warning: egress.allow_http is set"));
  EXPECT_THAT(render_report(read("")), Not(HasSubstr("egress")));
}

TEST(egress, refuses_blocks_and_ports_that_are_none) {
  EXPECT_THAT(lines_of(read("[egress]\nallow_private = [\"localhost\"]")),
              ElementsAre(HasSubstr("egress.allow_private: has an element that is not an IP address")));
  for (const auto* const port : {"0", "65536", "https", "-1", ""})
    EXPECT_THAT(lines_of(read("[egress]\nextra_ports = [\"" + std::string{port} + "\"]")),
                ElementsAre(HasSubstr("egress.extra_ports: has an element that is not a port")))
        << port;
}

// ---- report -------------------------------------------------------------------------------------

TEST(report, warns_about_what_works_but_lacks_something) {
  const auto text = render_report(read(""));
  EXPECT_THAT(text, HasSubstr("warning: http.public_url is empty: customers get no payment links\n"));
  EXPECT_THAT(text, HasSubstr("warning: no model is set up"));
  EXPECT_THAT(text, testing::EndsWith("configuration is valid\n"));
}

TEST(report, ends_with_the_number_of_problems) {
  const auto text = render_report(read("a = 1\nb = 2"));
  EXPECT_THAT(text, testing::StartsWith("problem: a: is not known"));
  EXPECT_THAT(text, testing::EndsWith("2 problems, nothing was started\n"));
}

TEST(report, stays_one_line_per_problem_whatever_the_file_holds) {
  const auto text = render_report(read("\"a\\nb\" = 1\n[\"llm\".\"x\\ny\"]\nmodel = 1"));
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(line.starts_with("problem: ") || line.starts_with("warning: ") || line.ends_with("started"))
        << line;
  EXPECT_THAT(text, HasSubstr("problem: a?b: is not known"));
}

}  // namespace
}  // namespace sellavie::config
