// The document against what it speaks of: the routes, and the shapes that the server itself checks.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "net/api/bridge.hpp"
#include "net/api/endpoints.hpp"
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;

class api_document : public ::testing::Test {
 protected:
  api_document() {
    net::api_services services;
    services.settings = settings;
    bridge = std::make_unique<net::bridge>(
        net::bridge_dependencies{std::move(services), {}, access, std::make_shared<monitoring::metrics>()});
    net::router routes;
    bridge->add_to(routes, endpoints());
    for (const auto& [method, route] : routes.all())
      (route->pattern.starts_with("/api/v1/") ? below_v1 : elsewhere)
          .insert(std::string{to_string(method)} + ' ' + route->pattern);
    server = std::make_unique<net::http_server>(threads.contexts(), std::move(routes), net::http_limits{});
    port = server->listen("127.0.0.1", 0).value();
  }
  ~api_document() override {
    server->drain(std::chrono::milliseconds{0});
    threads.stop();
  }

  [[nodiscard]] std::vector<net::api_endpoint> endpoints() const {
    return net::all_endpoints(access, settings->limits);
  }
  [[nodiscard]] json document() const {
    return json::parse(raw_peer::connect_to(port)
                           .send("GET /api/v1/openapi.json HTTP/1.1\r\nHost: t\r\n\r\n")
                           .read_answer()
                           .body);
  }

  std::shared_ptr<const config::settings> settings = std::make_shared<const config::settings>();
  std::shared_ptr<net::access_cache> access = std::make_shared<net::access_cache>();
  std::set<std::string> below_v1;
  std::set<std::string> elsewhere;
  net::io_threads threads{1};
  std::unique_ptr<net::bridge> bridge;
  std::unique_ptr<net::http_server> server;
  std::uint16_t port = 0;
};

TEST_F(api_document, has_every_route_and_no_other) {
  std::set<std::string> declared{"GET /api/v1/openapi.json"};  // does not show itself
  const auto shown = document();
  for (const auto& [path, methods] : shown["paths"].items())
    for (const auto& method : methods.items()) {
      std::string name = method.key();
      for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
      declared.insert(name + ' ' + path);
    }
  EXPECT_GT(declared.size(), 100U);
  EXPECT_EQ(below_v1, declared);
  EXPECT_THAT(elsewhere, ElementsAre("GET /i/{invoice_token}", "GET /media/{media_token}"))
      << "second names, in the summaries";
}

// Who may do it, by name: what only the declaration said, the declaration could change. Whatever is not here needs an admin.
const std::map<std::string, std::set<std::string>> who_may{
    {"anyone",
     {"accept_invitation_as_new", "look_at_invitation", "refresh_tokens", "request_password_reset",
      "resend_verification", "reset_password", "show_media", "show_public_invoice", "sign_in", "sign_up",
      "verify_email"}},
    {"account",
     {"accept_invitation", "add_push_subscription", "begin_second_factor", "change_me", "change_password",
      "confirm_second_factor", "end_other_sessions", "end_session", "found_business", "list_businesses",
      "list_my_activity", "list_push_subscriptions", "list_sessions", "remove_push_subscription",
      "replace_recovery_codes", "show_me", "show_push_key", "sign_out", "turn_off_second_factor"}},
    {"viewer",
     {"change_notification_settings",
      "compare_training_draft",
      "compare_training_versions",
      "count_unread_notifications",
      "export_products",
      "follow_events",
      "get_training",
      "get_training_draft",
      "get_training_version",
      "leave_business",
      "list_canned_replies",
      "list_connections",
      "list_conversations",
      "list_customers",
      "list_invoices",
      "list_labels",
      "list_members",
      "list_mentions",
      "list_messages",
      "list_notes",
      "list_notifications",
      "list_order_timeline",
      "list_orders",
      "list_payment_reviews",
      "list_payments",
      "list_plan_months",
      "list_product_groups",
      "list_products",
      "list_refunds",
      "list_stock_movements",
      "list_tasks",
      "list_training_versions",
      "mark_conversation_read",
      "read_all_notifications",
      "read_connection",
      "read_notification",
      "search_messages",
      "show_business",
      "show_canned_reply",
      "show_conversation",
      "show_customer",
      "show_invoice",
      "show_invoice_pdf",
      "show_invoice_settings",
      "show_label",
      "show_member",
      "show_message",
      "show_note",
      "show_notification_settings",
      "show_order",
      "show_payment",
      "show_payment_review",
      "show_plan",
      "show_product",
      "show_product_group",
      "show_product_image",
      "show_refund",
      "show_task"}},
    {"agent",
     {"add_note",
      "assign_conversation",
      "attach_label",
      "block_customer",
      "cancel_order",
      "change_customer",
      "change_order_items",
      "detach_label",
      "discard_attachment",
      "end_snooze",
      "finish_task",
      "fulfil_order",
      "hold_order",
      "issue_order_invoice",
      "link_invoice",
      "merge_customer",
      "place_order",
      "release_order",
      "remove_note",
      "request_payment_link",
      "return_conversation_to_ai",
      "send_message",
      "show_attachment",
      "snooze_conversation",
      "take_over_conversation",
      "unblock_customer",
      "upload_attachment"}},
    {"owner", {"transfer_ownership"}},
};

TEST_F(api_document, lets_do_each_operation_who_is_named_here_and_nobody_less) {
  std::set<std::string> named;
  for (const auto& [who, operations] : who_may) named.insert(operations.begin(), operations.end());
  for (const auto& one : endpoints()) {
    const auto& [id, allowed] = std::pair{one.operation.id, one.operation.allowed};
    std::string who = "account";
    if (allowed.who == api::audience::anyone) who = "anyone";
    if (allowed.who == api::audience::member) who = to_string(api::least_role(allowed.needs));
    if (who == "admin") EXPECT_FALSE(named.contains(id)) << id << " asks for an admin";
    else EXPECT_TRUE(who_may.contains(who) && who_may.at(who).contains(id)) << id << " asks for: " << who;
    named.erase(id);
  }
  EXPECT_THAT(named, testing::IsEmpty()) << "there are no such operations";
}

// A stranger can try these, and who has a token or a session can guess at what they ask.
TEST_F(api_document, takes_what_can_be_guessed_at_from_a_stricter_bucket) {
  const std::set<std::string> by_address_of_random_bits{"show_media", "show_public_invoice"};
  const std::set<std::string> code_of_meta{
      "finish_connect_flow"};  // of the session's own flow; Meta says whether it is right
  for (const auto& one : endpoints()) {
    const auto& wanted = one.operation;
    json components;
    const auto shape = wanted.body ? wanted.body->document(components, api::side::request) : json::object();
    const auto fields = shape.value("properties", json::object());
    const bool is_guess = fields.contains("password") || fields.contains("code") ||
                          fields.contains("token") || fields.contains("refresh_token");
    const bool is_open =
        wanted.allowed.who == api::audience::anyone && !by_address_of_random_bits.contains(wanted.id);
    if ((is_guess && !code_of_meta.contains(wanted.id)) || is_open)
      EXPECT_NE(wanted.limit, api::throttle::none) << wanted.id;
  }
}

TEST_F(api_document, has_no_two_operations_of_one_name) {
  std::set<std::string> names;
  for (const auto& one : endpoints()) EXPECT_TRUE(names.insert(one.operation.id).second) << one.operation.id;
}

TEST_F(api_document, shows_examples_that_the_server_would_take) {
  const auto expect_fit = [](const api::operation& of, const api::schema& shape) {
    const auto example = shape.example();
    for (const auto& wrong : shape.check(example))
      ADD_FAILURE() << of.id << ' ' << wrong.field << ' ' << wrong.detail << ": " << example;
  };
  for (const auto& [operation, handler, pool, also_at] : endpoints()) {
    if (operation.body) expect_fit(operation, *operation.body);
    for (const auto& one : operation.query) expect_fit(operation, one.shape);
    for (const auto& one : operation.headers) expect_fit(operation, one.shape);
    for (const auto& answer : operation.answers) {
      if (answer.body) expect_fit(operation, *answer.body);
      for (const auto& one : answer.headers) expect_fit(operation, one.shape);
    }
  }
}

}  // namespace
}  // namespace sellavie::test
