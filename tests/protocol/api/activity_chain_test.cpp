#include "protocol/api/activity_chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::api {
namespace {

constexpr const char* ada = "01890a5d-ac96-774b-bcce-b302099a8057";

/// A chain of so many entries, as the database makes it.
std::vector<chain_entry> a_chain(int length) {
  std::vector<chain_entry> chain;
  for (int i = 1; i <= length; ++i) {
    chain_entry one;
    if (!chain.empty()) one.previous = chain.back().hash;
    one.business_id = ada;
    one.position = i;
    one.at_ms = 1'790'000'000'000 + i;
    one.action = "product.updated";
    one.subject_kind = "product";
    one.subject_id = ada;
    one.account_id = ada;
    one.address = "203.0.113.7";
    one.request_id = "r-" + std::to_string(i);
    one.before = R"({"price_minor":100})";
    one.after = R"({"price_minor":200})";
    one.hash = hash_of(one);
    chain.push_back(one);
  }
  return chain;
}

std::optional<chain_fault> check(const std::vector<std::string>& lines, std::optional<chain_head> head = {},
                                 std::optional<chain_head> after = {}) {
  chain_check checking{head, after};
  for (const auto& line : lines) checking.read(line);
  return checking.finish();
}

std::vector<std::string> lines_of(const std::vector<chain_entry>& chain) {
  std::vector<std::string> lines;
  for (const auto& one : chain) lines.push_back(export_line(one));
  return lines;
}

void expect_fault(const std::optional<chain_fault>& found, std::int64_t line, chain_break why) {
  ASSERT_TRUE(found);
  EXPECT_EQ(found->line, line) << found->detail;
  EXPECT_EQ(to_string(found->why), to_string(why)) << found->detail;
  EXPECT_FALSE(found->detail.empty());
}

chain_head head_of(const chain_entry& entry) { return {entry.position, entry.hash}; }

TEST(activity_chain, hashes_the_documented_bytes) {
  // Computed by tests/e2e/harness/audit.mjs, which shares nothing with the program.
  EXPECT_EQ(crypto::hex_encode(a_chain(1)[0].hash),
            "23f789f0eb8c7d03546f4c5dbf2724bef1c19cf2aa8693f38383f60d99282560");
}

TEST(activity_chain, an_untouched_export_holds) {
  const auto chain = a_chain(5);
  EXPECT_FALSE(check(lines_of(chain)));
  EXPECT_FALSE(check(lines_of(chain), head_of(chain[4])));
  EXPECT_FALSE(check(lines_of(chain), head_of(chain[2]))) << "it has grown since the head was noted";
  EXPECT_FALSE(check({})) << "nothing has happened yet";
}

TEST(activity_chain, a_part_holds_after_what_it_continues) {
  const auto chain = a_chain(5);
  auto lines = lines_of(chain);
  lines.erase(lines.begin(), lines.begin() + 2);
  EXPECT_FALSE(check(lines, head_of(chain[4]), head_of(chain[1])));
  expect_fault(check(lines), 1, chain_break::missing);
  expect_fault(check(lines, {}, chain_head{2, {}}), 1, chain_break::changed);
}

TEST(activity_chain, any_field_that_was_changed_is_found) {
  using change = void (*)(chain_entry&);
  const change changes[] = {
      [](chain_entry& one) { one.business_id.back() = '8'; },
      [](chain_entry& one) { ++one.at_ms; },
      [](chain_entry& one) { one.action = "product.deleted"; },
      [](chain_entry& one) { one.subject_kind = "order"; },
      [](chain_entry& one) { one.subject_id.back() = '8'; },
      [](chain_entry& one) { one.account_id.back() = '8'; },
      [](chain_entry& one) { one.session_id = ada; },
      [](chain_entry& one) { one.address = "203.0.113.8"; },
      [](chain_entry& one) { one.request_id.clear(); },
      [](chain_entry& one) { one.before = R"({"price_minor":199})"; },
      [](chain_entry& one) { one.after.clear(); },
      [](chain_entry& one) { one.previous.fill(1); },
      [](chain_entry& one) { one.hash.fill(1); },
  };
  for (const auto& one_change : changes) {
    auto chain = a_chain(4);
    one_change(chain[1]);
    expect_fault(check(lines_of(chain)), 2, chain_break::changed);
  }
}

TEST(activity_chain, one_that_was_changed_and_hashed_anew_does_not_fit_its_neighbours) {
  auto chain = a_chain(4);
  chain[1].action = "nothing.happened";
  chain[1].hash = hash_of(chain[1]);
  expect_fault(check(lines_of(chain)), 3, chain_break::changed);
}

TEST(activity_chain, a_chain_that_was_made_anew_does_not_fit_the_head) {
  auto chain = a_chain(4);
  const auto noted = head_of(chain[3]);
  chain[0].action = "nothing.happened";
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (i > 0) chain[i].previous = chain[i - 1].hash;
    chain[i].hash = hash_of(chain[i]);
  }
  EXPECT_FALSE(check(lines_of(chain))) << "by itself it holds";
  expect_fault(check(lines_of(chain), noted), 4, chain_break::changed);
}

TEST(activity_chain, says_where_entries_are_missing_doubled_or_in_another_order) {
  const auto lines = lines_of(a_chain(5));
  auto missing = lines;
  missing.erase(missing.begin() + 2);
  expect_fault(check(missing), 3, chain_break::missing);
  auto swapped = lines;
  std::swap(swapped[1], swapped[2]);
  expect_fault(check(swapped), 2, chain_break::reordered);
  auto doubled = lines;
  doubled.insert(doubled.begin() + 3, lines[2]);
  expect_fault(check(doubled), 4, chain_break::reordered);
}

TEST(activity_chain, an_export_that_was_cut_off_is_found_by_the_head) {
  const auto chain = a_chain(5);
  auto lines = lines_of(chain);
  lines.resize(3);
  EXPECT_FALSE(check(lines)) << "without a head nobody can know";
  expect_fault(check(lines, head_of(chain[4])), 4, chain_break::truncated);
  expect_fault(check({}, head_of(chain[0])), 1, chain_break::truncated);
}

TEST(activity_chain, what_is_no_entry_is_unreadable) {
  const auto lines = lines_of(a_chain(3));
  const std::string good = lines[1];
  for (const std::string& bad :
       {std::string{}, std::string{"{}"}, std::string{"["}, good.substr(0, good.size() - 1), good + "x",
        "{\"extra\":1," + good.substr(1), "{\"position\":2," + good.substr(1),
        good.substr(0, good.find("\"at_ms\"")) + "\"at_ms\":1e3" + good.substr(good.find(",\"action\""))}) {
    auto broken = lines;
    broken[1] = bad;
    expect_fault(check(broken), 2, chain_break::unreadable);
  }
}

TEST(activity_chain, a_line_gives_back_what_was_exported) {
  auto one = a_chain(1)[0];
  one.after = "{\"name\":\"Ankara \\\"6\\\" yards \xe2\x82\xa6\"}";
  one.session_id = ada;
  EXPECT_EQ(read_export_line(export_line(one)), one);
}

TEST(activity_chain, absent_is_not_empty) {
  auto absent = a_chain(1)[0];
  auto empty = absent;
  empty.session_id = "";
  EXPECT_NE(hash_of(absent), hash_of(empty));
}

TEST(activity_chain, a_field_does_not_run_into_the_next) {
  auto left = a_chain(1)[0];
  left.action = "ab";
  left.subject_kind = "c";
  auto right = left;
  right.action = "a";
  right.subject_kind = "bc";
  EXPECT_NE(hash_of(left), hash_of(right));
}

TEST(activity_chain, a_head_is_written_and_read_strictly) {
  const auto head = head_of(a_chain(3)[2]);
  EXPECT_EQ(parse_chain_head(to_string(head)), head);
  const auto hex = crypto::hex_encode(head.hash);
  for (const std::string& bad : {std::string{}, std::string{"3"}, "3:" + hex.substr(1), "3:" + hex + "0",
                                 ":" + hex, "-1:" + hex, "+3:" + hex, "3 :" + hex, "x:" + hex})
    EXPECT_FALSE(parse_chain_head(bad)) << bad;
}

RC_GTEST_PROP(activity_chain, any_changed_byte_of_an_export_is_found, ()) {
  const auto chain = a_chain(3);
  auto lines = lines_of(chain);
  auto& line = lines[*rc::gen::inRange<std::size_t>(0, lines.size())];
  const auto at = *rc::gen::inRange<std::size_t>(0, line.size());
  const auto other = static_cast<char>(*rc::gen::inRange(0x21, 0x7f));
  RC_PRE(line[at] != other);
  line[at] = other;
  RC_ASSERT(check(lines, head_of(chain[2])).has_value());
}

}  // namespace
}  // namespace sellavie::api
