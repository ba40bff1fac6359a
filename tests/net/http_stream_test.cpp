// An answer that goes on: framing, its end, and clients that do not read.
#include "tests/net/stream_fixture.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using net::stream_options;

class http_stream : public stream_test {};

TEST_F(http_stream, sends_what_is_written_as_chunks_and_ends_with_the_last_one) {
  start();
  auto [peer, stream] = listen();
  EXPECT_NE(head.find("HTTP/1.1 200 OK\r\n"), head.npos);
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), head.npos);
  EXPECT_NE(head.find("Content-Type: text/plain\r\n"), head.npos);
  EXPECT_EQ(head.find("Content-Length"), head.npos);
  EXPECT_TRUE(stream->write(bytes("one")));
  EXPECT_EQ(peer.read_through("one\r\n"), "3\r\none\r\n");
  EXPECT_TRUE(stream->write(bytes(std::string(300, 'x'))));
  EXPECT_EQ(peer.read_through("\r\n"), "12c\r\n");
  stream->finish(bytes("bye"));
  EXPECT_FALSE(stream->write(bytes("too late")));
  const auto rest = peer.read_to_end();
  ASSERT_TRUE(rest);
  EXPECT_EQ(*rest, std::string(300, 'x') + "\r\n3\r\nbye\r\n0\r\n\r\n");
}

TEST_F(http_stream, keeps_what_is_written_before_the_head_is_out) {
  start();
  auto peer = connect();
  peer.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto stream = take_held().open_stream({});
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(stream->write(bytes(std::to_string(i) + ";")));
  stream->finish();
  std::ignore = peer.read_through("\r\n\r\n");
  std::string wanted;
  for (int i = 0; i < 100; ++i) wanted += std::to_string(i) + ";";
  EXPECT_EQ(unchunked(peer.read_to_end().value_or("")), wanted);
}

TEST_F(http_stream, speaks_http_1_0_until_the_end_of_the_connection) {
  start();
  auto peer = connect();
  peer.send("GET /hold HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto stream = take_held().open_stream({});
  head = peer.read_through("\r\n\r\n");
  EXPECT_EQ(head.find("Transfer-Encoding"), head.npos);
  EXPECT_NE(head.find("Connection: close"), head.npos);
  EXPECT_TRUE(stream->write(bytes("plain ")));
  stream->finish(bytes("text"));
  EXPECT_EQ(peer.read_to_end(), "plain text");
}

TEST_F(http_stream, answers_head_with_the_head_alone) {
  start();
  auto peer = connect();
  peer.send("HEAD /hold HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto stream = take_held().open_stream({});
  EXPECT_TRUE(eventually([&] { return !stream->is_open(); }));
  EXPECT_FALSE(stream->write(bytes("x")));
  const auto all = peer.read_to_end();
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->ends_with("\r\n\r\n"));
}

TEST_F(http_stream, carries_the_words_of_many_threads_each_in_its_order) {
  start();
  auto [peer, stream] = listen();
  constexpr int writers = 4;
  constexpr int words = 500;
  std::vector<std::thread> all;
  for (int writer = 0; writer < writers; ++writer)
    all.emplace_back([&, writer] {
      for (int i = 0; i < words; ++i)
        EXPECT_TRUE(
            stream->write(bytes(std::string(1, static_cast<char>('a' + writer)) + std::to_string(i) + ";")));
    });
  for (auto& one : all) one.join();
  stream->finish();
  const std::string body = unchunked(peer.read_to_end().value_or(""));
  std::array<int, writers> next{};
  std::size_t at = 0;
  for (int count = 0; count < writers * words; ++count) {
    const auto end = body.find(';', at);
    ASSERT_NE(end, body.npos);
    const auto writer = static_cast<std::size_t>(body[at] - 'a');
    ASSERT_LT(writer, next.size());
    ASSERT_EQ(body.substr(at + 1, end - at - 1), std::to_string(next[writer]++));
    at = end + 1;
  }
  EXPECT_EQ(at, body.size());
}

TEST_F(http_stream, a_reader_that_keeps_up_gets_more_than_may_wait_for_it) {
  start();
  auto [peer, stream] = listen({.most_pending = 64 * 1024});
  const std::string piece(16 * 1024, 'x');
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(stream->write(bytes(piece + "|")));
    ASSERT_TRUE(peer.read_through("|").ends_with("x|"));
  }
  EXPECT_EQ(observer.overruns, 0);
}

TEST_F(http_stream, cuts_off_who_does_not_read) {
  start();
  const auto kept = std::make_shared<int>();
  auto [peer, stream] = listen({.most_pending = 64 * 1024, .kept = kept});
  const auto piece = bytes(std::string(4 * 1024, 'x'));
  std::size_t written = 0;
  while (stream->write(piece)) {
    written += piece->size();
    ASSERT_LT(written, 64U * 1024 * 1024) << "what waits is not bounded";
    std::this_thread::sleep_for(100us);
  }
  EXPECT_TRUE(eventually([&] { return server->connections() == 0 && kept.use_count() == 1; }));
  EXPECT_EQ(observer.overruns, 1);
  EXPECT_EQ(observer.streams, 0);
  EXPECT_EQ(unchunked(peer.read_to_end().value_or("")), "") << "it must not look complete";
}

TEST_F(http_stream, cuts_off_who_never_reads_again_though_little_waits) {
  auto limits = small_limits();
  limits.write_deadline = 50ms;
  start(limits);
  auto [peer, stream] = listen({.most_pending = 64 * 1024 * 1024});
  const auto piece = bytes(std::string(1024 * 1024, 'x'));
  for (int i = 0; i < 16; ++i) std::ignore = stream->write(piece);
  EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
  EXPECT_EQ(observer.overruns, 1);
}

TEST_F(http_stream, sends_its_idle_text_when_nothing_else_comes) {
  start();
  auto [peer, stream] = listen({.idle_text = ":\n\n", .idle_interval = 20ms});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(peer.read_through(":\n\n\r\n"), "3\r\n:\n\n\r\n");
  EXPECT_TRUE(stream->is_open());
}

TEST_F(http_stream, outlives_the_deadlines_of_requests) {
  auto limits = small_limits();
  limits.answer_deadline = limits.idle_deadline = limits.header_deadline = limits.write_deadline = 20ms;
  start(limits);
  auto [peer, stream] = listen();
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(stream->write(bytes("still here")));
  EXPECT_EQ(peer.read_through("here\r\n"), "a\r\nstill here\r\n");
}

TEST_F(http_stream, notices_that_the_client_is_gone) {
  start();
  const auto kept = std::make_shared<int>();
  auto [peer, stream] = listen({.kept = kept});
  EXPECT_EQ(kept.use_count(), 2);
  peer.close();
  EXPECT_TRUE(eventually([&] { return !stream->is_open(); }));
  EXPECT_TRUE(eventually([&] { return kept.use_count() == 1; }));
  EXPECT_FALSE(stream->write(bytes("nobody")));
  EXPECT_TRUE(eventually([&] { return observer.streams == 0; }));
}

TEST_F(http_stream, is_no_request_under_way_and_holds_none_of_its_bytes) {
  start();
  auto peer = connect();
  const std::string body(2000, 'b');
  peer.send("POST /hold HTTP/1.1\r\nHost: t\r\nContent-Length: 2000\r\n\r\n" + body);
  const auto stream = take_held().open_stream({});
  std::ignore = peer.read_through("\r\n\r\n");
  EXPECT_EQ(server->requests_in_flight(), 0U);
  EXPECT_EQ(server->buffered_bytes(), 0U);
  EXPECT_EQ(observer.streams, 1);
}

TEST_F(http_stream, does_not_read_what_a_client_sends_behind_its_request) {
  start();
  auto [peer, stream] = listen();
  peer.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(stream->write(bytes("one")));
  EXPECT_EQ(peer.read_through("one\r\n"), "3\r\none\r\n");
  peer.send(std::string(64 * 1024, 'x'));
  EXPECT_TRUE(eventually([&] { return !stream->is_open(); })) << "who floods is cut off";
  EXPECT_EQ(observer.requests, 1);
}

TEST_F(http_stream, ends_when_the_server_drains) {
  start();
  auto [peer, stream] = listen();
  auto [other, forgotten] = listen();
  forgotten.reset();
  EXPECT_TRUE(stream->write(bytes("last words")));
  EXPECT_TRUE(server->drain(10s)) << "nothing had to be cut off";
  EXPECT_EQ(unchunked(peer.read_to_end().value_or("")), "last words");
  EXPECT_EQ(other.read_to_end(), "0\r\n\r\n");
  EXPECT_FALSE(stream->write(bytes("x")));
}

TEST_F(http_stream, that_is_opened_while_the_server_drains_ends_at_once) {
  start();
  auto peer = connect();
  peer.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n");
  auto to = take_held();
  std::thread draining{[&] { EXPECT_TRUE(server->drain(10s)); }};
  std::this_thread::sleep_for(20ms);
  const auto stream = to.open_stream({});
  draining.join();
  EXPECT_TRUE(peer.read_to_end().value_or("").ends_with("\r\n\r\n0\r\n\r\n"));
  EXPECT_FALSE(stream->is_open());
}

TEST_F(http_stream, may_outlive_its_server) {
  start();
  auto [peer, stream] = listen();
  server.reset();
  EXPECT_TRUE(eventually([&] { return !stream->is_open(); }));
  EXPECT_FALSE(stream->write(bytes("x")));
  stream->finish();
}

TEST_F(http_stream, of_a_request_that_was_answered_is_closed) {
  start();
  auto peer = connect();
  peer.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n");
  auto to = take_held();
  to.answer(net::text_response(200, "done"));
  const auto stream = to.open_stream({});
  EXPECT_FALSE(stream->is_open());
  EXPECT_FALSE(stream->write(bytes("x")));
  EXPECT_EQ(peer.read_answer().body, "done");
}

TEST_F(http_stream, thousands_of_words_for_hundreds_of_listeners_arrive_whole) {
  start();
  std::vector<listener> all;
  for (int i = 0; i < 200; ++i) all.push_back(listen());
  std::string wanted;
  for (int i = 0; i < 50; ++i) {
    const auto word = bytes(std::to_string(i) + ";");
    wanted += *word;
    for (auto& one : all) EXPECT_TRUE(one.stream->write(word));
  }
  for (auto& one : all) one.stream->finish();
  for (auto& one : all) EXPECT_EQ(unchunked(one.peer.read_to_end().value_or("")), wanted);
}

}  // namespace
}  // namespace sellavie::test
