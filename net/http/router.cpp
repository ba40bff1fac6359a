#include "net/http/router.hpp"

#include <map>
#include <stdexcept>

namespace sellavie::net {

/// All methods of one path.
struct router::endpoint {
  std::array<std::unique_ptr<route>, http_method_count> routes;
  std::string allow;

  [[nodiscard]] const route* at(http_method method) const noexcept {
    return routes[static_cast<std::size_t>(method)].get();
  }
  [[nodiscard]] match find(http_method method) const noexcept {
    const route* found = at(method);
    if (found == nullptr && method == http_method::head) found = at(http_method::get);
    if (found != nullptr) return {.found = found, .status = 200};
    return {.found = nullptr, .status = 405, .allow = allow};
  }
  void describe_methods() {
    allow.clear();
    for (std::size_t i = 0; i < http_method_count; ++i) {
      const auto method = static_cast<http_method>(i);
      const bool implied = method == http_method::head && at(http_method::get) != nullptr;
      if (routes[i] || implied) allow.append(allow.empty() ? "" : ", ").append(to_string(method));
    }
  }
};

/// One path segment of the patterns that have named parts.
struct router::node {
  std::map<std::string, std::unique_ptr<node>, std::less<>> literal;
  std::unique_ptr<node> named;
  std::string name;
  std::unique_ptr<endpoint> here;
  std::unique_ptr<endpoint> rest;
  std::string rest_name;

  /// The endpoint that matches `path` (which starts after a slash) or null.
  [[nodiscard]] const endpoint* find(std::string_view path, parameters& found) const;
};

namespace {

std::pair<std::string_view, std::optional<std::string_view>> split_segment(std::string_view path) {
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return {path, std::nullopt};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

[[noreturn]] void refuse(std::string_view pattern, const char* why) {
  throw std::invalid_argument{"route " + std::string{pattern} + ": " + why};
}

}  // namespace

const router::endpoint* router::node::find(std::string_view path, parameters& found) const {
  const auto [segment, remaining] = split_segment(path);
  const auto descend = [&, tail = remaining](const node& next) -> const endpoint* {
    return tail ? next.find(*tail, found) : next.here.get();
  };
  if (const auto next = literal.find(segment); next != literal.end())
    if (const endpoint* hit = descend(*next->second)) return hit;
  if (named && !segment.empty()) {
    const std::size_t mark = found.size();
    found.emplace_back(named->name, segment);
    if (const endpoint* hit = descend(*named)) return hit;
    found.resize(mark);
  }
  if (rest && !path.empty()) {
    found.emplace_back(rest_name, path);
    return rest.get();
  }
  return nullptr;
}

router::router() : root_{std::make_unique<node>()} {}
router::~router() = default;
router::router(router&&) noexcept = default;
router& router::operator=(router&&) noexcept = default;

router::endpoint& router::endpoint_for(std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/') refuse(pattern, "must begin with a slash");
  if (pattern.find('{') == std::string_view::npos) {
    auto& slot = literal_[std::string{pattern}];
    if (!slot) slot = std::make_unique<endpoint>();
    return *slot;
  }
  node* at = root_.get();
  std::optional<std::string_view> remaining = pattern.substr(1);
  while (remaining) {
    const auto [segment, tail] = split_segment(*remaining);
    if (segment.starts_with('{')) {
      if (!segment.ends_with('}') || segment.size() < 3) refuse(pattern, "broken {name}");
      std::string_view name = segment.substr(1, segment.size() - 2);
      if (name.ends_with('*')) {
        if (tail) refuse(pattern, "a rest must come last");
        if (!at->rest) at->rest = std::make_unique<endpoint>();
        at->rest_name = name.substr(0, name.size() - 1);
        return *at->rest;
      }
      if (!at->named) at->named = std::make_unique<node>();
      at = at->named.get();
      if (!at->name.empty() && at->name != name) refuse(pattern, "another name in the same place");
      at->name = name;
    } else {
      auto& next = at->literal[std::string{segment}];
      if (!next) next = std::make_unique<node>();
      at = next.get();
    }
    remaining = tail;
  }
  if (!at->here) at->here = std::make_unique<endpoint>();
  return *at->here;
}

void router::add(http_method method, std::string_view pattern, http_handler handler, route_options options) {
  endpoint& place = endpoint_for(pattern);
  auto& slot = place.routes[static_cast<std::size_t>(method)];
  if (slot) refuse(pattern, "is there already");
  slot = std::make_unique<route>(route{std::string{pattern}, options, std::move(handler)});
  all_.emplace_back(method, slot.get());
  place.describe_methods();
}

router::match router::find(http_method method, std::string_view path, parameters& found) const {
  if (const auto hit = literal_.find(path); hit != literal_.end()) return hit->second->find(method);
  if (path.empty() || path.front() != '/') return {};
  const endpoint* place = root_->find(path.substr(1), found);
  return place == nullptr ? match{} : place->find(method);
}

}  // namespace sellavie::net
