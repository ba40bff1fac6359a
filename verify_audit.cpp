#include <cstdio>
#include <fstream>

#include "commands.hpp"
#include "protocol/api/activity_chain.hpp"

namespace sellavie {
namespace {

constexpr int holds = 0;
constexpr int broken = 1;
constexpr int wrong_input = 2;

/// True when there is none, or a good one.
bool read_head(const char* option, const std::string& text, std::optional<api::chain_head>& into) {
  if (text.empty()) return true;
  into = api::parse_chain_head(text);
  if (!into) std::fprintf(stderr, "%s: must be a position, a colon and 64 hex digits\n", option);
  return into.has_value();
}

}  // namespace

int verify_audit(const audit_wish& wish) {
  std::optional<api::chain_head> head;
  std::optional<api::chain_head> after;
  if (!read_head("--head", wish.head, head) || !read_head("--after", wish.after, after)) return wrong_input;
  std::ifstream in{wish.file};
  api::chain_check check{head, after};
  for (std::string line; std::getline(in, line);) check.read(line);
  if (!in.eof() || std::filesystem::is_directory(wish.file)) {
    std::fprintf(stderr, "the file cannot be read: %s\n", wish.file.c_str());
    return wrong_input;
  }
  if (const auto fault = check.finish()) {
    const auto why = api::to_string(fault->why);
    std::fprintf(stderr, "line %lld: %.*s: %s\n", static_cast<long long>(fault->line),
                 static_cast<int>(why.size()), why.data(), fault->detail.c_str());
    return broken;
  }
  std::printf("%lld entries, the chain holds; head %s\n", static_cast<long long>(check.entries()),
              api::to_string(check.reached()).c_str());
  return holds;
}

}  // namespace sellavie
