// What the pump reads from a table with 100,000 rows of one business costs what its page costs.

#include <algorithm>
#include <regex>

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

class noisy_inbox_test : public spine_test {
 protected:
  pg_connection session = open_pq(database.access().engine, "noisy").value();

  void SetUp() override {
    spine_test::SetUp();
    sql("INSERT INTO inbound_events (id, business_id, connection_id, accepted_at, lane, payload) SELECT n, " +
        quote(ada) + ", " + quote(page) +
        ", 0, 7, decode(repeat('ab', 700), 'hex') FROM generate_series(1, 100000) n; ANALYZE inbound_events");
    (void)execute(*session, "SET plan_cache_mode = force_generic_plan; SET jit = off").value();
  }
  /// Blocks of tables and indexes that it touches.
  int blocks_of(std::string_view name, const std::string& arguments) const {
    const auto all = read_statements();
    const auto what =
        std::ranges::find(all, name, [](const statement& one) { return std::string_view{one.name}; });
    (void)pg_result{PQprepare(session.get(), what->name, what->sql, 0, nullptr)};
    const std::string explain =
        "EXPLAIN (ANALYZE, BUFFERS, TIMING off) EXECUTE " + std::string{name} + arguments;
    // Twice: the first time also reads the catalogue.
    (void)execute(*session, explain).value();
    const auto rows = execute(*session, explain).value();
    for (int i = 0; i < PQntuples(rows.get()); ++i) {
      const std::string line{field(rows, i, 0)};
      if (line.find("Buffers:") == std::string::npos) continue;
      int blocks = 0;
      const std::regex number{"(hit|read)=([0-9]+)"};
      for (std::sregex_iterator at{line.begin(), line.end(), number}, end; at != end; ++at)
        blocks += std::stoi((*at)[2]);
      return blocks;
    }
    return -1;
  }
};

TEST_F(noisy_inbox_test, a_look_costs_its_page_wherever_it_begins) {
  for (const char* after : {"-9223372036854775808", "1", "50000", "98000"}) {
    const int blocks = blocks_of("look_inbox", "(" + std::string{after} + ", 1024)");
    EXPECT_GT(blocks, 0) << after;
    EXPECT_LT(blocks, 250) << after;
  }
}

TEST_F(noisy_inbox_test, a_page_of_bodies_costs_its_rows_wherever_they_are) {
  std::string list = "{99999,100000";
  for (int id = 1; id <= 254; ++id) list += "," + std::to_string(id * 300);
  const int blocks = blocks_of("these_inbox", "('" + list + "}')");
  EXPECT_GT(blocks, 0);
  EXPECT_LT(blocks, 256 * 4);
}

}  // namespace
}  // namespace sellavie::storage
