#include "net/api/call.hpp"

#include <gtest/gtest.h>

namespace sellavie::net {
namespace {

const uuid shop = *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057");
const uuid chat = *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8058");

TEST(api_call, is_logged_with_its_request_business_and_conversation) {
  api_call call;
  call.request_id = "r-1";
  call.by.business = business_id{shop};
  call.ids = {{"business_id", shop}, {"conversation_id", chat}};
  const auto about = context_of(call);
  EXPECT_EQ(about.request_id.text(), "r-1");
  EXPECT_EQ(about.business_id, business_id{shop});
  EXPECT_EQ(about.conversation_id, conversation_id{chat});
}

TEST(api_call, is_logged_without_what_its_path_does_not_name) {
  api_call call;
  call.request_id = "r-1";
  const auto about = context_of(call);
  EXPECT_EQ(about.business_id, business_id{});
  EXPECT_EQ(about.conversation_id, conversation_id{});
}

}  // namespace
}  // namespace sellavie::net
