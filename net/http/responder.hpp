#pragma once
// The one right to answer one request. Movable; callable once, from any thread; answering a
// connection that is gone does nothing. Destroyed unanswered it answers 500, so a request can never
// be forgotten. The io_contexts of the server must outlive every responder.

#include <memory>
#include <utility>

#include "net/http/response.hpp"
#include "net/http/stream.hpp"

namespace sellavie::net {

class session;

class responder {
 public:
  responder() = default;
  explicit responder(std::shared_ptr<session> asking) noexcept : session_{std::move(asking)} {}
  responder(responder&&) noexcept = default;
  responder& operator=(responder&& other) noexcept;
  ~responder();

  /// Gives the answer; a second call does nothing. Called inside the handler it costs no thread hop.
  void answer(response given);
  /// Nobody waits for the answer any more: it was given, or the client has gone and that was noticed.
  [[nodiscard]] bool is_in_vain() const noexcept;
  /// Gives an answer whose body goes on: `head` without a body. Chunked for HTTP/1.1, until the end of the
  /// connection for HTTP/1.0; the connection ends with it. Never null; closed from the start when the request
  /// was answered already.
  [[nodiscard]] std::shared_ptr<stream> open_stream(response head, stream_options options = {});

 private:
  std::shared_ptr<session> session_;
};

}  // namespace sellavie::net
