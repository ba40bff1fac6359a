#include "protocol/api/operation.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace sellavie::api {

std::string_view to_string(verb method) noexcept {
  switch (method) {
    case verb::get: return "get";
    case verb::post: return "post";
    case verb::put: return "put";
    case verb::patch: return "patch";
    case verb::del: return "delete";
  }
  return "get";
}

answer_shape with_etag(answer_shape answer) {
  answer.headers.push_back({"ETag", schema::text({3, 22}).example("\"3\""),
                            "The version of what is answered: If-Match wants it back, with its quotes.",
                            presence::required});
  return answer;
}

answer_shape with_file_name(answer_shape answer) {
  answer.headers.push_back({"Content-Disposition",
                            schema::text({1, 400}).example("attachment; filename=\"products.csv\""),
                            "What a browser calls the file.", presence::required});
  return answer;
}

std::vector<std::string> path_parameters(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    const auto close = path.find('}', open);
    names.emplace_back(path.substr(open + 1, close - open - 1));
  }
  return names;
}

std::vector<int> problem_statuses(const operation& of) {
  std::set<int> statuses{429, 500, 503};
  statuses.insert(of.problems.begin(), of.problems.end());
  if (!of.query.empty()) statuses.insert(422);
  if (of.body) statuses.insert({400, 413, 415, 422});
  if (of.raw) statuses.insert({413, 415});
  if (of.needs != precondition::none) statuses.insert({400, 428});
  if (of.needs == precondition::if_match) statuses.insert(412);
  if (of.allowed.who != audience::anyone) statuses.insert(401);
  if (of.allowed.who == audience::member) statuses.insert({403, 404});
  if (!path_parameters(of.path).empty()) statuses.insert(404);
  return {statuses.begin(), statuses.end()};
}

}  // namespace sellavie::api
