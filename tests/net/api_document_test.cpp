// The document against what it speaks of: the routes, and the shapes that the server itself checks.
#include <gmock/gmock.h>

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
