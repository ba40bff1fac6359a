#pragma once
// What actors get from outside, as a test wants it: the time, ids, and the world's answers.

#include <deque>
#include <string>
#include <utility>

#include "actors/clock.hpp"
#include "actors/transport.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::test {

class fake_clock final : public actors::clock {
 public:
  [[nodiscard]] instant now() const override { return now_; }
  void advance(milliseconds by) { now_ += by; }

 private:
  instant now_ = instant_from_ms(1'790'000'000'000);
};

/// UUIDv7 in the order of the calls: …000001, …000002.
class numbered_ids final : public id_source {
 public:
  [[nodiscard]] uuid next() override {
    std::array<std::uint8_t, 10> tail{};
    ++last_;
    for (std::size_t i = 0; i < 8; ++i) tail[9 - i] = static_cast<std::uint8_t>(last_ >> (8 * i));
    return make_uuid_v7(instant_from_ms(1'780'000'000'000), tail);
  }

 private:
  std::uint64_t last_ = 0;
};

/// Keeps every request until the test answers it.
class scripted_transport final : public actors::transport {
 public:
  struct call {
    actors::outbound_request request;
    completion done;
    bool is_answered = false;
  };

  void send(actors::outbound_request request, completion done) override {
    calls.push_back({std::move(request), std::move(done)});
  }
  void answer(std::size_t index, actors::outbound_response response) {
    calls.at(index).is_answered = true;
    std::exchange(calls.at(index).done, {})(std::move(response));
  }
  void answer(std::size_t index, int status, std::string body) {
    answer(index,
           {.outcome = actors::transport_outcome::answered, .status = status, .body = std::move(body)});
  }
  void lose(std::size_t index) {
    answer(index, {.outcome = actors::transport_outcome::lost, .reason = "deadline"});
  }
  void refuse(std::size_t index) {
    answer(index, {.outcome = actors::transport_outcome::not_sent, .reason = "connect refused"});
  }

  std::deque<call> calls;
};

}  // namespace sellavie::test
