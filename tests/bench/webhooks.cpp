#include "tests/bench/webhooks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <random>
#include <span>

namespace sellavie::bench {
namespace {

constexpr std::uint64_t first_id = 7'000'000'000'000;
constexpr std::uint64_t strangers_from = 1'000'000'000;
constexpr std::size_t body_bytes = 700;
constexpr std::size_t payment_body_bytes = 1'500;
constexpr std::string_view said =
    "Good afternoon! I saw your fabrics on my sister's page and I like them very much. Could you tell me whether "
    "you still have the blue one with the small white flowers, how many yards are in one piece, and whether you "
    "deliver to Abeokuta this week? My cousin is getting married soon, so we are about twelve people who need the "
    "same cloth. Thank you and have a nice day, I am waiting for your answer here. ";

std::uint64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

std::uint64_t random_seed() {
  std::random_device source;
  return (static_cast<std::uint64_t>(source()) << 32U) | source();
}

std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;  // splitmix64
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace

webhook_factory::webhook_factory(const webhook_options& options)
    : options_{options},
      key_{options.app_secret, options.kind == webhook_kind::payment_event ? crypto::hash_algorithm::sha512
                                                                           : crypto::hash_algorithm::sha256},
      next_customer_{0},
      random_{random_seed()} {
  next_customer_ = next_random(random_) % options_.customers;
}

std::string webhook_factory::fresh_mid() {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string mid = "m_";
  for (int word = 0; word < 7; ++word) {
    auto bits = next_random(random_);
    for (int i = 0; i < 10; ++i, bits >>= 6U) mid += alphabet[bits & 63U];
  }
  return mid;
}

std::string webhook_factory::body_for(std::uint64_t customer) {
  const auto number = std::to_string(customer % static_cast<std::uint64_t>(options_.accounts) + 1);
  const std::string page = "page_" + std::string(4 - std::min<std::size_t>(4, number.size()), '0') + number;
  // To itself: of people whom no conversation is open with, whatever ran before.
  const auto first = options_.kind == webhook_kind::to_itself ? first_id + strangers_from : first_id;
  const std::string id = std::to_string(first + customer);
  const std::string at = std::to_string(now_ms());
  const std::string mark = options_.kind == webhook_kind::to_itself ? R"("is_self":true,)" : "";
  std::string body = R"({"object":"page","entry":[{"id":")" + page + R"(","time":)" + at +
                     R"(,"messaging":[{"sender":{"id":")" + id + R"("},"recipient":{"id":")" + page +
                     R"("},"timestamp":)" + at + R"(,"message":{)" + mark + R"("mid":")" + fresh_mid() +
                     R"(","text":")";
  constexpr std::string_view end = "\"}}]}]}";
  const auto room = body_bytes - std::min(body_bytes, body.size() + end.size());
  body.append(said.substr(0, room));
  return body.append(end);
}

std::string webhook_factory::payment_body(std::uint64_t customer) {
  const std::string number = std::to_string(next_random(random_) >> 11U);
  std::string body =
      R"({"event":"charge.success","data":{"id":)" + number +
      R"(,"domain":"test","status":"success","reference":"bench-)" + number +
      R"(","amount":500000,"gateway_response":"Successful","channel":"card","currency":"NGN",)" +
      R"("customer":{"id":)" + std::to_string(customer) +
      R"(,"email":"customer@example.com"},"metadata":{"note":")";
  constexpr std::string_view end = "\"}}}";
  while (body.size() + said.size() + end.size() < payment_body_bytes) body.append(said);
  body.append(said.substr(0, payment_body_bytes - std::min(payment_body_bytes, body.size() + end.size())));
  return body.append(end);
}

signed_webhook webhook_factory::next_payment_event(std::uint64_t customer) {
  const auto body = payment_body(customer);
  std::array<std::uint8_t, 64> space{};
  const auto& connection = options_.payment_connections[customer % options_.payment_connections.size()];
  std::string bytes = "POST /webhooks/payments/paystack/" + connection +
                      " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
                      "\r\nUser-Agent: Paystack\r\nAccept: */*\r\nContent-Type: application/json\r\n"
                      "x-paystack-signature: " +
                      hex(key_.sign(body, space)) + "\r\nContent-Length: " + std::to_string(body.size()) +
                      "\r\n\r\n";
  bytes += body;
  return {customer, std::move(bytes)};
}

signed_webhook webhook_factory::next() {
  const auto customer = next_customer_;
  next_customer_ = (next_customer_ + 1) % options_.customers;
  if (options_.kind == webhook_kind::payment_event) return next_payment_event(customer);
  const auto body = body_for(customer);
  std::array<std::uint8_t, 64> space{};
  const auto signature = key_.sign(body, space);
  std::string bytes =
      "POST /webhooks/meta HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options_.port) +
      "\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\nContent-Type: application/json\r\n"
      "X-Hub-Signature-256: sha256=" +
      hex(signature) + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  bytes += body;
  return {customer, std::move(bytes)};
}

std::vector<signed_webhook> webhook_factory::make(std::size_t count) {
  std::vector<signed_webhook> made;
  made.reserve(count);
  while (made.size() < count) made.push_back(next());
  return made;
}

std::uint64_t webhook_factory::customer_of(std::string_view id) const noexcept {
  std::uint64_t number = 0;
  const auto read = std::from_chars(id.data(), id.data() + id.size(), number);
  if (read.ec != std::errc{} || number < first_id || number - first_id >= options_.customers)
    return options_.customers;
  return number - first_id;
}

}  // namespace sellavie::bench
