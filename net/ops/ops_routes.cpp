#include "net/ops/ops_routes.hpp"

#include <utility>

namespace sellavie::net {
namespace {

constexpr const char* exposition_type = "text/plain; version=0.0.4; charset=utf-8";

response readiness_answer(const readiness& state) {
  std::string text = state.ready ? "ready\n" : "not ready\n";
  for (const std::string& reason : state.reasons) text.append(reason).append("\n");
  return text_response(state.ready ? 200 : 503, std::move(text));
}

}  // namespace

router make_ops_routes(ops_callbacks callbacks) {
  router routes;
  routes.add(http_method::get, "/metrics", [metrics = std::move(callbacks.metrics)](request&, responder to) {
    to.answer({.body = metrics(), .content_type = exposition_type});
  });
  routes.add(http_method::get, "/healthz",
             [](request&, responder to) { to.answer(text_response(200, "ok\n")); });
  routes.add(http_method::get, "/readyz", [ready = std::move(callbacks.ready)](request&, responder to) {
    to.answer(readiness_answer(ready()));
  });
  return routes;
}

}  // namespace sellavie::net
