// What clients that do not read their answers can take, and that it comes back.
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using net::http_rejection;

constexpr std::size_t mebibyte = 1024 * 1024;
/// More than the kernel takes off the server's hands for a peer that does not read.
constexpr std::size_t large_answer = 16 * mebibyte;

net::http_limits few_answers() {
  auto limits = limits_of_strangers();
  limits.outgoing_bytes = 3 * large_answer;
  limits.outgoing_bytes_per_address = 2 * large_answer;
  return limits;
}

std::string ask_for(std::size_t size, std::string_view method = "GET") {
  return std::string{method} + " /big/" + std::to_string(size) + " HTTP/1.1\r\nHost: t\r\n\r\n";
}

class http_outgoing : public http_server_test {
 protected:
  /// It has asked for much and reads nothing of it.
  [[nodiscard]] raw_peer unread(unsigned char host) const {
    const int before = observer.answers;
    auto peer = connect_as(host);
    peer.send(ask_for(large_answer));
    EXPECT_TRUE(eventually([&] { return observer.answers == before + 1; }));
    return peer;
  }
  [[nodiscard]] bool is_given_back() const {
    return eventually([&] { return server->outgoing_bytes() == 0 && observer.outgoing == 0; });
  }
};

TEST_F(http_outgoing, answers_that_nobody_reads_are_bounded_and_small_ones_still_pass) {
  start(few_answers());
  std::vector<raw_peer> strangers;
  for (unsigned char host = 2; host < 5; ++host) strangers.push_back(unread(host));
  EXPECT_EQ(server->outgoing_bytes(), 3 * large_answer);
  auto late = connect_as(5);
  const auto refused = late.send(ask_for(large_answer)).read_answer();
  EXPECT_EQ(refused.status(), 503);
  EXPECT_TRUE(refused.has("Retry-After: 5"));
  EXPECT_TRUE(refused.has("application/problem+json"));
  EXPECT_EQ(observer.rejections(http_rejection::answers_full), 1);
  EXPECT_EQ(late.send(ask_for(few_answers().unbudgeted_answer_bytes)).read_answer().status(), 200)
      << "on the same connection";
  EXPECT_LE(observer.most_outgoing, static_cast<std::ptrdiff_t>(3 * large_answer));
}

TEST_F(http_outgoing, what_many_answers_share_counts_for_none_of_them) {
  const auto bytes = std::make_shared<const std::string>(large_answer, 's');
  shared_bytes = bytes;
  start(few_answers());
  std::vector<raw_peer> unread_answers;
  for (unsigned char host = 2; host < 5; ++host) unread_answers.push_back(unread(host));
  for (int i = 0; i < 4; ++i) {
    unread_answers.push_back(connect_as(5));
    unread_answers.back().send(get("/shared"));
  }
  EXPECT_TRUE(eventually([&] { return bytes.use_count() == 2 + 1 + 4; }))
      << "the test, its fixture, the route, each answer";
  EXPECT_EQ(server->outgoing_bytes(), 3 * large_answer);
  const auto read = connect_as(5).send(get("/shared")).read_answer();
  EXPECT_EQ(read.status(), 200);
  EXPECT_EQ(read.body, *bytes);
  unread_answers.clear();
  EXPECT_TRUE(is_given_back());
  EXPECT_TRUE(eventually([&] { return bytes.use_count() == 2 + 1; })) << "an answer that ended keeps nothing";
}

TEST_F(http_outgoing, one_address_leaves_the_others_their_room) {
  start(few_answers());
  const auto first = unread(2);
  const auto second = unread(2);
  EXPECT_EQ(connect_as(2).send(ask_for(large_answer)).read_answer().status(), 503);
  EXPECT_EQ(connect_as(3).send(ask_for(large_answer)).read_answer().body.size(), large_answer);
}

TEST_F(http_outgoing, is_given_back_when_it_is_read_and_the_connection_goes_on) {
  start(few_answers());
  auto peer = connect_as(2);
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(peer.send(ask_for(large_answer)).read_answer().body.size(), large_answer);
  EXPECT_TRUE(is_given_back());
  EXPECT_GE(observer.most_outgoing, static_cast<std::ptrdiff_t>(large_answer));
}

TEST_F(http_outgoing, is_given_back_when_the_client_leaves_or_the_server_ends) {
  start(few_answers());
  auto leaving = unread(2);
  auto breaking = unread(3);
  leaving.close();
  breaking.abort();
  EXPECT_TRUE(is_given_back());
  const auto staying = unread(4);
  server->stop_accepting();
  EXPECT_FALSE(server->drain(1ms));
  EXPECT_TRUE(is_given_back());
}

TEST_F(http_outgoing, an_answer_of_which_only_the_head_is_asked_costs_nothing) {
  start(few_answers());
  EXPECT_EQ(connect_as(2).send(ask_for(8 * large_answer, "HEAD")).read_answer(false).status(), 200);
  EXPECT_EQ(observer.most_outgoing, 0);
}

TEST_F(http_outgoing, a_change_that_was_made_is_never_answered_as_if_it_were_not) {
  auto limits = few_answers();
  limits.outgoing_bytes = limits.unbudgeted_answer_bytes;
  limits.body_bytes = mebibyte;
  start(limits);
  const std::string body(mebibyte, 'x');
  auto peer = connect_as(2);
  peer.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
            body);
  EXPECT_EQ(peer.read_answer().body, body);
  EXPECT_GE(observer.most_outgoing, static_cast<std::ptrdiff_t>(mebibyte)) << "and it counts";
  EXPECT_TRUE(is_given_back());
}

/// A window that does not grow: what is not read stays with the server.
raw_peer narrow(raw_peer peer) {
  constexpr int window = 64 * 1024;
  EXPECT_EQ(::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVBUF, &window, sizeof window), 0);
  return peer;
}

/// Reads in slices, with a pause behind each; how many bytes came before the connection ended.
std::size_t read_slowly(const raw_peer& peer, std::size_t wanted) {
  std::string slice(128 * 1024, '\0');
  std::size_t had = 0;
  while (had < wanted) {
    const auto got = ::recv(peer.fd(), slice.data(), slice.size(), 0);
    if (got <= 0) break;
    had += static_cast<std::size_t>(got);
    std::this_thread::sleep_for(15ms);
  }
  return had;
}

class slow_reader : public http_outgoing {
 protected:
  static constexpr std::size_t very_large = 2 * large_answer;

  /// How much it got of `very_large`, when so much may be unread in all.
  [[nodiscard]] std::size_t read_within(std::size_t outgoing_bytes) {
    auto limits = few_answers();
    limits.outgoing_bytes = limits.outgoing_bytes_per_address = outgoing_bytes;
    limits.body_progress_interval = limits.write_deadline = 1s;
    limits.pressed_progress_bytes = 2 * very_large;
    start(limits);
    auto peer = narrow(connect_as(2));
    peer.send(ask_for(very_large));
    return read_slowly(peer, very_large);
  }
};

TEST_F(slow_reader, gets_all_of_it) {
  EXPECT_GE(read_within(3 * very_large), very_large);
  EXPECT_TRUE(is_given_back());
}

TEST_F(slow_reader, makes_room_when_half_of_the_room_is_held) {
  EXPECT_LT(read_within(2 * very_large), very_large);
  EXPECT_TRUE(is_given_back());
}

}  // namespace
}  // namespace sellavie::test
