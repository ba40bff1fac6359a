#include "protocol/connect/graph_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/connect/secret_hint.hpp"

namespace sellavie::connect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

app_registration an_app() {
  app_registration app;
  app.app_id = "1001";
  app.app_secret = "shh_app_secret";
  app.login_config_id = "2002";
  app.whatsapp_config_id = "3003";
  app.instagram_app_id = "4004";
  app.instagram_app_secret = "ig secret";
  app.version = "v25.0";
  app.graph_url = "https://graph.facebook.com";
  app.instagram_url = "https://graph.instagram.com";
  app.login_url = "https://www.facebook.com";
  app.instagram_login_url = "https://www.instagram.com";
  app.instagram_code_url = "https://api.instagram.com";
  app.redirect_uri = "https://shop.example/connect/callback";
  return app;
}

TEST(graph_calls, the_proof_of_a_token_is_metas_known_answer) {
  EXPECT_EQ(secret_proof("shh_app_secret", "EAAtoken"),
            "84721d91a98bc87bd46db071c77106fb083cb2ad49a77de498941b566543439c");
}

TEST(graph_calls, a_login_of_facebook_names_its_configuration_and_no_scope) {
  EXPECT_EQ(
      authorisation_url(an_app(), flow_kind::facebook, "s t"),
      "https://www.facebook.com/v25.0/dialog/oauth?client_id=1001&redirect_uri=https%3A%2F%2Fshop.example%2F"
      "connect%2Fcallback&state=s%20t&response_type=code&config_id=2002");
}

TEST(graph_calls, a_login_of_instagram_uses_its_own_app_id) {
  EXPECT_THAT(authorisation_url(an_app(), flow_kind::instagram, "s"),
              testing::AllOf(HasSubstr("https://www.instagram.com/oauth/authorize?client_id=4004&"),
                             HasSubstr("scope=instagram_business_basic%2Cinstagram_business_manage_messages"),
                             Not(HasSubstr("1001"))));
}

TEST(graph_calls, the_code_of_a_signup_is_exchanged_without_a_redirect) {
  EXPECT_EQ(
      exchange_code(an_app(), flow_kind::whatsapp, "c&d").url,
      "https://graph.facebook.com/v25.0/oauth/access_token?client_id=1001&client_secret=shh_app_secret&code=c%26d");
  EXPECT_THAT(exchange_code(an_app(), flow_kind::facebook, "c").url, HasSubstr("redirect_uri="));
}

TEST(graph_calls, the_secret_of_instagram_travels_in_a_form) {
  const auto call = exchange_code(an_app(), flow_kind::instagram, "c");
  EXPECT_EQ(call.url, "https://api.instagram.com/oauth/access_token");
  EXPECT_THAT(call.form, HasSubstr("client_secret=ig%20secret&grant_type=authorization_code"));
}

TEST(graph_calls, an_id_stays_one_part_of_the_path) {
  EXPECT_THAT(subscribe(an_app(), {channel_kind::messenger, "page", "1/../2?x"}, "t").url,
              "https://graph.facebook.com/v25.0/1%2F..%2F2%3Fx/subscribed_apps");
}

TEST(graph_calls, a_login_that_lacks_a_part_of_its_set_up_is_not_ready) {
  for (const auto kind : {flow_kind::facebook, flow_kind::instagram, flow_kind::whatsapp}) {
    EXPECT_TRUE(is_ready(an_app(), kind));
    EXPECT_FALSE(is_ready({}, kind));
  }
  auto app = an_app();
  app.redirect_uri.clear();
  EXPECT_FALSE(is_ready(app, flow_kind::facebook));
  EXPECT_TRUE(is_ready(app, flow_kind::whatsapp));
}

TEST(graph_answers, a_token_comes_flat_or_in_a_list) {
  EXPECT_EQ(decode_token(200, R"({"access_token":"t","expires_in":5184000})")->expires_in, 5'184'000);
  const auto listed =
      decode_token(200, R"({"data":[{"access_token":"t","user_id":"1","permissions":"a,b"}]})");
  EXPECT_EQ(listed->token, "t");
  EXPECT_THAT(listed->permissions, ElementsAre("a", "b"));
}

TEST(graph_answers, nothing_unreadable_is_a_token) {
  for (const auto* body : {"", "x", "[]", "{}", R"({"access_token":1})", R"({"access_token":"a b"})",
                           R"({"access_token":"a\n"})", R"({"data":[]})"}) {
    const auto token = decode_token(200, body);
    ASSERT_FALSE(token) << body;
    EXPECT_EQ(token.error().kind, refusal_kind::unreadable);
  }
}

TEST(graph_answers, refusals_are_told_apart_by_code) {
  const auto kind = [](int status, const char* body) { return decode_done(status, body).error().kind; };
  EXPECT_EQ(kind(400, R"({"error":{"code":190,"error_subcode":460}})"), refusal_kind::login_over);
  EXPECT_EQ(kind(400, R"({"error":{"code":100,"error_subcode":36009}})"), refusal_kind::login_over);
  EXPECT_EQ(kind(403, R"({"error":{"code":200}})"), refusal_kind::not_permitted);
  EXPECT_EQ(kind(400, R"({"error":{"code":4}})"), refusal_kind::busy);
  EXPECT_EQ(kind(503, "<html>"), refusal_kind::busy);
  EXPECT_EQ(kind(400, R"({"error":{"code":133005}})"), refusal_kind::wrong_pin);
  EXPECT_EQ(kind(400, R"({"error":{"code":100}})"), refusal_kind::refused);
  EXPECT_EQ(kind(200, R"({"success":false})"), refusal_kind::unreadable);
  EXPECT_EQ(kind(400, R"({"error_type":"OAuthException","code":400})"), refusal_kind::login_over);
  EXPECT_TRUE(decode_done(200, R"({"success":true})"));
}

TEST(graph_answers, pages_without_a_token_or_with_a_strange_id_are_left_out) {
  const auto pages = decode_pages(200, R"({"data":[
    {"id":"1","name":" Ada\u0007 ","access_token":"t","tasks":["MESSAGING"],"instagram_business_account":{"id":"178"}},
    {"id":"2","name":"x"}, {"id":"../3","access_token":"t"}, 7],
    "paging":{"cursors":{"after":"c1"},"next":"https://x"}})");
  ASSERT_TRUE(pages);
  ASSERT_EQ(pages->items.size(), 1U);
  EXPECT_EQ(pages->items[0].name, "Ada");
  EXPECT_TRUE(pages->items[0].may_message);
  EXPECT_EQ(pages->items[0].instagram_id, "178");
  EXPECT_EQ(pages->after, "c1");
}

TEST(graph_answers, what_a_person_granted_is_told_by_scope) {
  const auto state = decode_token_state(200, R"({"data":{"app_id":"1001","is_valid":true,"expires_at":0,
    "scopes":["whatsapp_business_management"],"user_id":77,
    "granular_scopes":[{"scope":"whatsapp_business_management","target_ids":["206","x/y"]}]}})");
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->is_valid);
  EXPECT_FALSE(state->expires_at);
  EXPECT_EQ(state->user_id, "77");
  EXPECT_THAT(state->targets_of("whatsapp_business_management"), ElementsAre("206"));
  EXPECT_THAT(state->targets_of("other"), IsEmpty());
  EXPECT_THAT(missing_permissions(flow_kind::whatsapp, state->scopes),
              ElementsAre("whatsapp_business_messaging"));
}

TEST(graph_answers, our_subscription_is_found_in_both_shapes) {
  EXPECT_TRUE(*decode_subscription(200, R"({"data":[{"id":"1001"}]})", "1001"));
  EXPECT_TRUE(
      *decode_subscription(200, R"({"data":[{"whatsapp_business_api_data":{"id":"1001"}}]})", "1001"));
  EXPECT_FALSE(*decode_subscription(200, R"({"data":[{"id":"9"}]})", "1001"));
}

TEST(secret_hint, shows_the_end_of_a_long_secret_only) {
  EXPECT_EQ(secret_hint("sandbox-token-page_0001"), "0001");
  EXPECT_EQ(secret_hint("short-secret"), "");
  EXPECT_EQ(secret_hint("a long secret in utf \xC3\xA9\xC3\xA9"), "");
}

}  // namespace
}  // namespace sellavie::connect
