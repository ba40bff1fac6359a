// Steps that can be left behind.

#include "apart.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace sellavie {
namespace {

using namespace std::chrono_literals;

TEST(a_step_apart, says_what_became_of_it) {
  const auto soon = std::chrono::steady_clock::now() + 1h;
  EXPECT_TRUE(done_by(soon, [] { return result<void>{}; }));
  const auto failed = done_by(soon, []() -> result<void> { return make_failure(errc::fenced, "over"); });
  ASSERT_TRUE(failed.has_error());
  EXPECT_EQ(failed.error().code, errc::fenced);
}

TEST(a_step_apart, that_hangs_is_left_behind_and_goes_on_by_itself) {
  const auto gate = std::make_shared<std::promise<void>>();
  const auto passed = std::make_shared<std::promise<void>>();
  const auto left = done_by(std::chrono::steady_clock::now(), [gate, passed]() -> result<void> {
    gate->get_future().wait();
    passed->set_value();
    return {};
  });
  ASSERT_TRUE(left.has_error());
  EXPECT_EQ(left.error().code, errc::timed_out);
  gate->set_value();
  passed->get_future().wait();
}

}  // namespace
}  // namespace sellavie
