#pragma once
// A customer orders and wants to pay; the payment provider answers as the test says.

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {

/// That a request to the provider is about.
inline std::string reference_of(const actors::outbound_request& request) {
  if (request.method == "GET") return request.url.substr(request.url.rfind('/') + 1);
  const auto at = request.body.find(R"("reference":")") + 13;
  return request.body.substr(at, request.body.find('"', at) - at);
}

inline std::string wish(const std::string& sku, int quantity) {
  return R"({"items":[{"sku":")" + sku + R"(","quantity":)" + std::to_string(quantity) + "}]}";
}

inline std::string link_to(const std::string& page, const std::string& reference) {
  return R"({"status":true,"message":"ok","data":{"authorization_url":"https://pay.example/)" + page +
         R"(","access_code":"x","reference":")" + reference + R"("}})";
}
inline std::string link_of(const std::string& reference) { return link_to(reference, reference); }

inline std::string verified(const std::string& reference, const std::string& status, std::int64_t amount) {
  return R"({"status":true,"data":{"id":77,"domain":"test","status":")" + status + R"(","reference":")" +
         reference + R"(","amount":)" + std::to_string(amount) + R"(,"requested_amount":)" +
         std::to_string(amount) + R"(,"currency":"NGN"}})";
}

inline constexpr const char* duplicate_reference =
    R"({"status":false,"message":"Duplicate Transaction Reference","code":"duplicate_reference"})";

struct checkout : testing::Test {
  shop_world world;

  void order_and_pay() {
    world.model->answers = {
        calls({{"place_order", wish("A1", 2)}, {"request_checkout", "{}"}}, "Here you are.")};
    world.customer_says("c1", "two, I pay now");
    world.advance(milliseconds{1300});
  }
  /// The order's reference.
  std::string gets_a_link() {
    order_and_pay();
    const auto made = reference();
    world.outside->answer(http(200, link_of(made)));
    world.run();
    return made;
  }
  /// The reference of the request that waits outside.
  std::string reference() const { return reference_of(world.outside->waiting.front().request); }
};

}  // namespace sellavie::test
