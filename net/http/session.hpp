#pragma once
// One connection. Reads a request, gives it to its handler, writes the answer, again. One request is
// under way at a time; pipelined ones wait unread and are answered in order.
//
//   reading_head --> reading_body --> answering --> writing --> reading_head (keep-alive)
//        |                |               |            |--> lingering --> closed
//        |                |               |            |--> streaming --> closed
//        '----------------'---------------'------------'----------------> closed
//
// Lives as long as a pending read or write, or the responder of its request, holds it. All of it runs
// on its lane's thread, but for take_answer() and is_gone().

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http/lane.hpp"
#include "net/http/request.hpp"
#include "net/http/request_parser.hpp"
#include "net/http/response.hpp"
#include "net/http/router.hpp"
#include "net/timer_wheel.hpp"

namespace sellavie::net {

class session final : public std::enable_shared_from_this<session>,
                      public wheel_entry,
                      public lane_hook,
                      public idle_hook {
 public:
  session(std::shared_ptr<lane> home, lane_socket socket, const boost::asio::ip::tcp::endpoint& peer,
          peer_seat seat);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void start();
  /// The server is full: 503 and close.
  void turn_away();
  void close() noexcept;
  /// Nothing of a request has been read.
  [[nodiscard]] bool is_idle() const noexcept;

  /// What a responder did with an answer.
  enum class delivery : std::uint8_t { done, needs_handoff };
  /// From any thread, once per request.
  [[nodiscard]] delivery take_answer(response given) noexcept;
  /// Makes the session its own owner and gives the raw pointer for the hand-over.
  [[nodiscard]] static session* release_for_handoff(std::shared_ptr<session> answered) noexcept;
  [[nodiscard]] lane& home() noexcept { return *lane_; }
  /// From any thread: nobody waits for an answer any more. Never false again.
  [[nodiscard]] bool is_gone() const noexcept { return is_gone_.load(std::memory_order_relaxed); }
  /// What the request is told when nobody answers it.
  [[nodiscard]] response failure_answer() const;

  enum class delivery_mode : std::uint8_t { send, discard };
  /// On the lane's thread: the handed-over answer has arrived.
  void on_answer_delivered(delivery_mode mode);

  /// On the lane's thread: the stream has something to take.
  void on_stream_woken() noexcept;
  /// On the lane's thread: an answer that goes on ends now; anything else is left alone.
  void end_stream() noexcept;

  /// Link of handoff_stack.
  session* next_handoff = nullptr;

 private:
  enum class phase : std::uint8_t {
    reading_head,
    reading_body,
    answering,
    writing,
    streaming,
    lingering,
    closed
  };

  void wait_readable();
  void on_readable();
  void feed(std::string_view input);
  /// One step through `input`; false when more is needed or an answer is under way.
  bool step(std::string_view& input);
  bool read_head(std::string_view& input);
  bool read_body(std::string_view& input);
  /// False: no room for it, and that is answered.
  bool make_room_for_body(std::size_t arrived);
  void keep_unread(std::string_view rest);
  void drop_request();
  void prepare_request();
  void on_head_complete();
  void start_body_deadline();
  void send_continue();

  void on_request_complete();
  void dispatch();

  void answer_refused();
  void answer_problem(int status, http_rejection reason, after_answer then);
  void write_answer(response given, after_answer wanted);
  /// False: too much is unread already.
  [[nodiscard]] bool make_room_for_answer(const response& given);
  void flush_output();
  void wait_writable();
  void on_written();
  void linger();
  void resume();

  // session_waiting.cpp
  [[nodiscard]] http_limits::duration patience_left() const;
  void await_answer();
  void on_answer_interval();
  void look_for_client();

  // session_streaming.cpp
  void begin_stream();
  void give_memory_back();
  void on_stream_input(std::size_t size);
  void continue_stream();
  void send_portion(std::string_view bytes);
  void on_portion_written();
  void on_stream_interval();

  void on_due() override;
  void on_body_interval();
  void on_write_interval();
  void time_out(int status);

  /// Out of memory, or a bug: this connection ends, the server goes on.
  template <class Work>
  void guarded(Work&& work) noexcept {
    try {
      work();
    } catch (...) {
      close();
    }
  }

  std::shared_ptr<lane> lane_;
  /// Outlives what is held against its share.
  peer_seat seat_;
  lane_socket socket_;
  phase phase_ = phase::reading_head;
  after_answer then_ = after_answer::keep_alive;
  bool head_only_ = false;
  bool must_linger_ = false;
  bool body_timed_ = false;
  bool write_timed_ = false;
  bool is_chunked_ = false;
  bool is_last_portion_ = false;
  /// Its client has closed, or has only no more to say: it was asked which.
  bool was_probed_ = false;
  std::atomic<bool> is_gone_{false};

  request request_;
  request_builder builder_{request_};
  std::optional<request_parser> parser_;
  router::parameters parameters_;
  router::match match_;
  /// Small where no route is: nobody will read it.
  std::uint64_t body_limit_ = 0;
  /// Empty when the server answers by itself.
  std::string_view route_name_;
  std::string peer_address_;
  std::string request_id_;
  /// Bytes read but not yet parsed.
  std::string unread_;
  held_bytes held_unread_;
  /// Head and body of the request. Belongs to the responder from dispatch until it has answered: a
  /// handler may have moved the body on.
  held_bytes held_request_;
  std::chrono::steady_clock::time_point phase_began_;
  std::size_t body_bytes_at_check_ = 0;

  std::string out_;
  std::string out_body_;
  std::shared_ptr<const std::string> out_shared_body_;
  /// A large answer, until it is read.
  held_bytes held_answer_;
  std::size_t written_ = 0;
  std::size_t written_at_check_ = 0;

  /// The answer that is being given goes on; null otherwise.
  std::shared_ptr<stream> stream_;
  std::size_t stream_input_ = 0;

  /// Belongs to the responder from dispatch until the answer is delivered.
  response answer_;
  std::shared_ptr<session> self_;
};

}  // namespace sellavie::net
