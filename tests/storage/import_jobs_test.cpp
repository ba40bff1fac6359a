// A business keeps a bounded number of ended imports, and a bounded number of bytes of them: the newest stay.

#include "storage/api/import_jobs.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

class import_jobs_test : public spine_test {
 protected:
  /// Ended ones, each of so many bytes; the first is the oldest.
  void keep(int count, std::int64_t bytes, const std::string& whose, int first = 1) const {
    sql("INSERT INTO product_imports (id, business_id, state, account_id, session_id, address, request_id, "
        "idempotency_key, fingerprint, column_names, counts_stock, sheet, records, created_at, finished_at) "
        "SELECT (lpad(to_hex(n), 8, '0') || '-0000-7000-8000-' || substr(" +
        whose + "::text, 25))::uuid, " + whose +
        ", 'done', gen_random_uuid(), gen_random_uuid(), '', '', 'old' || n, '', '{}', false, "
        "repeat('x', " +
        std::to_string(bytes) + ")::bytea, 0, 1, 1 FROM generate_series(" + std::to_string(first) + ", " +
        std::to_string(first + count - 1) + ") n");
  }
  void order(const std::string& key = "k") {
    import_order wanted;
    wanted.id = ids.next_as<import_id>();
    wanted.sheet = "sku,name,price\nN1,One,1\n";
    wanted.rows = 1;
    wanted.idempotency_key = key;
    ASSERT_EQ(order_import(store, ada, by, wanted).value().outcome, order_outcome::queued);
  }
  [[nodiscard]] std::string ended(const std::string& whose) const {
    return text(
        "SELECT count(*) || ' from ' || min(idempotency_key) FROM product_imports "
        "WHERE finished_at > 0 AND business_id = " +
        whose);
  }

  api_session store{database.access(), "imports"};
  const change_origin by{id_of<api::account_id>(8), id_of<api::session_id>(9), "::1", "r", noon};
  const std::string hers = quote(ada) + "::uuid";
};

TEST_F(import_jobs_test, ended_ones_make_room_for_a_new_one_when_they_are_many) {
  keep(most_kept_imports + 7, 10, hers, 100);
  order();
  EXPECT_EQ(ended(hers), std::to_string(most_kept_imports) + " from old107");
  order("another");
  EXPECT_EQ(ended(hers), std::to_string(most_kept_imports) + " from old107") << "open ones do not count";
}

TEST_F(import_jobs_test, ended_ones_make_room_for_a_new_one_when_they_are_large) {
  keep(6, most_kept_import_bytes / 4, hers);
  sql("INSERT INTO product_import_parts (import_id, first_record, business_id, outcomes) "
      "SELECT id, 0, business_id, '[]' FROM product_imports");
  order();
  EXPECT_EQ(ended(hers), "3 from old4") << "what became of their rows counts too";
  EXPECT_EQ(number("SELECT count(*) FROM product_import_parts"), 3);
}

TEST_F(import_jobs_test, those_of_others_stay) {
  const auto other = id_of<business_id>(2);
  sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(other) +
      ", 'bola', 'Bola', 'NGN', 'Africa/Lagos', 0)");
  const auto theirs = quote(other) + "::uuid";
  keep(most_kept_imports + 1, 10, theirs, 100);
  order();
  EXPECT_EQ(ended(theirs), std::to_string(most_kept_imports + 1) + " from old100");
}

}  // namespace
}  // namespace sellavie::storage
