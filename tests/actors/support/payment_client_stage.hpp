#pragma once
// A payment_client alone: what it is asked, and the provider that the test plays.

#include <gmock/gmock.h>

#include "actors/payment_client.hpp"
#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {

struct payment_client : testing::Test {
  shop_world world;
  actors::payment_client_actor client;
  std::optional<actors::payment_link> link;
  std::optional<actors::payment_truth> truth;
  std::optional<errc> failure;

  payment_client() {
    use(payment::provider::paystack, "sk_test");
    begin("sv-1-1");
  }
  /// The shop has this account, and no other.
  void use(payment::provider name, std::string key, payment_mode mode = payment_mode::test) {
    start({{name, mode, std::move(key), till_of(name)}});
  }
  static payment_connection_id till_of(payment::provider name) {
    payment_connection_id till;
    till.value.bytes.back() = static_cast<std::uint8_t>(static_cast<int>(name) + 1);
    return till;
  }
  void start(std::vector<actors::payment_account> accounts) {
    auto business = std::make_shared<actors::tenant>();
    business->id = world.shop;
    business->payments = std::move(accounts);
    const actors::services_ptr node = world.node;
    client = world.keep(world.system->spawn(actors::payment_client, node, actors::tenant_ptr{business}));
  }
  /// The desk's intent, or its link.
  void begin(const std::string& reference, payment::provider at = payment::provider::paystack,
             std::string link_id = {}) {
    storage::payment_row row{.business = world.shop,
                             .provider = std::string{to_string(at)},
                             .mode = "test",
                             .connection = till_of(at),
                             .reference = reference,
                             .currency = "NGN",
                             .status = link_id.empty() ? "intent" : "link",
                             .link_id = std::move(link_id),
                             .at = world.time->now()};
    world.store->rows.payments[reference] = std::move(row);
  }
  void ask_link(milliseconds deadline = std::chrono::seconds{5}, std::string email = {}) {
    const actors::make_payment_link wanted{
        "sv-1-1", {500'000, *parse_currency("NGN")}, "#1042", std::move(email), world.time->now() + deadline};
    world.system->spawn([this, wanted](caf::event_based_actor* self) {
      self->request(client, caf::infinite, wanted)
          .then([this](const actors::payment_link& made) { link = made; },
                [this](const caf::error& why) { failure = actors::code_of(why); });
    });
    world.run();
  }
  void ask_truth(std::string transaction = {}) {
    ask_truth({.reference = "sv-1-1",
               .transaction = std::move(transaction),
               .deadline = world.time->now() + std::chrono::seconds{5}});
  }
  void ask_truth(const actors::fetch_payment& wanted) {
    truth.reset();
    world.system->spawn([this, wanted](caf::event_based_actor* self) {
      self->request(client, caf::infinite, wanted)
          .then([this](const actors::payment_truth& found) { truth = found; }, [](const caf::error&) {});
    });
    world.run();
  }
  void reply(actors::outbound_response response) {
    world.outside->answer(std::move(response));
    world.run();
  }
};

inline constexpr const char* good_link =
    R"({"status":true,"data":{"authorization_url":"https://pay.example/x","reference":"sv-1-1"}})";
inline constexpr const char* paid =
    R"({"status":true,"data":{"id":7,"domain":"test","status":"success","reference":"sv-1-1","amount":500000,"currency":"NGN"}})";

}  // namespace sellavie::test
