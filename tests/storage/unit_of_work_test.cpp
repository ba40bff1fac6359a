#include "storage/unit_of_work.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <future>
#include <thread>

#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using outcome = commit_outcome;

// --- refused: nothing stays --------------------------------------------------------------------------

TEST_F(unit_of_work_test, a_missing_inbox_row_refuses_everything) {
  accept({1});
  expect_refused({.inbox_done = {1, 2}, .messages = {a_message(20, false, "x")}}, "inbox rows to finish");
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(count("inbound_events"), 1);
}

TEST_F(unit_of_work_test, a_stale_epoch_refuses_everything) {
  expect_refused({.messages = {a_message(20, false, "x")}, .conversations = {an_epoch(7, 8)}},
                 "conversations to change");
  EXPECT_EQ(count("messages"), 0);
}

TEST_F(unit_of_work_test, negative_stock_refuses_everything) {
  expect_refused({.stock = {{ada, ankara, -21}}, .orders = {an_order(40, 1001)}}, "products_stock_check");
  EXPECT_EQ(count("orders"), 0);
  EXPECT_EQ(number("SELECT stock FROM products"), 20);
}

TEST_F(unit_of_work_test, a_known_action_key_refuses_everything) {
  ASSERT_EQ(apply({.action_results = {{ada, "t.1.0", "{}", noon}}}).outcome, outcome::committed);
  expect_refused({.stock = {{ada, ankara, -1}}, .action_results = {{ada, "t.1.0", "{}", noon}}},
                 "action_results_pkey");
  EXPECT_EQ(number("SELECT stock FROM products"), 20);
}

TEST_F(unit_of_work_test, one_bad_set_refuses_its_batch_and_the_good_one_commits_alone) {
  const change_set good{.messages = {a_message(20, false, "x")}};
  EXPECT_EQ(commit(store, {good, {.inbox_done = {5}}}).outcome, outcome::refused);
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(apply(good).outcome, outcome::committed);
}

TEST_F(unit_of_work_test, hostile_text_is_refused_and_never_quoted) {
  const auto report = apply({.messages = {a_message(20, false, std::string{"card \xff 4111", 11})}});
  EXPECT_EQ(report.outcome, outcome::refused);
  EXPECT_EQ(report.failure.detail.find("4111"), std::string::npos) << report.failure;
  EXPECT_EQ(apply({.messages = {a_message(20, false, "fine")}}).outcome, outcome::committed);
}

// --- fenced, unavailable, in doubt -------------------------------------------------------------------

TEST_F(unit_of_work_test, a_dead_incarnation_is_fenced) {
  ASSERT_EQ(apply({.messages = {a_message(20, false, "x")}}).outcome, outcome::committed);
  sql("UPDATE nodes SET alive = false");
  EXPECT_EQ(apply({.messages = {a_message(21, false, "y")}}).outcome, outcome::fenced);
  EXPECT_EQ(count("messages"), 1);
}

TEST_F(unit_of_work_test, a_session_that_ended_while_idle_is_replaced_without_doubt) {
  ASSERT_EQ(apply({.messages = {a_message(20, false, "x")}}).outcome, outcome::committed);
  sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'sellavie/test'");
  const auto report = apply({.messages = {a_message(21, false, "y")}});
  EXPECT_EQ(report.outcome, outcome::committed) << report.failure;
}

TEST_F(unit_of_work_test, without_a_server_it_is_unavailable) {
  bool reachable = true;
  postgres_unit_of_work lonely{[&]() -> result<pg_connection> {
                                 if (!reachable) return open_pq({"host=/nonexistent", {}}, test_application);
                                 return open_pq(database.access().engine, test_application);
                               },
                               incarnation};
  ASSERT_EQ(commit(lonely, {{.messages = {a_message(20, false, "x")}}}).outcome, outcome::committed);
  reachable = false;
  sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'sellavie/test'");
  EXPECT_EQ(commit(lonely, {{.messages = {a_message(21, false, "y")}}}).outcome, outcome::unavailable);
  reachable = true;
  EXPECT_EQ(commit(lonely, {{.messages = {a_message(21, false, "y")}}}).outcome, outcome::committed);
}

TEST_F(unit_of_work_test, a_deadlock_is_no_fault_of_the_rows) {
  sql("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'x' USING ERRCODE = '40P01'; END $$;"
      "CREATE TRIGGER fail BEFORE INSERT ON messages EXECUTE FUNCTION fail()");
  EXPECT_EQ(apply({.messages = {a_message(20, false, "x")}}).outcome, outcome::unavailable);
  EXPECT_EQ(apply({.read_marks = {{page, "psid-1", noon}}}).outcome, outcome::committed);
}

TEST_F(unit_of_work_test, a_batch_that_lost_a_deadlock_is_committed_again_at_once) {
  sql("CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO sellavie_engine;"
      "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('tries') = 1 THEN RAISE 'x' USING ERRCODE = '40P01'; END IF; RETURN NEW; END $$;"
      "CREATE TRIGGER fail BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION fail()");
  change_set set{.messages = {a_message(20, false, "x")}};
  set.inbound = {an_event(1, "event-1")};
  const auto report = apply(set);
  EXPECT_EQ(report.outcome, outcome::committed) << report.failure;
  EXPECT_THAT(report.fresh, testing::ElementsAre(true));
  EXPECT_EQ(count("messages"), 1);
}

// In opposite orders they would wait for each other: whoever has one row dawdles before the next.
TEST_F(unit_of_work_test, batches_of_two_writers_that_cross_all_commit) {
  const auto lace = id_of<product_id>(6);
  sql("INSERT INTO products (id, business_id, sku, name, price_minor, stock) VALUES (" + quote(lace) + "," +
      quote(ada) + ", 'B2', 'Lace', 1, 1000)");
  sql("UPDATE products SET stock = 1000");
  sql("CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END $$;"
      "CREATE TRIGGER dawdle BEFORE UPDATE ON products FOR EACH ROW EXECUTE FUNCTION dawdle();"
      "CREATE TRIGGER dawdle BEFORE INSERT ON inbound_keys FOR EACH ROW EXECUTE FUNCTION dawdle()");
  constexpr int rounds = 20;
  std::barrier together{2};
  const auto in_both_orders = [&](const auto& one_of, const auto& other_of) {
    const auto write = [&](std::string name, bool backwards) {
      auto own = writer(name);
      std::vector<std::string> failures;
      for (int i = 0; i < rounds; ++i) {
        const int id = 1000 * (backwards ? 2 : 1) + 2 * i;
        const change_set one = one_of(i, id), other = other_of(i, id + 1);
        together.arrive_and_wait();
        const auto report = backwards ? commit(own, {other, one}) : commit(own, {one, other});
        if (report.outcome != outcome::committed) failures.push_back(report.failure.detail);
      }
      return failures;
    };
    auto forwards = std::async(std::launch::async, write, "sellavie/one", false);
    auto backwards = std::async(std::launch::async, write, "sellavie/two", true);
    EXPECT_THAT(forwards.get(), testing::IsEmpty());
    EXPECT_THAT(backwards.get(), testing::IsEmpty());
  };
  in_both_orders(
      [&](int, int) {
        return change_set{.stock = {{ada, ankara, -1}}};
      },
      [&](int, int) {
        return change_set{.stock = {{ada, lace, -1}}};
      });
  EXPECT_EQ(text("SELECT string_agg(stock::text, ',') FROM products"), "960,960");
  in_both_orders(
      [&](int i, int id) { return change_set{.inbound = {an_event(id, "a" + std::to_string(i))}}; },
      [&](int i, int id) { return change_set{.inbound = {an_event(id, "b" + std::to_string(i))}}; });
  EXPECT_EQ(count("inbound_events"), 2 * rounds) << "of equal keys the first is taken";
}

/// Lets the COMMIT itself wait for advisory lock 777, which the test holds.
class in_doubt_test : public unit_of_work_test {
 protected:
  void SetUp() override {
    unit_of_work_test::SetUp();
    sql("CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN PERFORM pg_advisory_xact_lock(777); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION wait_in_commit()");
    gate = open_pq(database.superuser(), "gate").value();
    (void)execute(*gate, "SELECT pg_advisory_lock(777)").value();
  }
  void wait_until_in_commit() const {
    for (int i = 0; i < 500 && count("pg_locks WHERE NOT granted AND locktype = 'advisory'") == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    ASSERT_EQ(count("pg_locks WHERE NOT granted AND locktype = 'advisory'"), 1);
  }
  pg_connection gate;
};

TEST_F(in_doubt_test, a_backend_killed_in_commit_is_in_doubt_and_has_not_committed) {
  auto pending =
      std::async(std::launch::async, [&] { return apply({.messages = {a_message(20, false, "x")}}); });
  wait_until_in_commit();
  sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sellavie/test'");
  EXPECT_EQ(pending.get().outcome, outcome::in_doubt);
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(count("pg_locks WHERE NOT granted"), 0);
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(apply({.messages = {a_message(20, false, "x")}}).outcome, outcome::committed);
}

/// A backend that hangs in its commit so that no signal reaches it, and a connection that is gone.
class unsettled_doubt_test : public in_doubt_test {
 protected:
  static constexpr std::string_view lossy_application = "sellavie/lossy";

  ~unsettled_doubt_test() override { let_backend_go_on(); }

  void lose_a_commit() {
    ASSERT_EQ(commit(lossy, {{.read_marks = {{page, "psid-1", noon}}}}).outcome, outcome::committed);
    auto pending = std::async(std::launch::async,
                              [&] { return commit(lossy, {{.messages = {a_message(20, false, "x")}}}); });
    wait_until_in_commit();
    backend = static_cast<pid_t>(number("SELECT pid FROM pg_locks WHERE NOT granted"));
    ASSERT_EQ(::kill(backend, SIGSTOP), 0);
    ASSERT_EQ(::shutdown(socket, SHUT_RDWR), 0);
    ASSERT_EQ(pending.get().outcome, outcome::in_doubt);
  }
  void let_backend_go_on() {
    if (backend != 0) ::kill(std::exchange(backend, 0), SIGCONT);
  }
  void settle() {
    for (int i = 0; i < 100 && !lossy.settle(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    ASSERT_TRUE(lossy.settle());
  }

  std::atomic<int> socket = -1;
  pid_t backend = 0;
  std::shared_ptr<doubt_gate> doubts = std::make_shared<doubt_gate>();
  postgres_unit_of_work lossy{[this] {
                                auto fresh = open_pq(database.access().engine, lossy_application);
                                if (fresh) socket = PQsocket(fresh.value().get());
                                return fresh;
                              },
                              incarnation, doubts};
  postgres_reads reads = reader(doubts);
  const std::vector<inbox_id> asked{1};
};

TEST_F(unsettled_doubt_test, nothing_is_loaded_or_committed_until_the_lost_session_is_gone) {
  ASSERT_TRUE(reads.load_outbox(page));
  lose_a_commit();
  EXPECT_EQ(reads.load_outbox(page).error().code, errc::unavailable);
  EXPECT_EQ(reads.open_inbox(asked).error().code, errc::unavailable);
  EXPECT_EQ(reads.open_conversation({ada, page, "psid-9", "", "", {}, {}, noon}).error().code,
            errc::unavailable);
  EXPECT_EQ(count("contacts"), 1) << "reads that write wait too";
  EXPECT_FALSE(lossy.settle());
  EXPECT_EQ(commit(lossy, {{.messages = {a_message(21, false, "y")}}}).outcome, outcome::unavailable);

  let_backend_go_on();
  settle();
  EXPECT_TRUE(reads.load_outbox(page));
  const auto loaded = count("messages");
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(commit(lossy, {{.messages = {a_message(21, false, "y")}}}).outcome, outcome::committed);
  EXPECT_EQ(count("messages WHERE body = 'x'"), loaded) << "what was loaded stayed true";
}

TEST_F(unsettled_doubt_test, the_gate_opens_with_the_last_of_two_doubts) {
  lose_a_commit();
  doubts->close();  // another journal's
  let_backend_go_on();
  settle();
  EXPECT_FALSE(reads.load_outbox(page));
  doubts->open();
  EXPECT_TRUE(reads.load_outbox(page));
}

TEST(doubt_gate_test, a_load_during_which_it_was_closed_and_opened_is_seen) {
  doubt_gate gate;
  const auto before = gate.now();
  EXPECT_FALSE(before.is_closed());
  gate.close();
  EXPECT_TRUE(gate.now().is_closed());
  gate.open();
  EXPECT_FALSE(gate.now().is_closed());
  EXPECT_FALSE(gate.now() == before);
}

/// Forwards one Unix socket to another; while `deaf`, answers do not come back and the client is cut off.
class cutting_proxy {
 public:
  cutting_proxy(std::string from, std::string to) : target_{std::move(to)} {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto at = address(from);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener_, 8) != 0)
      throw std::runtime_error("proxy");
    acceptor_ = std::thread{[this] { accept_all(); }};
  }
  ~cutting_proxy() {
    stopping_ = true;
    acceptor_.join();
    for (auto& pump : pumps_) pump.join();
    ::close(listener_);
  }
  std::atomic<bool> cut_after_next_request = false;

 private:
  static sockaddr_un address(const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    return at;
  }
  static bool readable(int socket) {
    pollfd one{socket, POLLIN, 0};
    return ::poll(&one, 1, 10) > 0;
  }
  static bool forward(int from, int to) {
    char bytes[65536];
    const auto got = ::recv(from, bytes, sizeof bytes, 0);
    if (got > 0) (void)::send(to, bytes, static_cast<std::size_t>(got), MSG_NOSIGNAL);
    return got > 0;
  }
  static bool discard(int from) {
    char bytes[4096];
    return ::recv(from, bytes, sizeof bytes, 0) > 0;
  }
  void accept_all() {
    while (!stopping_)
      if (readable(listener_))
        pumps_.emplace_back([this, client = ::accept(listener_, nullptr, nullptr)] { pump(client); });
  }
  void pump(int client) {
    const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto at = address(target_);
    bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    while (open && !stopping_) {
      if (readable(client)) {
        open = forward(client, server);
        if (open && cut_after_next_request.exchange(false)) break;
      }
      if (open && readable(server)) open = forward(server, client);
    }
    ::close(client);
    while (open && !stopping_) open = !readable(server) || discard(server);  // the server does not notice
    ::close(server);
  }

  std::string target_;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread acceptor_;
  std::vector<std::thread> pumps_;
};

class cut_connection_test : public in_doubt_test {
 protected:
  test::temporary_folder folder;
  std::string socket_name() const { return "/.s.PGSQL." + text("SHOW port"); }
  std::string socket_folder() const {
    return text("SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
  }
  cutting_proxy proxy{folder.path().string() + socket_name(), socket_folder() + socket_name()};
  postgres_unit_of_work proxied{[this] {
                                  auto role = database.access().engine;
                                  role.conninfo += " requirepeer='' host='" + folder.path().string() + "'";
                                  return open_pq(role, test_application);
                                },
                                incarnation};
  commit_report connected() { return commit(proxied, {{.read_marks = {{page, "psid-1", noon}}}}); }
};

TEST_F(cut_connection_test,
       a_lost_answer_is_in_doubt_and_the_lost_session_is_ended_before_anything_is_loaded) {
  ASSERT_EQ(connected().outcome, outcome::committed) << connected().failure;
  proxy.cut_after_next_request = true;
  EXPECT_EQ(commit(proxied, {{.messages = {a_message(20, false, "x")}}}).outcome, outcome::in_doubt);
  // It hung in its commit with nobody to tell: were it alive now, it could commit after our load.
  EXPECT_EQ(count("pg_locks WHERE NOT granted"), 0);
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(commit(proxied, {{.messages = {a_message(20, false, "x")}}}).outcome, outcome::committed);
}

TEST_F(cut_connection_test, a_commit_whose_answer_was_lost_may_have_happened_and_the_load_shows_it) {
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  ASSERT_EQ(connected().outcome, outcome::committed) << connected().failure;
  sql("ALTER TABLE messages DISABLE TRIGGER wait_in_commit");
  proxy.cut_after_next_request = true;
  EXPECT_EQ(commit(proxied, {{.messages = {a_message(20, false, "x")}}}).outcome, outcome::in_doubt);
  const auto after = count("messages");
  EXPECT_EQ(count("messages"), after);
  const auto again = commit(proxied, {{.messages = {a_message(20, false, "x")}}});
  EXPECT_EQ(again.outcome, after == 1 ? outcome::refused : outcome::committed) << again.failure;
}

}  // namespace
}  // namespace sellavie::storage
