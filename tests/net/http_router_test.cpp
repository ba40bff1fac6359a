// From method and path to a route, and the deadlines' wheel: without sockets.
#include <gtest/gtest.h>

#include "net/http/router.hpp"
#include "net/timer_wheel.hpp"

namespace sellavie::test {
namespace {

using net::http_method;
using net::router;

router sample() {
  router routes;
  const auto nothing = [](net::request&, net::responder) {};
  for (const char* pattern : {"/", "/orders", "/orders/{id}", "/orders/{id}/lines/{line}", "/orders/latest",
                              "/assets/{file*}", "/webhooks/payments/{provider}/{connection}"})
    routes.add(http_method::get, pattern, nothing);
  routes.add(http_method::post, "/orders", nothing);
  routes.add(http_method::del, "/orders/{id}", nothing);
  return routes;
}

/// The pattern found and its parameters, as text; or the status.
std::string found(http_method method, std::string_view path) {
  static const router routes = sample();
  router::parameters parameters;
  const auto match = routes.find(method, path, parameters);
  if (match.found == nullptr)
    return std::to_string(match.status) + (match.allow.empty() ? "" : " ") + std::string{match.allow};
  std::string text = match.found->pattern;
  for (const auto& [name, value] : parameters) text += " " + std::string{name} + "=" + std::string{value};
  return text;
}

TEST(router, finds_literal_paths) {
  EXPECT_EQ(found(http_method::get, "/"), "/");
  EXPECT_EQ(found(http_method::get, "/orders"), "/orders");
  EXPECT_EQ(found(http_method::post, "/orders"), "/orders");
}

TEST(router, names_the_parts_of_a_path) {
  EXPECT_EQ(found(http_method::get, "/orders/7"), "/orders/{id} id=7");
  EXPECT_EQ(found(http_method::get, "/orders/7/lines/2"), "/orders/{id}/lines/{line} id=7 line=2");
  EXPECT_EQ(found(http_method::get, "/webhooks/payments/stripe/a-b"),
            "/webhooks/payments/{provider}/{connection} provider=stripe connection=a-b");
}

TEST(router, literal_beats_named) {
  EXPECT_EQ(found(http_method::get, "/orders/latest"), "/orders/latest");
  EXPECT_EQ(found(http_method::get, "/orders/latest/lines/1"), "/orders/{id}/lines/{line} id=latest line=1");
}

TEST(router, a_rest_takes_all_that_remains) {
  EXPECT_EQ(found(http_method::get, "/assets/a/b.js"), "/assets/{file*} file=a/b.js");
  EXPECT_EQ(found(http_method::get, "/assets/"), "404");
  EXPECT_EQ(found(http_method::get, "/assets"), "404");
}

TEST(router, does_not_find_what_is_nearly_right) {
  for (const char* path : {"", "orders", "/Orders", "/orders/", "//orders", "/orders//lines/1",
                           "/orders/7/lines", "/orders/7/lines/2/3"})
    EXPECT_EQ(found(http_method::get, path), "404") << path;
}

TEST(router, tells_which_methods_are_allowed) {
  EXPECT_EQ(found(http_method::put, "/orders"), "405 GET, HEAD, POST");
  EXPECT_EQ(found(http_method::post, "/orders/7"), "405 GET, HEAD, DELETE");
}

TEST(router, head_takes_the_get_route) { EXPECT_EQ(found(http_method::head, "/orders"), "/orders"); }

TEST(router, refuses_patterns_that_make_no_sense) {
  router routes = sample();
  for (const char* pattern : {"", "orders", "/orders", "/a/{}", "/a/{b", "/a/{b*}/c", "/orders/{other}/x"})
    EXPECT_THROW(routes.add(http_method::get, pattern, nullptr), std::invalid_argument) << pattern;
}

TEST(percent_decoding, is_strict) {
  EXPECT_EQ(net::percent_decode("a%20b%2Fc+d"), "a b/c+d");
  EXPECT_EQ(net::percent_decode("a+b", true), "a b");
  for (const char* broken : {"%", "%2", "%zz", "a%2"})
    EXPECT_EQ(net::percent_decode(broken), std::nullopt) << broken;
}

struct alarm final : net::wheel_entry {
  void on_due() override { ++rung; }
  int rung = 0;
};

TEST(timer_wheel, rings_after_its_ticks_and_once) {
  net::timer_wheel wheel;
  alarm bell;
  wheel.arm(bell, 5);
  wheel.advance(5);
  EXPECT_EQ(bell.rung, 0);
  wheel.advance(6);
  EXPECT_EQ(bell.rung, 1);
  wheel.advance(5000);
  EXPECT_EQ(bell.rung, 1);
}

TEST(timer_wheel, can_be_moved_later_and_earlier_and_stopped) {
  net::timer_wheel wheel;
  alarm later;
  alarm earlier;
  alarm stopped;
  wheel.arm(later, 5);
  wheel.arm(later, 50);
  wheel.arm(earlier, 50);
  wheel.arm(earlier, 5);
  wheel.arm(stopped, 5);
  stopped.disarm();
  wheel.advance(20);
  EXPECT_EQ(later.rung, 0);
  EXPECT_EQ(earlier.rung, 1);
  wheel.advance(51);
  EXPECT_EQ(later.rung, 1);
  EXPECT_EQ(stopped.rung, 0);
}

TEST(timer_wheel, keeps_deadlines_longer_than_its_turn) {
  net::timer_wheel wheel;
  alarm bell;
  wheel.arm(bell, 2000);
  for (std::uint64_t tick = 1; tick <= 2000; ++tick) wheel.advance(tick);
  EXPECT_EQ(bell.rung, 0);
  wheel.advance(2001);
  EXPECT_EQ(bell.rung, 1);
}

TEST(timer_wheel, survives_a_long_pause) {
  net::timer_wheel wheel;
  alarm soon;
  alarm late;
  wheel.arm(soon, 3);
  wheel.arm(late, 100'000);
  wheel.advance(50'000);
  EXPECT_EQ(soon.rung, 1);
  EXPECT_EQ(late.rung, 0);
  wheel.advance(100'001);
  EXPECT_EQ(late.rung, 1);
}

TEST(timer_wheel, lets_a_destroyed_entry_go) {
  struct counted final : net::wheel_entry {
    explicit counted(int& rung) : rung_{rung} {}
    void on_due() override { ++rung_; }
    int& rung_;
  };
  net::timer_wheel wheel;
  int rung = 0;
  counted before{rung}, after{rung};
  wheel.arm(before, 1);
  {
    counted gone{rung};
    wheel.arm(gone, 1);
    wheel.arm(after, 1);
  }
  wheel.advance(10);
  EXPECT_EQ(rung, 2) << "its neighbours in the slot ring";
}

}  // namespace
}  // namespace sellavie::test
